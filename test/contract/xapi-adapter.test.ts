/** The product's XAPI client over real TLS sockets: what it reads, what it does, whom it believes. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { NotSent, Refused, Unreachable, WrongKey } from '../../src/domain/errors';
import { hands } from '../../src/sim/xapi';
import type { SimPool } from '../../src/sim/model';
import { hostOf, ref, vmOf } from '../support/sim-xapi';
import { methodCall, raw, rawLogin, str, wireWorld, type WireWorld } from '../support/sim-xapi-wire';

let world: WireWorld;
let pool: SimPool;

beforeEach(async () => {
  world = await wireWorld({ speed: 600 });
  pool = world.cloud.pools[0]!;
});
afterEach(() => world.close());

const caught = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const codeOf = (error: unknown): string =>
  error instanceof Refused ? error.code : `not refused: ${String(error)}`;
const sent = (call: string): number => world.cloud.calls.filter((one) => one.call === call).length;
const soon = async (test: () => boolean): Promise<void> => {
  for (const end = Date.now() + 10_000; !test() && Date.now() < end;)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(test()).toBe(true);
};

describe('what it reads', () => {
  test('the pool as it is', async () => {
    const seen = await world.client().pool();
    expect(seen).toMatchObject({
      name: 'pool-a',
      uuid: pool.uuid,
      masterUuid: hostOf(pool, 'host-1').uuid,
      ha: {
        on: true,
        srs: pool.ha.srs,
        tolerates: 1,
        configuration: { timeout: '60' },
        allowOvercommit: false,
      },
      wlb: { on: false, url: '' },
      rollingUpgradeFlag: false,
      autoPowerOn: false,
    });
  });

  test('one look at the whole pool asks for each list once, and the next look asks for it again', async () => {
    const client = world.client();
    const look = (): Promise<unknown> =>
      Promise.all([client.pool(), client.hosts(), client.vms(), client.srs()]);
    const asked = (): readonly number[] =>
      ['VM', 'host', 'SR', 'network'].map((cls) => sent(`${cls}.get_all_records`));

    await look();
    expect(asked()).toEqual([1, 1, 1, 1]);

    await look();
    expect(asked()).toEqual([2, 2, 2, 2]);
  });

  test('who asks a moment after another is not given an answer that was asked for before', async () => {
    const client = world.client();
    await client.srs();
    const before = client.srs();
    await new Promise((resolve) => setImmediate(resolve));
    const after = client.srs();
    await Promise.all([before, after]);
    expect(sent('SR.get_all_records')).toBe(3);
  });

  test('the hosts as they are', async () => {
    hostOf(pool, 'host-2').hotfixes.push('XS65ESP1');
    const seen = await world.client().hosts();
    expect(seen.map((host) => host.name)).toEqual(['host-1', 'host-2', 'host-3']);
    const [first, second] = seen;
    expect(first).toMatchObject({
      uuid: hostOf(pool, 'host-1').uuid,
      version: '6.5.0',
      build: '90233c',
      platform: '1.9.0',
      brand: 'XenServer',
      enabled: true,
      live: true,
      bootTime: hostOf(pool, 'host-1').bootTime,
      tags: hostOf(pool, 'host-1').tags,
      // 2 GiB of dom0 and Xen's own part on a host of this size, then its VMs
      memoryMib: { total: 32_768, free: 32_768 - (2048 + 272) - 2048 - 4096 - 2048 - 256 },
    });
    expect(first?.pbds.map((pbd) => [pbd.srName, pbd.attached])).toEqual([
      ['nfs-primary', true],
      ['iscsi-primary', true],
      ['local-host-1', true],
    ]);
    expect(first?.pifs).toEqual([
      { device: 'eth0', network: 'management', attached: true, management: true },
      { device: 'eth1', network: 'guest', attached: true, management: false },
    ]);
    const residents = pool.vms.filter((vm) => vm.on === 'host-1').map((vm) => vm.uuid);
    expect(first?.residents.toSorted()).toEqual(residents.toSorted());
    expect(second?.hotfixes).toEqual(['XS65ESP1']);
  });

  test('the VMs as they are, control domains and templates left out', async () => {
    const seen = await world.client().vms();
    expect(seen.map((vm) => vm.name).toSorted()).toEqual(pool.vms.map((vm) => vm.name).toSorted());
    const named = (name: string) => seen.find((vm) => vm.name === name);
    expect(named('i-2-10-VM')).toMatchObject({
      uuid: vmOf(pool, 'i-2-10-VM').uuid,
      name: 'i-2-10-VM',
      power: 'Running',
      on: hostOf(pool, 'host-1').uuid,
      memoryMib: 2048,
      vcpus: 2,
      tools: true,
      disks: [pool.srs[0]!.uuid],
      networks: ['guest'],
      devices: [],
    });
    expect(named('i-2-13-VM')?.tools).toBe(false);
    expect(named('i-2-14-VM')?.cd).toMatchObject({ name: 'debian-8.iso', sr: pool.srs[2]!.uuid });
  });

  test('passed-through devices by kind, and a medium of the tools SR not at all', async () => {
    const vm = vmOf(pool, 'i-2-14-VM');
    vm.devices = ['pci', 'vgpu', 'usb', 'sriov'];
    pool.srs.push({ uuid: 'tools-sr', name: 'XenServer Tools', type: 'iso', shared: true });
    vm.cd!.sr = 'tools-sr';
    const seen = (await world.client().vms()).find((one) => one.name === vm.name);
    expect([...(seen?.devices ?? [])].toSorted()).toEqual(['pci', 'sriov', 'usb', 'vgpu']);
    expect(seen?.cd).toBeUndefined();
  });

  test('what prevents an evacuation, by VM name, references named', async () => {
    const blockers = await world.client().evacuationBlockers(hostOf(pool, 'host-2').uuid);
    expect(blockers['i-2-14-VM']?.[0]).toBe('VM_REQUIRES_SR');
    expect(JSON.stringify(blockers)).not.toContain('OpaqueRef');
  });

  test('a large reply is parsed beside the event loop', async () => {
    for (let i = 0; i < 400; i++)
      hands.addVm(world.cloud, pool, { name: `stranger-${i}`, on: hostOf(pool, 'host-1'), memoryMib: 1 });
    const client = world.client();
    await client.pool();
    expect(await client.vms()).toHaveLength(412);
  });
});

describe('what it does', () => {
  test('HA off and on again with its first configuration', async () => {
    const client = world.client();
    const before = (await client.pool()).ha;
    await client.disableHa();
    expect((await client.pool()).ha.on).toBe(false);
    await client.enableHa(before);
    await client.setHaTolerates(before.tolerates);
    expect((await client.pool()).ha).toEqual(before);
  });

  test('the small acts', async () => {
    const client = world.client();
    const host = hostOf(pool, 'host-3');
    await client.setWlbEnabled(true);
    expect(pool.wlb.on).toBe(true);
    await client.ejectCd(vmOf(pool, 'i-2-14-VM').cd!.vbd);
    expect(vmOf(pool, 'i-2-14-VM').cd).toBeUndefined();
    await client.syncDatabase();
    await client.disableHa();
    await client.disableHost(host.uuid);
    expect(host.enabled).toBe(false);
    await client.enableHost(host.uuid);
    expect(host.enabled).toBe(true);
    await client.removeTag(host.uuid, host.tags[0]!);
    expect(host.tags).toEqual([]);
    const [pbd] = host.pbds;
    pbd!.attached = false;
    await client.plugPbd(pbd!.uuid);
    expect(pbd!.attached).toBe(true);
  });

  test('a VM that CloudStack does not know is moved, stopped and started', async () => {
    const client = world.client();
    const vm = hands.addVm(world.cloud, pool, { name: 'stranger', on: hostOf(pool, 'host-1') });
    const { task } = await client.migrateVm(vm.uuid, hostOf(pool, 'host-3').uuid);
    expect(task).toMatch(/^[0-9a-f-]{36}$/);
    await soon(() => vm.on === 'host-3');
    await client.shutdownVm(vm.uuid);
    await soon(() => vm.power === 'Halted');
    await client.startVm(vm.uuid, hostOf(pool, 'host-2').uuid);
    await soon(() => vm.power === 'Running');
    expect(vm).toMatchObject({ on: 'host-2', migrations: 1, stops: 1, starts: 1 });
    expect(world.cloud.violations).toEqual([]);
  });

  test('a refused migration says why, with names', async () => {
    const vm = vmOf(pool, 'i-2-14-VM');
    const error = await caught(world.client().migrateVm(vm.uuid, hostOf(pool, 'host-1').uuid));
    expect(codeOf(error)).toBe('VM_REQUIRES_SR');
    expect(error).toMatchObject({
      problem: {
        code: 'VM_REQUIRES_SR',
        what: expect.stringContaining('migrate i-2-14-VM to host-1'),
        why: expect.stringContaining('i-2-14-VM'),
      },
    });
    expect(JSON.stringify(error)).not.toContain('OpaqueRef');
  });

  test('the dump is written for its owner alone and counted; the stub and a cut one are not whole (F51)', async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'xsupgrade-dump-'));
    try {
      const client = world.client();
      const file = path.join(directory, 'pool-a.xml');
      const dump = await client.dumpDatabase(file);
      expect(dump).toMatchObject({ path: file, hosts: 3, vms: 12, whole: true });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await client.readDump(file)).toEqual(dump);
      expect(await client.readDump(path.join(directory, 'none.xml'))).toBeUndefined();

      world.cloud.faults.add([{ call: 'xapi:GET /pool/xmldbdump', how: 'truncate' }]);
      expect(await client.dumpDatabase(file)).toMatchObject({ whole: false });
      world.cloud.faults.add([{ call: 'xapi:GET /pool/xmldbdump', how: 'refuse' }]);
      expect(await caught(client.dumpDatabase(file))).toBeInstanceOf(Refused);
      Object.assign(hostOf(pool, 'host-1'), { platform: '2.2.0' });
      await soon(() => pool.rollingUpgradeFlag);
      expect(await client.dumpDatabase(file)).toMatchObject({ hosts: 0, vms: 0, whole: false });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test('the watcher is told of a change at once, and of a lost master too', async () => {
    const stop = new AbortController();
    let rings = 0;
    const watching = world.client().watch(() => void rings++, stop.signal);
    await soon(() => sent('event.from') >= 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = rings;
    const start = performance.now();
    hostOf(pool, 'host-2').tags.push('changed');
    world.cloud.changed(pool, 'host', hostOf(pool, 'host-2').uuid);
    await soon(() => rings > before);
    expect(performance.now() - start).toBeLessThan(500);
    const beforeLoss = rings;
    hands.bootIso(world.cloud, hostOf(pool, 'host-1'));
    await soon(() => rings > beforeLoss);
    stop.abort();
    await watching;
  });
});

describe('whom it believes', () => {
  test('another certificate is refused before a byte of the password is sent (F58)', async () => {
    const client = world.client();
    hands.rotateKeys(world.cloud, hostOf(pool, 'host-1'));
    await soon(() => world.endpoint('host-1').fingerprint() !== '');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const logins = sent('session.login_with_password');
    expect(await caught(client.pool())).toBeInstanceOf(WrongKey);
    expect(sent('session.login_with_password')).toBe(logins);
  });

  test('identity shows both fingerprints although they differ; once trusted, it talks again', async () => {
    const client = world.client();
    const host = hostOf(pool, 'host-1');
    const old = world.endpoint('host-1').fingerprint();
    hands.rotateKeys(world.cloud, host);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const identity = await client.identity(host.uuid);
    expect(identity).toEqual({ tls: world.endpoint('host-1').fingerprint(), pinnedTls: old });
    expect(identity.tls).not.toBe(old);
    client.trust(host.uuid, { tls: identity.tls! });
    expect((await client.pool()).name).toBe('pool-a');
  });

  test('the certificate that is trusted already is no reason to log in again', async () => {
    const client = world.client();
    const host = hostOf(pool, 'host-1');
    const tls = world.endpoint('host-1').fingerprint();
    client.trust(host.uuid, { tls });
    await client.pool();
    const logins = sent('session.login_with_password');
    client.trust(host.uuid, { tls });
    await client.pool();
    expect(sent('session.login_with_password')).toBe(logins);
  });

  test('the stream waits after a refused login: twice a second would lock the account', async () => {
    const client = world.client({ password: 'not-it' });
    const over = new AbortController();
    const watching = client.watch(() => undefined, over.signal);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    over.abort();
    await watching;
    expect(sent('session.login_with_password')).toBe(1);
  });

  test('a change whose login takes too long is not sent, not even later', async () => {
    const client = world.client();
    const { cloud } = world;
    cloud.faults.add([{ call: 'xapi:session.login_with_password', how: 'slow:4200' }]); // 7 s of the wall
    expect(await caught(client.disableHost(hostOf(pool, 'host-3').uuid))).toBeInstanceOf(NotSent);
    await soon(() => sent('session.login_with_password') > 0);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(sent('host.disable')).toBe(0);
  }, 20_000);

  test('a wrong password is refused in words, without the password in them (F1)', async () => {
    const error = await caught(world.client({ password: 'not-it' }).pool());
    expect(codeOf(error)).toBe('SESSION_AUTHENTICATION_FAILED');
    expect(JSON.stringify(error)).not.toContain('not-it');
  });

  test('a member leads to the master at login; a moved master role is shown (F2, F3)', async () => {
    pool.master = 'host-2';
    const seen = await world.client().pool();
    expect(seen.masterUuid).toBe(hostOf(pool, 'host-2').uuid);
  });

  test('a master role that moved in the middle is followed, and shows (F3)', async () => {
    const client = world.client();
    const before = (await client.pool()).masterUuid;
    await client.disableHa();
    const session = await rawLogin(world.endpoint('host-1').url, 'somebody else');
    await raw(world.endpoint('host-1').url, {
      body: methodCall('pool.designate_new_master', str(session), str(ref(hostOf(pool, 'host-2')))),
    });
    let after = before;
    for (const end = Date.now() + 15_000; after === before && Date.now() < end;)
      after = await client.pool().then(
        (seen) => seen.masterUuid,
        () => before,
      );
    expect(after).toBe(hostOf(pool, 'host-2').uuid);
  });

  test('an internal error of XAPI is an unknown outcome, not a refusal', async () => {
    world.cloud.faults.add([{ call: 'xapi:pool.set_wlb_enabled', how: 'refuse', code: 'INTERNAL_ERROR' }]);
    expect(await caught(world.client().setWlbEnabled(true))).toBeInstanceOf(Unreachable);
  });

  test('a client that knows only a member says so and sends nothing', async () => {
    const error = await caught(world.client({ only: 'host-3' }).disableHa());
    expect(error).toBeInstanceOf(NotSent);
    expect(pool.ha.on).toBe(true);
  });
});
