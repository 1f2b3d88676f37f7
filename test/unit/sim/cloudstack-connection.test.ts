/** Connections, unmanaging, HA, and what the mailing list saw on 4.11.3 (cs §5, §7, §8; seed 000). */
import { startManagement, stopManagement, stopUsage } from '../../../src/sim/cloudstack/services';
import { callCloudStack } from '../../../src/sim/cloudstack/call';
import { SimSocketError } from '../../../src/sim/socket-error';
import { bootOff, bootUpgraded, makeWorld, type World } from './cloudstack-world';

const TAG = 'vmops-version-com.cloud.hypervisor.xenserver.resource.XenServer650Resource-4.11.3.0';
const id = (world: World, name: string): { id: string } => ({ id: world.host(name).cs.id });
const clusterOf = (world: World): { id: string } => ({ id: world.cloud.pools[0]!.cluster.id });
const states = (world: World): string[] => world.cloud.pools[0]!.hosts.map((host) => host.cs.state);
const pool = (world: World) => world.cloud.pools[0]!;

/** updateCluster waits for its answer while pool time goes on. */
async function unmanage(world: World, seconds = 210): Promise<Readonly<Record<string, unknown>>> {
  const asked = world.ask('updateCluster', { ...clusterOf(world), managedstate: 'Unmanaged' });
  world.pass(seconds);
  return asked;
}

async function intoMaintenance(world: World, name: string): Promise<void> {
  await world.job('prepareHostForMaintenance', id(world, name), 300);
  expect(world.host(name).cs.resourceState).toBe('Maintenance');
}

describe('pings', () => {
  test('a member disabled in XAPI is lost to CloudStack; half an hour later it is Alert, without HA', async () => {
    const world = makeWorld();
    world.host('host-3').enabled = false;
    world.pass(1700);
    expect(states(world)).toEqual(['Up', 'Up', 'Up']);
    world.pass(240);
    expect(states(world)).toEqual(['Up', 'Up', 'Alert']);
    expect(world.side.haWork).toEqual([]);
  });

  test('a master disabled in XAPI takes the whole pool away', () => {
    const world = makeWorld();
    world.host('host-1').enabled = false;
    world.pass(2000);
    expect(states(world)).toEqual(['Alert', 'Alert', 'Alert']);
  });

  test('a host in Maintenance is never investigated: Disconnected, no HA', async () => {
    const world = makeWorld();
    await intoMaintenance(world, 'host-2');
    bootOff(world.host('host-2'));
    world.pass(240);
    expect(states(world)).toEqual(['Up', 'Disconnected', 'Up']);
    expect(world.side.haWork.filter((work) => work.type === 'HA')).toEqual([]);
  });

  test('an Enabled host that reboots is Down, and its HA-enabled VMs are restarted elsewhere', async () => {
    const world = makeWorld();
    bootOff(world.host('host-1'));
    pool(world).master = 'host-2';
    world.pass(600);
    expect(world.host('host-1').cs.state).toBe('Down');
    expect(world.vm('i-2-17-VM')).toMatchObject({ power: 'Running', starts: 1 });
    expect(world.vm('i-2-17-VM').on).not.toBe('host-1');
    expect(world.vm('i-2-10-VM').cs!.state).toBe('Stopped');
    expect(world.rules()).toEqual([]);
  });

  test('a host that is only silent loses its disks to a second copy: the corruption of the runbooks', () => {
    const world = makeWorld();
    // Cut off, heartbeat gone, VMs running on.
    Object.assign(world.host('host-3'), { phase: 'xapi-down' });
    world.host('host-3').heartbeat.running = false;
    world.vm('i-2-15-VM').cs!.haEnabled = true;
    world.pass(600);
    expect(world.cloud.violations).toContainEqual(
      expect.objectContaining({ rule: 'started-twice', vm: 'i-2-15-VM', by: 'cloudstack' }),
    );
  });
});

describe('reconnecting', () => {
  test('the job is done at once; the scan brings the host Up within four minutes, tag and scripts with it', async () => {
    const world = makeWorld();
    world.host('host-2').tags = [];
    const before = world.host('host-2').scriptsAt;
    const job = await world.job('reconnectHost', id(world, 'host-2'));
    expect([job['jobstatus'], world.host('host-2').cs.state]).toEqual([1, 'Disconnected']);
    world.pass(270);
    expect(world.host('host-2').cs.state).toBe('Up');
    expect(world.host('host-2').tags).toEqual([TAG]);
    expect(world.host('host-2').scriptsAt).toBeGreaterThan(before);
  });

  test('a tag that matches means nothing is copied', async () => {
    const world = makeWorld();
    const before = world.host('host-2').scriptsAt;
    await world.job('reconnectHost', id(world, 'host-2'), 270);
    expect(world.host('host-2').cs.state).toBe('Up');
    expect(world.host('host-2').scriptsAt).toBe(before);
  });

  test('a Down host is refused with its state', async () => {
    const world = makeWorld();
    world.host('host-2').cs.state = 'Down';
    const job = await world.job('reconnectHost', id(world, 'host-2'));
    expect(job['jobresult']).toMatchObject({
      errortext: `Unable to disconnect host because it is not in the correct state: host=${world.host('host-2').cs.dbId}; Status=Down`,
    });
  });

  test('a host of another server is refused', async () => {
    const world = makeWorld();
    world.host('host-2').cs.owner = 'ms-gone';
    const job = await world.job('reconnectHost', id(world, 'host-2'));
    expect(job['jobresult']).toMatchObject({
      errortext: expect.stringContaining('because it is not connected to this server'),
    });
  });

  test('a changed resource class costs one more scan', async () => {
    const world = makeWorld();
    world.host('host-2').cs.resourceClass = 'com.cloud.hypervisor.xenserver.resource.XenServer620Resource';
    await world.job('reconnectHost', id(world, 'host-2'), 200);
    expect(world.host('host-2').cs.state).toBe('Disconnected');
    world.pass(120);
    expect(world.host('host-2').cs.state).toBe('Up');
  });
});

describe('unmanaging', () => {
  test('keeps its caller until no host is Up and Enabled; hosts are Disconnected, resource states untouched', async () => {
    const world = makeWorld();
    await intoMaintenance(world, 'host-1');
    const answer = await unmanage(world);
    expect(answer).toMatchObject({ status: 200, cluster: { managedstate: 'Unmanaged' } });
    expect(states(world)).toEqual(['Disconnected', 'Disconnected', 'Disconnected']);
    expect(world.host('host-1').cs.resourceState).toBe('Maintenance');
    world.pass(4000);
    expect(states(world)).toEqual(['Disconnected', 'Disconnected', 'Disconnected']);
  });

  test('is refused while a host is Connecting', async () => {
    const world = makeWorld();
    world.host('host-2').cs.state = 'Connecting';
    const answer = await unmanage(world);
    expect(answer).toMatchObject({
      status: 530,
      errortext: `PrepareUnmanaged Failed due to host ${world.host('host-2').address} should not be in Connecting status`,
    });
    expect(pool(world).cluster.managedState).toBe('PrepareUnmanagedError');
  });

  test('gives up after 200 s when a host stays Up, and can be asked again', async () => {
    const world = makeWorld();
    world.host('host-2').cs.owner = 'ms-gone';
    const early = unmanage(world, 190);
    expect(pool(world).cluster.managedState).toBe('PrepareUnmanaged');
    world.pass(20);
    expect(await early).toMatchObject({
      status: 530,
      errortext:
        'PrepareUnmanaged Failed due to some hosts are still in UP status after 5 Minutes, please try later ',
    });
    expect(pool(world).cluster.managedState).toBe('PrepareUnmanagedError');
    world.host('host-2').cs.owner = 'ms-1';
    expect((await unmanage(world))['status']).toBe(200);
  });

  test('managing flips the row at once and the scan brings the hosts back', async () => {
    const world = makeWorld();
    await unmanage(world);
    const answer = await world.ask('updateCluster', { ...clusterOf(world), managedstate: 'Managed' });
    expect(answer).toMatchObject({ cluster: { managedstate: 'Managed' } });
    expect(states(world)).toEqual(['Disconnected', 'Disconnected', 'Disconnected']);
    world.pass(240);
    expect(states(world)).toEqual(['Up', 'Up', 'Up']);
    expect(world.rules()).toEqual([]);
  });

  test('after Manage the VMs that XAPI moved are found where they are', async () => {
    const world = makeWorld();
    await unmanage(world);
    world.vm('i-2-10-VM').on = 'host-3';
    await world.ask('updateCluster', { ...clusterOf(world), managedstate: 'Managed' });
    world.pass(400);
    expect(world.vm('i-2-10-VM').cs).toMatchObject({ state: 'Running', on: 'host-3' });
  });

  test('words that are none are 431', async () => {
    const world = makeWorld();
    expect(await world.ask('updateCluster', { ...clusterOf(world), managedstate: 'No' })).toMatchObject({
      errortext: "Unable to resolve Managed State 'No' to a supported state",
    });
    expect(await world.ask('updateCluster', { ...clusterOf(world), allocationstate: 'No' })).toMatchObject({
      errortext: "Unable to resolve Allocation State 'No' to a supported state",
    });
  });
});

describe('services', () => {
  const ask = (world: World) =>
    callCloudStack(world.side, world.cloud.managementServers[0]!, {
      method: 'GET',
      url: '/client/api?command=listHosts&response=json',
    });

  test('stopped is refused; starting is refused, 503, 404 and at last the API', async () => {
    const world = makeWorld();
    const server = world.cloud.managementServers[0]!;
    stopManagement(world.side, server, 'test');
    await expect(ask(world)).rejects.toEqual(new SimSocketError('refused'));
    startManagement(world.side, server);
    await expect(ask(world)).rejects.toEqual(new SimSocketError('refused'));
    world.pass(6);
    expect((await ask(world)).status).toBe(503);
    world.pass(30);
    expect((await ask(world)).status).toBe(404);
    world.pass(10);
    expect((await ask(world)).status).toBe(401);
    expect(world.rules()).toEqual([]);
  });

  test('hosts and system VMs are lost with the last server and come back after its start', () => {
    const world = makeWorld();
    const server = world.cloud.managementServers[0]!;
    stopUsage(server);
    stopManagement(world.side, server, 'test');
    expect([server.usage, ...states(world)]).toEqual([
      'inactive',
      'Disconnected',
      'Disconnected',
      'Disconnected',
    ]);
    expect(world.vm('s-1-VM').cs!.agentState).toBe('Disconnected');
    world.pass(600);
    startManagement(world.side, server);
    world.pass(45 + 90 + 30);
    expect(states(world)).toEqual(['Up', 'Up', 'Up']);
    expect(world.vm('s-1-VM').cs!.agentState).toBe('Up');
  });

  test('with two servers the other takes the hosts over', () => {
    const servers = ['ms-1', 'ms-2'].map((name) => ({ name, state: 'Up', version: '4.11.3.0' }));
    const world = makeWorld({ pools: [{ name: 'pool-a', cloudstack: { managementServers: servers } }] });
    stopManagement(world.side, world.cloud.managementServers[0]!, 'test');
    world.pass(300);
    expect(world.host('host-1').cs).toMatchObject({ state: 'Up', owner: 'ms-2' });
  });
});

describe('power reports', () => {
  test('a VM that vanishes is Stopped after three reports, or restarted when HA-enabled', () => {
    const world = makeWorld();
    for (const name of ['i-2-10-VM', 'i-2-17-VM']) {
      const vm = world.vm(name);
      vm.power = 'Halted';
      delete vm.on;
    }
    world.pass(130);
    expect(world.vm('i-2-10-VM').cs!.state).toBe('Running');
    world.pass(120);
    expect(world.vm('i-2-10-VM').cs!.state).toBe('Stopped');
    expect(world.vm('i-2-17-VM')).toMatchObject({ power: 'Running', starts: 1 });
    expect(world.side.alerts.map((alert) => alert.text)).toContainEqual(
      expect.stringContaining('Detected out-of-band stop of a HA enabled VM'),
    );
  });

  test('a stopped SSVM is started again by its zone', async () => {
    const world = makeWorld();
    await world.job('stopSystemVm', { id: world.vm('s-1-VM').cs!.id }, 12);
    expect(world.vm('s-1-VM').cs!.state).toBe('Stopped');
    world.pass(60);
    expect(world.vm('s-1-VM').cs!.state).toBe('Running');
  });
});

describe('seed 000: 6.5 to 7.1.2 on 4.11.3', () => {
  /** Boots the host from the ISO while it is out of service. */
  const upgrade = (world: World, name: string): void => {
    bootOff(world.host(name));
    world.pass(1800);
    bootUpgraded(world.host(name), world.cloud.time.now());
  };

  test('replays what its author saw', async () => {
    const world = makeWorld();

    // The pool master: maintenance, unmanage, ISO.
    await intoMaintenance(world, 'host-1');
    await unmanage(world);
    upgrade(world, 'host-1');
    const { tags, scriptsAt } = world.host('host-1');
    expect([tags, scriptsAt]).toEqual([[], 0]);

    // Manage: the tag and fresh scripts come with the scan, while the host is still in maintenance.
    const managedAt = world.cloud.time.now() / 1000;
    await world.ask('updateCluster', { ...clusterOf(world), managedstate: 'Managed' });
    world.pass(240);
    expect(world.host('host-1')).toMatchObject({
      tags: [TAG],
      cs: { state: 'Up', hypervisorVersion: '7.1.2' },
    });
    expect(world.host('host-1').scriptsAt).toBeGreaterThan(managedAt);
    await world.job('cancelHostMaintenance', id(world, 'host-1'));
    expect(world.host('host-1').cs).toMatchObject({ state: 'Up', resourceState: 'Enabled' });

    // Moving an existing router and VM onto it works.
    for (const [command, name] of [
      ['migrateSystemVm', 'r-5-VM'],
      ['migrateVirtualMachine', 'i-2-15-VM'],
    ] as const) {
      const job = await world.job(
        command,
        { virtualmachineid: world.vm(name).cs!.id, hostid: world.host('host-1').cs.id },
        30,
      );
      expect([job['jobstatus'], world.vm(name).on]).toEqual([1, 'host-1']);
    }

    // No new VMs until all members are at one level.
    const { offering, template, zone } = await wares(world);
    const deploy = { zoneid: zone, serviceofferingid: offering, templateid: template };
    const refused = await world.job('deployVirtualMachine', deploy, 60);
    expect(refused).toMatchObject({
      jobstatus: 2,
      jobresultcode: 533,
      jobresult: {
        errortext: expect.stringMatching(/^Unable to create a deployment for VM\[User\|i-2-\d+-VM\]$/),
      },
    });
    // An explicit host of the new version works, which is how stopped VMs come back.
    await world.job('stopVirtualMachine', { id: world.vm('i-2-16-VM').cs!.id }, 30);
    const named = { id: world.vm('i-2-16-VM').cs!.id, hostid: world.host('host-1').cs.id };
    expect((await world.job('startVirtualMachine', named, 30))['jobstatus']).toBe(1);

    // A member: no unmanaging; the tag is there before maintenance ends.
    await intoMaintenance(world, 'host-2');
    upgrade(world, 'host-2');
    expect(world.host('host-2').tags).toEqual([]);
    const bootedAt = world.host('host-2').bootTime;
    world.pass(240);
    expect(world.host('host-2')).toMatchObject({
      tags: [TAG],
      cs: { state: 'Up', resourceState: 'Maintenance' },
    });
    expect(world.host('host-2').scriptsAt).toBeGreaterThan(bootedAt);
    expect(world.host('host-2').scriptsAt - bootedAt).toBeLessThan(240);
    await world.job('cancelHostMaintenance', id(world, 'host-2'));

    await intoMaintenance(world, 'host-3');
    upgrade(world, 'host-3');
    world.pass(240);
    await world.job('cancelHostMaintenance', id(world, 'host-3'));

    // All equal: new VMs again.
    expect((await world.job('deployVirtualMachine', deploy, 60))['jobstatus']).toBe(1);
    expect(states(world)).toEqual(['Up', 'Up', 'Up']);
    expect(world.rules()).toEqual([]);
  });
});

async function wares(world: World): Promise<{ offering: string; template: string; zone: string }> {
  const first = async (
    command: string,
    key: string,
    params: Record<string, string> = {},
  ): Promise<string> => {
    const answer = await world.ask(command, params);
    return (answer[key] as { id: string }[])[0]!.id;
  };
  return {
    offering: await first('listServiceOfferings', 'serviceoffering'),
    template: await first('listTemplates', 'template', { templatefilter: 'all' }),
    zone: await first('listZones', 'zone'),
  };
}
