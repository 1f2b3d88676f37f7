/** For each way to put a patch on a host: a raw client does it to a host in service, and the simulator reports every breach. */
import { Cloud } from '../../../src/sim/cloud';
import { artefactOf } from '../../../src/sim/artefact';
import { uuidOf } from '../../../src/sim/identity';
import type { SimHost, SimPool } from '../../../src/sim/model';
import { poolOn, takeOut } from '../../support/patches';
import { hostOf, RawClient, ref } from '../../support/sim-xapi';

interface Way {
  readonly brand: string;
  readonly version: string;
  /** What the simulator calls it. */
  readonly what: string;
  readonly do: (client: RawClient, pool: SimPool, host: SimHost) => Promise<unknown>;
}

const disk = uuidOf('disk');

/** A pack on a disk, and a hotfix, both ready. */
function ready(
  pool: SimPool,
  version: string,
  more: { live?: 'complete'; guidance?: readonly string[] } = {},
) {
  const hotfix = artefactOf({ uuid: uuidOf('H-1'), name: 'H-1', versions: [version], ...more });
  const pack = artefactOf({ uuid: uuidOf('P-1'), name: 'xs:p-1', kind: 'pack', versions: [version] });
  const isUpdate = version.startsWith('8');
  pool.patching.known.push({ ...hotfix, bytes: 1, staged: true, ...(isUpdate && { vdi: disk }) });
  pool.patching.disks.push({
    uuid: disk,
    sr: '',
    name: '',
    description: '',
    bytes: 1,
    otherConfig: {},
    artefact: pack,
  });
  return hotfix;
}

const plugin =
  (name: string, fn: string, args: Record<string, string> = {}): Way['do'] =>
  (client, _pool, host) =>
    client.call('host.call_plugin', ref(host), name, fn, args);

const WAYS: readonly (readonly [string, Way])[] = [
  [
    'pool_patch.apply',
    {
      brand: 'XenServer',
      version: '6.5.0',
      what: 'pool_patch.apply of H-1',
      do: (client, pool, host) => client.call('pool_patch.apply', ref(ready(pool, '6.5.0')), ref(host)),
    },
  ],
  [
    'a pack below 7.1',
    {
      brand: 'XenServer',
      version: '6.5.0',
      what: 'install-supp-pack install',
      do: (client, pool, host) => {
        ready(pool, '6.5.0');
        return plugin('install-supp-pack', 'install', { vdi: disk })(client, pool, host);
      },
    },
  ],
  [
    'pool_update.apply',
    {
      brand: 'Citrix Hypervisor',
      version: '8.2.1',
      what: 'pool_update.apply of H-1',
      do: (client, pool, host) => client.call('pool_update.apply', ref(ready(pool, '8.2.1')), ref(host)),
    },
  ],
  [
    'a live patch that wants a toolstack restart too',
    {
      brand: 'Citrix Hypervisor',
      version: '8.2.1',
      what: 'pool_update.apply of H-1',
      do: (client, pool, host) => {
        const more = { live: 'complete', guidance: ['restart-toolstack'] } as const;
        return client.call('pool_update.apply', ref(ready(pool, '8.2.1', more)), ref(host));
      },
    },
  ],
  [
    'host.apply_updates',
    {
      brand: 'XenServer',
      version: '8.4.0',
      what: 'host.apply_updates',
      do: async (client, pool, host) => {
        await client.call('pool.sync_updates', ref(pool), false);
        await client.call('host.apply_updates', ref(host), pool.patching.synced?.hash ?? '');
      },
    },
  ],
  [
    'updater.py update',
    {
      brand: 'XCP-ng',
      version: '8.2.1',
      what: 'updater.py update',
      do: plugin('updater.py', 'update'),
    },
  ],
  [
    'a toolstack restart',
    {
      brand: 'XenServer',
      version: '6.5.0',
      what: 'host.restart_agent',
      do: (client, _pool, host) => client.call('host.restart_agent', ref(host)),
    },
  ],
];

async function on({ brand, version }: Way, name: string) {
  const vms = [{ name: 'i-2-3-VM', on: name }];
  const cloud = new Cloud({ pools: [poolOn(version, brand, { vms })] });
  const client = new RawClient(cloud);
  await client.login();
  const pool = cloud.pools[0]!;
  const breaches = () => cloud.violations.map(({ rule, host, detail }) => `${rule} ${host}: ${detail}`);
  return { cloud, client, pool, host: hostOf(pool, name), breaches };
}

const [ENABLED, FULL] = ['while enabled in XAPI', 'with i-2-3-VM'];
const rulesFor = (what: string) =>
  what === 'host.restart_agent'
    ? (['reboot-while-enabled', 'reboot-with-residents'] as const)
    : (['patched-in-service', 'patched-in-service'] as const);

test.each(WAYS)('%s on a member in service is three breaches', async (_, way) => {
  const { client, pool, host, breaches } = await on(way, 'host-2');
  await way.do(client, pool, host);
  const [enabled, full] = rulesFor(way.what);
  expect(breaches()).toEqual([
    `reboot-outside-maintenance host-2: ${way.what} while CloudStack says Enabled`,
    `${enabled} host-2: ${way.what} ${ENABLED}`,
    `${full} host-2: ${way.what} ${FULL}`,
  ]);
});

test.each(WAYS)('%s on the master in maintenance, its cluster Managed, is a breach', async (_, way) => {
  const { client, pool, host, breaches } = await on(way, 'host-1');
  takeOut(host);
  pool.vms.splice(0);
  pool.cluster.managedState = 'Managed';
  await way.do(client, pool, host);
  expect(breaches()).toEqual([expect.stringMatching(/^master-rebooted-while-managed host-1: /)]);
});

test.each(WAYS)('%s on an empty, disabled host in maintenance is none', async (_, way) => {
  const { client, pool, host, breaches } = await on(way, 'host-2');
  takeOut(host);
  pool.vms.splice(0);
  await way.do(client, pool, host);
  expect(breaches()).toEqual([]);
});

test('a live patch that is whole, and saves a reboot, is none on a host in service', async () => {
  const way = WAYS.find(([name]) => name === 'pool_update.apply')![1];
  const { client, pool, host, breaches } = await on(way, 'host-2');
  const update = ready(pool, '8.2.1', { live: 'complete', guidance: ['reboot'] });
  await client.value('pool_update.apply', ref(update), ref(host));
  expect(host.hotfixes).toEqual(['H-1']);
  expect(breaches()).toEqual([]);
});
