/** Workload balancing paused, never deconfigured: set_wlb_enabled touches no WLB server (xapi §3.3). */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { minutes } from './sight';

type Args = { readonly pool: string };
type Seen = { readonly on: boolean };

export const pauseWlb = defineStep<Args, Seen>({
  kind: 'pause-wlb',
  v: 1,
  title: () => 'Pause workload balancing',
  settleSeconds: 45,
  callTimeoutSeconds: 30,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(2), hardSeconds: minutes(10) },
  observe: async ({ xen }) => ({ on: (await xen.pool()).wlb.on }),
  decide: ({ now, args }) =>
    now.on
      ? act('workload balancing is on', { subject: args.pool, what: 'pause workload balancing', args: null })
      : done('workload balancing is paused'),
  act: ({ xen }) => xen.setWlbEnabled(false),
  owes: ({ subject }, { before }) => [{ what: 'wlb-paused', on: subject, before }],
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'it is still on'),
});
