/** The law: a simulator started from a snapshot shows that snapshot, through the product's own adapters. */
import * as fc from 'fast-check';
import type { Snapshot } from '../../../src/domain/pool';
import { makePlan } from '../../../src/engine/planner';
import { takeSnapshot } from '../../../src/engine/snapshot';
import { rollingUpgrade } from '../../../src/procedures/rolling-upgrade';
import { Cloud } from '../../../src/sim/cloud';
import { sidesOf } from '../../../src/sim/sides';
import { parseSnapshotFile, type PoolFile } from '../../../src/sim/snapshot-file';
import { worldInMemory } from '../../support/in-memory-world';
import { until } from '../../support/sim-xapi';

const GIB = 1024;

async function shownBy(pools?: readonly PoolFile[]): Promise<Snapshot> {
  const cloud = new Cloud(pools === undefined ? {} : { pools });
  const world = worldInMemory({ cloud, ...sidesOf(cloud) }, cloud.pools[0]!);
  return until(cloud, takeSnapshot(world, cloud.time.now()));
}

/** As a person would hand it on: through JSON and the reader of `sim --pools`. */
const asFile = (pool: Snapshot): readonly PoolFile[] =>
  parseSnapshotFile(JSON.stringify({ v: 1, pools: [pool] })).pools;

const without = ({ takenAt: _time, ...pool }: Snapshot): Omit<Snapshot, 'takenAt'> => pool;

const poolArb: fc.Arbitrary<PoolFile> = fc
  .record({ hosts: fc.integer({ min: 1, max: 4 }), vms: fc.integer({ min: 0, max: 8 }) })
  .chain(({ hosts, vms }) => {
    const names = Array.from({ length: hosts }, (_, i) => `host-${i + 1}`);
    const vm = (i: number): fc.Arbitrary<NonNullable<PoolFile['vms']>[number]> =>
      fc
        .record({
          on: fc.constantFrom(...names),
          power: fc.constantFrom('Running' as const, 'Running' as const, 'Halted' as const),
          memoryMib: fc.integer({ min: 256, max: 4 * GIB }),
          vcpus: fc.integer({ min: 1, max: 8 }),
          tools: fc.boolean(),
          cd: fc.boolean(),
          local: fc.boolean(),
          device: fc.boolean(),
          known: fc.boolean(),
        })
        .map(({ on, power, cd, local, device, known, ...rest }) => ({
          name: `i-2-${10 + i}-VM`,
          power,
          ...(power === 'Running' && { on }),
          ...rest,
          disks: [local ? `local-${on}` : 'nfs'],
          networks: ['management'],
          ...(cd && power === 'Running' && { cd: { sr: 'iso', name: 'debian.iso', byCloudStack: known } }),
          ...(device && { devices: ['vgpu'] }),
          ...(!known && { cloudstack: null }),
        }));
    return fc
      .record({
        vms: fc.tuple(...Array.from({ length: vms }, (_, i) => vm(i))),
        ha: fc.boolean(),
        wlb: fc.boolean(),
        autoPowerOn: fc.boolean(),
        done: fc.integer({ min: 0, max: hosts }),
        hotfixes: fc.subarray(['XS65E001', 'XS65E002']),
        enabled: fc.boolean(),
      })
      .map(({ vms: made, ha, wlb, autoPowerOn, done, hotfixes, enabled }): PoolFile => ({
        name: 'pool-a',
        master: 'host-1',
        ha: { on: ha, srs: ['nfs'], tolerates: 1, configuration: { timeout: '60' } },
        wlb: { on: wlb, url: '10.0.0.5:8012' },
        autoPowerOn,
        srs: [
          { name: 'nfs', type: 'nfs', shared: true },
          { name: 'iso', type: 'iso', shared: true },
          ...names.map((name) => ({ name: `local-${name}`, type: 'ext', shared: false })),
        ],
        hosts: names.map((name, i) => ({
          name,
          version: i < done ? '7.1.2' : '6.5.0',
          hotfixes,
          ...(i === 1 && { enabled }),
          memoryMib: { total: 64 * GIB },
          pbds: ['nfs', 'iso', `local-${name}`].map((sr) => ({ sr, attached: true })),
        })),
        vms: [...made],
      }));
  });

test('the pool of the story: what it shows is what it was started from', async () => {
  const first = await shownBy();

  const second = await shownBy(asFile(first));

  expect(first.unread).toEqual([]);
  expect(without(second)).toEqual(without(first));
});

test('whatever the pool: a simulator started from its snapshot shows the same', async () => {
  await fc.assert(
    fc.asyncProperty(poolArb, async (file) => {
      const first = await shownBy([file]);
      const second = await shownBy(asFile(first));

      expect(first.unread).toEqual([]);
      expect(without(second)).toEqual(without(first));
    }),
    { numRuns: 60 },
  );
});

test('what the file says is what is shown: names, versions, memory, power and places', async () => {
  await fc.assert(
    fc.asyncProperty(poolArb, async (file) => {
      const shown = await shownBy([file]);

      expect(shown.hosts.map(({ name, version, hotfixes }) => ({ name, version, hotfixes }))).toEqual(
        file.hosts!.map(({ name, version, hotfixes }) => ({ name, version, hotfixes })),
      );
      const seen = shown.vms.map(({ name, power, on, memoryMib, vcpus, tools, cloudstack }) => ({
        vm: { name, power, on, memoryMib, vcpus, tools },
        known: cloudstack !== undefined,
      }));
      const written = file.vms!.map(({ name, power, on, memoryMib, vcpus, tools, cloudstack }) => ({
        vm: { name, power, on, memoryMib, vcpus, tools },
        known: cloudstack !== null,
      }));
      expect(seen).toEqual(written);
    }),
    { numRuns: 40 },
  );
});

test('planning makes no call that changes anything', async () => {
  const cloud = new Cloud();
  const world = worldInMemory({ cloud, ...sidesOf(cloud) }, cloud.pools[0]!);
  const by = { id: 'UANN', name: 'Ann' };

  const plan = await until(
    cloud,
    makePlan({ world, procedure: rollingUpgrade, target: '7.1.2', by, at: cloud.time.now(), owed: [] }),
  );

  expect(plan.verdict).toBe('go');
  expect(cloud.calls.length).toBeGreaterThan(0);
  expect(cloud.calls.filter((call) => call.mutates)).toEqual([]);
});
