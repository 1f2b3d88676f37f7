/** The snapshot shows both sides as they are, in one order, and a dead source costs only itself. */
import { Malformed, NotSent, Refused, Unreachable, WrongKey } from '../../../src/domain/errors';
import type { Snapshot } from '../../../src/domain/pool';
import { look, takeSnapshot } from '../../../src/engine/snapshot';
import { halfWay, healthyPool, hostOf, localSr, NFS, vmOf, withHost, withVms } from '../../support/snapshots';
import { worldOf } from '../../support/world-of';

const at = Date.parse('2026-01-02T00:00:00.000Z');

const odd = (): Snapshot => {
  const pool = withVms(
    healthyPool({
      ha: {
        on: true,
        srs: [NFS.uuid],
        tolerates: 1,
        configuration: { timeout: '60' },
        allowOvercommit: false,
      },
      wlb: { on: true, url: '10.0.0.5:8012' },
    }),
    vmOf('i-2-13-VM', 'host-2', { tools: false, devices: ['vgpu'] }),
    vmOf('i-2-14-VM', 'host-2', { cd: { sr: 'sr-iso', name: 'debian.iso', byCloudStack: true } }),
    vmOf('i-2-15-VM', 'host-3', { cloudstack: null, disks: [localSr('host-3').uuid] }),
  );
  const [first, ...rest] = pool.vms;
  const { on: _off, ...halted } = first!;
  return {
    ...withHost(halfWay(pool, ['host-1']), 'host-2', { hotfixes: ['XS65E001', 'XS65E002'], tags: ['vmops'] }),
    vms: [{ ...halted, power: 'Halted', cloudstack: { ...first!.cloudstack!, state: 'Stopped' } }, ...rest],
  };
};

const sorted = (pool: Snapshot): Snapshot => ({
  ...pool,
  hosts: pool.hosts.map((host) => ({ ...host, pbds: host.pbds.toSorted((a, b) => (a.sr < b.sr ? -1 : 1)) })),
  vms: pool.vms.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  srs: pool.srs.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
});

test.each([
  ['a healthy pool', healthyPool()],
  ['a pool with everything that is odd', odd()],
])('what is shown is what is seen: %s', async (_name, pool) => {
  // the law of the simulator holds only if the joins lose nothing
  expect(await takeSnapshot(worldOf(pool), at)).toEqual(
    sorted({ ...pool, takenAt: '2026-01-02T00:00:00.000Z' }),
  );
});

test('lists come in one order, numbers in names counted as numbers', async () => {
  const pool = healthyPool({ hosts: ['host-10', 'host-9', 'host-1'].map((name) => hostOf(name)), vms: [] });

  const { hosts } = await takeSnapshot(worldOf(pool), at);

  expect(hosts.map((host) => host.name)).toEqual(['host-1', 'host-9', 'host-10']);
});

test.each([
  [
    'XAPI',
    'xen.vms',
    new Unreachable('XAPI on host-1', 'no answer for 10 s'),
    'XAPI on host-1: no answer for 10 s',
  ],
  [
    'XAPI',
    'xen.srs',
    new Malformed('XAPI on host-1', 'SR without a uuid'),
    'XAPI on host-1: SR without a uuid',
  ],
  [
    'CloudStack',
    'cloudStack.vms',
    new NotSent('connection refused at 10.0.0.5:8080'),
    'connection refused at 10.0.0.5:8080',
  ],
  [
    'CloudStack',
    'cloudStack.hosts',
    new Refused({
      code: 'X',
      what: 'CloudStack refused the key.',
      why: 'The signature is wrong.',
      doThis: [],
    }),
    'CloudStack refused the key. The signature is wrong.',
  ],
  [
    'CloudStack’s database',
    'db.haWork',
    new WrongKey('the database', 'tls', 'aa', 'bb'),
    'the database shows another certificate: bb instead of aa',
  ],
])('a failing %s (%s) is named with its reason, and the rest is kept', async (source, dead, fails, why) => {
  const pool = healthyPool();

  const seen = await takeSnapshot(worldOf(pool, { dead: [dead], fails }), at);

  expect(seen.unread).toEqual([{ source, why }]);
  expect(seen.uuid).toBe(pool.uuid);
  expect(seen.hosts.map((host) => host.name)).toEqual(['host-1', 'host-2', 'host-3']);
});

test('with XAPI dead CloudStack is still read, and the reason stands once', async () => {
  const dead = ['xen.pool', 'xen.hosts', 'xen.vms', 'xen.srs'];
  const fails = new NotSent('connection refused at host-1');

  const seen = await takeSnapshot(worldOf(healthyPool(), { dead, fails }), at);

  expect(seen.unread).toEqual([{ source: 'XAPI', why: 'connection refused at host-1' }]);
  expect(seen.cloudstack.version).toBe('4.11.3.0');
});

test('a cluster that CloudStack does not have is an unread source, not an empty cluster', async () => {
  const pool = healthyPool();

  const seen = await takeSnapshot(worldOf(pool, { facts: { clusterId: 'cluster-b' } }), at);

  expect(seen.unread).toEqual([
    { source: 'CloudStack', why: 'It has no cluster with the id cluster-b, which pools.yaml names.' },
  ]);
});

test('without the database HA work and transfers are unknown, not empty, and servers come from pools.yaml', async () => {
  const { cloudstack } = await takeSnapshot(worldOf(healthyPool(), { without: ['database'] }), at);

  expect(cloudstack.openWork).toEqual({ jobs: [], transitions: [] });
  expect(cloudstack.managementServers).toEqual([{ name: 'ms-1', state: 'unknown', version: '4.11.3.0' }]);
});

test('what only CloudStack knows is told apart', async () => {
  const strangers = { hosts: ['host-9'], vms: ['i-2-99-VM'] };

  const { beside } = await look(worldOf(healthyPool(), { strangers }), at);

  expect(beside.onlyInCloudStack).toEqual(strangers);
});

test('XAPI is asked for its second opinion only while HA is off', async () => {
  const evacuation = { 'host-1': { 'i-2-10-VM': ['VM_REQUIRES_SR', 'i-2-10-VM', 'iso'] } };
  const on = { on: true, srs: [], tolerates: 1, configuration: {}, allowOvercommit: false };

  const off = await look(worldOf(healthyPool(), { evacuation }), at);
  const withHa = await look(worldOf(healthyPool({ ha: on }), { evacuation }), at);

  expect(off.beside.evacuation?.['host-1']).toEqual(evacuation['host-1']);
  expect(withHa.beside.evacuation).toBeUndefined();
});

test('a bug in an adapter is not taken for a silent source', async () => {
  const fails = new TypeError('cannot read properties of undefined');

  await expect(takeSnapshot(worldOf(healthyPool(), { dead: ['xen.vms'], fails }), at)).rejects.toBe(fails);
});
