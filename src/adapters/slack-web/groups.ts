/** Members of a Slack user group. Needs a paid plan of Slack; without it the people are listed by id. */
import { webClient, type SlackWebOptions } from './client';
import { failure } from './failures';

/** User ids of a group (`S…`). Throws Refused (no_such_subteam, plan_upgrade_required), NotSent, Unreachable. */
export function slackGroups(options: SlackWebOptions): (group: string) => Promise<readonly string[]> {
  const client = webClient(options);
  return async (group) => {
    try {
      const answer = await client.usergroups.users.list({ usergroup: group });
      return answer.users ?? [];
    } catch (error) {
      throw failure(error, `list the members of ${group}`);
    }
  };
}
