/** Puts a finished plan, or why there is none, where it was asked for. Found before posted, so a second try adds nothing. */
import { Refused } from '../domain/errors';
import type { Json } from '../domain/json';
import type { Plan } from '../domain/plan';
import type { Problem } from '../domain/problem';
import type { SlackThread } from '../ports';
import type { Message } from '../slack/view/message';
import { planMessage } from '../slack/view/plan-message';
import { problemMessage } from '../slack/view/question-message';
import type { Pace } from './pace';

export interface PlanAsked {
  readonly id: string;
  /** Absent when it was asked for in a shell, which looks for the answer itself. */
  readonly replyTo?: { readonly channel: string; readonly ts?: string };
}

export type PlanReply = (
  request: PlanAsked,
  answer: { readonly plan: Plan } | { readonly problem: Problem },
) => Promise<void>;

export interface PlanReplyOptions {
  readonly slack: SlackThread;
  readonly pace: Pace;
  readonly wait: (ms: number) => Promise<void>;
  readonly report: (what: string, error: unknown) => void;
}

/** Some fifteen seconds in all: a plan must not be lost to a rate limit or a lost answer. Wall milliseconds. */
const TRY_AGAIN = [1_000, 2_000, 4_000, 8_000];

/** Throws NotSent or Unreachable when Slack stays away; what Slack refuses is reported, because a new plan would not help. */
export function planReply({ slack, pace, wait, report }: PlanReplyOptions): PlanReply {
  async function put({ id, replyTo }: PlanAsked, message: Message): Promise<void> {
    if (!replyTo) return;
    const where = {
      channel: replyTo.channel,
      key: `plan-request/${id}`,
      ...(replyTo.ts !== undefined && { threadTs: replyTo.ts }),
    };
    if (await slack.find(where)) return;
    await wait(pace.untilPost(replyTo.channel));
    pace.posted(replyTo.channel);
    await slack.post({
      ...where,
      text: message.text,
      blocks: JSON.parse(JSON.stringify(message.blocks)) as Json[],
    });
  }

  return async (request, answer) => {
    const message = 'plan' in answer ? planMessage(answer.plan) : problemMessage(answer.problem);
    for (const pause of [...TRY_AGAIN, undefined]) {
      try {
        return await put(request, message);
      } catch (error) {
        if (error instanceof Refused)
          return report(`The plan asked for by ${request.id} cannot be shown in Slack`, error);
        if (pause === undefined) throw error;
        await wait(pause);
      }
    }
  };
}
