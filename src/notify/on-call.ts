/**
 * Tells on-call: the pager, and a mention in the thread. Edge-triggered from the journal with a bookmark each;
 * one that fails stays behind and tries again, and holds up nothing else.
 */
import type { Recorded } from '../domain/journal';
import type { Plan } from '../domain/plan';
import type { Journal, Page, Pager, SlackThread } from '../ports';
import { section } from '../slack/view/blocks';
import { CARD } from '../slack/view/message';
import { bold, clip, inSlack, plain, spoken } from '../slack/view/words';
import { pagesOf } from './pages';
import type { Pace } from './pace';

/** Wall milliseconds that one process delivers for a run; longer than the calls of one delivery take. */
const LEASE = 60_000;

export type OnCallJournal = Pick<
  Journal,
  'bookmark' | 'setBookmark' | 'claimMessage' | 'releaseMessage' | 'messages'
>;

/** Delivers one page. Throws when it could not be delivered: it is tried again. */
export type Deliver = (run: string, seq: number, page: Page) => Promise<void>;

export interface OnCall {
  /** True when everything due stands delivered; false when another process is at it. Throws what `deliver` throws. */
  tell(plan: Plan, entries: readonly Recorded[]): Promise<boolean>;
}

/** `name` is the bookmark's; a second worker waits for the claim, so that a resolve never overtakes its trigger. */
export function onCall(name: string, deliver: Deliver, journal: OnCallJournal, owner: string): OnCall {
  return {
    async tell(plan, entries) {
      const last = entries.at(-1);
      if (!last) return true;
      const { run } = last;
      if ((await journal.bookmark(name, run)) >= last.seq) return true;
      if (!(await journal.claimMessage(run, `${name}:turn`, owner, LEASE))) return false;
      try {
        const told = await journal.bookmark(name, run);
        for (const { seq, page } of pagesOf(plan, entries)) {
          if (seq <= told) continue;
          await deliver(run, seq, page);
        }
        await journal.setBookmark(name, run, last.seq);
      } finally {
        await journal.releaseMessage(run, `${name}:turn`, owner);
      }
      return true;
    },
  };
}

export const toPager =
  (pager: Pager): Deliver =>
  (_run, _seq, page) =>
    pager.send(page);

export interface MentionOptions {
  readonly slack: SlackThread;
  readonly journal: Pick<Journal, 'messages'>;
  readonly pace: Pace;
  /** Of Slack: `S…`. A typed @handle does not ping (peers §3.5 I76). */
  readonly userGroup: string;
  readonly wait: (ms: number) => Promise<void>;
}

/** A reply in the run's thread that mentions the group; only triggers are told, the thread itself shows that it went on. */
export const toSlackGroup =
  ({ slack, journal, pace, userGroup, wait }: MentionOptions): Deliver =>
  async (run, seq, page) => {
    if (page.action !== 'trigger') return;
    const card = (await journal.messages(run)).find((row) => row.key === CARD);
    if (!card) throw new Error(`run ${run} has no card in Slack yet`);
    const where = {
      channel: card.channel,
      threadTs: card.ts,
      key: `${run}/call:${seq}:${page.dedupKey}`.slice(0, 255),
    };
    if (await slack.find(where)) return;
    await wait(pace.untilPost(card.channel));
    pace.posted(card.channel);
    const text = `<!subteam^${userGroup}> ${page.severity}: `;
    await slack.post({
      ...where,
      text: `${text}${spoken(page.summary)}`,
      blocks: [
        JSON.parse(
          JSON.stringify(
            section(
              `${text}${bold(clip(page.summary, 500))}${page.details['doThis'] ? `\nDo this: ${clip(plain(inSlack(page.details['doThis'], run)), 2000)}` : ''}`,
            ),
          ),
        ),
      ],
    });
  };
