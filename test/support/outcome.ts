/** How a story ended, read from the truth of the pretend cloud and from the journal. */
import { stoppedLines } from '../../src/domain/lanes';
import type { Run } from '../../src/domain/run';
import type { CallRecord } from '../../src/sim/model';
import type { Story } from './story';

/** A story takes about a second; a machine that is busy with others takes its time. */
jest.setTimeout(120_000);

/** What makes way for a file, or tidies up after a call: no change to a pool or to CloudStack. */
const HOUSEKEEPING = [
  'mkdir',
  'printf',
  'mv',
  'task.destroy',
  'session.logout',
  'session.login_with_password',
];

/** Our changes in the order in which they went out, as `call subject`. What CloudStack itself asks of XAPI is its own. */
export const changes = ({ cloud }: Story): readonly string[] =>
  cloud.calls.filter(isOurs).map(({ call, on }) => `${call} ${on}`);

const isOurs = ({ mutates, by, call }: CallRecord): boolean =>
  mutates && by !== 'cloudstack' && !HOUSEKEEPING.includes(call);

/** How often this change went out to this subject. */
export const times = (it: Story, call: string, on: string): number =>
  changes(it).filter((one) => one === `${call} ${on}`).length;

/** Codes of the problems that hold a run, in the order of its lines. */
export const heldBy = (run: Run): readonly string[] =>
  stoppedLines(run).flatMap(({ problem }) => problem?.code ?? []);

/** Codes of every problem that ever held the run. */
export async function problemsIn(it: Story, run: string): Promise<readonly string[]> {
  return (await it.entries(run)).flatMap((entry) =>
    entry.type === 'LineStopped' ? [entry.problem.code] : [],
  );
}

export const rulesBroken = ({ cloud }: Story): readonly string[] => [
  ...new Set(cloud.violations.map(({ rule }) => rule)),
];

export interface PoolTruth {
  readonly versions: readonly string[];
  readonly reboots: readonly number[];
  readonly ha: { readonly on: boolean; readonly tolerates: number };
  readonly wlb: boolean;
  readonly cluster: string;
  readonly hosts: readonly string[];
  readonly down: readonly string[];
  readonly services: readonly string[];
}

/** What anybody could see of the first pool (or this one) at the end. */
export function truthOf({ cloud }: Story, pool = cloud.pools[0]!): PoolTruth {
  const { on, tolerates } = pool.ha;
  return {
    versions: [...new Set(pool.hosts.map((host) => host.version))],
    reboots: pool.hosts.map((host) => host.reboots),
    ha: { on, tolerates },
    wlb: pool.wlb.on,
    cluster: `${pool.cluster.managedState} ${pool.cluster.allocationState}`,
    hosts: [
      ...new Set(
        pool.hosts.map(
          (host) =>
            `${host.cs.state} ${host.cs.resourceState}, ${host.enabled ? 'enabled' : 'disabled'}, ${host.live ? 'live' : 'not live'}`,
        ),
      ),
    ],
    down: pool.vms.filter((vm) => vm.power !== 'Running').map((vm) => vm.name),
    services: cloud.managementServers.map((server) => `${server.management} ${server.usage}`),
  };
}

/** A pool as it must be after a whole upgrade: every host once, everything back, every VM running. */
export const upgraded = (it: Story, pool = it.pool, to = '7.1.2'): PoolTruth => ({
  versions: [to],
  reboots: pool.hosts.map(() => 1),
  ha: { on: true, tolerates: 1 },
  wlb: false,
  cluster: 'Managed Enabled',
  hosts: ['Up Enabled, enabled, live'],
  down: [],
  services: it.cloud.managementServers.map((_, i) => `active ${i === 0 ? 'active' : 'inactive'}`),
});

/** The whole promise of a run that ended well. */
export function endedWell(it: Story, run: Run, to?: string): void {
  expect(it.errors).toEqual([]);
  expect(it.cloud.violations).toEqual([]);
  expect({ phase: run.phase, held: heldBy(run) }).toEqual({ phase: 'finished', held: [] });
  expect(run.owed).toEqual([]);
  expect(truthOf(it)).toEqual(upgraded(it, it.pool, to));
}

/** One upgrade from plan to end. */
export async function told(it: Story): Promise<Run> {
  const plan = await it.plan();
  expect({ verdict: plan.verdict, blocks: plan.findings.filter((one) => one.severity === 'block') }).toEqual({
    verdict: 'go',
    blocks: [],
  });
  return it.play(await it.start(plan));
}
