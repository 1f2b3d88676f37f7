/** What dom0 tells of itself is read part by part; an answer that makes no sense is told with its reason, and no content leaves. */
import { makeCloud } from '../../../src/sim/cloud';
import type { FaultSpec } from '../../../src/sim/faults';
import type { HostFile } from '../../../src/sim/snapshot-file';
import { dom0Of, sshCloud } from '../../support/ssh';

async function lookAt(dom0: HostFile['dom0'] = {}, faults: readonly FaultSpec[] = [], version = '6.5.0') {
  const cloud = makeCloud({ pools: [{ name: 'pool-a', hosts: [{ name: 'host-1', version, dom0 }] }] });
  cloud.faults.add(faults);
  const at = sshCloud(cloud);
  const [host] = cloud.pools[0]!.hosts;
  return { seen: await dom0Of(at).look(host!.uuid), cloud, host: host! };
}

test('a host of 6.5 as it was installed: old layout, nothing added', async () => {
  const { seen, host } = await lookAt();

  expect(seen).toEqual({
    disk: {
      device: '/dev/sda',
      gib: 136,
      layout: 'old',
      utilityPartition: false,
      names: ['/dev/sda', `/dev/disk/by-id/scsi-${host.uuid.slice(0, 8)}`],
    },
    freeMib: { root: 1800, log: 1800 },
    safe2upgrade: false,
    blobs: 0,
    customisations: {
      rcLocal: { lines: 0, sha256: host.dom0.customisations.rcLocal.sha256 },
      crontabs: [],
      mounts: [],
    },
    pythons: ['2.4.3'],
    managementInterface: 'xenbr0',
    timeSync: 'synchronised',
  });
});

test('what is special about a host is seen', async () => {
  const { seen } = await lookAt({
    disk: { device: '/dev/nvme0n1', gib: 40, layout: 'new', utilityPartition: true },
    freeMib: { root: 90, log: 3000 },
    safe2upgrade: true,
    blobs: 7000,
    customisations: {
      rcLocal: { lines: 3 },
      crontabs: [{ path: '/etc/cron.d/our-job' }, { path: '/var/spool/cron/root' }],
      mounts: ['/mnt/backup nfs'],
    },
    pythons: ['2.7.5', '3.6.8'],
    managementInterface: '',
  });

  expect(seen).toMatchObject({
    disk: { device: '/dev/nvme0n1', gib: 40, layout: 'new', utilityPartition: true },
    freeMib: { root: 90, log: 3000 },
    safe2upgrade: true,
    blobs: 7000,
    customisations: {
      rcLocal: { lines: 3 },
      crontabs: [{ path: '/etc/cron.d/our-job' }, { path: '/var/spool/cron/root' }],
      mounts: ['/mnt/backup nfs'],
    },
    pythons: ['2.7.5', '3.6.8'],
    managementInterface: '',
  });
  expect(seen.unread).toBeUndefined();
});

test('a host that boots from a SAN has a layout, and no size that the kernel tells', async () => {
  const { seen } = await lookAt({ disk: { device: '/dev/mapper/36001p1' } });

  expect(seen.disk).toMatchObject({ device: '/dev/mapper/36001p1', layout: 'old', utilityPartition: false });
  expect(seen.disk).not.toHaveProperty('gib');
});

test('looking changes nothing and no content of what people wrote is sent', async () => {
  const { cloud, seen } = await lookAt({ customisations: { rcLocal: { lines: 2 } } });

  expect(cloud.calls.filter((call) => call.mutates)).toEqual([]);
  expect(cloud.calls.some((call) => call.call === 'cat' && call.ok)).toBe(true);
  expect(JSON.stringify(seen)).not.toContain('our-setup');
});

test.each([
  ['df', 'free space, system disk', 'df did not print one row for / and one for /var/log'],
  ['cat', 'system disk', '/proc/partitions lists no disk and no partition'],
  ['test', 'safe2upgrade', 'test did not say whether /var/preserve/safe2upgrade is there'],
  ['awk', 'customisations', '/etc/fstab does not mount /'],
  ['sha256sum', 'customisations', '/etc/rc.d/rc.local has no digest or no number of lines'],
  ['python', 'Python', 'Python told no version'],
  ['ntpq', 'time servers', 'neither chronyc nor ntpq says whether a time server is followed'],
])('%s answered with HTML: %s cannot be told, and why', async (call, what, why) => {
  const faults = [call, ...(call === 'python' ? ['python2', 'python3'] : [])];
  const { seen } = await lookAt(
    {},
    faults.map((one) => ({ call: `ssh:${one}`, how: 'html', nth: 0 })),
  );

  expect(seen.unread).toEqual([{ what, why }]);
});

test.each([
  ['6.5.0', 'synchronised'],
  ['6.5.0', 'unsynchronised'],
  ['6.5.0', 'off'],
  ['8.2.1', 'synchronised'],
  ['8.2.1', 'unsynchronised'],
  ['8.2.1', 'off'],
] as const)('dom0 of %s whose time is %s says so, whichever program it has', async (version, timeSync) => {
  const { seen } = await lookAt({ timeSync }, [], version);

  expect(seen.timeSync).toBe(timeSync);
  expect(seen).not.toHaveProperty('unread');
});

test.each(['html', 'truncate', 'lose-answer'])(
  'every answer spoiled by %s: no part is made up',
  async (how) => {
    const programs = [
      'df',
      'cat',
      'grep',
      'test',
      'find',
      'sha256sum',
      'awk',
      'python',
      'python2',
      'python3',
      'chronyc',
      'ntpq',
    ];
    const { seen } = await lookAt(
      {},
      programs.map((one) => ({ call: `ssh:${one}`, how, nth: 0 })),
    );

    expect(Object.keys(seen)).toEqual(['unread']);
    expect(seen.unread!.flatMap(({ what }) => what.split(', ')).toSorted()).toEqual([
      'Python',
      'customisations',
      'free space',
      'management interface',
      'message files',
      'safe2upgrade',
      'system disk',
      'time servers',
    ]);
  },
);

test('a machine that is another one than pools.yaml says is found out', async () => {
  const cloud = makeCloud();
  const at = sshCloud(cloud);
  const [first, second] = cloud.pools[0]!.hosts;
  Object.assign(second!, { address: first!.address });

  const seen = await dom0Of(at).look(second!.uuid);

  expect(seen.unread?.map(({ why }) => why).join()).toContain(
    'the machine at its SSH address is another one',
  );
});

test('a host that does not answer is told of once', async () => {
  const cloud = makeCloud();
  const at = sshCloud(cloud);
  const [host] = cloud.pools[0]!.hosts;
  host!.phase = 'off';

  const seen = await dom0Of(at).look(host!.uuid);

  expect(seen.unread).toHaveLength(1);
  expect(seen.unread![0]!.why).toContain('connection refused');
});
