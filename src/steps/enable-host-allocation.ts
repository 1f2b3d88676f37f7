/**
 * Enabled directly before maintenance: from CloudStack 3.0 a Disabled host cannot enter it (cs fact 3). Not before its
 * turn: on an Enabled host that waits for another one new VMs would be placed.
 */
import { act, done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { notYetItsTurn } from './one-at-a-time';
import { defineStep } from './step';
import { csHost, minutes, type HostArgs } from './sight';

type Seen = { readonly resourceState: string };

/** `again`: the host is back at work and was never in maintenance. */
type Args = HostArgs & { readonly again?: boolean };

export const enableHostAllocation = defineStep<Args, Seen>({
  kind: 'enable-host-allocation',
  v: 1,
  title: ({ host, again }) =>
    `Enable allocation on ${host}${again ? ' again' : ', directly before maintenance'}`,
  settleSeconds: 45,
  callTimeoutSeconds: 30,
  farDelaySeconds: 1,
  maxActs: 3,
  // an empty host that is prepared before this one takes one or two monitor rounds of 60 s
  patience: { softSeconds: minutes(5), hardSeconds: minutes(30), byProgress: true },
  observe: async (world, { id }) => ({ resourceState: (await csHost(world, id)).resourceState }),
  decide: ({ args, now, line, run }) => {
    const notYet = args.again ? undefined : notYetItsTurn(run, line.line.lane);
    if (notYet !== undefined && now.resourceState === 'Disabled') return wait(notYet);
    switch (now.resourceState) {
      case 'Enabled':
        return done('the host is Enabled');
      case 'Maintenance':
      case 'PrepareForMaintenance':
        return done('the host is in maintenance already');
      case 'Disabled':
        return act('allocation is disabled', {
          subject: args.host,
          what: `enable allocation on ${args.host}`,
          args: null,
        });
      default:
        return stop(problems.hostInWrongState(args.host, now.resourceState, 'Disabled'));
    }
  },
  act: ({ cloudStack }, _act, { args }) => cloudStack.setHostAllocation(args.id, 'Enable'),
  gaveBack: ({ args }) => [{ what: 'host-allocation-disabled', on: args.host }],
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, `it is still ${now.resourceState}`),
});
