/** Every rule that CloudStack can see has its offender: a raw client commits it, and the rule's id appears. */
import { stopManagement } from '../../../src/sim/cloudstack/services';
import { SimSocketError } from '../../../src/sim/socket-error';
import { makeWorld, type World } from './cloudstack-world';

const id = (world: World, name: string): { id: string } => ({ id: world.host(name).cs.id });
const clusterOf = (world: World): { id: string } => ({ id: world.cloud.pools[0]!.cluster.id });

const offences: readonly [string, (world: World) => Promise<unknown> | void][] = [
  [
    'maintenance-without-other-host',
    (world) => {
      world.host('host-1').cs.resourceState = 'Disabled';
      world.host('host-3').cs.state = 'Alert';
      return world.ask('prepareHostForMaintenance', id(world, 'host-2'));
    },
  ],
  [
    'two-hosts-preparing',
    (world) => {
      world.host('host-3').cs.resourceState = 'ErrorInMaintenance';
      return world.ask('prepareHostForMaintenance', id(world, 'host-2'));
    },
  ],
  [
    'maintenance-with-vm-in-transition',
    (world) => {
      world.vm('i-2-12-VM').cs!.state = 'Stopping';
      return world.ask('prepareHostForMaintenance', id(world, 'host-2'));
    },
  ],
  [
    'maintenance-asked-twice',
    async (world) => {
      await world.ask('prepareHostForMaintenance', id(world, 'host-2'));
      await world.ask('prepareHostForMaintenance', id(world, 'host-2'));
    },
  ],
  [
    'managed-too-early',
    (world) => {
      world.cloud.pools[0]!.cluster.managedState = 'Unmanaged';
      Object.assign(world.host('host-2'), { live: false, phase: 'booting' });
      return world.ask('updateCluster', { ...clusterOf(world), managedstate: 'Managed' });
    },
  ],
  [
    'managed-too-early',
    (world) => {
      world.cloud.pools[0]!.cluster.managedState = 'Unmanaged';
      world.cloud.pools[0]!.master = 'host-2';
      return world.ask('updateCluster', { ...clusterOf(world), managedstate: 'Managed' });
    },
  ],
  [
    'managed-too-early',
    (world) => {
      world.cloud.pools[0]!.cluster.managedState = 'Unmanaged';
      world.host('host-1').enabled = false;
      return world.ask('updateCluster', { ...clusterOf(world), managedstate: 'Managed' });
    },
  ],
  [
    'cancel-maintenance-too-early',
    (world) => {
      Object.assign(world.host('host-2').cs, { resourceState: 'Maintenance', state: 'Disconnected' });
      return world.ask('cancelHostMaintenance', id(world, 'host-2'));
    },
  ],
  [
    'cancel-maintenance-too-early',
    (world) => {
      world.host('host-2').cs.resourceState = 'Maintenance';
      world.host('host-2').enabled = false;
      return world.ask('cancelHostMaintenance', id(world, 'host-2'));
    },
  ],
  [
    'prepared-host-in-service',
    (world) => {
      world.host('host-2').cs.resourceState = 'Maintenance';
      world.host('host-2').prepared = true;
      return world.ask('cancelHostMaintenance', id(world, 'host-2'));
    },
  ],
  [
    'cloudstack-migration-while-unmanaged',
    (world) => {
      world.cloud.pools[0]!.cluster.managedState = 'Unmanaged';
      const vm = world.vm('i-2-10-VM').cs!.id;
      return world.ask('migrateVirtualMachine', { virtualmachineid: vm, hostid: id(world, 'host-2').id });
    },
  ],
  [
    'management-stopped-while-busy',
    async (world) => {
      await world.job('prepareHostForMaintenance', id(world, 'host-2'));
      stopManagement(world.side, world.cloud.managementServers[0]!, 'root');
    },
  ],
  [
    'repeated-blindly',
    async (world) => {
      world.cloud.faults.add([{ call: 'cloudstack:updateHost', how: 'lose-answer' }]);
      const change = { ...id(world, 'host-2'), allocationstate: 'Disable' };
      await expect(world.ask('updateHost', change)).rejects.toBeInstanceOf(SimSocketError);
      await world.ask('updateHost', change);
    },
  ],
];

test.each(offences)('%s', async (rule, offend) => {
  const world = makeWorld();
  await offend(world);
  expect(world.cloud.violations).toEqual([
    expect.objectContaining({ rule, pool: 'pool-a', by: rule.startsWith('management') ? 'root' : 'admin' }),
  ]);
});

test('the same change again after a look is no offence', async () => {
  const world = makeWorld();
  world.cloud.faults.add([{ call: 'cloudstack:updateHost', on: 'host-2', how: 'lose-request' }]);
  const change = { ...id(world, 'host-2'), allocationstate: 'Disable' };
  await expect(world.ask('updateHost', change)).rejects.toBeInstanceOf(SimSocketError);
  expect(world.host('host-2').cs.resourceState).toBe('Enabled');
  await world.ask('listHosts', { name: 'host-2' });
  await world.ask('updateHost', change);
  expect(world.rules()).toEqual([]);
});

test('maintenance again after it was cancelled is no offence', async () => {
  const world = makeWorld();
  await world.job('prepareHostForMaintenance', id(world, 'host-2'), 300);
  await world.job('cancelHostMaintenance', id(world, 'host-2'));
  await world.job('prepareHostForMaintenance', id(world, 'host-2'));
  expect(world.rules()).toEqual([]);
});

describe('faults', () => {
  test('refuse on an async command is refused by its job, with the code asked for', async () => {
    const world = makeWorld();
    world.cloud.faults.add([
      { call: 'cloudstack:prepareHostForMaintenance', on: 'host-2', how: 'refuse', code: '431' },
    ]);
    expect(await world.job('prepareHostForMaintenance', id(world, 'host-2'))).toMatchObject({
      jobstatus: 2,
      jobresultcode: 431,
    });
    expect(world.host('host-2').cs.resourceState).toBe('Enabled');
  });

  test.each([
    ['lose-answer', 'reset', 'Disabled'],
    ['lose-request', 'reset', 'Enabled'],
    ['hang', 'hang', 'Disabled'],
    ['truncate', 'truncate', 'Disabled'],
    ['html', 'html', 'Disabled'],
  ])('%s shows %s on the socket and leaves the host %s', async (how, kind, state) => {
    const world = makeWorld();
    world.cloud.faults.add([{ call: 'cloudstack:updateHost', how }]);
    await expect(
      world.ask('updateHost', { ...id(world, 'host-2'), allocationstate: 'Disable' }),
    ).rejects.toMatchObject({ kind });
    expect(world.host('host-2').cs.resourceState).toBe(state);
    expect(world.cloud.calls.at(-1)).toMatchObject({
      call: 'updateHost',
      on: 'host-2',
      by: 'admin',
      mutates: true,
      code: how,
    });
  });

  test('slow takes pool time', async () => {
    const world = makeWorld();
    world.cloud.faults.add([{ call: 'cloudstack:listZones', how: 'slow:30' }]);
    const asked = world.ask('listZones');
    const early = await Promise.race([asked.then(() => 'answered'), Promise.resolve('waiting')]);
    world.pass(31);
    expect([early, (await asked)['count']]).toEqual(['waiting', 1]);
  });
});

test('the call log names command, subject and key, and tells reads from changes', async () => {
  const world = makeWorld();
  await world.ask('listHosts');
  await world.ask('migrateVirtualMachine', {
    virtualmachineid: world.vm('i-2-10-VM').cs!.id,
    hostid: id(world, 'host-2').id,
  });
  await world.ask('updateCluster', { ...clusterOf(world), allocationstate: 'Enabled' });
  await world.ask('updateHost', { ...id(world, 'host-1'), allocationstate: 'X' });
  expect(
    world.cloud.calls.map(({ call, on, by, mutates, ok, code }) => [call, on, by, mutates, ok, code]),
  ).toEqual([
    ['listHosts', '', 'admin', false, true, undefined],
    ['migrateVirtualMachine', 'i-2-10-VM', 'admin', true, true, undefined],
    ['updateCluster', 'pool-a', 'admin', true, true, undefined],
    ['updateHost', 'host-1', 'admin', true, false, '530'],
  ]);
});
