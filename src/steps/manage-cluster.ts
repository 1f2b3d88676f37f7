/** Managed again, and not before every member is live, the master is the old one and XAPI shows it enabled (cs §8.6). */
import { act, done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { listed, managedState, minutes } from './sight';

type Args = { readonly cluster: string; readonly master: string; readonly masterUuid: string };
type Seen = {
  readonly managedState: string;
  readonly notLive: readonly string[];
  readonly masterUuid: string;
  readonly masterEnabled: boolean;
};

export const manageCluster = defineStep<Args, Seen>({
  kind: 'manage-cluster',
  v: 1,
  title: ({ cluster }) => `Manage cluster ${cluster} again`,
  settleSeconds: 100,
  callTimeoutSeconds: 60,
  farDelaySeconds: 5,
  maxActs: 3,
  patience: { softSeconds: minutes(5), hardSeconds: minutes(20) },
  observe: async (world) => {
    const [state, pool, hosts] = await Promise.all([
      managedState(world),
      world.xen.pool(),
      world.xen.hosts(),
    ]);
    return {
      managedState: state,
      masterUuid: pool.masterUuid,
      notLive: hosts.filter((host) => !host.live).map((host) => host.name),
      masterEnabled: hosts.some((host) => host.uuid === pool.masterUuid && host.enabled),
    };
  },
  decide: ({ args, now }) => {
    if (now.managedState === 'Managed') return done('the cluster is Managed');
    if (now.masterUuid !== args.masterUuid) return stop(problems.masterMoved(args.master));
    if (now.notLive.length > 0) return wait(`Not live yet: ${listed(now.notLive)}`);
    if (!now.masterEnabled) return wait(`XAPI does not yet show ${args.master} enabled`);
    return act(`the cluster is ${now.managedState}`, {
      subject: args.cluster,
      what: `manage cluster ${args.cluster}`,
      args: null,
    });
  },
  act: ({ cloudStack, pool }) => cloudStack.setManaged(pool.clusterId, true),
  gaveBack: ({ args }) => [{ what: 'cluster-unmanaged', on: args.cluster }],
  tooLong: ({ line, now }) =>
    problems.tooLong(
      line.line.title,
      `it is ${now.managedState}${now.notLive.length > 0 ? `; not live: ${listed(now.notLive)}` : ''}`,
    ),
});
