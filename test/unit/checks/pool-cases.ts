/** Every pool under test/fixtures/pools: one fault each, and exactly what the checks must say of it. */

import type { How } from './pool-files';

export interface PoolCase {
  readonly pool: string;
  readonly target: string;
  /** `severity check on`, in the order of the checks; the questions that are always asked are left out. */
  readonly says: readonly string[];
  /** What else is asked for, or is not there. */
  readonly how?: How;
  /** Sources that could not be read; none unless said otherwise. */
  readonly unread?: readonly string[];
}

const TARGET = '7.1.2';
const of = (pool: string, target: string, ...says: readonly string[]): PoolCase => ({ pool, target, says });
const looked = (how: How, one: PoolCase): PoolCase => ({ ...one, how });

const each = (what: string): readonly string[] =>
  ['host-1', 'host-2', 'host-3'].map((host) => `${what} ${host}`);

// XCP-ng: its plugin answers all that a release of 8.x may be asked
const MEDIA = 'http://media.example/xcp-ng/8.3.0';
const HOTFIX = {
  uuid: '5a1c4d9e-8f70-4b5f-9d0e-2a7c61f3b812',
  kind: 'hotfix',
  name: 'XS71ECU2001',
  versions: ['7.1.2'],
  requires: [],
  supersedes: [],
  conflicts: [],
  guidance: 'reboot',
} as const;

const PATCH = {
  ...HOTFIX,
  name: 'XS65E001',
  versions: ['6.5.0'],
  file: '/hotfixes/XS65E001.xsupdate',
  sha256: 'ab'.repeat(32),
  bytes: 4096,
} as const;
const OTHER = {
  ...PATCH,
  uuid: '6b2d5eaf-9081-4c60-8e1f-3b8d72a4c923',
  name: 'XS65E002',
  conflicts: ['XS65E001'],
};
const { file: _file, ...UNPLACED } = PATCH;

/** No API answers the questions: they are asked of every pool with running guests. Hosts of 6.5 have the old layout. */
export const ALWAYS_SAID: readonly string[] = [
  'question hardware',
  'question vm-backups',
  'note partition-layout',
];

export const CASES: readonly PoolCase[] = [
  of('alert-early', TARGET, 'warn cloudstack-settings pool-a'),
  of('allocation-disabled', TARGET, 'warn hosts-ready cluster-a'),
  of('auto-start', TARGET, 'block auto-start pool-a'),
  of('auto-start-switched-off', TARGET, 'note auto-start pool-a'),
  of('backup-does-not-fit', TARGET, 'block backup-room ms-1'),
  of('backups-not-told', TARGET, 'note api-key pool-a'),
  // the question is always asked, here with what was seen
  of('backups-old', TARGET),
  of('bond-degraded', TARGET, 'warn same-networks host-2'),
  of('boots-from-a-san', TARGET, 'question system-disk host-2'),
  of('boots-unnoticed', TARGET, 'warn cloudstack-settings pool-a'),
  of('builds-differ', TARGET, 'block versions-and-hotfixes pool-a'),
  of('call-not-allowed', TARGET, 'block api-key pool-a'),
  of('card-unplugged', TARGET, 'warn same-networks host-2'),
  looked({ hotfixes: [HOTFIX] }, of('catalogue-ahead', TARGET, 'note hotfixes-missing pool-a')),
  of('cd-inserted', TARGET, 'note vms-can-move i-2-11-VM'),
  of('cd-library-unplugged', TARGET, 'note storage-plugged host-2'),
  of('certificate-key-short', '8.4.0', 'block certificate-keys host-2'),
  of('clock-minutes-off', TARGET, 'block host-clocks host-2'),
  of('clock-seconds-off', TARGET, 'warn host-clocks host-3'),
  of('cloudstack-clock-off', TARGET, 'warn cloudstack-clock pool-a'),
  of('cloudstack-does-not-connect', TARGET, 'block era pool-a'),
  of('cloudstack-too-new', TARGET, 'block era pool-a'),
  of('cloudstack-too-old', TARGET, 'block era pool-a'),
  of('cluster-unmanaged', TARGET, 'block hosts-ready cluster-a'),
  of('clustered-on-7-5', '7.6.0', 'block clustering pool-a'),
  of('container-pack', '8.2.1', 'warn features-that-go host-2'),
  of('cpu-features-differ', TARGET, 'warn same-cpus pool-a'),
  of('cpus-levelled', '8.4.0'),
  of('cpus-of-two-makers', TARGET, 'block same-cpus pool-a'),
  of('customised', TARGET, 'note customisations host-2'),
  looked(
    { without: ['cloudStackDb'] },
    of(
      'database-not-configured',
      TARGET,
      ...Array.from({ length: 3 }, () => 'question sources-configured pool-a'),
    ),
  ),
  {
    ...looked(
      { faults: [{ call: 'db:SELECT', how: 'refuse', code: '1205', nth: 0 }] },
      of('database-silent', TARGET, 'block sources-read pool-a'),
    ),
    unread: ['CloudStack’s database'],
  },
  of('dead-after-seconds', TARGET, 'warn cloudstack-settings pool-a'),
  of('dom0-full', TARGET, 'block dom0-space host-2'),
  looked(
    { automatic: MEDIA },
    of('dom0-grows', '8.3.0', 'note installer-licence pool-a', ...each('warn installer-memory')),
  ),
  of('dom0-nearly-full', TARGET, 'warn dom0-space host-2'),
  of('down-hosts-to-maintenance', '8.4.0', 'warn cloudstack-settings pool-a'),
  of('fcoe', '8.4.0', 'warn deprecated-storage fcoe'),
  of('force-ha', TARGET, 'warn cloudstack-settings pool-a'),
  of('force-ha-4-22', '8.4.0', 'warn cloudstack-settings pool-a'),
  of('gfs2-on-7-5', '7.6.0', 'block deprecated-storage clustered'),
  of('guest-limit-low', TARGET, 'block capability-rows pool-a'),
  of('guidance-pending', '8.4.0', 'note versions-and-hotfixes pool-a', 'warn pending-reboots host-2'),
  of('ha-on', TARGET, 'note ha-and-wlb pool-a'),
  of('ha-protected-twice', TARGET, 'warn ha-protected-vms i-2-11-VM'),
  of('ha-tag', TARGET, 'warn cloudstack-settings pool-a'),
  of('ha-without-state-file', TARGET, 'warn storage-everywhere pool-a', 'note ha-and-wlb pool-a'),
  of('ha-work-open', TARGET, 'block cloudstack-open-work cluster-a'),
  of('half-way', TARGET, 'note versions-and-hotfixes pool-a'),
  of('health-check', '8.4.0', 'block features-that-go pool-a'),
  of('healthy', TARGET),
  of('healthy-7-1', '7.2.0'),
  of('healthy-8-2', '8.4.0'),
  of('healthy-xcp-8-2', '8.3.0'),
  of('heartbeat-on-the-edge', TARGET, 'warn cloudstack-settings pool-a'),
  of('heartbeat-too-short', TARGET, 'warn cloudstack-settings pool-a'),
  of('host-beyond-target', TARGET, 'block target-newer host-3'),
  of('host-busy', TARGET, 'warn xapi-work host-2'),
  of('host-disabled', TARGET, 'block hosts-ready host-2', 'question vms-can-move r-4-VM'),
  of('host-disconnected', TARGET, 'block hosts-ready host-2', 'question vms-can-move r-4-VM'),
  of('host-in-maintenance', TARGET, 'block hosts-ready host-2', 'question vms-can-move r-4-VM'),
  of('host-not-live', TARGET, 'block hosts-ready host-3', 'question ways-in host-3'),
  of('host-tags-differ', TARGET, 'question host-tags pool-a'),
  of('host-version-unknown', TARGET, 'block era host-1', 'block era host-2', 'block era host-3'),
  of('hosts-in-transfer', TARGET, 'block cloudstack-open-work cluster-a'),
  of('hotfix-awaits-reboot', TARGET, 'warn pending-reboots host-2'),
  of('hotfix-awaits-toolstack', TARGET, 'block pending-reboots host-1'),
  looked(
    { automatic: 'http://media.example/xenserver/8.4.0' },
    of('hotfix-before-upgrade', '8.4.0', ...each('block installer-hotfix'), 'note installer-licence pool-a'),
  ),
  of('hotfix-missing', TARGET, 'block versions-and-hotfixes pool-a'),
  looked(
    {
      patches: 'all',
      hotfixes: [PATCH],
      faults: [
        {
          call: 'xapi:pool_patch.precheck',
          on: 'host-2',
          how: 'refuse',
          code: 'PATCH_PRECHECK_FAILED_OUT_OF_SPACE',
        },
      ],
    },
    of('hotfix-refused', '6.5.0', 'note patch-mechanism pool-a', 'block hotfix-prechecks host-2'),
  ),
  looked(
    { patches: ['XS65E001'], hotfixes: [UNPLACED] },
    of('hotfix-without-file', '6.5.0', 'note patch-mechanism pool-a', 'block hotfix-file XS65E001'),
  ),
  looked(
    { patches: 'all', hotfixes: [PATCH, OTHER] },
    of('hotfixes-conflicting', '6.5.0', 'note patch-mechanism pool-a', 'block hotfixes-conflict pool-a'),
  ),
  of('integration-port-open', TARGET, 'warn cloudstack-settings pool-a'),
  of('iscsi-name-empty', TARGET, 'warn iscsi-names host-2'),
  of('iscsi-name-twice', TARGET, 'block iscsi-names pool-a'),
  of('job-running', TARGET, 'warn cloudstack-open-work cluster-a'),
  of('jobs-cancelled-early', TARGET, 'warn cloudstack-settings pool-a'),
  of('jobs-forgotten', TARGET, 'warn cloudstack-settings pool-a'),
  of('key-of-no-root-admin', TARGET, 'block api-key pool-a'),
  of('licence-ends-soon', TARGET, 'warn licences host-2'),
  looked(
    {
      automatic: 'http://media.example/xenserver/8.4.0',
      faults: [{ call: 'world:licence', on: 'host-2', how: 'fail', nth: 0 }],
    },
    of(
      'licence-of-target-unread',
      '8.4.0',
      'block installer-licence host-2',
      'note installer-licence pool-a',
    ),
  ),
  of('licence-over', TARGET, 'block licences host-2'),
  of('licence-unreadable', TARGET, 'block licences host-2'),
  of('licence-without-motion', TARGET, 'block licences host-2'),
  of('licences-differ', TARGET, 'warn licences pool-a'),
  of('local-storage-force-stop', '8.4.0', 'warn cloudstack-settings pool-a'),
  of('maintenance-mode', TARGET, 'block maintenance-mode host-2'),
  of('maintenance-rounds-short', TARGET, 'note cloudstack-settings pool-a'),
  of('maintenance-rounds-slow', TARGET, 'note cloudstack-settings pool-a'),
  of('management-clock-minutes-off', TARGET, 'block management-server-clocks ms-2'),
  of('management-clock-seconds-off', TARGET, 'warn management-server-clocks ms-2'),
  of('management-interface-differs', TARGET, 'block management-interface host-2'),
  of('management-server-down', TARGET, 'question management-servers ms-2'),
  of('many-messages', TARGET, 'warn message-count pool-a'),
  of('many-sockets', TARGET, 'warn vcpu-topology i-2-11-VM'),
  of('marked-safe2upgrade', TARGET, 'question safe2upgrade-mark host-2'),
  of('marked-with-local-disk', TARGET, 'question vms-can-move i-2-11-VM', 'block safe2upgrade-mark host-2'),
  looked(
    {
      automatic: MEDIA,
      faults: [{ call: 'world:media', on: 'host-2', how: 'fail', code: 'NOT_FOUND', nth: 0 }],
    },
    of('media-not-found', '8.3.0', 'block installer-media host-2', 'note installer-licence pool-a'),
  ),
  of('member-before-master', TARGET, 'block versions-and-hotfixes pool-a'),
  of('message-files', TARGET, 'warn blobs host-3'),
  of('migrates-across-clusters', '8.4.0', 'warn cloudstack-settings pool-a'),
  of('migration-hurried', TARGET, 'warn cloudstack-settings pool-a'),
  of('multipathing-differs', TARGET, 'warn storage-everywhere pool-a'),
  of('network-missing', TARGET, 'warn same-networks pool-a'),
  of('no-boot-time', TARGET, 'block boot-times host-2'),
  of('no-capability-row', TARGET, 'question capability-rows pool-a'),
  of('no-guest-os-names', TARGET, 'question guest-os-mappings pool-a'),
  of('no-management-interface', TARGET, 'block management-interface host-2'),
  of('no-python', TARGET, 'block dom0-python host-2'),
  of('no-room', TARGET, 'block room-for-each-host pool-a'),
  looked(
    { without: ['dom0'] },
    of(
      'no-way-in',
      TARGET,
      'question ways-in pool-a',
      ...Array.from({ length: 5 }, () => 'question sources-configured pool-a'),
    ),
  ),
  of('nothing-left', TARGET, 'block target-newer pool-a'),
  of('old-layout-8-4', '8.4.0', 'block partition-layout pool-a'),
  of('old-tls', '8.2.1', 'block features-that-go pool-a'),
  of('one-host', TARGET, 'block another-host pool-a', 'question smoke-test i-2-10-VM'),
  of('one-try-per-vm', '8.4.0', 'warn cloudstack-settings pool-a'),
  of('paravirtual-guest', '8.2.1', 'block paravirtual-guests i-2-11-VM'),
  of('paravirtual-guest-8-1', '8.1.0', 'warn paravirtual-guests i-2-11-VM'),
  looked(
    { automatic: MEDIA, without: ['dom0'] },
    of(
      'partitions-unseen',
      '8.3.0',
      'question ways-in pool-a',
      'note installer-licence pool-a',
      ...each('question installer-partitions'),
      ...Array.from({ length: 5 }, () => 'question sources-configured pool-a'),
    ),
  ),
  of('paths-down', TARGET, 'warn storage-everywhere host-2'),
  looked(
    {
      automatic: 'http://media.example/xcp-ng/8.4.0',
      faults: [
        { call: 'world:check-host', on: 'host-2', how: 'fail', code: 'BIOS_BOOT', nth: 0 },
        { call: 'world:check-pool', how: 'fail', code: 'POOL_WITH_COROSYNC2', nth: 0 },
      ],
    },
    // no release of XCP-ng is newer than the first whose plugin looks at host and pool
    of(
      'plugin-objects',
      '8.4.0',
      'block era pool-a',
      'note update-sync pool-a',
      'question capability-rows pool-a',
      'question guest-os-mappings pool-a',
      'note installer-licence pool-a',
      'block installer-objections host-2',
      'block installer-objections pool-a',
    ),
  ),
  of('pool-busy', '7.2.0', 'warn xapi-work pool-a'),
  of('power-by-ilo', '8.2.1', 'warn features-that-go host-2'),
  of('reboot-pending-master', '7.2.0', 'block pending-reboots host-1'),
  of('reboot-pending-member', '7.2.0', 'warn pending-reboots host-2'),
  of('router-alone', TARGET, 'warn router-pairs r-4-VM'),
  of('routers-on-one-host', TARGET, 'warn router-pairs host-1'),
  of('scans-rare', TARGET, 'warn cloudstack-settings pool-a'),
  of('set-up-hurried', TARGET, 'warn cloudstack-settings pool-a'),
  of('setting-not-allowed', TARGET, 'note api-key pool-a'),
  // what the upgrade loses nobody can see before it
  of('settings-lost', TARGET),
  of('snapshot-being-taken', TARGET, 'warn cloudstack-open-work cluster-a'),
  of('snapshot-schedule', TARGET, 'warn snapshot-schedules cluster-a'),
  of('storage-link', '6.5.0', 'block deprecated-storage link'),
  of('storage-not-connected', TARGET, 'warn storage-everywhere pool-a'),
  of('storage-unplugged', TARGET, 'block storage-plugged host-2'),
  of('system-disk-small', TARGET, 'warn system-disk host-2'),
  of('target-unknown', '7.1.9', 'block era pool-a'),
  of('task-unfinished', TARGET, 'warn xapi-work pool-a'),
  of('time-server-lost', TARGET, 'warn time-sync host-2'),
  of('time-service-off', '8.4.0', 'warn time-sync host-3'),
  of('too-many-guests', TARGET, 'block capability-rows pool-a'),
  of('tools-outdated', TARGET, 'note guest-tools pool-a'),
  looked(
    { automatic: MEDIA, faults: [{ call: 'world:treeinfo', on: 'host-2', how: 'fail', nth: 0 }] },
    of('treeinfo-hidden', '8.3.0', 'block installer-files host-2', 'note installer-licence pool-a'),
  ),
  of(
    'two-old-versions',
    TARGET,
    'block versions-and-hotfixes pool-a',
    'block room-for-each-host host-1',
    'block room-for-each-host pool-a',
  ),
  of('updates-differ', '8.4.0', 'note versions-and-hotfixes pool-a', 'warn update-sync pool-a'),
  of('updates-never-synchronised', '8.4.0', 'note versions-and-hotfixes pool-a', 'note update-sync pool-a'),
  of(
    'updates-synchronised-long-ago',
    '8.4.0',
    'note versions-and-hotfixes pool-a',
    'note update-sync pool-a',
  ),
  looked({ patches: 'latest' }, of('updates-unknown', '6.5.0', 'block patch-mechanism pool-a')),
  of('upgrade-flag-stuck', TARGET, 'warn versions-and-hotfixes pool-a'),
  of('usage-job-due', TARGET, 'warn usage-jobs pool-a'),
  of('utility-partition', TARGET, 'block dell-utility-partition host-2'),
  of('vcpus-do-not-divide', TARGET, 'block vcpu-topology i-2-11-VM'),
  of('version-disagrees', TARGET, 'warn same-machines host-2'),
  of('vlan-differs', TARGET, 'warn same-networks pool-a'),
  of('vlan-on-one-host', TARGET),
  of('vm-being-snapshotted', TARGET, 'warn vms-blocked i-2-11-VM'),
  of('vm-beyond-cpu-level', '8.4.0', 'warn cpu-level i-2-11-VM'),
  of('vm-blocked', TARGET, 'block vms-blocked i-2-11-VM'),
  of('vm-elsewhere', TARGET, 'block same-machines i-2-10-VM'),
  of('vm-ha-not-restarted', '8.4.0', 'note cloudstack-settings pool-a'),
  of('vm-ha-off', '8.4.0', 'warn cloudstack-settings pool-a'),
  of('vm-halted-on-local-disk', TARGET, 'question halted-vms-on-local-storage i-2-20-VM'),
  of('vm-in-appliance', TARGET, 'warn vms-bound i-2-11-VM'),
  of('vm-in-transition', TARGET, 'warn cloudstack-open-work cluster-a'),
  of('vm-on-local-disk', TARGET, 'question vms-can-move i-2-11-VM'),
  of('vm-paused', TARGET, 'warn same-machines i-2-11-VM', 'question vms-can-move i-2-11-VM'),
  of('vm-prefers-a-host', TARGET, 'note vms-bound i-2-11-VM'),
  of('vm-stopped-in-cloudstack', TARGET, 'block same-machines i-2-10-VM'),
  of('vm-suspended', TARGET, 'question suspended-vms i-2-20-VM'),
  of('vm-suspended-with-cd', TARGET, 'block suspended-vms i-2-20-VM'),
  of('vm-unknown-to-cloudstack', TARGET, 'question same-machines backup-appliance'),
  of('vm-with-gpu', TARGET, 'question vms-can-move i-2-11-VM'),
  of('vm-without-tools', TARGET, 'question vms-can-move i-2-11-VM'),
  of('volume-in-work', TARGET, 'warn cloudstack-open-work cluster-a'),
  of('vswitch-controller', '8.2.1', 'block features-that-go pool-a'),
  of('wlb-on', TARGET, 'note ha-and-wlb pool-a'),
  of('xapi-hurried', TARGET, 'warn cloudstack-settings pool-a'),
];

/** Checks that offer a remedy, and the step that carries it out. */
export const REMEDIES: Readonly<Record<string, string>> = {
  'auto-start': 'stop-auto-start',
  blobs: 'by-hand-seen',
  'capability-rows': 'by-hand-seen',
  'cloudstack-settings': 'change-setting',
  'dell-utility-partition': 'by-hand-seen',
  'features-that-go': 'by-hand-seen',
  'guest-os-mappings': 'add-guest-os-names',
  'maintenance-mode': 'end-maintenance-mode',
  'message-count': 'destroy-messages',
  'safe2upgrade-mark': 'by-hand-seen',
  'storage-plugged': 'attach-storage',
  'vms-blocked': 'allow-operations',
};
