/** The host's machine: what a reboot, an installer and a toolstack restart do, and when (xapi §2.3, §4, §12.6). */
import { makeCloud, type Cloud } from '../../../src/sim/cloud';
import type { SimPool } from '../../../src/sim/model';
import { SimSocketError } from '../../../src/sim/socket-error';
import { hands } from '../../../src/sim/xapi';
import { xapiWorld } from '../../../src/sim/xapi/xapi-world';
import { hostOf, pass, RawClient, ref, vmOf } from '../../support/sim-xapi';

let cloud: Cloud;
let pool: SimPool;
let client: RawClient;

beforeEach(async () => {
  cloud = makeCloud();
  [pool] = cloud.pools as [SimPool];
  client = new RawClient(cloud);
  await client.login();
  await client.call('pool.disable_ha');
  pool.cluster.managedState = 'Unmanaged';
  cloud.violations.length = 0;
});

/** Empties a host behind everybody's back, so that a test can reboot it decently. */
const empty = (name: string): void => {
  const other = pool.hosts.find((host) => host.name !== name)!;
  for (const vm of pool.vms) if (vm.on === name) vm.on = other.name;
};

const rebootDecently = async (name: string): Promise<void> => {
  empty(name);
  const host = hostOf(pool, name);
  await client.value('host.disable', ref(host));
  await client.value('host.reboot', ref(host));
};

test('a host that is told to reboot answers at once and goes ten seconds later', async () => {
  const host = hostOf(pool, 'host-2');
  await rebootDecently('host-2');
  expect(host.phase).toBe('up');
  await pass(cloud, 9);
  expect(host.phase).toBe('up');
  await pass(cloud, 2);
  expect(host.phase).toBe('shutting-down');
  expect(host).toMatchObject({ live: false, enabled: false });
  expect(cloud.violations).toEqual([]);
});

test('a reboot that was not disabled first is refused and reported', async () => {
  empty('host-2');
  expect(await client.error('host.reboot', ref(hostOf(pool, 'host-2')))).toEqual(['HOST_NOT_DISABLED']);
  expect(cloud.violations.map((one) => one.rule)).toEqual(['reboot-while-enabled']);
});

test('a host comes back with a new boot time, the same version, and enables itself', async () => {
  const host = hostOf(pool, 'host-2');
  const before = host.bootTime;
  await rebootDecently('host-2');
  await pass(cloud, 450);
  expect(host.bootTime).toBeGreaterThan(before);
  expect(host).toMatchObject({ version: '6.5.0', phase: 'up', enabled: true, live: true, reboots: 1 });
  expect(host.pbds.every((pbd) => pbd.attached)).toBe(true);
});

test('the installer brings the new version, an empty dom0 and, on one host, other keys', async () => {
  hands.bootIso(cloud, hostOf(pool, 'host-1'));
  await pass(cloud, 3000);
  expect(hostOf(pool, 'host-1')).toMatchObject({
    version: '7.1.2',
    platform: '2.2.0',
    scriptsAt: 0,
    certificate: 1,
    reboots: 1,
    heartbeat: { running: false },
  });
  expect(pool.rollingUpgradeFlag).toBe(true);
  empty('host-2');
  hands.bootIso(cloud, hostOf(pool, 'host-2'));
  await pass(cloud, 3000);
  expect(hostOf(pool, 'host-2')).toMatchObject({ version: '7.1.2', certificate: 2, sshKey: 2 });
  hands.bootIso(cloud, hostOf(pool, 'host-3'));
  await pass(cloud, 3000);
  expect(pool.rollingUpgradeFlag).toBe(false);
});

test('after an upgrade xapi comes, goes once more and comes again (F56)', async () => {
  const host = hostOf(pool, 'host-1');
  hands.bootIso(cloud, host);
  const seen: boolean[] = [];
  for (let second = 0; second < 2200; second++) {
    await pass(cloud, 1);
    const { ready } = xapiWorld(cloud).machine(host);
    if (seen.at(-1) !== ready) seen.push(ready);
  }
  expect(seen).toEqual([false, true, false, true]);
});

test('a member upgraded before its master stays in emergency mode until the master is upgraded (F34)', async () => {
  empty('host-2');
  hands.bootIso(cloud, hostOf(pool, 'host-2'));
  expect(cloud.violations.map((one) => one.rule)).toContain('member-before-master');
  await pass(cloud, 3600);
  expect(hostOf(pool, 'host-2')).toMatchObject({ live: false, version: '6.5.0' });
  empty('host-1');
  hands.bootIso(cloud, hostOf(pool, 'host-1'));
  await pass(cloud, 3600);
  expect(hostOf(pool, 'host-2')).toMatchObject({ live: true, version: '7.1.2' });
});

test('sessions die with the master xapi; the next call says so (F4)', async () => {
  await client.value('host.restart_agent', ref(hostOf(pool, 'host-1')));
  await pass(cloud, 3);
  await expect(client.begin('pool.get_all')).rejects.toThrow(SimSocketError);
  await pass(cloud, 120);
  expect(await client.error('pool.get_all')).toEqual(['SESSION_INVALID', client.session]);
});

test('a user disable does not outlive the boot', async () => {
  await rebootDecently('host-3');
  await pass(cloud, 600);
  expect(hostOf(pool, 'host-3')).toMatchObject({ enabled: true, disabledByUser: false });
});

test('while the host starts, enabling it says that it still boots', async () => {
  await rebootDecently('host-2');
  await pass(cloud, 10 + 30 + 180 + 60 + 20 + 10 + 5);
  await pass(cloud, 2);
  const answer = await client.error('host.enable', ref(hostOf(pool, 'host-2')));
  expect(answer).toEqual(['HOST_STILL_BOOTING']);
});

test.each([
  ['same-version', '6.5.0', 'up'],
  ['never', '6.5.0', 'installer'],
  ['fail', '6.5.0', 'up'],
  ['stall', '7.1.2', 'up'],
])('installer fault %s ends on %s (F26, F27)', async (how, version, phase) => {
  cloud.faults.add([{ call: 'world:installer', on: 'host-1', how }]);
  hands.bootIso(cloud, hostOf(pool, 'host-1'));
  await pass(cloud, 12_000);
  expect(hostOf(pool, 'host-1')).toMatchObject({ version, phase });
});

test('a host whose machine never comes back stays away (F26)', async () => {
  cloud.faults.add([{ call: 'world:boot', on: 'host-1', how: 'never' }]);
  hands.bootIso(cloud, hostOf(pool, 'host-1'));
  await pass(cloud, 20_000);
  expect(hostOf(pool, 'host-1').phase).toBe('post');
  await expect(client.begin('pool.get_all')).rejects.toMatchObject({ kind: 'refused' });
});

test('a PBD that does not plug at boot leaves the host enabled and a message (F33)', async () => {
  cloud.faults.add([
    { call: 'xapi:PBD.plug', on: 'host-2', nth: 0, how: 'refuse', code: 'SR_BACKEND_FAILURE_47' },
  ]);
  await rebootDecently('host-2');
  await pass(cloud, 600);
  const host = hostOf(pool, 'host-2');
  expect(host.enabled).toBe(true);
  expect(host.pbds.every((pbd) => !pbd.attached)).toBe(true);
  const [error] = await client.error('PBD.plug', ref(host.pbds[0]!));
  expect(error).toBe('SR_BACKEND_FAILURE_47');
});

test('VMs that still lived on a rebooted host are dead, and it is reported', async () => {
  const host = hostOf(pool, 'host-2');
  await client.value('host.disable', ref(host));
  await client.value('host.reboot', ref(host));
  expect(cloud.violations.map((one) => one.rule)).toEqual(['reboot-with-residents']);
  await pass(cloud, 60);
  expect(vmOf(pool, 'i-2-12-VM')).toMatchObject({ power: 'Halted', stops: 1 });
});

test('members blocked by the master being away go on when it is back', async () => {
  empty('host-1');
  hands.bootIso(cloud, hostOf(pool, 'host-1'));
  await pass(cloud, 900);
  expect(hostOf(pool, 'host-2').phase).toBe('up');
  await pass(cloud, 3000);
  expect(pool.hosts.every((host) => host.live)).toBe(true);
});
