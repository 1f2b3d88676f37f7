/**
 * Puts a finished plan, or why there is none, where it was asked for, and the whole report as files into its thread.
 * Found before posted, so a second try adds nothing.
 */
import { Refused } from '../domain/errors';
import type { Json } from '../domain/json';
import type { NamedFile } from '../domain/named-text';
import type { Plan } from '../domain/plan';
import { planFiles } from '../domain/plan-report';
import type { Problem } from '../domain/problem';
import type { SlackThread } from '../ports';
import type { Message } from '../slack/view/message';
import { gantt } from '../slack/view/gantt';
import { planMessage } from '../slack/view/plan-message';
import { problemMessage } from '../slack/view/question-message';
import type { Pace } from './pace';
import type { ThreadFiles } from './thread-files';

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
  readonly files: ThreadFiles;
  readonly picture: (svg: string) => Uint8Array;
  readonly wait: (ms: number) => Promise<void>;
  readonly report: (what: string, error: unknown) => void;
}

/** Some fifteen seconds in all: a plan must not be lost to a rate limit or a lost answer. Wall milliseconds. */
const TRY_AGAIN = [1_000, 2_000, 4_000, 8_000];

interface Stands {
  readonly channel: string;
  readonly threadTs: string;
}

/** Throws NotSent or Unreachable when Slack stays away; what Slack refuses is reported, because a new plan would not help. */
export function planReply({ slack, pace, files, picture, wait, report }: PlanReplyOptions): PlanReply {
  /** Where its thread is. */
  async function put({ id, replyTo }: PlanAsked, message: Message): Promise<Stands | undefined> {
    if (!replyTo) return undefined;
    const { channel, ts: thread } = replyTo;
    const where = { channel, key: `plan-request/${id}`, ...(thread !== undefined && { threadTs: thread }) };
    const post = {
      ...where,
      text: message.text,
      blocks: JSON.parse(JSON.stringify(message.blocks)) as Json[],
    };
    const earlier = await lookFor(where);
    if (earlier) {
      // whoever posted it may have died before its plan was kept: it reads as the plan that is kept
      await slack.update({ ...post, ...earlier });
      return { channel, threadTs: thread ?? earlier.ts };
    }
    await wait(pace.untilPost(channel));
    pace.posted(channel);
    const { ts } = await slack.post(post);
    return { channel, threadTs: thread ?? ts };
  }

  /** In a channel that the bot was not invited to it may post and not look: a plan that stands twice is the smaller harm. */
  async function lookFor(
    where: Parameters<SlackThread['find']>[0],
  ): Promise<{ readonly ts: string } | undefined> {
    try {
      return await slack.find(where);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      report('Slack does not let us look for messages', error);
      return undefined;
    }
  }

  /** Again after each pause, as long as Slack stays away. Throws what the last try threw. */
  async function persist<T>(attempt: () => Promise<T>): Promise<T> {
    for (const pause of TRY_AGAIN) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof Refused) throw error;
        await wait(pause);
      }
    }
    return attempt();
  }

  /** Who is away when, for eyes. */
  function pictures(plan: Plan): readonly NamedFile[] {
    const svg = gantt(plan);
    return svg === undefined ? [] : [{ name: `${plan.id}.png`, content: picture(svg) }];
  }

  return async (request, answer) => {
    const message = 'plan' in answer ? planMessage(answer.plan) : problemMessage(answer.problem);
    let stands: Stands | undefined;
    try {
      stands = await persist(() => put(request, message));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return report(`The plan asked for by ${request.id} cannot be shown in Slack`, error);
    }
    if (!stands || !('plan' in answer)) return;
    const { plan } = answer;
    const all = [...planFiles(plan), ...pictures(plan)];
    await persist(() => files.put(`plan-request/${request.id}`, stands, all));
  };
}
