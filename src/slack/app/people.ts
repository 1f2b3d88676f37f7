/** Names of people as Slack shows them: a journal that says "Ann" is worth more than one that says U02AB. */
import type { WebClient } from '@slack/web-api';
import type { Person } from '../../domain/person';

/** Wall milliseconds: a name is worth no more of the two seconds in which a click must be recorded. */
const NAME_WITHIN = 800;

/** The handle Slack sends along is used until the name is known. */
export function people(client: Pick<WebClient, 'users'>): (id: string, handle: string) => Promise<Person> {
  const names = new Map<string, string>();
  return async (id, handle) => {
    const known = names.get(id);
    if (known !== undefined) return { id, name: known };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), NAME_WITHIN);
    });
    const asked = client.users
      .info({ user: id })
      .then(({ user }) => {
        const name = user?.profile?.display_name || user?.real_name;
        if (name !== undefined && name !== '') names.set(id, name);
        return name;
      })
      .catch(() => undefined);
    const name = await Promise.race([asked, late]);
    clearTimeout(timer);
    return { id, name: name === undefined || name === '' ? handle : name };
  };
}
