/**
 * No new VMs on a host that is about to be drained (cs §9.5 step 2). The first change of a host, so it is here that a
 * host waits while another run holds CloudStack's services: begun in between, each of the two would wait for the other.
 */
import { act, done, stop, wait } from '../domain/decision';
import { NotSent } from '../domain/errors';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { csHost, hours, listed, minutes, type HostArgs } from './sight';

type Seen = {
  readonly resourceState: string;
  readonly state: string;
  /** Absent while no other run holds any. */
  readonly servicesHeld?: readonly string[];
};

export const disableHostAllocation = defineStep<HostArgs, Seen>({
  kind: 'disable-host-allocation',
  v: 1,
  title: ({ host }) => `Disable allocation on ${host}`,
  settleSeconds: 45,
  callTimeoutSeconds: 30,
  farDelaySeconds: 1,
  maxActs: 3,
  // as long as another run's backup may take; its own call is over in seconds
  patience: { softSeconds: minutes(15), hardSeconds: hours(4) },
  observe: async (world, { id }) => {
    const [{ resourceState, state }, held] = await Promise.all([
      csHost(world, id),
      world.others.servicesHeld(),
    ]);
    return { resourceState, state, ...(held.length > 0 && { servicesHeld: held }) };
  },
  decide: ({ args, now }) => {
    if (now.servicesHeld && now.resourceState !== 'Maintenance')
      return wait(`Another run is stopping services: ${listed(now.servicesHeld)}`);
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
  act: async ({ cloudStack, others }, _act, { args }) => {
    // both runs have their intent on disk before they look: at least one of them sees the other
    const held = await others.servicesHeld();
    if (held.length > 0) throw new NotSent(`Another run is stopping services: ${listed(held)}.`);
    await cloudStack.setHostAllocation(args.id, 'Disable');
  },
  owes: ({ subject }, { before: { resourceState, state } }) => [
    { what: 'host-allocation-disabled', on: subject, before: { resourceState, state } },
  ],
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, `it is still ${now.resourceState}`),
});
