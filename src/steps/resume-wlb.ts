/** Workload balancing on again, as it was before the run. */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { minutes } from './sight';

type Args = { readonly pool: string };
type Seen = { readonly on: boolean };

export const resumeWlb = defineStep<Args, Seen>({
  kind: 'resume-wlb',
  v: 1,
  title: () => 'Resume workload balancing',
  settleSeconds: 45,
  callTimeoutSeconds: 30,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(2), hardSeconds: minutes(10) },
  observe: async ({ xen }) => ({ on: (await xen.pool()).wlb.on }),
  decide: ({ now, args }) =>
    now.on
      ? done('workload balancing is on')
      : act('workload balancing is paused', {
          subject: args.pool,
          what: 'resume workload balancing',
          args: null,
        }),
  act: ({ xen }) => xen.setWlbEnabled(true),
  gaveBack: ({ args }) => [{ what: 'wlb-paused', on: args.pool }],
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'it is still paused'),
});
