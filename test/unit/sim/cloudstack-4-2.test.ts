/** CloudStack 4.2.0 where it is more dangerous than its successors (cs facts 7 to 10, §5.3, §6). */
import { pairNamed, poolOfPair } from '../../../src/sim/pairs';
import { makeWorld } from './cloudstack-world';

const older = () => makeWorld({ pools: [poolOfPair(pairNamed('4.2.0-xs6.2')!)] });

test('maintenance of the master hands its role to a peer, and whoever asked is reported', async () => {
  const it = older();
  await it.job('prepareHostForMaintenance', { id: it.host('host-1').cs.id });
  expect(it.cloud.pools[0]!.master).toBe('host-2');
  expect(it.rules()).toEqual(['master-role-changed']);
});

test('maintenance of a member leaves role and tags alone', async () => {
  const it = older();
  const { tags } = it.host('host-2');
  await it.job('prepareHostForMaintenance', { id: it.host('host-2').cs.id });
  expect([it.cloud.pools[0]!.master, it.host('host-2').tags]).toEqual(['host-1', tags]);
  expect(tags[0]).toMatch(
    /^vmops-version-com\.cloud\.hypervisor\.xen\.resource\.XenServer610Resource-4\.2\.0$/,
  );
  expect(it.rules()).toEqual([]);
});

test('a master that goes away in a Managed cluster is replaced within a minute; Unmanaged, it is waited for', () => {
  const it = older();
  it.host('host-1').phase = 'off';
  it.pass(61);
  expect([it.cloud.pools[0]!.master, it.rules()]).toEqual(['host-2', ['master-role-changed']]);

  const calm = older();
  calm.cloud.pools[0]!.cluster.managedState = 'Unmanaged';
  calm.host('host-1').phase = 'off';
  calm.pass(1800);
  expect([calm.cloud.pools[0]!.master, calm.rules()]).toEqual(['host-1', []]);
});

test('a host that is disabled in XAPI stays connected, and every connection enables it', () => {
  const it = older();
  const host = it.host('host-2');
  host.enabled = false;
  it.pass(600);
  expect([host.cs.state, host.enabled]).toEqual(['Up', false]);
  Object.assign(host.cs, { state: 'Disconnected', lastPing: it.cloud.time.now() - 600_000 });
  delete host.cs.owner;
  it.pass(200);
  expect([host.cs.state, host.enabled]).toEqual(['Up', true]);
});

test('an unknown command gets 432, and a host may still be emptied while it prepares', async () => {
  const it = older();
  expect(await it.ask('listManagementServers')).toMatchObject({ status: 432 });
  it.host('host-3').cs.resourceState = 'PrepareForMaintenance';
  const moved = await it.job(
    'migrateVirtualMachine',
    { virtualmachineid: it.vm('i-2-15-VM').cs!.id, hostid: it.host('host-2').cs.id },
    60,
  );
  expect(moved['jobstatus']).toBe(1);
});

test('an evacuation that does not succeed is tried for ever', async () => {
  const it = older();
  const host = it.host('host-3');
  for (let n = 0; n < 400; n++) it.xapi.migrationErrors.push(['VM_MISSING_PV_DRIVERS']);
  await it.ask('prepareHostForMaintenance', { id: host.cs.id });
  it.pass(3 * 3600);
  expect(host.cs.resourceState).toBe('PrepareForMaintenance');
});
