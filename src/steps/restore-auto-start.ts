/** Automatic starts on again, where this upgrade or an earlier run of it switched them off; nobody else's doing is undone. */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { minutes } from './sight';

type Args = { readonly pool: string };
type Seen = { readonly on: boolean };

export const restoreAutoStart = defineStep<Args, Seen>({
  kind: 'restore-auto-start',
  v: 1,
  title: () => 'Switch XAPI’s automatic starts on again',
  settleSeconds: 75,
  callTimeoutSeconds: 60,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(2), hardSeconds: minutes(10) },
  observe: async ({ xen }) => ({ on: (await xen.pool()).autoPowerOn }),
  decide: ({ now, args, run }) => {
    if (now.on) return done('automatic starts are on');
    if (!run.owed.some((owed) => owed.what === 'auto-start-off'))
      return done('nobody switched them off here');
    return act('automatic starts are off', {
      subject: args.pool,
      what: `switch automatic starts of ${args.pool} on`,
      args: null,
    });
  },
  act: ({ xen }) => xen.setAutoPowerOn(true),
  gaveBack: ({ args, now }) => (now.on ? [{ what: 'auto-start-off', on: args.pool }] : []),
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'they are still off'),
});
