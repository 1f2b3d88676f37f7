/** One version everywhere, and XAPI itself no longer in a rolling upgrade: the flag goes within 30 s (xapi §4.1). */
import { done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep, LOOKS_ONLY } from './step';
import { minutes } from './sight';

type Args = { readonly pool: string; readonly to: string };
type Seen = {
  readonly versions: readonly string[];
  readonly others: readonly string[];
  readonly rollingUpgradeFlag: boolean;
};

export const expectOneVersion = defineStep<Args, Seen>({
  ...LOOKS_ONLY,
  kind: 'expect-one-version',
  v: 1,
  title: ({ to }) => `See that every host runs ${to} and XAPI's rolling-upgrade flag is gone`,
  patience: { softSeconds: minutes(5), hardSeconds: minutes(20) },
  observe: async ({ xen }, { to }) => {
    const [pool, hosts] = await Promise.all([xen.pool(), xen.hosts()]);
    return {
      versions: [...new Set(hosts.map((host) => host.version))].sort(),
      others: hosts.filter((host) => host.version !== to).map((host) => `${host.name} runs ${host.version}`),
      rollingUpgradeFlag: pool.rollingUpgradeFlag,
    };
  },
  decide: ({ args, now }) => {
    if (now.others.length > 0) return stop(problems.stillMixed(args.pool, now.others));
    return now.rollingUpgradeFlag
      ? wait('XAPI still says that a rolling upgrade is in progress', { againInSeconds: 5 })
      : done(`every host runs ${args.to}`);
  },
  tooLong: ({ args, now }) =>
    problems.stillMixed(args.pool, now.others.length > 0 ? now.others : ['the flag is still set']),
});
