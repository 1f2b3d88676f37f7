/** The demo judges itself by the truth: what an installer may never change is a breach in a sentence. */
import { breaches, unpatched, type Truth } from '../../src/demo/verdict';
import { Cloud } from '../../src/sim/cloud';
import { truthOf } from '../../src/sim/truth';

/** The default pool as if it had been upgraded well: one reboot each, all back in service. */
function upgraded(): { readonly before: Truth; readonly cloud: Cloud } {
  const cloud = new Cloud();
  const before = truthOf(cloud, 1);
  for (const host of cloud.pools[0]!.hosts) {
    host.version = '7.1.2';
    host.reboots = 1;
  }
  return { before, cloud };
}
const judged = ({ before, cloud }: ReturnType<typeof upgraded>): readonly string[] =>
  breaches(before, truthOf(cloud, 1), '7.1.2');

test('a pool that only got the target version is in order', () => {
  expect(judged(upgraded())).toEqual([]);
});

test('a host whose disk was partitioned anew is named', () => {
  const it = upgraded();
  const host = it.cloud.pools[0]!.hosts[1]!;
  host.dom0 = { ...host.dom0, disk: { ...host.dom0.disk, layout: 'new' } };
  expect(judged(it)).toEqual(['The partitions of host-2 are others.']);
});

test('a host that lost its local storage is named', () => {
  const it = upgraded();
  const pool = it.cloud.pools[0]!;
  const host = pool.hosts[2]!;
  const local = pool.srs.find(({ name }) => name === 'local-host-3')!;
  host.pbds = host.pbds.filter((pbd) => pbd.sr !== local.uuid);
  expect(judged(it)).toEqual(['Local storage of host-3 is gone.']);
});

test('a host that still carries an installer, or the mark for new partitions, is named', () => {
  const it = upgraded();
  const [first, second] = it.cloud.pools[0]!.hosts;
  first!.prepared = true;
  second!.dom0 = { ...second!.dom0, safe2upgrade: true };
  expect(judged(it)).toEqual([
    'host-1 carries a prepared installer.',
    'host-2 carries a prepared installer.',
  ]);
});

test('a story of patches must leave every host with all of them, wanting nothing, and no file behind', () => {
  const cloud = new Cloud();
  const pool = cloud.pools[0]!;
  for (const host of pool.hosts) host.hotfixes = ['A'];
  expect(unpatched(truthOf(cloud, 1), ['A'])).toEqual([]);

  pool.hosts[1]!.hotfixes = [];
  pool.hosts[2]!.patching.wants.add('reboot');
  expect(unpatched(truthOf(cloud, 1), ['A'])).toEqual(['host-2 lacks A.', 'host-3 still wants reboot.']);
  // where there is no catalogue the repositories must have given something
  expect(unpatched(truthOf(cloud, 1), [])).toContain('host-1 got no update.');
});
