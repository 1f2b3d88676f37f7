/** Automatic starts off for the whole pool: a host that boots would start VMs that CloudStack runs elsewhere (cs §13 no. 18; xc §1.5 e). */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { minutes } from './sight';

type Args = { readonly pool: string };
type Seen = { readonly on: boolean };

export const stopAutoStart = defineStep<Args, Seen>({
  kind: 'stop-auto-start',
  v: 1,
  title: () => 'Switch XAPI’s automatic starts off',
  settleSeconds: 75,
  callTimeoutSeconds: 60,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(2), hardSeconds: minutes(10) },
  observe: async ({ xen }) => ({ on: (await xen.pool()).autoPowerOn }),
  decide: ({ now, args }) =>
    now.on
      ? act('automatic starts are on', {
          subject: args.pool,
          what: `switch automatic starts of ${args.pool} off`,
          args: null,
        })
      : done('automatic starts are off'),
  act: ({ xen }) => xen.setAutoPowerOn(false),
  owes: ({ subject }, { before }) => [{ what: 'auto-start-off', on: subject, before }],
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'they are still on'),
});
