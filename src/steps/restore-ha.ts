/** HA on again, with its first configuration; XAPI allows it only while all versions are equal (xapi §3.2). */
import { act, done, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { haSeen } from './disable-ha';
import { defineStep } from './step';
import { listed, minutes } from './sight';

/** `before`: HA as it was before the first run touched it. */
type Ha = ReturnType<typeof haSeen>;
type Args = { readonly pool: string; readonly before: Ha };
type Seen = Ha & { readonly versions: readonly string[]; readonly notLive: readonly string[] };

const sameSrs = (a: Ha, b: Ha): boolean => [...a.srs].sort().join() === [...b.srs].sort().join();

export const restoreHa = defineStep<Args, Seen>({
  kind: 'restore-ha',
  v: 1,
  title: () => 'Enable HA again, as it was',
  settleSeconds: 300,
  callTimeoutSeconds: 120,
  farDelaySeconds: 60, // the heartbeat daemons form their live set
  maxActs: 3,
  patience: { softSeconds: minutes(10), hardSeconds: minutes(30) },
  observe: async ({ xen }) => {
    const [pool, hosts] = await Promise.all([xen.pool(), xen.hosts()]);
    return {
      ...haSeen(pool.ha),
      versions: [...new Set(hosts.map((host) => host.version))].sort(),
      notLive: hosts.filter((host) => !host.live).map((host) => host.name),
    };
  },
  decide: ({ args, now }) => {
    if (now.on && sameSrs(now, args.before) && now.tolerates === args.before.tolerates)
      return done(`HA is on and tolerates ${now.tolerates}, as before`);
    if (now.on && sameSrs(now, args.before))
      return act('HA is on, its tolerance is not yet what it was', {
        subject: `${args.pool} tolerance`,
        what: `let HA tolerate ${args.before.tolerates} again`,
        args: { tolerates: args.before.tolerates },
      });
    if (now.versions.length > 1)
      return wait(`HA needs one version everywhere; there are ${listed(now.versions)}`);
    if (now.notLive.length > 0) return wait(`HA needs every host live; not live: ${listed(now.notLive)}`);
    return act('HA is off', { subject: args.pool, what: `enable HA of ${args.pool}`, args: null });
  },
  act: async ({ xen }, { subject }, { args }) => {
    if (subject === args.pool) await xen.enableHa(args.before);
    else await xen.setHaTolerates(args.before.tolerates);
  },
  gaveBack: ({ args }) => [{ what: 'ha-off', on: args.pool }],
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'HA is not yet as it was'),
});
