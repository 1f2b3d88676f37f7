/** CloudStack's hands off the pool while its master is away (cs fact 9, §8.6). Slow, and judged by what listClusters says. */
import { act, done, stop, wait } from '../domain/decision';
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
  decide: ({ args, now }) => {
    if (now.managedState === 'Unmanaged') return done('the cluster is Unmanaged');
    if (now.managedState === 'PrepareUnmanaged') return wait('CloudStack disconnects the hosts');
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
  act: ({ cloudStack, pool }) => cloudStack.setManaged(pool.clusterId, false),
  owes: ({ subject }) => [{ what: 'cluster-unmanaged', on: subject, before: { managedState: 'Managed' } }],
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, `it is ${now.managedState}`),
});
