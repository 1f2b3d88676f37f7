/** VMs in the pretend pool: who may move where, who may start while versions differ, what goes wrong (xapi §4.2, §6.2, §13). */
import { makeCloud, type Cloud } from '../../../src/sim/cloud';
import type { SimPool } from '../../../src/sim/model';
import { hands, xapiSide, type XapiReply } from '../../../src/sim/xapi';
import { flush, hostOf, pass, RawClient, ref, until, vmOf } from '../../support/sim-xapi';

let cloud: Cloud;
let pool: SimPool;
let client: RawClient;

beforeEach(async () => {
  cloud = makeCloud();
  pool = cloud.pools[0]!;
  client = new RawClient(cloud);
  await client.login();
  await client.call('pool.disable_ha');
});

const vm = (name: string) => vmOf(pool, name);
const host = (name: string) => hostOf(pool, name);
const migrate = (name: string, to: string): Promise<readonly string[]> =>
  client.error('VM.pool_migrate', ref(vm(name)), ref(host(to)), { live: 'true' });
/** host-1 runs the new version, the others do not. */
const mix = async (): Promise<void> => {
  Object.assign(host('host-1'), { version: '7.1.2', platform: '2.2.0' });
  await pass(cloud, 31);
};

test('a migration takes memory ÷ 100 MiB/s and five seconds, and shows its progress', async () => {
  const start = cloud.time.now();
  const task = await client.value('Async.VM.pool_migrate', ref(vm('i-2-11-VM')), ref(host('host-3')), {});
  await pass(cloud, 20);
  const half = await client.value('task.get_progress', task);
  expect(half).toBeGreaterThan(0.3);
  expect(half).toBeLessThan(0.6);
  while ((await client.value('task.get_status', task)) === 'pending') await pass(cloud, 1);
  expect(await client.value('task.get_status', task)).toBe('success');
  expect((cloud.time.now() - start) / 1000).toBeCloseTo(vm('i-2-11-VM').memoryMib / 100 + 5, -1);
  expect(vm('i-2-11-VM')).toMatchObject({ on: 'host-3', migrations: 1 });
});

test('two migrations out of one host share its bandwidth', async () => {
  for (const name of ['i-2-10-VM', 'i-2-17-VM'])
    await client.value('Async.VM.pool_migrate', ref(vm(name)), ref(host('host-3')), {});
  await pass(cloud, 30);
  expect([vm('i-2-10-VM').on, vm('i-2-17-VM').on]).toEqual(['host-1', 'host-1']);
  await pass(cloud, 20);
  expect([vm('i-2-10-VM').on, vm('i-2-17-VM').on]).toEqual(['host-3', 'host-3']);
});

test('memory that is not there refuses the move with needed and available bytes (F9)', async () => {
  vm('i-2-10-VM').memoryMib = 40_000;
  const [code, needed, available] = await migrate('i-2-10-VM', 'host-2');
  expect(code).toBe('HOST_NOT_ENOUGH_FREE_MEMORY');
  expect(Number(needed)).toBeGreaterThan(Number(available));
});

test('on 6.5 a guest without tools is tried and fails; on 7.1 it is refused (F14)', async () => {
  expect(await migrate('i-2-13-VM', 'host-3')).toEqual([
    'VM_FAILED_SUSPEND_ACKNOWLEDGMENT',
    ref(vm('i-2-13-VM')),
  ]);
  expect(vm('i-2-13-VM')).toMatchObject({ on: 'host-2', power: 'Running' });
  await mix();
  expect(await migrate('i-2-13-VM', 'host-1')).toEqual(['VM_LACKS_FEATURE', ref(vm('i-2-13-VM'))]);
});

test('a system VM without tools moves all the same', async () => {
  vm('s-1-VM').tools = false;
  expect(await migrate('s-1-VM', 'host-3')).toEqual([]);
});

test('an ISO that only one host has plugged nails the VM (F15)', async () => {
  expect(await migrate('i-2-14-VM', 'host-1')).toEqual([
    'VM_REQUIRES_SR',
    ref(vm('i-2-14-VM')),
    ref(pool.srs[2]!),
  ]);
  const vbd = vm('i-2-14-VM').cd!.vbd;
  expect(await client.error('VBD.eject', `OpaqueRef:${vbd}`)).toEqual([]);
  expect(await migrate('i-2-14-VM', 'host-1')).toEqual([]);
  expect(await client.error('VBD.eject', `OpaqueRef:${vbd}`)).toEqual(['VBD_IS_EMPTY', `OpaqueRef:${vbd}`]);
});

test('a local disk makes a VM not agile', async () => {
  const local = host('host-1').pbds[2]!.sr;
  vm('i-2-10-VM').disks[0]!.sr = local;
  expect(await client.error('VM.assert_agile', ref(vm('i-2-10-VM')))).toEqual([
    'HA_CONSTRAINT_VIOLATION_SR_NOT_SHARED',
    `OpaqueRef:${local}`,
  ]);
  expect(await client.error('VM.assert_agile', ref(vm('i-2-11-VM')))).toEqual([]);
});

test('a network that the destination lacks refuses the move', async () => {
  host('host-3').pifs = host('host-3').pifs.filter((pif) => pif.network !== 'guest');
  expect((await migrate('i-2-10-VM', 'host-3'))[0]).toBe('VM_REQUIRES_NETWORK');
});

test.each([
  ['pci', 'VM_HAS_PCI_ATTACHED'],
  ['vgpu', 'VM_HAS_VGPU'],
])('a VM with %s does not move: %s', async (device, code) => {
  vm('i-2-10-VM').devices = [device];
  expect((await migrate('i-2-10-VM', 'host-2'))[0]).toBe(code);
});

describe('while versions differ', () => {
  beforeEach(mix);

  test('no VM moves to an older host; to the same and to a newer one it does (F37)', async () => {
    expect(await migrate('i-2-10-VM', 'host-2')).toEqual(['NOT_SUPPORTED_DURING_UPGRADE']);
    expect(await migrate('i-2-12-VM', 'host-3')).toEqual([]);
    expect(await migrate('i-2-15-VM', 'host-1')).toEqual([]);
  });

  test('a VM starts on the newest hosts only (F38)', async () => {
    Object.assign(vm('i-2-12-VM'), { power: 'Halted', on: undefined });
    const start = ['VM.start_on', ref(vm('i-2-12-VM')), ref(host('host-2')), false, false] as const;
    expect(await client.error(...start)).toEqual(['NOT_SUPPORTED_DURING_UPGRADE']);
    expect(await client.value('VM.get_possible_hosts', ref(vm('i-2-12-VM')))).toEqual([ref(host('host-1'))]);
    host('host-1').enabled = false;
    expect(await client.error('VM.start', ref(vm('i-2-12-VM')), false, false)).toEqual([
      'NO_HOSTS_AVAILABLE',
    ]);
    host('host-1').enabled = true;
    expect(await client.error('VM.start', ref(vm('i-2-12-VM')), false, false)).toEqual([]);
    expect(vm('i-2-12-VM')).toMatchObject({ power: 'Running', on: 'host-1', starts: 1 });
  });

  test('the flag is there, HA cannot be enabled, and hosts show two operations only', async () => {
    const config = await client.value('pool.get_other_config', ref(pool));
    expect(config).toMatchObject({ rolling_upgrade_in_progress: 'true' });
    expect(await client.error('pool.enable_ha', [ref(pool.srs[1]!)], {})).toEqual([
      'NOT_SUPPORTED_DURING_UPGRADE',
    ]);
    expect(await client.value('host.get_allowed_operations', ref(host('host-2')))).toEqual([
      'evacuate',
      'provision',
    ]);
  });

  test('boot elsewhere than on the master version is refused by assert_can_boot_here', async () => {
    expect(await client.error('VM.assert_can_boot_here', ref(vm('i-2-12-VM')), ref(host('host-2')))).toEqual([
      'VM_HOST_INCOMPATIBLE_VERSION',
      ref(host('host-2')),
      ref(vm('i-2-12-VM')),
    ]);
  });

  test('the flag goes when all hosts are equal', async () => {
    for (const name of ['host-2', 'host-3'])
      Object.assign(host(name), { version: '7.1.2', platform: '2.2.0' });
    await pass(cloud, 31);
    expect(pool.rollingUpgradeFlag).toBe(false);
  });
});

test('an evacuation that hangs answers nobody and cannot be cancelled (F21)', async () => {
  cloud.faults.add([{ call: 'world:evacuation', on: 'host-1', how: 'stall' }]);
  pool.cluster.managedState = 'Unmanaged';
  const task = await client.value('Async.host.evacuate', ref(host('host-1')));
  await client.call('task.cancel', task);
  await pass(cloud, 7000);
  expect(await client.value('task.get_status', task)).toBe('pending');
});

test('what cannot be evacuated is named with its cause; the all-targets rule holds', async () => {
  const blocked = await client.value('host.get_vms_which_prevent_evacuation', ref(host('host-2')));
  expect(blocked).toEqual({
    [ref(vm('i-2-14-VM'))]: ['VM_REQUIRES_SR', ref(vm('i-2-14-VM')), ref(pool.srs[2]!)],
  });
  expect((await client.error('host.assert_can_evacuate', ref(host('host-2'))))[0]).toBe(
    'CANNOT_EVACUATE_HOST',
  );
});

test('a migration can be cancelled, and stalled or made to fail', async () => {
  cloud.faults.add([{ call: 'world:migration', on: 'i-2-10-VM', how: 'stall' }]);
  const task = await client.value('Async.VM.pool_migrate', ref(vm('i-2-10-VM')), ref(host('host-2')), {});
  await pass(cloud, 600);
  expect(await client.value('task.get_status', task)).toBe('pending');
  await client.call('task.cancel', task);
  await flush();
  expect(await client.value('task.get_status', task)).toBe('cancelled');
  expect(vm('i-2-10-VM').on).toBe('host-1');
  cloud.faults.add([{ call: 'world:migration', on: 'i-2-11-VM', how: 'fail' }]);
  expect((await migrate('i-2-11-VM', 'host-2'))[0]).toBe('VM_MIGRATE_FAILED');
  expect(vm('i-2-11-VM')).toMatchObject({ on: 'host-1', power: 'Running', migrations: 0 });
});

test('a busy VM makes the next operation wait, not fail', async () => {
  const first = client.begin('VM.pool_migrate', ref(vm('i-2-10-VM')), ref(host('host-2')), {});
  await pass(cloud, 2);
  const second = client.begin('VM.pool_migrate', ref(vm('i-2-10-VM')), ref(host('host-3')), {});
  const replies: readonly XapiReply[] = await until(cloud, Promise.all([first, second]));
  expect(replies.map((reply) => reply.Status)).toEqual(['Success', 'Success']);
  expect(vm('i-2-10-VM')).toMatchObject({ on: 'host-3', migrations: 2 });
});

test('HA is switched off and on with storage that every host has', async () => {
  expect(await client.error('pool.disable_ha')).toEqual(['HA_NOT_ENABLED']);
  expect(await client.error('pool.enable_ha', [ref(pool.srs[3]!)], {})).toEqual(['CANNOT_CREATE_STATE_FILE']);
  expect(await client.error('pool.enable_ha', [ref(pool.srs[1]!)], { timeout: '60' })).toEqual([]);
  expect(pool.ha).toMatchObject({ on: true, tolerates: 0, configuration: { timeout: '60' } });
  expect(await client.error('host.disable', ref(host('host-2')))).toEqual([
    'HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN',
  ]);
});

test('a moved master role loses every session, and the old master is a member now (F3)', async () => {
  await client.value('pool.designate_new_master', ref(host('host-2')));
  await pass(cloud, 120);
  expect(pool.master).toBe('host-2');
  expect(await client.error('pool.get_all')).toEqual(['SESSION_INVALID', client.session]);
  expect(await client.login(host('host-1'))).toEqual({
    Status: 'Failure',
    ErrorDescription: ['HOST_IS_SLAVE', host('host-2').address],
  });
});

test('five hundred sessions of one client evict the oldest (F5)', async () => {
  const { session } = client;
  for (let i = 0; i < 500; i++) await client.login();
  client.session = session;
  expect(await client.error('pool.get_all')).toEqual(['SESSION_INVALID', session]);
});

describe('the side that CloudStack uses', () => {
  test('migrates with the CD taken out first, and counts the move', async () => {
    const errors: (readonly string[] | undefined)[] = [];
    xapiSide(cloud).migrate(
      vm('i-2-14-VM'),
      host('host-1'),
      'cloudstack',
      (error) => void errors.push(error),
    );
    await pass(cloud, 60);
    expect(errors).toEqual([undefined]);
    expect(vm('i-2-14-VM')).toMatchObject({ on: 'host-1', migrations: 1 });
    expect(vm('i-2-14-VM').cd).toBeUndefined();
    expect(cloud.violations).toEqual([]);
  });

  test('sets the agent up: scripts where the tag was missing, heartbeat for the shared storage', async () => {
    const side = xapiSide(cloud);
    const one = host('host-2');
    const [tag] = one.tags;
    const before = one.scriptsAt;
    expect(side.setUpAgent(one, tag!)).toBe(true);
    expect(one.scriptsAt).toBe(before);
    side.stripCloudTags(one);
    expect(one.tags).toEqual([]);
    one.scriptsAt = 0;
    one.heartbeat = { running: false, srs: [], writtenAt: 0 };
    expect(side.setUpAgent(one, tag!)).toBe(true);
    expect(one).toMatchObject({ tags: [tag], heartbeat: { running: true } });
    expect(one.scriptsAt * 1000).toBeGreaterThan(cloud.time.now() - 2000);
    expect(one.heartbeat.srs).toEqual([pool.srs[0]!.uuid, pool.srs[1]!.uuid]);
  });

  test('a VM started again while it still runs unseen runs twice, and that is reported', async () => {
    const lost = host('host-3');
    lost.live = false;
    xapiSide(cloud).start(vm('i-2-15-VM'), host('host-1'), 'cloudstack', () => undefined);
    await pass(cloud, 30);
    expect(cloud.violations.map((one) => [one.rule, one.vm])).toEqual([['started-twice', 'i-2-15-VM']]);
  });
});

test('a stranger at the console changes memory and VMs', async () => {
  const stranger = hands.addVm(cloud, pool, { name: 'stranger', on: host('host-1'), memoryMib: 2048 });
  expect(stranger.cs).toBeUndefined();
  const free = Number(await client.value('host.compute_free_memory', ref(host('host-1'))));
  hands.setMemory(cloud, stranger, 4096);
  expect(Number(await client.value('host.compute_free_memory', ref(host('host-1'))))).toBeLessThan(free);
  hands.removeVm(cloud, stranger);
  expect(await client.error('VM.get_record', ref(stranger))).toEqual(['HANDLE_INVALID', 'VM', ref(stranger)]);
});
