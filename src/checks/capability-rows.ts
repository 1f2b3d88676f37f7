/** CloudStack looks a version up by its exact name; without a row, hosts are treated as the oldest there is (cs fact 18, §8.5). */
import { residents, type Snapshot } from '../domain/pool';
import { compareVersions } from '../domain/version';
import { defineCheck, found, type Found } from './check';

/** What a host may carry where CloudStack has no row of its version and none called `default` (cs §8.5). */
const DEFAULT_GUESTS = 50;

export const capabilityRows = defineCheck({
  name: 'capability-rows',
  summary: 'CloudStack has a capability row for the exact target version.',
  source: 'cs fact 18 and §8.5',
  look(pool, target) {
    const rows = pool.cloudstack.traits?.capabilities;
    if (!rows || rows.some((row) => row.version === target)) return [];
    const most = rows.find((row) => row.version === 'default')?.maxGuests ?? DEFAULT_GUESTS;
    const near = rows
      .filter((row) => row.version !== 'default' && compareVersions(row.version, target) < 0)
      .toSorted((a, b) => compareVersions(a.version, b.version))
      .at(-1);
    return [missing(pool, target, most, near?.version)];
  },
});

function missing(pool: Snapshot, target: string, most: number, near: string | undefined): Found {
  const crowded = pool.hosts.filter((host) => residents(pool, host.name).length > most);
  const copied =
    'max_guests_limit, security_group_enabled, max_data_volumes_limit, max_hosts_per_cluster, storage_motion_supported, vm_snapshot_enabled';
  const statement =
    `INSERT INTO cloud.hypervisor_capabilities (uuid, hypervisor_type, hypervisor_version, ${copied}) ` +
    `SELECT UUID(), hypervisor_type, '${target}', ${copied} FROM cloud.hypervisor_capabilities ` +
    `WHERE hypervisor_type = 'XenServer' AND hypervisor_version = '${near ?? 'default'}';`;
  return {
    ...found(
      'question',
      pool.name,
      `CloudStack ${pool.cloudstack.version} has no capability row for ${target}: upgraded hosts take at most ${most} VMs, without storage motion.`,
      [
        `hypervisor_capabilities of XenServer: no ${target}`,
        ...crowded.map((host) => `${host.name} runs ${residents(pool, host.name).length} VMs now`),
      ],
      `Have the row added by whoever keeps CloudStack’s database: ${statement}`,
      'Approving the plan without it is the recorded override.',
    ),
    remedy: {
      kind: 'by-hand',
      args: {
        title: `Add CloudStack’s capability row for ${target}`,
        doThis: [statement, 'Then restart the management servers, or let the plan’s own restart do it.'],
      },
    },
  };
}
