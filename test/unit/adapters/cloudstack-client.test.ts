/** The product's CloudStack on the simulated one, in memory: what it reads, what it changes, how it fails. */
import { cloudStack } from '../../../src/adapters/cloudstack/cloudstack';
import { Malformed, NotSent, Refused, Unreachable } from '../../../src/domain/errors';
import { SMOKE_TEST } from '../../../src/sim/cloudstack/catalogue';
import { inMemoryTransport } from '../../../src/sim/cloudstack/in-memory';
import { startManagement, stopManagement } from '../../../src/sim/cloudstack/services';
import { connect, keys } from './cloudstack-connected';

/** A CloudStack that says exactly this. */
const saying = (answer: { status?: number; body: string; headers?: Record<string, string> }) =>
  cloudStack({ ...keys, transport: () => Promise.resolve({ status: 200, headers: {}, ...answer }) });

const refusedBy = async (doing: Promise<unknown>): Promise<Refused> => {
  const error: unknown = await doing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Refused);
  return error as Refused;
};

describe('reads', () => {
  test('version, hosts and cluster come in our words', async () => {
    const { cs, cluster, csId } = connect();
    expect(await cs.version()).toBe('4.11.3.0');
    expect(await cs.cluster(cluster)).toEqual({
      id: cluster,
      name: 'pool-a',
      managedState: 'Managed',
      allocationState: 'Enabled',
    });
    expect(await cs.cluster('nobody')).toBeUndefined();
    const hosts = await cs.hosts(cluster);
    expect(hosts).toHaveLength(3);
    expect(hosts[0]).toEqual({
      id: csId('host-1'),
      name: 'host-1',
      address: '10.1.0.11',
      state: 'Up',
      resourceState: 'Enabled',
      hypervisorVersion: '6.5.0',
      managementServer: '90520732160000',
    });
  });

  test('reads are GETs and changes are POSTs, all signed with version 3', async () => {
    const { cs, sent, cluster, csId } = connect();
    await cs.hosts(cluster);
    await cs.setHostAllocation(csId('host-1'), 'Disable');
    expect(
      sent.map(({ method, params }) => [method, params.get('command'), params.get('signatureVersion')]),
    ).toEqual([
      ['GET', 'listHosts', '3'],
      // the release decides how allocation is spelled
      ['GET', 'listCapabilities', '3'],
      ['POST', 'updateHost', '3'],
    ]);
  });

  test('a setting is read by its whole name, changed with a POST, and one that is not there is no error', async () => {
    const { cs, sent, side } = connect();
    side.settings.set('force.ha.longer', 'other');
    expect(await cs.setting('force.ha')).toBe('false');
    await cs.changeSetting('force.ha', 'true');
    expect(await cs.setting('force.ha')).toBe('true');
    expect(await cs.setting('no.such.setting')).toBeUndefined();
    expect(sent.find(({ params }) => params.get('command') === 'updateConfiguration')?.method).toBe('POST');
  });

  test('every VM of the cluster: running, stopped, in a project, router, system VM', async () => {
    const { cs, cluster, vm, csId } = connect();
    vm('i-2-10-VM').cs!.account = 'project:shop';
    Object.assign(vm('i-2-11-VM').cs!, { state: 'Stopped', on: undefined });
    delete vm('i-2-11-VM').cs!.on;
    vm('r-5-VM').cs!.state = 'Stopped';
    delete vm('r-5-VM').cs!.on;
    const vms = await cs.vms(cluster);
    expect(vms.map((one) => one.instanceName).sort()).toEqual([
      'i-2-10-VM',
      'i-2-11-VM',
      'i-2-12-VM',
      'i-2-13-VM',
      'i-2-14-VM',
      'i-2-15-VM',
      'i-2-16-VM',
      'i-2-17-VM',
      'r-4-VM',
      'r-5-VM',
      's-1-VM',
      'v-2-VM',
    ]);
    const named = (name: string) => vms.find((one) => one.instanceName === name);
    expect(named('i-2-10-VM')).toMatchObject({
      kind: 'guest',
      account: 'project:shop',
      hostId: csId('host-1'),
    });
    expect(named('i-2-11-VM')).not.toHaveProperty('hostId');
    expect(named('i-2-14-VM')).toHaveProperty('isoId');
    expect(named('i-2-17-VM')).toMatchObject({ haEnabled: true, displayName: 'web-17' });
    expect(named('r-4-VM')).toMatchObject({ kind: 'router', redundantGroup: 'net-acme', account: 'acme' });
    expect(named('r-5-VM')).toMatchObject({ kind: 'router', state: 'Stopped' });
    expect(named('s-1-VM')).toMatchObject({ kind: 'ssvm', account: 'system' });
    expect(named('v-2-VM')).toMatchObject({ kind: 'cpvm', state: 'Running' });
  });

  test('VMs of another cluster are not among them', async () => {
    const { cs, cluster } = connect({
      pools: [
        { name: 'pool-a', vms: [{ name: 'i-2-1-VM' }] },
        {
          name: 'pool-b',
          vms: [
            { name: 'i-2-2-VM' },
            { name: 'i-2-3-VM', power: 'Halted' },
            { name: 'r-4-VM', kind: 'router' },
          ],
        },
      ],
    });
    expect((await cs.vms(cluster)).map((vm) => vm.instanceName)).toEqual(['i-2-1-VM']);
  });

  test('600 VMs are read page by page until the count is reached', async () => {
    const vms = Array.from({ length: 600 }, (_none, i) => ({
      name: `i-2-${i + 1}-VM`,
      on: 'host-1',
      memoryMib: 1,
    }));
    const { cs, cluster, sent } = connect({ pools: [{ name: 'pool-a', vms }] });
    expect(await cs.vms(cluster)).toHaveLength(600);
    expect(sent.filter(({ params }) => params.get('page') === '2').length).toBeGreaterThan(0);
  });

  test('a VM that moves while we list is not lost', async () => {
    const { side, host, vm, cloud } = connect();
    const inner = inMemoryTransport(side);
    const cs = cloudStack({
      ...keys,
      transport: (request) => {
        const params = new URLSearchParams(request.url.split('?')[1]);
        // host-1 has been listed without it; now it leaves host-3, which is listed without it too.
        if (params.get('hostid') === host('host-3').cs.id) vm('i-2-15-VM').cs!.on = 'host-1';
        return inner(request);
      },
    });
    const vms = await cs.vms(cloud.pools[0]!.cluster.id);
    expect(vms.map((one) => one.instanceName)).toContain('i-2-15-VM');
  });

  test('candidates are the other hosts, with what CloudStack thinks of them', async () => {
    const { cs, vm, csId } = connect();
    expect(await cs.candidates(vm('i-2-10-VM').cs!.id)).toEqual([
      { hostId: csId('host-2'), suitable: true },
      { hostId: csId('host-3'), suitable: true },
    ]);
  });

  test('before 4.12 no management servers can be listed', async () => {
    const { cs, sent } = connect();
    expect(await cs.managementServers()).toEqual([]);
    expect(sent.map(({ params }) => params.get('command'))).not.toContain('listManagementServers');
  });

  test('agents of the system VMs are known by zone and by cluster, in 4.11 from the hosts of their names', async () => {
    const { cs, cluster, vm } = connect();
    vm('v-2-VM').cs!.agentState = 'Disconnected';
    const expected = [
      { name: 's-1-VM', state: 'Running', agentState: 'Up' },
      { name: 'v-2-VM', state: 'Running', agentState: 'Disconnected' },
    ];
    expect(await cs.systemVmsUp(cluster)).toEqual(expected);
    expect(await cs.systemVmsUp(SMOKE_TEST.zoneId)).toEqual(expected);
  });

  test("the clocks' difference is read from the Date header", async () => {
    const { cs } = connect();
    expect(Math.abs(await cs.clockSkew())).toBeLessThan(1000);
  });
});

describe('acts and jobs', () => {
  test('a migration is a job; done, it is done', async () => {
    const { cs, vm, csId, pass } = connect();
    const { job } = await cs.migrateVm({ id: vm('i-2-10-VM').cs!.id, kind: 'guest' }, csId('host-2'));
    expect(await cs.job(job)).toMatchObject({ status: 0, command: 'migrateVM' });
    expect(await cs.jobs()).toMatchObject([{ id: job, status: 0 }]);
    pass(30);
    expect(await cs.job(job)).toEqual({ id: job, status: 1, command: 'migrateVM' });
    expect(await cs.jobs()).toEqual([]);
    expect(await cs.job('gone')).toBeUndefined();
  });

  test('a failed job says why, with names; one that was cut off says nothing', async () => {
    const { cs, csId, pass, side, cloud, vm, xapi } = connect();
    xapi.migrationErrors.push(['VM_LACKS_FEATURE']);
    const failing = await cs.migrateVm({ id: vm('i-2-10-VM').cs!.id, kind: 'guest' }, csId('host-2'));
    pass(30);
    expect(await cs.job(failing.job)).toMatchObject({
      status: 2,
      errorCode: 530,
      error: expect.stringMatching(/^Unable to migrate VM\(i-2-10-VM\)/),
    });
    const cut = await cs.migrateVm({ id: vm('i-2-10-VM').cs!.id, kind: 'guest' }, csId('host-2'));
    stopManagement(side, cloud.managementServers[0]!, 'test');
    startManagement(side, cloud.managementServers[0]!);
    pass(50);
    const job = await cs.job(cut.job);
    expect(job).toMatchObject({ status: 2 });
    expect(job).not.toHaveProperty('error');
  });

  test('each kind of VM has its own commands; only a user VM can be started on a named host', async () => {
    const { cs, vm, csId, sent } = connect();
    for (const [name, kind] of [
      ['i-2-10-VM', 'guest'],
      ['r-4-VM', 'router'],
      ['s-1-VM', 'ssvm'],
    ] as const) {
      const one = { id: vm(name).cs!.id, kind };
      await cs.migrateVm(one, csId('host-2'));
      await cs.stopVm(one);
      await cs.startVm(one, csId('host-2'));
    }
    expect(sent.map(({ params }) => params.get('command'))).toEqual([
      'migrateVirtualMachine',
      'stopVirtualMachine',
      'startVirtualMachine',
      'migrateSystemVm',
      'stopRouter',
      'startRouter',
      'migrateSystemVm',
      'stopSystemVm',
      'startSystemVm',
    ]);
    const starts = sent.filter(({ params }) => params.get('command')!.startsWith('start'));
    expect(starts.map(({ params }) => params.has('hostid'))).toEqual([true, false, false]);
  });

  test('maintenance, and back', async () => {
    const { cs, csId, pass, cluster } = connect();
    const { job } = await cs.prepareHostForMaintenance(csId('host-2'));
    pass(300);
    expect(await cs.job(job)).toMatchObject({ status: 1 });
    expect((await cs.hosts(cluster))[1]).toMatchObject({ resourceState: 'Maintenance' });
    await cs.cancelHostMaintenance(csId('host-2'));
    await cs.reconnectHost(csId('host-3'));
    pass(2);
    expect((await cs.hosts(cluster)).map((host) => [host.state, host.resourceState])).toEqual([
      ['Up', 'Enabled'],
      ['Up', 'Enabled'],
      ['Disconnected', 'Enabled'],
    ]);
  });

  test('unmanaging returns when it is done, minutes of pool time later', async () => {
    const { cs, cluster, pass } = connect();
    const asked = cs.setManaged(cluster, false);
    pass(30);
    await asked;
    expect((await cs.cluster(cluster))?.managedState).toBe('Unmanaged');
    await cs.setManaged(cluster, true);
    await cs.setClusterAllocation(cluster, false);
    expect(await cs.cluster(cluster)).toMatchObject({ managedState: 'Managed', allocationState: 'Disabled' });
  });

  test('the smoke test: network and VM made, found by name, and removed', async () => {
    const { cs, pass, cluster } = connect();
    const { templateId, serviceOfferingId, networkOfferingId, zoneId } = SMOKE_TEST;
    const network = await cs.createNetwork({ name: 'test-net', offeringId: networkOfferingId, zoneId });
    expect(await cs.network('test-net')).toEqual({ id: network.id, state: 'Allocated' });
    expect(await cs.network('test')).toBeUndefined();
    const made = await cs.deployVm({
      name: 'test-vm',
      templateId,
      offeringId: serviceOfferingId,
      zoneId,
      networkId: network.id,
    });
    pass(30);
    expect(await cs.job(made.job)).toMatchObject({ status: 1 });
    expect(await cs.vms(cluster)).toContainEqual(
      expect.objectContaining({ id: made.id, displayName: 'test-vm', state: 'Running' }),
    );
    const gone = await cs.expungeVm(made.id);
    pass(30);
    expect(await cs.job(gone.job)).toMatchObject({ status: 1 });
    await cs.deleteNetwork(network.id);
    pass(2);
    expect(await cs.network('test-net')).toBeUndefined();
    expect((await cs.vms(cluster)).map((vm) => vm.id)).not.toContain(made.id);
  });
});

describe('failures', () => {
  test('a refusal is a sentence with the name of the host and what to do', async () => {
    const { cs, cluster, csId, host } = connect();
    await cs.hosts(cluster);
    host('host-2').cs.resourceState = 'Maintenance';
    const refused = await refusedBy(cs.setHostAllocation(csId('host-2'), 'Disable'));
    expect(refused.code).toBe('530');
    expect(refused.problem).toMatchObject({
      code: 'CS_WRONG_STATE',
      what: 'CloudStack refused updateHost for host-2.',
    });
    expect(refused.problem.doThis.length).toBeGreaterThan(0);
  });

  test('wrong keys are refused once, with the keys named', async () => {
    const { side } = connect();
    const cs = cloudStack({ ...keys, secretKey: 'wrong', transport: inMemoryTransport(side) });
    expect((await refusedBy(cs.version())).problem.code).toBe('CS_KEY_REFUSED');
  });

  test('a 401 of another clock is told as such', async () => {
    const { side } = connect();
    const ours = Date.now() - 20 * 60_000;
    const cs = cloudStack({ ...keys, wallNow: () => ours, transport: inMemoryTransport(side) });
    const refused = await refusedBy(cs.version());
    expect(refused.problem.code).toBe('CS_CLOCK_SKEW');
    expect(refused.problem.why).toMatch(/ahead of ours/);
  });

  test('no address, no secret and no OpaqueRef stands in any problem', async () => {
    const { cs, csId } = connect();
    const refused = await refusedBy(cs.migrateVm({ id: 'nobody', kind: 'guest' }, csId('host-2')));
    expect(JSON.stringify(refused.problem)).not.toMatch(/OpaqueRef|secret=|signature=/);
    expect(refused.problem.code).toBe('CS_GONE');
  });

  test("XAPI's references in CloudStack's own sentences reach nobody", async () => {
    const reference = 'OpaqueRef:b2a5c1d4-0000-4444-8888-aaaaaaaaaaaa';
    const refusal = { errorcode: 530, errortext: `Task failed! ${reference} is gone` };
    const body = JSON.stringify({ listcapabilitiesresponse: refusal });
    const refused = await refusedBy(saying({ status: 530, body }).version());
    expect(JSON.stringify([refused.problem, refused.params])).not.toContain('OpaqueRef');
    const failed = { jobid: 'j-1', jobstatus: 2, jobresultcode: 530, jobresult: refusal };
    const job = await saying({ body: JSON.stringify({ queryasyncjobresultresponse: failed }) }).job('j-1');
    expect(job?.error).toBe('Task failed! an object is gone');
  });

  test.each([
    ['lose-request', Unreachable],
    ['lose-answer', Unreachable],
    ['truncate', Unreachable],
    ['html', Unreachable],
    ['hang', Unreachable],
  ] as const)('%s is %p: it may have happened', async (how, kind) => {
    const { cs, csId, cloud } = connect({}, { deadlineSeconds: 0.05 });
    cloud.faults.add([{ call: 'cloudstack:updateHost', how }]);
    await expect(cs.setHostAllocation(csId('host-2'), 'Disable')).rejects.toBeInstanceOf(kind);
    expect(cloud.calls.filter((call) => call.mutates)).toHaveLength(1);
  });

  test('a stopped management server proves that nothing was sent', async () => {
    const { cs, side, cloud, csId } = connect();
    stopManagement(side, cloud.managementServers[0]!, 'test');
    await expect(cs.setHostAllocation(csId('host-2'), 'Disable')).rejects.toBeInstanceOf(NotSent);
  });

  test('a starting one is unreachable', async () => {
    const { cs, side, cloud, pass } = connect();
    stopManagement(side, cloud.managementServers[0]!, 'test');
    startManagement(side, cloud.managementServers[0]!);
    pass(10);
    await expect(cs.version()).rejects.toThrow(/HTTP 503/);
  });

  test('rate limited is not sent', async () => {
    const body =
      '{"errorresponse":{"errorcode":429,"errortext":"The given user has reached his/her account api limit, please retry after [800] ms."}}';
    await expect(saying({ status: 429, body }).version()).rejects.toBeInstanceOf(NotSent);
  });

  test('unescaped quotes of 2.2 are read all the same', async () => {
    const body = '{ "listhostsresponse" : { "errorcode" : 431, "errortext" : "no host "xs1" here" } }';
    const refused = await refusedBy(saying({ status: 431, body }).hosts('1'));
    expect(refused.params).toEqual(['no host "xs1" here']);
  });

  test.each([
    ['no JSON', { body: 'hello' }],
    ['a list', { body: '[1]' }],
    ["a proxy's own JSON, which is no empty list", { body: '{"status":{"text":"in maintenance"}}' }],
    ['a row without what we need', { body: '{"listhostsresponse":{"count":1,"host":[{"id":"1"}]}}' }],
  ])('%s is Malformed', async (_what, answer) => {
    await expect(saying(answer).hosts('c')).rejects.toBeInstanceOf(Malformed);
  });

  test('a list that counts more than it shows is not believed, and not asked for ever', async () => {
    for (const body of ['{"count":9,"host":[]}', '{"count":9}'])
      await expect(saying({ body: `{"listhostsresponse":${body}}` }).hosts('c')).rejects.toThrow(
        'listHosts counts 9 rows and shows 0',
      );
    await expect(saying({ body: '{"listhostsresponse":{}}' }).hosts('c')).resolves.toEqual([]);
  });
});
