/**
 * Old messages of XAPI destroyed, oldest first: the installer copies them one by one at 72 % (seeds 003, 004; xapi §9.3). For
 * good. A batch is an act of its own, so that no call is longer than XAPI reads (300 KiB) and a death costs one batch.
 */
import { act, done, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import type { LineState } from '../domain/run';
import { defineStep } from './step';
import { minutes } from './sight';

/** `most`: fewer are left alone; `keep`: the newest that stay. */
type Args = { readonly pool: string; readonly keep: number; readonly most: number };
type Seen = { readonly messages: number };

/** One call a message before 22.19, a tenth of a second each at most. */
const BATCH = 500;
const SETTLE_SECONDS = 140;
/** So many may come while the old ones go, and are no reason to begin again. */
const NEW_ONES = 100;

/** An answer is so old before a count is believed to show all that it destroyed. */
const FAR_DELAY_SECONDS = 10;

/**
 * The batch before may still be at work, or have ended after this look began: what it leaves is not known yet. Every count
 * is a subject of its own, so the engine does not see that two batches are about the same messages.
 */
const isUnderWay = (line: LineState, at: number): boolean =>
  Object.values(line.acts).some(({ outcome, intendedAt, settledAt }) =>
    outcome === 'answered'
      ? at - (settledAt ?? intendedAt) < FAR_DELAY_SECONDS * 1000
      : (outcome === 'intended' || outcome === 'lost') && at - intendedAt < SETTLE_SECONDS * 1000,
  );

export const destroyMessages = defineStep<Args, Seen>({
  kind: 'destroy-messages',
  v: 1,
  title: ({ keep }) => `Remove XAPI’s old messages for good; the newest ${keep} stay`,
  settleSeconds: SETTLE_SECONDS,
  callTimeoutSeconds: 120,
  farDelaySeconds: FAR_DELAY_SECONDS,
  maxActs: 3,
  patience: { softSeconds: minutes(15), hardSeconds: minutes(30), byProgress: true },
  observe: async ({ xen }) => ({ messages: await xen.messageCount() }),
  decide: ({ args, now, before, line, at }) => {
    if (before.messages < args.most || now.messages <= args.keep + NEW_ONES)
      return done(`${now.messages} messages are left of ${before.messages}`);
    if (isUnderWay(line, at)) return wait(`${now.messages} messages are left`);
    const batch = Math.min(BATCH, now.messages - args.keep);
    return act(`${now.messages} messages are left`, {
      // each batch a subject of its own: the count tells them apart
      subject: `${args.pool}, ${now.messages} messages`,
      what: `remove the oldest ${batch} of ${now.messages} messages of ${args.pool}`,
      args: { batch },
    });
  },
  act: ({ xen }, { args }, { args: { keep } }) =>
    xen.destroyMessages((args as { batch: number }).batch, keep),
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, `${now.messages} messages are left`),
});
