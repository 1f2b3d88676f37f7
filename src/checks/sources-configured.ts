/** A source that nobody configured becomes a question with the command to run, never silence. */
import type { HostSnapshot, Snapshot } from '../domain/pool';
import { binOf, guestOsNamesInDatabase, servicesOf, showsConnection } from '../domain/version-eras';
import { changesVersion, defineCheck, found, type Extra, type Found } from './check';
import { isBefore } from './host-by-host';

/** What is looked at in dom0, one question each for all hosts without SSH, with what a good answer is. */
const IN_DOM0: readonly { readonly asks: string; readonly run: string; readonly good: string }[] = [
  {
    asks: 'are the system disks large enough, and what will the installer do to their partitions?',
    run: 'df -h / /var/log; fdisk -l; ls -l /var/preserve/safe2upgrade',
    good: 'From 7.0 on: 46 GB, no small partition in front of the root, no safe2upgrade; without a partition for /var/log the layout is the old one.',
  },
  {
    asks: 'is there space in dom0, and how many message files does the installer have to copy?',
    run: 'df -h / /var/log; find /var/lib/xcp/blobs/messages -type f | wc -l',
    good: '500 MiB free on both, fewer than 5000 files.',
  },
  {
    asks: 'what did people add to dom0 that the installer will not bring back?',
    run: 'cat /etc/rc.d/rc.local /etc/fstab; ls -lR /var/spool/cron /etc/cron.d',
    good: 'Keep a copy of what is found.',
  },
  {
    asks: 'do the management interface, Python and clock of dom0 fit?',
    run: 'grep MANAGEMENT_INTERFACE /etc/xensource-inventory; python -V; python3 -V; chronyc -n tracking || ntpq -pn',
    good: 'The bridge of XAPI’s management PIF; Python 2 up to 8.2, Python 3 from 8.3 on; a time server that it follows.',
  },
];

/** Where to look, and what is asked: what the API hides or tells only to those who know what to ask (cs §10.5). */
function inDatabase(
  pool: Snapshot,
  target: string,
): readonly {
  readonly asks: string;
  readonly unseen: string;
  readonly sql: string;
  readonly good: string;
}[] {
  const { version, clusterId } = pool.cloudstack;
  // before 3.0 rows have numbers, and the API shows these (cs §10.1)
  const cluster = showsConnection(version) ? `c.uuid = '${clusterId}'` : `c.id = ${clusterId}`;
  return [
    {
      asks: 'is no HA work and no host transfer open?',
      unseen: 'only jobs and VM states that the API shows were looked at',
      sql: "SELECT id, instance_id, type, step FROM op_ha_work WHERE step NOT IN ('Done','Cancelled','Error'); SELECT * FROM op_host_transfer",
      good: 'Both must be empty.',
    },
    {
      asks: 'is no job open that the API hides, and no VM on its way somewhere?',
      unseen: 'CloudStack’s own jobs, and VMs of other clusters, were not looked at',
      sql: "SELECT id, job_cmd, created FROM async_job WHERE job_status = 0; SELECT instance_name, state FROM vm_instance WHERE removed IS NULL AND state IN ('Starting','Stopping','Migrating','Expunging','Shutdown','Unknown')",
      good: 'Wait until both are empty: services that stop lose what became of a job.',
    },
    {
      asks: 'is no snapshot of a volume being taken, and which recurring ones are due meanwhile?',
      unseen: 'neither snapshots on their way nor their schedules were looked at',
      sql: `SELECT name, status FROM snapshots WHERE removed IS NULL AND status IN ('Creating','BackingUp','Copying','Destroying'); SELECT o.name, p.\`interval\`, p.schedule, p.timezone FROM snapshot_policy p JOIN volumes o ON o.id = p.volume_id JOIN vm_instance v ON v.id = o.instance_id JOIN host h ON h.id = COALESCE(v.host_id, v.last_host_id) JOIN cluster c ON c.id = h.cluster_id WHERE p.active = 1 AND o.removed IS NULL AND ${cluster}`,
      good: 'The first must be empty. interval is 0 hourly, 1 daily, 2 weekly, 3 monthly; schedule is minute:hour:day. Snapshots fail while versions differ: tell the owners.',
    },
    ...(guestOsNamesInDatabase(version)
      ? [
          {
            asks: `does CloudStack know the guest systems and the limits of ${target}?`,
            unseen: `CloudStack ${version} lists no guest OS names through its API`,
            sql: `SELECT COUNT(*) FROM guest_os_hypervisor WHERE hypervisor_type = 'XenServer'; SELECT hypervisor_version, max_guests_limit FROM hypervisor_capabilities WHERE hypervisor_type = 'XenServer'`,
            good: `Without a row for ${target} an upgraded host takes what the row default says; without names VMs start as “Other install media”.`,
          },
        ]
      : []),
  ];
}

const aboutDatabase = (pool: Snapshot, target: string, changes: boolean): Found[] =>
  inDatabase(pool, target)
    // names are looked up by the version: where none changes nobody asks
    .filter(({ asks }) => changes || !asks.includes(target))
    .map(({ asks, unseen, sql, good }) =>
      found(
        'question',
        pool.name,
        `CloudStack’s database is not configured: ${asks}`,
        [unseen],
        `Run on the database server: mysql cloud -e "${sql.replaceAll('`', '\\`')}"`,
        `${good} Or set cloudstackDb in pools.yaml.`,
      ),
    );

/** …and before a reboot, which leaves everything else as it is. */
const BEFORE_A_BOOT: typeof IN_DOM0 = [
  {
    asks: 'is there space in dom0, and do its management interface and clock fit?',
    run: 'df -h / /var/log; grep MANAGEMENT_INTERFACE /etc/xensource-inventory; chronyc -n tracking || ntpq -pn',
    good: '500 MiB free on both; the bridge of XAPI’s management PIF; a time server that it follows.',
  },
];

function aboutDom0(pool: Snapshot, target: string, extra: Extra): readonly Found[] {
  const { withoutDom0 } = extra.configured;
  const turn = changesVersion(extra)
    ? ({ version }: HostSnapshot) => isBefore(version, target)
    : ({ name }: HostSnapshot) => extra.placement.order.includes(name);
  const hosts = pool.hosts.filter((host) => withoutDom0.includes(host.name) && turn(host));
  if (hosts.length === 0) return [];
  return (changesVersion(extra) ? IN_DOM0 : BEFORE_A_BOOT).map(({ asks, run, good }) =>
    found(
      'question',
      pool.name,
      `Without SSH to the hosts: ${asks}`,
      [`not looked at: ${hosts.map((host) => host.name).join(', ')}`],
      `Run on each of them: ${run}`,
      `${good} Or set ssh for the hosts in pools.yaml.`,
    ),
  );
}

export const sourcesConfigured = defineCheck({
  name: 'sources-configured',
  summary: 'CloudStack’s database, dom0 and the management servers can be looked at; else a person does.',
  source: 'cs §10.5 and §12.2',
  look: (pool, target, extra) => {
    const { configured } = extra;
    const bin = binOf(pool.cloudstack.version);
    const { usage, management, command } = servicesOf(pool.cloudstack.version);
    return [
      ...(configured.database ? [] : aboutDatabase(pool, target, changesVersion(extra))),
      ...(configured.dom0
        ? []
        : [
            found(
              'question',
              pool.name,
              'SSH to the hosts is not configured: a person looks at CloudStack’s agent files after each boot.',
              [],
              `Run on each host when its line asks: ls -l --full-time ${bin}; cat ${bin}/heartbeat; pgrep -fl xenheartbeat.sh; date`,
              'Or set ssh for the hosts in pools.yaml.',
            ),
          ]),
      ...aboutDom0(pool, target, extra),
      ...(configured.managementServers
        ? []
        : [
            found(
              'question',
              pool.name,
              'SSH to the management servers is not configured: a person stops the services and backs up the databases.',
              [],
              `Run when the line asks: ${command('stop', usage)}; ${command('stop', management)}; mysqldump --single-transaction --routines --databases cloud cloud_usage > FILE`,
              'Or set managementServers in pools.yaml.',
            ),
          ]),
    ];
  },
});
