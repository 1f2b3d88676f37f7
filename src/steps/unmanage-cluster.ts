/** CloudStack's hands off the pool while its master is away (cs fact 9, §8.6). Slow, and judged by what listClusters says. */
import { act, done, stop, wait } from '../domain/decision';
import { Refused } from '../domain/errors';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { csHost, listed, managedState, minutes, type HostArgs } from './sight';

/** `withoutMaintenance`: allocation on the host is disabled and it is empty, where maintenance would move the master role. */
type Args = HostArgs & { readonly cluster: string; readonly withoutMaintenance?: boolean };
type Seen = {
  readonly managedState: string;
  readonly resourceState: string;
  readonly connecting: readonly string[];
};

/** CloudStack answers them after the first hosts have been disconnected. */
const GAVE_UP: readonly string[] = ['CS_UNMANAGE_CONNECTING', 'CS_UNMANAGE_TIMEOUT'];

const whyGivenUp = (receipt: unknown): string =>
  (receipt as { readonly gaveUp?: string } | undefined)?.gaveUp ?? 'it is PrepareUnmanagedError';

export const unmanageCluster = defineStep<Args, Seen>({
  kind: 'unmanage-cluster',
  v: 1,
  title: ({ cluster }) => `Unmanage cluster ${cluster}: nothing may act on a pool whose master is away`,
  // the call itself takes up to 200 s and may go on after a lost answer (cs fact 12)
  settleSeconds: 600,
  callTimeoutSeconds: 320,
  farDelaySeconds: 210,
  maxActs: 2,
  long: true,
  patience: { softSeconds: minutes(8), hardSeconds: minutes(25) },
  observe: async (world, { id }) => {
    const [state, host, hosts] = await Promise.all([
      managedState(world),
      csHost(world, id),
      world.cloudStack.hosts(world.pool.clusterId),
    ]);
    return {
      managedState: state,
      resourceState: host.resourceState,
      connecting: hosts
        .filter((other) => !['Up', 'Down', 'Disconnected', 'Alert'].includes(other.state))
        .map((other) => `${other.name} is ${other.state}`),
    };
  },
  decide: ({ args, now, line }) => {
    if (now.managedState === 'Unmanaged') return done('the cluster is Unmanaged');
    if (now.managedState === 'PrepareUnmanaged') return wait('CloudStack disconnects the hosts');
    const asked = line.acts[args.cluster];
    if (asked && now.managedState === 'PrepareUnmanagedError' && (line.patienceFrom ?? 0) <= asked.intendedAt)
      return stop(problems.tooLong(line.line.title, whyGivenUp(asked.receipt)));
    const wanted = args.withoutMaintenance ? 'Disabled' : 'Maintenance';
    if (now.resourceState !== wanted)
      return stop(problems.hostInWrongState(args.host, now.resourceState, wanted));
    // CloudStack refuses while a host connects (cs §8.6)
    if (now.connecting.length > 0) return wait(`A host is still connecting: ${listed(now.connecting)}`);
    return act(`the cluster is ${now.managedState}`, {
      subject: args.cluster,
      what: `unmanage cluster ${args.cluster}`,
      args: null,
    });
  },
  act: async ({ cloudStack, pool }) => {
    try {
      await cloudStack.setManaged(pool.clusterId, false);
    } catch (error) {
      // given up half-way, and the cluster is PrepareUnmanagedError: something did happen, and it is owed back (cs §8.6)
      if (error instanceof Refused && GAVE_UP.includes(error.problem.code))
        return { gaveUp: error.problem.why };
      throw error;
    }
    return undefined;
  },
  owes: ({ subject }, { args }) => [
    {
      what: 'cluster-unmanaged',
      on: subject,
      before: { managedState: 'Managed', ...(args.master && { master: args.host, masterUuid: args.uuid }) },
    },
  ],
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, `it is ${now.managedState}`),
});
