/** A source that nobody configured becomes a question with the command to run, never silence. */
import type { Snapshot } from '../domain/pool';
import { binOf, servicesOf } from '../domain/version-eras';
import { defineCheck, found, type Found } from './check';
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
    asks: 'do the management interface and Python of dom0 fit?',
    run: 'grep MANAGEMENT_INTERFACE /etc/xensource-inventory; python -V; python3 -V',
    good: 'The bridge of XAPI’s management PIF; Python 2 up to 8.2, Python 3 from 8.3 on.',
  },
];

function aboutDom0(pool: Snapshot, target: string, without: readonly string[]): readonly Found[] {
  const hosts = pool.hosts.filter(({ name, version }) => without.includes(name) && isBefore(version, target));
  if (hosts.length === 0) return [];
  return IN_DOM0.map(({ asks, run, good }) =>
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
  look: (pool, target, { configured }) => {
    const bin = binOf(pool.cloudstack.version);
    const { usage, management, command } = servicesOf(pool.cloudstack.version);
    return [
      ...(configured.database
        ? []
        : [
            found(
              'question',
              pool.name,
              'CloudStack’s database is not configured: is no HA work and no host transfer open?',
              ['only jobs and VM states that the API shows were looked at'],
              "Run on the database server: mysql cloud -e \"SELECT id, instance_id, type, step FROM op_ha_work WHERE step NOT IN ('Done','Cancelled','Error'); SELECT * FROM op_host_transfer\"",
              'Both must be empty. Or set cloudstackDb in pools.yaml.',
            ),
          ]),
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
      ...aboutDom0(pool, target, configured.withoutDom0),
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
