/** Seed 000 once more, with the simulator's own XAPI and a real installation in between: the two halves agree. */
import { cloudStack } from '../../../src/adapters/cloudstack/cloudstack';
import type { CloudStack, CsJob } from '../../../src/ports';
import { makeCloud } from '../../../src/sim/cloud';
import { ADMIN, SMOKE_TEST } from '../../../src/sim/cloudstack/catalogue';
import { cloudStackSide } from '../../../src/sim/cloudstack/cloudstack';
import { inMemoryTransport } from '../../../src/sim/cloudstack/in-memory';
import { hands, xapiSide } from '../../../src/sim/xapi';
import { hostOf, pass, RawClient, ref, until, vmOf } from '../../support/sim-xapi';

const TAG = 'vmops-version-com.cloud.hypervisor.xenserver.resource.XenServer650Resource-4.11.3.0';
/** Shutdown, POST, installer, POST, boot, two starts of xapi: half an hour and a little. */
const INSTALLATION_SECONDS = 2700;

function story() {
  const cloud = makeCloud();
  const side = cloudStackSide(cloud, xapiSide(cloud));
  const cs: CloudStack = cloudStack({
    url: 'http://ms-1/client/api',
    apiKey: ADMIN.apiKey,
    secretKey: ADMIN.secretKey,
    transport: inMemoryTransport(side),
  });
  const pool = cloud.pools[0]!;
  const host = (name: string) => hostOf(pool, name);
  const finished = async (
    accepted: Promise<{ readonly job: string }>,
    seconds = 120,
  ): Promise<CsJob | undefined> => {
    const { job } = await accepted;
    await pass(cloud, seconds);
    return cs.job(job);
  };
  const disable = async (name: string): Promise<void> => {
    const client = new RawClient(cloud);
    await client.login();
    await client.value('host.disable', ref(host(name)));
  };
  const drain = async (name: string, to: string): Promise<void> => {
    for (const vm of (await cs.vms(pool.cluster.id)).filter((one) => one.hostId === host(name).cs.id)) {
      // Since the master is 7.1, XAPI moves no guest without tools: it is stopped, and started on an upgraded host.
      const isStuck = !vmOf(pool, vm.instanceName).tools;
      if (isStuck) await finished(cs.stopVm(vm));
      const done = finished(isStuck ? cs.startVm(vm, host(to).cs.id) : cs.migrateVm(vm, host(to).cs.id));
      expect(await done).toMatchObject({ status: 1 });
    }
  };
  return { cloud, side, cs, pool, host, finished, disable, drain };
}

test('the pool goes from 6.5 to 7.1.2 as the list was told, and nothing that must never happen happens', async () => {
  const { cloud, cs, pool, host, finished, disable, drain } = story();
  const cluster = pool.cluster.id;
  pool.ha.on = false;

  await drain('host-1', 'host-2');
  expect(await finished(cs.prepareHostForMaintenance(host('host-1').cs.id))).toMatchObject({ status: 1 });
  expect(host('host-1')).toMatchObject({ tags: [], cs: { resourceState: 'Maintenance' } });
  await until(cloud, cs.setManaged(cluster, false));
  await disable('host-1');
  hands.bootIso(cloud, host('host-1'), '7.1.2');
  await pass(cloud, INSTALLATION_SECONDS);
  expect(host('host-1')).toMatchObject({
    version: '7.1.2',
    enabled: true,
    live: true,
    tags: [],
    scriptsAt: 0,
    reboots: 1,
  });

  const managedAt = cloud.time.now() / 1000;
  await cs.setManaged(cluster, true);
  await pass(cloud, 240);
  expect(await cs.hosts(cluster)).toMatchObject([
    { state: 'Up', resourceState: 'Maintenance', hypervisorVersion: '7.1.2' },
    { state: 'Up' },
    { state: 'Up' },
  ]);
  expect(host('host-1').tags).toEqual([TAG]);
  expect(host('host-1').scriptsAt).toBeGreaterThan(managedAt);
  expect(host('host-1').heartbeat).toMatchObject({ running: true });
  await finished(cs.cancelHostMaintenance(host('host-1').cs.id));

  // Down is refused by XAPI, and CloudStack does not say why.
  await finished(cs.migrateVm({ id: vmOf(pool, 'i-2-15-VM').cs!.id, kind: 'guest' }, host('host-1').cs.id));
  const back = await finished(
    cs.migrateVm({ id: vmOf(pool, 'i-2-15-VM').cs!.id, kind: 'guest' }, host('host-3').cs.id),
  );
  expect(back).toMatchObject({
    status: 2,
    error: expect.stringMatching(/^Unable to migrate VM\(i-2-15-VM\) from host\(/),
  });
  expect(vmOf(pool, 'i-2-15-VM').on).toBe('host-1');

  const { templateId, serviceOfferingId: offeringId, networkOfferingId, zoneId } = SMOKE_TEST;
  const network = await cs.createNetwork({ name: 'smoke', offeringId: networkOfferingId, zoneId });
  const deploy = async (name: string): Promise<CsJob | undefined> => {
    const made = await cs.deployVm({ name, templateId, offeringId, zoneId, networkId: network.id });
    await pass(cloud, 120);
    return cs.job(made.job);
  };
  expect(await deploy('too-early')).toMatchObject({ status: 2, errorCode: 533 });

  for (const name of ['host-2', 'host-3']) {
    await drain(name, 'host-1');
    await finished(cs.prepareHostForMaintenance(host(name).cs.id));
    await disable(name);
    hands.bootIso(cloud, host(name), '7.1.2');
    await pass(cloud, INSTALLATION_SECONDS);
    // No unmanaging for a member: tag and scripts are there before maintenance ends.
    expect(host(name)).toMatchObject({ tags: [TAG], cs: { state: 'Up', resourceState: 'Maintenance' } });
    expect(host(name).scriptsAt).toBeGreaterThan(host(name).bootTime);
    await finished(cs.cancelHostMaintenance(host(name).cs.id));
  }

  expect(await deploy('in-time')).toMatchObject({ status: 1 });
  expect(pool.hosts.map((one) => [one.version, one.cs.state, one.cs.resourceState, one.reboots])).toEqual(
    ['host-1', 'host-2', 'host-3'].map(() => ['7.1.2', 'Up', 'Enabled', 1]),
  );
  expect(pool.vms.filter((vm) => vm.cs?.state === 'Running' && vm.power !== 'Running')).toEqual([]);
  expect(cloud.violations).toEqual([]);
});

test('an evacuated master, disabled before its cluster is unmanaged, takes the pool away from CloudStack', async () => {
  const { cloud, cs, pool, host, finished, disable } = story();
  pool.ha.on = false;
  await finished(cs.prepareHostForMaintenance(host('host-1').cs.id), 400);
  await disable('host-1');
  await pass(cloud, 2100);
  expect((await cs.hosts(pool.cluster.id)).map((one) => one.state)).toEqual([
    'Disconnected',
    'Alert',
    'Alert',
  ]);
  expect(cloud.violations.map((violation) => violation.rule)).toContain('master-disabled-while-managed');
});
