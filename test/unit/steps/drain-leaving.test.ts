/** A VM that sets out while a drain looks is on its way; that is no refusal, and the lane goes on. */
import { drainLook } from '../../../src/steps/drain-look';
import type { LineState } from '../../../src/domain/run';
import type { World } from '../../../src/ports';
import { Cloud } from '../../../src/sim/cloud';
import { sidesOf } from '../../../src/sim/sides';
import { keptInMemory, worldInMemory } from '../../support/in-memory-world';
import { patiently } from '../../support/patiently';

const LINE: LineState = {
  line: {
    id: 'host-1-05-drain-host',
    kind: 'drain-host',
    v: 1,
    title: 'Drain',
    args: null,
    lane: 'host-1',
    after: [],
  },
  status: 'begun',
  notes: [],
  overdue: false,
  acts: {},
  retries: 0,
  allowed: {},
};

test('a VM that sets out between being listed and being asked about has no destination now, and nothing is refused', async () => {
  const cloud = new Cloud();
  const pool = cloud.pools[0]!;
  const sides = { cloud, ...sidesOf(cloud) };
  const real = worldInMemory(sides, pool, {}, keptInMemory(sides));
  const host = pool.hosts.find((one) => one.name === pool.master)!;
  const leaving = pool.vms.find((vm) => vm.kind === 'guest' && vm.cs?.on === host.name)!;
  const world: World = {
    ...real,
    others: { hostsInWork: async () => [], servicesHeld: async () => [] },
    lookAgain: () => Promise.reject(new Error('only within a run')),
    cloudStack: {
      ...real.cloudStack,
      async vms(cluster) {
        const listed = await real.cloudStack.vms(cluster);
        leaving.cs!.state = 'Migrating';
        return listed;
      },
    },
  };

  const seen = await patiently(cloud, drainLook(world, { uuid: host.uuid, id: host.cs.id }, LINE, 12));

  expect(cloud.calls.filter((call) => call.call === 'findHostsForMigration' && !call.ok)).toHaveLength(1);
  expect(seen.suitable[leaving.name]).toEqual([]);
  expect(seen.left.map((vm) => vm.name)).toContain(leaving.name);
});

test('VMs that are to be stopped take nobody else’s turn when CloudStack is asked for destinations', async () => {
  const cloud = new Cloud();
  const pool = cloud.pools[0]!;
  const sides = { cloud, ...sidesOf(cloud) };
  const world: World = {
    ...worldInMemory(sides, pool, {}, keptInMemory(sides)),
    others: { hostsInWork: async () => [], servicesHeld: async () => [] },
    lookAgain: () => Promise.reject(new Error('only within a run')),
  };
  const host = pool.hosts.find((one) => one.name === pool.master)!;
  const at = { uuid: host.uuid, id: host.cs.id };
  const first = (await patiently(cloud, drainLook(world, at, LINE, 1))).suitable;
  const seen = await patiently(cloud, drainLook(world, at, LINE, 1, Object.keys(first)));
  expect(Object.keys(seen.suitable)).toHaveLength(1);
  expect(Object.keys(seen.suitable)).not.toEqual(Object.keys(first));
});
