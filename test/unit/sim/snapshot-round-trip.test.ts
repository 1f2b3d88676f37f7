/** The law of the simulator: a cloud started from a snapshot S shows S, apart from the moment of looking. */
import * as fc from 'fast-check';
import type { Snapshot } from '../../../src/domain/pool';
import { takeSnapshot } from '../../../src/engine/snapshot';
import { makeCloud } from '../../../src/sim/cloud';
import { BadSnapshotFile, parseSnapshotFile, type PoolFile } from '../../../src/sim/snapshot-file';
import { sidesOf } from '../../../src/sim/sides';
import { worldInMemory } from '../../support/in-memory-world';
import { patiently } from '../../support/patiently';

/** The pool in FILE as the product's own adapters see it. */
async function seenBy(file: string): Promise<Snapshot> {
  const cloud = makeCloud(parseSnapshotFile(file));
  const world = worldInMemory({ cloud, ...sidesOf(cloud) }, cloud.pools[0]!);
  return patiently(cloud, takeSnapshot(world, cloud.time.now()));
}
const fileOf = (pool: PoolFile | Snapshot): string => JSON.stringify({ v: 1, pools: [pool] });

/** Times of looking differ, and with them nothing else. */
const apartFromTime = ({ takenAt: _takenAt, ...rest }: Snapshot) => rest;

const PREFIX = { guest: 'i-2', router: 'r', ssvm: 's', cpvm: 'v' } as const;
const name = fc.constantFrom('alpha', 'beta', 'gamma', 'delta');
const vm = fc.record({
  kind: fc.constantFrom('guest' as const, 'router' as const, 'ssvm' as const, 'cpvm' as const),
  cd: fc.constantFrom('none' as const, 'by CloudStack' as const, 'by hand' as const),
  power: fc.constantFrom('Running' as const, 'Halted' as const),
  memoryMib: fc.integer({ min: 256, max: 4096 }),
  vcpus: fc.integer({ min: 1, max: 8 }),
  tools: fc.boolean(),
  devices: fc.subarray(['pci', 'vgpu']),
  haEnabled: fc.boolean(),
  known: fc.boolean(),
  hostTags: fc.subarray(['gpu', 'ssd']),
  apart: fc.subarray(['db', 'web']),
  backedUp: fc.boolean(),
  snapshot: fc.boolean(),
});
const pool: fc.Arbitrary<PoolFile> = fc
  .record({
    name,
    hosts: fc.integer({ min: 2, max: 4 }),
    master: fc.nat(3),
    version: fc.constantFrom('6.5.0', '7.1.0', '7.1.2'),
    hotfixes: fc.subarray(['XS65E001', 'XS65E002']),
    tags: fc.subarray(['rack-1', 'spare']),
    enabled: fc.boolean(),
    ha: fc.boolean(),
    wlb: fc.boolean(),
    managed: fc.constantFrom('Managed', 'Unmanaged'),
    allocation: fc.constantFrom('Enabled', 'Disabled'),
    servers: fc.integer({ min: 1, max: 3 }),
    halfWay: fc.boolean(),
    unplugged: fc.boolean(),
    resourceState: fc.constantFrom('Enabled', 'Disabled', 'Maintenance'),
    vms: fc.array(vm, { maxLength: 6 }),
  })
  .map((drawn) => ({
    name: drawn.name,
    master: `host-${(drawn.master % drawn.hosts) + 1}`,
    ha: { on: drawn.ha, ...(drawn.ha && { srs: ['nfs-primary'], tolerates: 1 }) },
    srs: [
      { name: 'nfs-primary', type: 'nfs', shared: true },
      { name: 'iso', type: 'iso', shared: true },
    ],
    wlb: { on: drawn.wlb, url: drawn.wlb ? '10.0.0.9:8012' : '' },
    cloudstack: {
      managedState: drawn.managed,
      allocationState: drawn.allocation,
      managementServers: Array.from({ length: drawn.servers }, (_, index) => ({ name: `ms-${index + 1}` })),
    },
    hosts: Array.from({ length: drawn.hosts }, (_, index) => ({
      name: `host-${index + 1}`,
      version:
        drawn.halfWay && `host-${index + 1}` === `host-${(drawn.master % drawn.hosts) + 1}`
          ? '7.1.2'
          : drawn.version,
      ...(drawn.unplugged && { pbds: [{ sr: 'nfs-primary', attached: index > 0 }] }),
      cloudstack: { resourceState: index === 0 ? 'Enabled' : drawn.resourceState },
      hotfixes: drawn.hotfixes,
      tags: drawn.tags,
      enabled: index === 0 || drawn.enabled,
    })),
    vms: drawn.vms.map(({ haEnabled, known, cd, hostTags, apart, backedUp, snapshot, ...one }, index) => ({
      ...one,
      name: `${PREFIX[one.kind]}-${index + 10}-VM`,
      ...(cd !== 'none' && {
        cd: { sr: 'iso', name: 'debian-8.iso', byCloudStack: known && cd === 'by CloudStack' },
      }),
      ...(snapshot && { traits: { snapshotAt: '2025-12-24T12:00:00.000Z' } }),
      ...(one.power === 'Running' && { on: `host-${(index % drawn.hosts) + 1}` }),
      cloudstack:
        known || one.kind !== 'guest'
          ? {
              haEnabled,
              ...(one.kind === 'guest' && {
                ...(hostTags.length > 0 && { hostTags }),
                ...(apart.length > 0 && { apart }),
                ...(backedUp && { backedUpAt: '2025-12-01T01:00:00.000Z' }),
              }),
            }
          : null,
    })),
  }));

test('the pool of the story shows itself again when its snapshot is the FILE', async () => {
  const cloud = makeCloud();
  const world = worldInMemory({ cloud, ...sidesOf(cloud) }, cloud.pools[0]!);
  const first = await patiently(cloud, takeSnapshot(world, cloud.time.now()));

  const second = await seenBy(fileOf(first));

  expect(first.unread).toEqual([]);
  expect(apartFromTime(second)).toEqual(apartFromTime(first));
});

test('open work of CloudStack shows itself again too', async () => {
  const openWork = {
    jobs: [
      'prepareHostForMaintenance 7e8e3b1c-0000-4000-8000-000000000001',
      'deployVirtualMachine 7e8e3b1c-0000-4000-8000-000000000002',
    ],
    haWork: ['Migration of i-2-10-VM on host-1, step Scheduled'],
    transfers: ['host-1 TransferRequested'],
  };
  const vms = [{ name: 'i-2-10-VM', on: 'host-1', cloudstack: { state: 'Migrating' } }];

  const first = await seenBy(
    fileOf({
      name: 'pool-x',
      hosts: [{ name: 'host-1' }, { name: 'host-2' }],
      vms,
      cloudstack: { openWork },
    }),
  );
  const second = await seenBy(fileOf(first));

  expect(first.cloudstack.openWork).toEqual({
    ...openWork,
    jobs: expect.any(Array) as unknown,
    transitions: ['i-2-10-VM Migrating'],
  });
  expect(first.cloudstack.openWork.jobs).toHaveLength(2);
  expect(apartFromTime(second)).toEqual(apartFromTime(first));
});

test('any pool shows itself again when its snapshot is the FILE', async () => {
  await fc.assert(
    fc.asyncProperty(pool, async (drawn) => {
      const first = await seenBy(fileOf(drawn));
      const second = await seenBy(fileOf(first));
      expect(first.unread).toEqual([]);
      expect(apartFromTime(second)).toEqual(apartFromTime(first));
    }),
    { numRuns: 25 },
  );
}, 60_000);

test.each([
  [{ v: 1, pools: [{ name: 'a', colour: 'red' }] }, 'pools[0].colour: unknown key'],
  [
    { v: 1, pools: [{ name: 'a', hosts: [{ name: 'h', memroyMib: 1 }] }] },
    'pools[0].hosts[0].memroyMib: unknown key',
  ],
  [{ v: 1, pools: [{ name: 'a' }], hiden: {} }, 'hiden: unknown key'],
  [{ v: 1, pools: [{ name: 'a' }], hidden: { b: {} } }, 'hidden.b: no pool of that name'],
  [{ v: 2, pools: [{ name: 'a' }] }, 'v: '],
])('an unknown key or name is refused with its path', (file, path) => {
  const mistakes = ((): readonly string[] => {
    try {
      parseSnapshotFile(JSON.stringify(file));
      return [];
    } catch (error) {
      return error instanceof BadSnapshotFile ? error.mistakes : [];
    }
  })();

  expect(mistakes.some((mistake) => mistake.startsWith(path))).toBe(true);
});
