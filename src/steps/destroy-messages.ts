/** Old messages of XAPI destroyed, oldest first: the installer copies them one by one at 72 % (seeds 003, 004; xapi §9.3). For good. */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { minutes } from './sight';

/** `most`: fewer are left alone; `keep`: the newest that stay. */
type Args = { readonly pool: string; readonly keep: number; readonly most: number };
type Seen = { readonly messages: number };

export const destroyMessages = defineStep<Args, Seen>({
  kind: 'destroy-messages',
  v: 1,
  title: ({ keep }) => `Remove XAPI’s old messages for good; the newest ${keep} stay`,
  settleSeconds: 680,
  callTimeoutSeconds: 600, // one call a message before 22.19; XAPI's limit is 10,000 messages
  farDelaySeconds: 60,
  maxActs: 3,
  patience: { softSeconds: minutes(30), hardSeconds: minutes(60), byProgress: true },
  long: true,
  observe: async ({ xen }) => ({ messages: await xen.messageCount() }),
  decide: ({ args, now, before }) =>
    now.messages < args.most
      ? done(`${now.messages} messages are left of ${before.messages}`)
      : act(`${now.messages} messages`, {
          subject: args.pool,
          what: `remove the oldest ${now.messages - args.keep} of ${now.messages} messages`,
          args: { keep: args.keep },
        }),
  act: ({ xen }, _act, { args }) => xen.destroyMessages(args.keep),
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, `${now.messages} messages are left`),
});
