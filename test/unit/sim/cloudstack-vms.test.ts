/** What CloudStack does to VMs, and each of its refusals that 4.11.3 shows (cs §3.1). */
import { makeWorld, type World } from './cloudstack-world';

const move = (world: World, vm: string, to: string): Record<string, string> => ({
  virtualmachineid: world.vm(vm).cs!.id,
  hostid: world.host(to).cs.id,
});
const idOf = (world: World, vm: string): { id: string } => ({ id: world.vm(vm).cs!.id });
const clusterOf = (world: World): { id: string } => ({ id: world.cloud.pools[0]!.cluster.id });
const errorOf = (job: Readonly<Record<string, unknown>>): unknown =>
  (job['jobresult'] as { errortext?: string } | undefined)?.errortext;

describe('a migration', () => {
  test('is Migrating and counted on its destination until XAPI is done', async () => {
    const world = makeWorld();
    const { jobid } = (await world.ask('migrateVirtualMachine', move(world, 'i-2-10-VM', 'host-2'))) as {
      jobid: string;
    };
    world.pass(5);
    expect(world.vm('i-2-10-VM').cs).toMatchObject({ state: 'Migrating', on: 'host-2', lastOn: 'host-1' });
    world.pass(30);
    expect(world.vm('i-2-10-VM').cs).toMatchObject({ state: 'Running', on: 'host-2' });
    expect(await world.ask('queryAsyncJobResult', { jobid })).toMatchObject({
      jobstatus: 1,
      jobresult: { virtualmachine: { instancename: 'i-2-10-VM', hostname: 'host-2' } },
    });
  });

  test('that XAPI refuses says only that, with the code swallowed, and the VM stays', async () => {
    const world = makeWorld();
    world.xapi.migrationErrors.push(['HOST_NOT_ENOUGH_FREE_MEMORY', '1', '0']);
    const job = await world.job('migrateVirtualMachine', move(world, 'i-2-10-VM', 'host-2'), 30);
    expect(job['jobresultcode']).toBe(530);
    expect(errorOf(job)).toBe(`Unable to migrate VM(i-2-10-VM) from host(${world.host('host-1').uuid})`);
    expect(world.vm('i-2-10-VM').cs).toMatchObject({ state: 'Running', on: 'host-1' });
  });

  test('that hangs is given up after an hour', async () => {
    const world = makeWorld();
    world.xapi.migrationSeconds = 10_000;
    expect(
      (await world.job('migrateVirtualMachine', move(world, 'i-2-10-VM', 'host-2'), 3500))['jobstatus'],
    ).toBe(0);
    world.pass(200);
    expect(world.side.jobs[0]).toMatchObject({ status: 2, resultCode: 530 });
  });

  const refusals: readonly [
    string,
    number,
    string,
    (world: World) => void,
    Partial<Record<string, string>>?,
  ][] = [
    [
      'a VM that does not run',
      431,
      'VM is not Running, unable to migrate the vm with specified id',
      (world) => void (world.vm('i-2-10-VM').cs!.state = 'Stopped'),
    ],
    [
      'a host that prepares',
      431,
      'Migrate VM operation on the VM id: 10 is not allowed as host is preparing for maintenance mode',
      (world) => void (world.host('host-1').cs.resourceState = 'PrepareForMaintenance'),
    ],
    [
      'a GPU',
      431,
      'Live Migration of GPU enabled VM is not supported',
      (world) => void world.vm('i-2-10-VM').devices.push('vgpu'),
    ],
    [
      'a local disk',
      431,
      'Unsupported operation, VM uses Local storage, cannot migrate',
      (world) => {
        const local = world.cloud.pools[0]!.srs.find((sr) => !sr.shared)!;
        world.vm('i-2-10-VM').disks.push({ vdi: 'v', sr: local.uuid });
      },
    ],
    [
      'its own host',
      431,
      'Cannot migrate VM, VM is already present on this host, please specify valid destination host to migrate the VM',
      (world) => void (world.vm('i-2-10-VM').cs!.on = 'host-2'),
    ],
    [
      'a destination in Maintenance',
      431,
      'Cannot migrate VM, destination host is not in correct state, has status: Up, state: Maintenance',
      (world) => void (world.host('host-2').cs.resourceState = 'Maintenance'),
    ],
    [
      'a destination that is full',
      530,
      'Destination host: host-2 already has max Running VMs(count includes system VMs), cannot migrate to this host',
      (world) => {
        // No row for 7.1.2 in 4.11.3: the default of 50 counts, here made 2.
        world.host('host-2').cs.hypervisorVersion = '7.1.2';
        world.side.guestLimits.set('default', 2);
      },
    ],
    ['no destination', 431, 'Either hostId or storageId must be specified', () => undefined, { hostid: '' }],
    [
      'two destinations',
      431,
      'Only one of hostId and storageId can be specified',
      () => undefined,
      { storageid: 'x' },
    ],
  ];
  test.each(refusals)('of or to %s fails with %i: %s', async (_what, code, text, arrange, extra = {}) => {
    const world = makeWorld();
    arrange(world);
    const params = { ...move(world, 'i-2-10-VM', 'host-2'), ...extra } as Record<string, string>;
    const job = await world.job('migrateVirtualMachine', params);
    expect([job['jobresultcode'], errorOf(job)]).toEqual([code, text]);
  });

  test('across clusters is refused, in other words for a system VM', async () => {
    const world = makeWorld({
      pools: [
        { name: 'pool-a', vms: [{ name: 'i-2-1-VM' }, { name: 's-2-VM', kind: 'ssvm' }] },
        { name: 'pool-b' },
      ],
    });
    const other = world.cloud.pools[1]!.hosts[0]!;
    const to = (vm: string): Record<string, string> => ({
      virtualmachineid: world.vm(vm).cs!.id,
      hostid: other.cs.id,
    });
    expect(errorOf(await world.job('migrateVirtualMachine', to('i-2-1-VM')))).toBe(
      `Source and destination host are not in same cluster, unable to migrate to host: ${other.cs.dbId}`,
    );
    expect(errorOf(await world.job('migrateSystemVm', to('s-2-VM')))).toBe(
      'Cannot migrate the VM, destination host is not in the same cluster as current host of the VM',
    );
  });

  test('with volumes is refused between versions, and where no volume has to move', async () => {
    const world = makeWorld();
    expect(
      errorOf(await world.job('migrateVirtualMachineWithVolume', move(world, 'i-2-10-VM', 'host-2'))),
    ).toBe(
      "Migration of the vm i-2-10-VM from host host-1 to destination host host-2 doesn't involve migrating the volumes.",
    );
    world.host('host-1').cs.hypervisorVersion = '7.1.2';
    expect(
      errorOf(await world.job('migrateVirtualMachineWithVolume', move(world, 'i-2-10-VM', 'host-2'))),
    ).toBe(
      'The source and destination hosts are not of the same type and version. Source hypervisor type and version: XenServer 7.1.2, Destination hypervisor type and version: XenServer 6.5.0',
    );
  });

  test('findHostsForMigration offers every host of the cluster, whatever its version', async () => {
    const world = makeWorld();
    world.host('host-1').version = '7.1.2';
    const answer = await world.ask('findHostsForMigration', {
      virtualmachineid: world.vm('i-2-15-VM').cs!.id,
    });
    expect(answer['host']).toEqual([
      expect.objectContaining({ name: 'host-1', suitableformigration: true, requiresStorageMotion: false }),
      expect.objectContaining({ name: 'host-2', suitableformigration: true }),
    ]);
  });
});

describe('stop and start', () => {
  test('a stopped VM is on no host and comes back to its last one', async () => {
    const world = makeWorld();
    await world.job('stopVirtualMachine', idOf(world, 'i-2-10-VM'), 20);
    expect(world.vm('i-2-10-VM').cs).toMatchObject({ state: 'Stopped', lastOn: 'host-1' });
    const [row] = (await world.ask('listVirtualMachines', { ...idOf(world, 'i-2-10-VM'), listall: 'true' }))[
      'virtualmachine'
    ] as object[];
    expect(row).not.toHaveProperty('hostid');
    expect((await world.job('startVirtualMachine', idOf(world, 'i-2-10-VM'), 20))['jobstatus']).toBe(1);
    expect(world.vm('i-2-10-VM').on).toBe('host-1');
  });

  test('a Disabled cluster takes no start, but a named host does', async () => {
    const world = makeWorld();
    await world.job('stopVirtualMachine', idOf(world, 'i-2-10-VM'), 20);
    await world.ask('updateCluster', { ...clusterOf(world), allocationstate: 'Disabled' });
    const job = await world.job('startVirtualMachine', idOf(world, 'i-2-10-VM'), 20);
    expect([job['jobresultcode'], errorOf(job)]).toEqual([
      533,
      'Unable to create a deployment for VM[User|i-2-10-VM]',
    ]);
    const named = { ...idOf(world, 'i-2-10-VM'), hostid: world.host('host-3').cs.id };
    expect((await world.job('startVirtualMachine', named, 20))['jobstatus']).toBe(1);
    expect(
      (await world.job('migrateVirtualMachine', move(world, 'i-2-10-VM', 'host-2'), 30))['jobstatus'],
    ).toBe(1);
  });

  test('stop, reboot and destroy are refused while the host prepares', async () => {
    const world = makeWorld();
    world.host('host-1').cs.resourceState = 'PrepareForMaintenance';
    for (const [command, word] of [
      ['stopVirtualMachine', 'Stop'],
      ['rebootVirtualMachine', 'Reboot'],
      ['destroyVirtualMachine', 'Destroy'],
    ] as const)
      expect(errorOf(await world.job(command, idOf(world, 'i-2-10-VM')))).toBe(
        `${word} VM operation on the VM id: 10 is not allowed as host is preparing for maintenance mode`,
      );
  });

  test('a router and a system VM have commands of their own', async () => {
    const world = makeWorld();
    await world.job('stopRouter', idOf(world, 'r-4-VM'), 20);
    expect(world.vm('r-4-VM').cs!.state).toBe('Stopped');
    const job = await world.job('startRouter', idOf(world, 'r-4-VM'), 20);
    expect(job).toMatchObject({
      jobstatus: 1,
      jobresult: { router: { name: 'r-4-VM', isredundantrouter: true } },
    });
    expect((await world.ask('stopVirtualMachine', idOf(world, 'r-4-VM')))['errorcode']).toBe(431);
  });
});

describe('ISOs, networks and new VMs', () => {
  test('detachIso ejects it; a second time there is none', async () => {
    const world = makeWorld();
    const vm = { virtualmachineid: world.vm('i-2-14-VM').cs!.id };
    expect((await world.job('detachIso', vm))['jobstatus']).toBe(1);
    expect(world.vm('i-2-14-VM').cd).toBeUndefined();
    expect(errorOf(await world.job('detachIso', vm))).toBe('The specified VM has no ISO attached to it.');
    const [iso] = (await world.ask('listIsos', { listall: 'true' }))['iso'] as { id: string }[];
    expect((await world.job('attachIso', { ...vm, id: iso!.id }))['jobstatus']).toBe(1);
    expect(world.vm('i-2-14-VM').cd).toMatchObject({ byCloudStack: true });
  });

  test('a network and a VM are made, used and removed again', async () => {
    const world = makeWorld();
    const before = world.cloud.pools[0]!.vms.length;
    const first = async (command: string, key: string): Promise<string> =>
      ((await world.ask(command, { templatefilter: 'all' }))[key] as { id: string }[])[0]!.id;
    const zoneid = await first('listZones', 'zone');
    const networkofferingid = await first('listNetworkOfferings', 'networkoffering');
    const made = await world.ask('createNetwork', {
      name: 'test',
      displaytext: 'test',
      networkofferingid,
      zoneid,
    });
    const network = made['network'] as { id: string; state: string };
    expect(network.state).toBe('Allocated');
    const deployed = await world.ask('deployVirtualMachine', {
      zoneid,
      networkids: network.id,
      name: 'test-vm',
      serviceofferingid: await first('listServiceOfferings', 'serviceoffering'),
      templateid: await first('listTemplates', 'template'),
    });
    world.pass(30);
    const shown = await world.ask('listVirtualMachines', { id: deployed['id'] as string });
    expect(shown['virtualmachine']).toEqual([
      expect.objectContaining({ displayname: 'test-vm', state: 'Running' }),
    ]);
    expect(errorOf(await world.job('deleteNetwork', { id: network.id }))).toBe('Failed to delete network');
    expect(
      (await world.job('destroyVirtualMachine', { id: deployed['id'] as string, expunge: 'true' }, 30))[
        'jobstatus'
      ],
    ).toBe(1);
    expect((await world.job('deleteNetwork', { id: network.id }))['jobstatus']).toBe(1);
    expect(world.cloud.pools[0]!.vms).toHaveLength(before);
    expect((await world.ask('listNetworks', { listall: 'true' }))['network']).toBeUndefined();
  });
});

test.each([
  'listPods',
  'listStoragePools',
  'listVolumes',
  'listCapacity',
  'listConfigurations',
  'listHypervisorCapabilities',
  'listGuestOsMapping',
  'listAccounts',
  'listUsers',
  'listClusters',
  'listRouters',
  'listSystemVms',
])('%s shows what there is', async (command) => {
  const answer = await makeWorld().ask(command, { listall: 'true' });
  expect(answer).toMatchObject({ status: 200, count: expect.any(Number) });
});

test.each([
  'listSnapshots',
  'listVMSnapshot',
  'listAffinityGroups',
  'listProjects',
  'listHostTags',
  'listHostHAResources',
  'listEvents',
  'listAlerts',
])('%s is empty in a quiet cloud', async (command) =>
  expect(await makeWorld().ask(command, { listall: 'true' })).toEqual({ status: 200 }),
);

test('settings and capabilities that are changed are shown changed, and the guest limit counts', async () => {
  const world = makeWorld();
  await world.ask('updateConfiguration', { name: 'host.maintenance.retries', value: '40' });
  expect(
    (await world.ask('listConfigurations', { name: 'host.maintenance.retries' }))['configuration'],
  ).toEqual([expect.objectContaining({ value: '40' })]);
  const rows = (await world.ask('listHypervisorCapabilities'))['hypervisorCapabilities'] as {
    id: string;
    hypervisorversion: string;
  }[];
  expect(rows.map((row) => row.hypervisorversion)).not.toContain('7.1.2');
  const id = rows.find((row) => row.hypervisorversion === '6.5.0')!.id;
  await world.ask('updateHypervisorCapabilities', { id, maxguestslimit: '1' });
  expect(errorOf(await world.job('migrateVirtualMachine', move(world, 'i-2-10-VM', 'host-2')))).toMatch(
    /max Running VMs/,
  );
  const mapping = {
    hypervisor: 'XenServer',
    hypervisorversion: '7.1.2',
    osnameforhypervisor: 'Debian Jessie 8.0',
  };
  await world.job('addGuestOsMapping', mapping);
  expect((await world.ask('listGuestOsMapping', { hypervisorversion: '7.1.2' }))['count']).toBe(1);
});
