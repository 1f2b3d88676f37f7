/** No new VMs on a host that is about to be drained (cs §9.5 step 2). */
import { act, done, stop } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { csHost, minutes, type HostArgs } from './sight';

type Seen = { readonly resourceState: string; readonly state: string };

export const disableHostAllocation = defineStep<HostArgs, Seen>({
  kind: 'disable-host-allocation',
  v: 1,
  title: ({ host }) => `Disable allocation on ${host}`,
  settleSeconds: 45,
  callTimeoutSeconds: 30,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(2), hardSeconds: minutes(10) },
  observe: async (world, { id }) => {
    const { resourceState, state } = await csHost(world, id);
    return { resourceState, state };
  },
  decide: ({ args, now }) => {
    switch (now.resourceState) {
      case 'Disabled':
        return done('allocation is disabled');
      case 'Maintenance':
        return done('the host is in maintenance already');
      case 'Enabled':
        return act('the host is Enabled', {
          subject: args.host,
          what: `disable allocation on ${args.host}`,
          args: null,
        });
      default:
        return stop(problems.hostInWrongState(args.host, now.resourceState, 'Enabled'));
    }
  },
  act: ({ cloudStack }, _act, { args }) => cloudStack.setHostAllocation(args.id, 'Disable'),
  owes: ({ subject }, { before }) => [{ what: 'host-allocation-disabled', on: subject, before }],
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, `it is still ${now.resourceState}`),
});
