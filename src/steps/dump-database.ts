/** The XAPI database over HTTP, and a stub refused: in a mixed pool XAPI hands out an empty one (xapi §3.5). */
import { act, done, stop } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { minutes } from './sight';

type Args = { readonly pool: string; readonly path: string };
type Seen = {
  readonly path: string;
  readonly rollingUpgradeFlag: boolean;
  readonly hosts: number;
  readonly vms: number;
  readonly dump?: {
    readonly bytes: number;
    readonly sha256: string;
    readonly hosts: number;
    readonly vms: number;
    readonly whole: boolean;
  };
};

export const dumpDatabase = defineStep<Args, Seen>({
  kind: 'dump-database',
  v: 1,
  title: () => "Dump the pool's database and check that it is whole",
  settleSeconds: 200,
  callTimeoutSeconds: 180, // hundreds of MB on a large pool
  farDelaySeconds: 5,
  maxActs: 3,
  long: true,
  patience: { softSeconds: minutes(10), hardSeconds: minutes(30) },
  observe: async ({ xen }, { path }, { line }) => {
    const attempt = `${path}-${line.retries + 1}.xml`;
    const [pool, hosts, vms, dump] = await Promise.all([
      xen.pool(),
      xen.hosts(),
      xen.vms(),
      xen.readDump(attempt),
    ]);
    return {
      path: attempt,
      rollingUpgradeFlag: pool.rollingUpgradeFlag,
      hosts: hosts.length,
      vms: vms.length,
      ...(dump && {
        dump: { bytes: dump.bytes, sha256: dump.sha256, hosts: dump.hosts, vms: dump.vms, whole: dump.whole },
      }),
    };
  },
  decide: ({ args, now }) => {
    if (now.rollingUpgradeFlag) return stop(problems.dumpInMixedPool(args.pool));
    const { dump } = now;
    if (!dump)
      return act('there is no dump yet', {
        subject: now.path,
        what: `dump the database of ${args.pool}`,
        args: { path: now.path },
      });
    if (!dump.whole || dump.hosts !== now.hosts)
      return stop(
        problems.dumpBad(
          args.pool,
          dump.whole ? `it lists ${dump.hosts} of ${now.hosts} hosts` : 'it is cut off, or XAPI’s stub',
        ),
      );
    return done(
      `${dump.hosts} hosts and ${dump.vms} VMs in ${now.path}, sha256 ${dump.sha256.slice(0, 12)}…`,
      now,
    );
  },
  act: async ({ xen }, { args }) => {
    const dump = await xen.dumpDatabase((args as { path: string }).path);
    return { bytes: dump.bytes, sha256: dump.sha256 };
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'the dump is not there'),
});
