/** Host resource states of 4.11.3, row by row, and what maintenance does (cs §4, §6). */
import { noTransition, RESOURCE_EVENTS, TABLE_4_11 } from '../../../src/sim/cloudstack/resource-state';
import { bootOff, makeWorld, type World } from './cloudstack-world';

const id = (world: World, name: string): { id: string } => ({ id: world.host(name).cs.id });
const errorOf = (answer: Readonly<Record<string, unknown>>): unknown =>
  (answer['jobresult'] as { errortext?: string } | undefined)?.errortext ?? answer['errortext'];

describe('the table of resource states', () => {
  const expected: readonly [string, string, string | undefined][] = [
    ['Enabled', 'Enable', 'Enabled'],
    ['Enabled', 'Disable', 'Disabled'],
    ['Enabled', 'AdminAskMaintenace', 'PrepareForMaintenance'],
    ['Enabled', 'InternalEnterMaintenance', 'Maintenance'],
    ['Enabled', 'UnableToMigrate', undefined],
    ['Enabled', 'AdminCancelMaintenance', undefined],
    ['Enabled', 'DeleteHost', undefined],
    ['Enabled', 'InternalCreated', 'Enabled'],
    ['Disabled', 'Enable', 'Enabled'],
    ['Disabled', 'Disable', 'Disabled'],
    ['Disabled', 'AdminAskMaintenace', undefined],
    ['Disabled', 'InternalEnterMaintenance', undefined],
    ['Disabled', 'UnableToMigrate', undefined],
    ['Disabled', 'AdminCancelMaintenance', undefined],
    ['Disabled', 'DeleteHost', 'Disabled'],
    ['Disabled', 'InternalCreated', 'Disabled'],
    ['PrepareForMaintenance', 'Enable', undefined],
    ['PrepareForMaintenance', 'Disable', undefined],
    ['PrepareForMaintenance', 'AdminAskMaintenace', undefined],
    ['PrepareForMaintenance', 'InternalEnterMaintenance', 'Maintenance'],
    ['PrepareForMaintenance', 'UnableToMigrate', 'ErrorInMaintenance'],
    ['PrepareForMaintenance', 'AdminCancelMaintenance', 'Enabled'],
    ['PrepareForMaintenance', 'DeleteHost', undefined],
    ['PrepareForMaintenance', 'InternalCreated', 'PrepareForMaintenance'],
    ['ErrorInMaintenance', 'Enable', undefined],
    ['ErrorInMaintenance', 'Disable', 'Disabled'],
    ['ErrorInMaintenance', 'AdminAskMaintenace', undefined],
    ['ErrorInMaintenance', 'InternalEnterMaintenance', 'Maintenance'],
    ['ErrorInMaintenance', 'UnableToMigrate', undefined],
    ['ErrorInMaintenance', 'AdminCancelMaintenance', 'Enabled'],
    ['ErrorInMaintenance', 'DeleteHost', 'Disabled'],
    ['ErrorInMaintenance', 'InternalCreated', 'ErrorInMaintenance'],
    ['Maintenance', 'Enable', undefined],
    ['Maintenance', 'Disable', undefined],
    ['Maintenance', 'AdminAskMaintenace', undefined],
    ['Maintenance', 'InternalEnterMaintenance', undefined],
    ['Maintenance', 'UnableToMigrate', undefined],
    ['Maintenance', 'AdminCancelMaintenance', 'Enabled'],
    ['Maintenance', 'DeleteHost', 'Disabled'],
    ['Maintenance', 'InternalCreated', 'Maintenance'],
    ['Creating', 'InternalCreated', 'Enabled'],
    ['Error', 'InternalCreated', 'Error'],
  ];
  test.each(expected)('%s on %s goes to %s', (from, event, to) => {
    const row = TABLE_4_11[from] as Record<string, string>;
    expect(RESOURCE_EVENTS).toContain(event);
    expect(row[event]).toBe(to);
  });
});

describe('updateHost', () => {
  test('disables and enables, and says the same state again without harm', async () => {
    const world = makeWorld();
    for (const to of ['Disable', 'Disable', 'Enable', 'Enable']) {
      const answer = await world.ask('updateHost', { ...id(world, 'host-2'), allocationstate: to });
      expect((answer['host'] as { resourcestate: string }).resourcestate).toBe(`${to}d`);
    }
  });

  test('knows Enable and Disable only, and says so with 530', async () => {
    const world = makeWorld();
    const answer = await world.ask('updateHost', { ...id(world, 'host-2'), allocationstate: 'Disabled' });
    expect(answer['status']).toBe(530);
    expect(answer['errortext']).toBe(
      `Failed to update host:${world.host('host-2').cs.dbId},Invalid allocation state:Disabled, only Enable/Disable are allowed`,
    );
  });

  test('cannot disable a host in maintenance', async () => {
    const world = makeWorld();
    world.host('host-2').cs.resourceState = 'Maintenance';
    const answer = await world.ask('updateHost', { ...id(world, 'host-2'), allocationstate: 'Disable' });
    expect(answer['errortext']).toBe(
      `Failed to update host:${world.host('host-2').cs.dbId},${noTransition('Maintenance', 'Disable')}`,
    );
  });
});

describe('prepareHostForMaintenance', () => {
  test('the job is done while VMs are still on the host; Maintenance comes with the monitor, when it is empty', async () => {
    const world = makeWorld();
    const host = world.host('host-2');
    const job = await world.job('prepareHostForMaintenance', id(world, 'host-2'));
    expect(job['jobstatus']).toBe(1);
    expect(host.cs.resourceState).toBe('PrepareForMaintenance');
    expect(world.cloud.pools[0]!.vms.some((vm) => vm.on === 'host-2')).toBe(true);
    world.pass(200);
    expect(host.cs.resourceState).toBe('Maintenance');
    expect(world.cloud.pools[0]!.vms.some((vm) => vm.on === 'host-2')).toBe(false);
    expect(world.rules()).toEqual([]);
  });

  test('takes the vmops tag off the host at once', async () => {
    const world = makeWorld();
    await world.job('prepareHostForMaintenance', id(world, 'host-2'));
    expect(world.host('host-2').tags).toEqual([]);
    expect(world.host('host-3').tags).toHaveLength(1);
  });

  test('a Disabled host is refused, and its tag is gone nevertheless', async () => {
    const world = makeWorld();
    await world.ask('updateHost', { ...id(world, 'host-2'), allocationstate: 'Disable' });
    const job = await world.job('prepareHostForMaintenance', id(world, 'host-2'));
    expect(job['jobresultcode']).toBe(431);
    expect(errorOf(job)).toBe(
      `Cannot transmit resource state of host ${world.host('host-2').cs.dbId} to MaintenanceNo next resource state found for current state = Disabled event = AdminAskMaintenace`,
    );
    expect(world.host('host-2').tags).toEqual([]);
  });

  test('one host of a cluster at a time', async () => {
    const world = makeWorld();
    await world.job('prepareHostForMaintenance', id(world, 'host-2'));
    const job = await world.job('prepareHostForMaintenance', id(world, 'host-3'));
    expect(job['jobstatus']).toBe(2);
    expect(errorOf(job)).toBe(
      `There are other servers in PrepareForMaintenance OR ErrorInMaintenance STATUS in cluster ${world.cloud.pools[0]!.cluster.dbId}`,
    );
    expect(world.rules()).toEqual(['two-hosts-preparing']);
  });

  test('a VM on local storage forbids it', async () => {
    const world = makeWorld();
    const local = world.cloud.pools[0]!.srs.find((sr) => sr.name === 'local-host-2')!;
    world.vm('i-2-12-VM').disks = [{ vdi: 'v', sr: local.uuid }];
    const job = await world.job('prepareHostForMaintenance', id(world, 'host-2'));
    expect(errorOf(job)).toBe(
      "There are active VMs using the host's local storage pool. Please stop all VMs on this host that use local storage.",
    );
  });

  test('a host that does not answer cannot be prepared and stays as it was', async () => {
    const world = makeWorld();
    world.host('host-2').enabled = false;
    const job = await world.job('prepareHostForMaintenance', id(world, 'host-2'));
    expect(errorOf(job)).toBe(`Unable to prepare for maintenance host ${world.host('host-2').cs.dbId}`);
    expect(world.host('host-2').cs.resourceState).toBe('Enabled');
  });

  test('an unknown id is refused at once', async () => {
    const world = makeWorld();
    const answer = await world.ask('prepareHostForMaintenance', { id: 'nobody' });
    expect(answer['status']).toBe(431);
    expect(answer['errortext']).toMatch(
      /Invalid parameter id value=nobody due to incorrect long value format, or entity/,
    );
  });

  test('the last Up and Enabled host stops its VMs instead of moving them', async () => {
    const world = makeWorld();
    world.host('host-1').cs.resourceState = 'Disabled';
    world.host('host-3').cs.resourceState = 'Disabled';
    await world.job('prepareHostForMaintenance', id(world, 'host-2'), 200);
    expect(world.vm('i-2-12-VM')).toMatchObject({ power: 'Halted', migrations: 0 });
    expect(world.host('host-2').cs.resourceState).toBe('Maintenance');
    expect(world.rules()).toEqual(['maintenance-without-other-host']);
  });

  test('a destination that is not ready costs the VM its life: it is stopped by force', async () => {
    const world = makeWorld();
    world.host('host-1').cs.resourceState = 'Disabled';
    world.host('host-3').phase = 'xapi-down';
    await world.job('prepareHostForMaintenance', id(world, 'host-2'), 50);
    expect(world.vm('i-2-12-VM')).toMatchObject({ power: 'Halted', migrations: 0 });
  });

  test('no place for a VM is ErrorInMaintenance; emptied by hand it still becomes Maintenance', async () => {
    const world = makeWorld();
    for (const name of ['host-1', 'host-3']) world.host(name).memory.base = world.host(name).memory.total;
    await world.job('prepareHostForMaintenance', id(world, 'host-2'), 10);
    expect(world.host('host-2').cs.resourceState).toBe('ErrorInMaintenance');
    for (const vm of world.cloud.pools[0]!.vms.filter((one) => one.on === 'host-2')) {
      vm.power = 'Halted';
      delete vm.on;
    }
    world.pass(1200);
    expect(world.host('host-2').cs.resourceState).toBe('Maintenance');
  });

  test('a migration that XAPI refuses raises an alert and is tried again two minutes later', async () => {
    const world = makeWorld();
    world.xapi.migrationErrors.push(['VM_LACKS_FEATURE']);
    await world.job('prepareHostForMaintenance', id(world, 'host-2'), 60);
    const left = world.cloud.pools[0]!.vms.filter((vm) => vm.on === 'host-2');
    expect(left).toHaveLength(1);
    world.pass(180);
    expect(world.host('host-2').cs.resourceState).toBe('Maintenance');
    expect(world.side.alerts.filter((alert) => alert.type === '15')).toHaveLength(1);
  });

  test('after twenty rounds it is ErrorInMaintenance, even if all is well', async () => {
    const world = makeWorld();
    world.xapi.migrationSeconds = 3000;
    await world.job('prepareHostForMaintenance', id(world, 'host-2'), 60 * 19);
    expect(world.host('host-2').cs.resourceState).toBe('PrepareForMaintenance');
    world.pass(120);
    expect(world.host('host-2').cs.resourceState).toBe('ErrorInMaintenance');
  });

  test('a stalled evacuation moves nothing, and goes on when the fault is cleared', async () => {
    const world = makeWorld();
    world.cloud.faults.add([{ call: 'world:evacuation', on: 'host-2', how: 'stall' }]);
    await world.job('prepareHostForMaintenance', id(world, 'host-2'), 3000);
    expect(world.host('host-2').cs.resourceState).toBe('PrepareForMaintenance');
    expect(world.vm('i-2-12-VM').on).toBe('host-2');
    world.cloud.faults.clear();
    world.pass(300);
    expect(world.host('host-2').cs.resourceState).toBe('Maintenance');
  });
});

describe('cancelHostMaintenance', () => {
  test('brings the host back into service and drops what is still queued', async () => {
    const world = makeWorld();
    world.xapi.migrationErrors.push(['VM_LACKS_FEATURE']);
    await world.job('prepareHostForMaintenance', id(world, 'host-2'), 30);
    const job = await world.job('cancelHostMaintenance', id(world, 'host-2'));
    expect(job['jobstatus']).toBe(1);
    expect(world.host('host-2').cs.resourceState).toBe('Enabled');
    world.pass(600);
    expect(world.cloud.pools[0]!.vms.filter((vm) => vm.on === 'host-2')).toHaveLength(1);
  });

  test('an Enabled host has nothing to cancel', async () => {
    const world = makeWorld();
    const job = await world.job('cancelHostMaintenance', id(world, 'host-2'));
    expect(job['jobresultcode']).toBe(530);
    expect(errorOf(job)).toBe(
      'Cannot perform cancelMaintenance when resource state is Enabled, host: host-2',
    );
  });

  test('does not look at the connection: Enabled and Disconnected, and that is an offence', async () => {
    const world = makeWorld();
    await world.job('prepareHostForMaintenance', id(world, 'host-2'), 200);
    bootOff(world.host('host-2'));
    world.pass(300);
    await world.job('cancelHostMaintenance', id(world, 'host-2'));
    expect(world.host('host-2').cs).toMatchObject({ resourceState: 'Enabled', state: 'Disconnected' });
    expect(world.rules()).toEqual(['cancel-maintenance-too-early']);
  });
});
