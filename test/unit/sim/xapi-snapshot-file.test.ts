/** FILE of `sim --pools`: what is in it is in the cloud; what is unknown is refused with its path. */
import { makeCloud } from '../../../src/sim/cloud';
import { xapiSide } from '../../../src/sim/xapi';
import { RawClient } from '../../support/sim-xapi';
import { BadSnapshotFile, parseSnapshotFile } from '../../../src/sim/snapshot-file';

const mistakesOf = (content: unknown): readonly string[] => {
  try {
    parseSnapshotFile(typeof content === 'string' ? content : JSON.stringify(content));
  } catch (error) {
    if (error instanceof BadSnapshotFile) return error.mistakes;
    throw error;
  }
  return [];
};

test('the pool without a file is the one of the story', () => {
  const cloud = makeCloud();
  const pool = cloud.pools[0]!;
  expect(pool.hosts.map((host) => [host.name, host.version, host.enabled, host.live])).toEqual([
    ['host-1', '6.5.0', true, true],
    ['host-2', '6.5.0', true, true],
    ['host-3', '6.5.0', true, true],
  ]);
  expect(pool.vms).toHaveLength(12);
  expect(pool.vms.filter((vm) => !vm.tools)).toHaveLength(1);
  expect(pool.vms.filter((vm) => vm.cd?.byCloudStack)).toHaveLength(1);
  const routers = pool.vms.filter((vm) => vm.kind === 'router');
  expect(new Set(routers.map((vm) => vm.cs?.redundantGroup)).size).toBe(1);
  expect(new Set(routers.map((vm) => vm.on)).size).toBe(2);
  expect(pool.vms.filter((vm) => vm.kind === 'ssvm' || vm.kind === 'cpvm')).toHaveLength(2);
  expect(pool.ha).toMatchObject({ on: true, tolerates: 1 });
  expect(pool.srs.find((sr) => sr.uuid === pool.ha.srs[0])).toMatchObject({ shared: true });
  expect(cloud.hidden['pool-a']?.rotatesKeys).toEqual(['host-2']);
});

test('two clouds from nothing are the same cloud', () => {
  const [first, second] = [makeCloud(), makeCloud()].map((cloud) => cloud.pools[0]!.vms.map((vm) => vm.uuid));
  expect(first).toEqual(second);
});

test('unknown keys are refused with their path, every one of them', () => {
  expect(
    mistakesOf({ v: 1, pools: [{ name: 'p', hosts: [{ name: 'h', colour: 'red' }], size: 3 }], extra: 1 }),
  ).toEqual(
    expect.arrayContaining([
      'pools[0].hosts[0].colour: unknown key',
      'pools[0].size: unknown key',
      'extra: unknown key',
    ]),
  );
});

test('names that point nowhere are refused', () => {
  expect(mistakesOf({ v: 1, pools: [{ name: 'p', master: 'x', hosts: [{ name: 'h' }] }] })).toEqual([
    'pools[0].master: no host x',
  ]);
  expect(mistakesOf({ v: 1, pools: [{ name: 'p' }], hidden: { q: {} } })).toEqual([
    'hidden.q: no pool of that name',
  ]);
});

test('what is not JSON is said to be so', () => {
  expect(mistakesOf('{')[0]).toMatch(/^not JSON/);
});

test('a file that names a pool only is filled in from the version profile', () => {
  const file = parseSnapshotFile(
    JSON.stringify({ v: 1, pools: [{ name: 'p', hosts: [{ name: 'h', version: '7.1.2' }] }] }),
  );
  const [host] = makeCloud({ pools: file.pools }).pools[0]!.hosts;
  expect(host).toMatchObject({ version: '7.1.2', platform: '2.2.0', build: '158137c', brand: 'XenServer' });
});

test('what a taken snapshot says is what XAPI shows: free memory, unknown VMs, addresses', async () => {
  const text = JSON.stringify({
    v: 1,
    pools: [
      {
        v: 1,
        takenAt: '2026-03-01T10:00:00.000Z',
        name: 'p',
        hosts: [
          { name: 'h1', address: '192.0.2.7', memoryMib: { total: 16_384, free: 9_000 }, live: true },
          { name: 'h2' },
        ],
        vms: [
          { name: 'i-2-3-VM', on: 'h1', memoryMib: 4096, cloudstack: { displayName: 'web' } },
          { name: 'stranger', on: 'h1', memoryMib: 1000 },
        ],
      },
    ],
  });
  const cloud = makeCloud(parseSnapshotFile(text));
  const pool = cloud.pools[0]!;
  expect(cloud.time.iso()).toBe('2026-03-01T10:00:00.000Z');
  expect(xapiSide(cloud).freeMib(pool.hosts[0]!)).toBe(9_000);
  expect(pool.hosts[0]!.address).toBe('192.0.2.7');
  expect(pool.vms.map((vm) => [vm.name, vm.memoryMib + vm.overheadMib, vm.cs?.displayName])).toEqual([
    ['i-2-3-VM', 4096, 'web'],
    ['stranger', 1000, undefined],
  ]);
});

test('messages that were there before are counted, and slow the installer', async () => {
  const cloud = makeCloud({ hidden: { 'pool-a': { messages: { 'host-1': 2000 } } } });
  const client = new RawClient(cloud);
  await client.login();
  expect(await client.value('message.get_all')).toHaveLength(2000);
});
