/** CloudStack 4.22.1 where it differs from 4.11.3: states, texts, envelopes, servers (cs §2.3, §4.3 to §4.5, §12.2, §14.2). */
import { poolOfPair, pairNamed } from '../../../src/sim/pairs';
import { makeWorld } from './cloudstack-world';

const newer = () => makeWorld({ pools: [poolOfPair(pairNamed('4.22.1-xs8.2')!)] });
const CLUSTER_WORDS = 'There are other servers attempting migrations for maintenance.';

describe('preparing a host', () => {
  test('a second one is refused with 530 and the newer words', async () => {
    const it = newer();
    await it.ask('prepareHostForMaintenance', { id: it.host('host-1').cs.id });
    const second = await it.job('prepareHostForMaintenance', { id: it.host('host-2').cs.id });
    expect(second).toMatchObject({
      jobstatus: 2,
      jobresultcode: 530,
      jobresult: { errortext: expect.stringContaining(CLUSTER_WORDS) },
    });
  });

  test('a Disabled one is refused by the state machine, spelled as 4.14 and later spell it', async () => {
    const it = newer();
    const { id, dbId } = it.host('host-2').cs;
    await it.ask('updateHost', { id, allocationstate: 'Disable' });
    const answer = await it.job('prepareHostForMaintenance', { id });
    expect(answer['jobresult']).toMatchObject({
      errorcode: 530,
      errortext: `Failed to prepare host for maintenance due to: Cannot transit resource state of Host {"id":${dbId},"name":"host-2","type":"Routing","uuid":"${id}"} to MaintenanceNo next resource state found for current state = Disabled event = AdminAskMaintenance`,
    });
  });

  test('one that is in maintenance already is refused, and 4.11 says it otherwise', async () => {
    const it = newer();
    const host = it.host('host-2');
    host.cs.resourceState = 'Maintenance';
    const answer = await it.job('prepareHostForMaintenance', { id: host.cs.id });
    expect(answer['jobresult']).toMatchObject({
      errortext:
        'Failed to prepare host for maintenance due to: Host is already in state Maintenance. Cannot recall for maintenance until resolved.',
    });
  });

  test('a failed move makes it ErrorInPrepare, the mended one PrepareFor, the empty host Maintenance', async () => {
    const it = newer();
    const host = it.host('host-3');
    it.xapi.migrationSeconds = 100;
    it.xapi.migrationErrors.push(['VM_MIGRATE_FAILED'], ['VM_MIGRATE_FAILED'], ['VM_MIGRATE_FAILED']);
    await it.ask('prepareHostForMaintenance', { id: host.cs.id });
    const seen: string[] = [];
    for (let minute = 0; minute < 12; minute++) {
      it.pass(60);
      if (seen.at(-1) !== host.cs.resourceState) seen.push(host.cs.resourceState);
    }
    expect(seen).toEqual([
      'PrepareForMaintenance',
      'ErrorInPrepareForMaintenance',
      'PrepareForMaintenance',
      'Maintenance',
    ]);
  });

  test('moves that never succeed end in ErrorInMaintenance, which may be asked again', async () => {
    const it = newer();
    const host = it.host('host-3');
    for (let n = 0; n < 100; n++) it.xapi.migrationErrors.push(['VM_LACKS_FEATURE']);
    await it.ask('prepareHostForMaintenance', { id: host.cs.id });
    it.pass(30 * 60);
    expect(host.cs.resourceState).toBe('ErrorInMaintenance');
    it.xapi.migrationErrors.length = 0;
    const again = await it.job('prepareHostForMaintenance', { id: host.cs.id });
    expect(again['jobstatus']).toBe(1);
    it.pass(300);
    expect(host.cs.resourceState).toBe('Maintenance');
  });
});

test('a host that changes its class is connected only by the second scan', () => {
  const it = newer();
  const host = it.host('host-2');
  Object.assign(host, { version: '8.4.0', brand: 'XenServer' });
  Object.assign(host.cs, { state: 'Disconnected', lastPing: it.cloud.time.now() - 600_000 });
  delete host.cs.owner;
  it.pass(100);
  expect(host.cs).toMatchObject({
    state: 'Disconnected',
    resourceClass: 'com.cloud.hypervisor.xenserver.resource.XenServer84Resource',
  });
  it.pass(120);
  expect(host.cs).toMatchObject({ state: 'Up', hypervisorVersion: '8.4.0' });
});

test('a version that this CloudStack has no class for never comes Up, and an alert says so', () => {
  const it = makeWorld();
  const host = it.host('host-2');
  Object.assign(host, { version: '8.2.1', brand: 'Citrix Hypervisor' });
  Object.assign(host.cs, { state: 'Disconnected', lastPing: it.cloud.time.now() - 600_000 });
  delete host.cs.owner;
  it.pass(600);
  expect(host.cs.state).toBe('Disconnected');
  expect(it.side.alerts.at(-1)?.text).toContain('Citrix Hypervisor 8.2.1');
});

describe('what it answers', () => {
  test('success is a boolean, where 4.11.3 says it as text', async () => {
    const password = { username: 'root', password: 'x' };
    for (const [it, success] of [
      [newer(), true],
      [makeWorld(), 'true'],
    ] as const)
      expect(
        await it.ask('updateHostPassword', { ...password, hostid: it.host('host-1').cs.id }),
      ).toMatchObject({ success });
  });

  test('a host names its server by uuid, system VMs tell their agents, the serving router is PRIMARY', async () => {
    const it = newer();
    const hosts = (await it.ask('listHosts', { type: 'Routing' }))['host'];
    const servers = (await it.ask('listManagementServers'))['managementserver'];
    expect(hosts).toMatchObject([{ managementserverid: expect.stringMatching(/^[0-9a-f-]{36}$/) }, {}, {}]);
    expect(servers).toMatchObject([{ name: 'ms-1', state: 'Up', version: '4.22.1.0', agentscount: 3 }]);
    const systemVms = (await it.ask('listSystemVms'))['systemvm'];
    expect(systemVms).toMatchObject([{ agentstate: 'Up' }, { agentstate: 'Up' }]);
    const routers = (await it.ask('listRouters', { listall: 'true' }))['router'] as readonly {
      redundantstate: string;
    }[];
    expect(routers.map((router) => router.redundantstate)).toEqual(['PRIMARY', 'BACKUP']);
  });

  test('listApis tells of the commands that 4.11.3 does not have, and 4.11.3 refuses them like a bad key', async () => {
    const names = async (it: ReturnType<typeof makeWorld>) =>
      ((await it.ask('listApis'))['api'] as readonly { name: string }[]).map((api) => api.name);
    const [old, now] = [await names(makeWorld()), await names(newer())];
    expect(now.filter((name) => !old.includes(name)).toSorted()).toEqual([
      'cancelShutdown',
      'listManagementServers',
      'prepareForShutdown',
      'readyForShutdown',
      'triggerShutdown',
    ]);
    expect(await makeWorld().ask('listManagementServers')).toMatchObject({ status: 401 });
  });

  test('with POST enforced a change by GET is refused, a read is not', async () => {
    const it = newer();
    const setting = { name: 'enforce.post.requests.and.timestamps', value: 'true' };
    await it.ask('updateConfiguration', setting);
    expect(await it.ask('updateHost', { id: it.host('host-1').cs.id })).toMatchObject({
      status: 400,
      errortext: 'State changing command updateHost needs to be sent using POST request',
    });
    expect(await it.ask('listHosts')).toMatchObject({ status: 200 });
  });
});

describe('an orderly shutdown', () => {
  test('takes no new jobs, says when the old ones are done, and can be taken back', async () => {
    const it = newer();
    const [server] = (await it.ask('listManagementServers'))['managementserver'] as readonly { id: string }[];
    const managementserverid = server!.id;
    await it.ask('prepareHostForMaintenance', { id: it.host('host-1').cs.id });
    await it.ask('prepareForShutdown', { managementserverid });
    expect(await it.ask('readyForShutdown', { managementserverid })).toMatchObject({
      readyforshutdown: { readyforshutdown: false, pendingjobscount: 1 },
    });
    it.pass(1);
    expect(await it.ask('readyForShutdown', { managementserverid })).toMatchObject({
      readyforshutdown: { readyforshutdown: true, pendingjobscount: 0 },
    });
    const id = it.host('host-2').cs.id;
    expect(await it.ask('reconnectHost', { id })).toMatchObject({
      status: 503,
      errortext:
        'Maintenance or Shutdown has been initiated on this management server. Can not accept new jobs',
    });
    await it.ask('cancelShutdown', { managementserverid });
    expect(await it.ask('reconnectHost', { id })).toMatchObject({ status: 200 });
  });

  test('triggered, it stops the server once nothing runs', async () => {
    const it = newer();
    const [server] = (await it.ask('listManagementServers'))['managementserver'] as readonly { id: string }[];
    await it.ask('triggerShutdown', { managementserverid: server!.id });
    it.pass(10);
    expect(it.cloud.managementServers[0]!.management).toBe('inactive');
  });
});
