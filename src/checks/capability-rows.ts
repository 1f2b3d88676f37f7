/**
 * CloudStack looks a version up by its exact name; without a row, hosts are treated as the oldest there is (cs fact 18,
 * §8.5). It refuses a migration to a host that carries as many VMs as its row allows, whatever memory is free.
 */
import { guestLimit, rowToCopy } from '../domain/guest-limits';
import { residents, type Snapshot } from '../domain/pool';
import { capabilityColumns, namesCapabilities } from '../domain/version-eras';
import { changesVersion, defineCheck, found, type Found } from './check';

export const capabilityRows = defineCheck({
  name: 'capability-rows',
  summary:
    'CloudStack has a capability row for the exact target version, and its limits let every planned move through.',
  source: 'cs fact 18 and §8.5',
  look(pool, target, extra) {
    const rows = pool.cloudstack.traits?.capabilities;
    if (!rows) return [];
    const { crowded = [] } = extra.placement;
    // hosts that keep their version keep their limit; whether the moves fit it is asked all the same
    if (changesVersion(extra) && !rows.some((row) => row.version === target))
      return [missing(pool, target, crowded)];
    return crowded.length === 0 ? [] : [tooLow(pool, target, crowded)];
  },
});

function missing(pool: Snapshot, target: string, crowded: readonly string[]): Found {
  const most = guestLimit(pool, target);
  const over = pool.hosts.filter((host) => residents(pool, host.name).length > most);
  const copied = capabilityColumns(pool.cloudstack.version).join(', ');
  const [uuid, made] = namesCapabilities(pool.cloudstack.version) ? ['uuid, ', 'UUID(), '] : ['', ''];
  const statement =
    `INSERT INTO cloud.hypervisor_capabilities (${uuid}hypervisor_type, hypervisor_version, ${copied}) ` +
    `SELECT ${made}hypervisor_type, '${target}', ${copied} FROM cloud.hypervisor_capabilities ` +
    `WHERE hypervisor_type = 'XenServer' AND hypervisor_version = '${rowToCopy(pool, target)}';`;
  return {
    ...found(
      crowded.length > 0 ? 'block' : 'question',
      pool.name,
      `CloudStack ${pool.cloudstack.version} has no capability row for ${target}: upgraded hosts take at most ${most} VMs, without storage motion.`,
      [
        `hypervisor_capabilities of XenServer: no ${target}`,
        ...over.map((host) => `${host.name} runs ${residents(pool, host.name).length} VMs now`),
        ...crowded,
      ],
      `Have the row added by whoever keeps CloudStack’s database: ${statement}`,
      ...(crowded.length > 0 ? [] : ['Approving the plan without it is the recorded override.']),
    ),
    remedy: {
      kind: 'by-hand-seen',
      args: {
        title: `Add CloudStack’s capability row for ${target}`,
        doThis: [statement, 'Then restart the management servers, or let the plan’s own restart do it.'],
        until: { see: 'capability-row', version: target },
      },
    },
  };
}

const tooLow = (pool: Snapshot, target: string, crowded: readonly string[]): Found =>
  found(
    'block',
    pool.name,
    'CloudStack’s limit of VMs a host does not let the moves through.',
    [
      ...[...new Set([...pool.hosts.map((host) => host.version), target])].map(
        (version) => `a host of ${version} may carry ${guestLimit(pool, version)} VMs, system VMs included`,
      ),
      ...crowded,
    ],
    'Raise it: cmk list hypervisorcapabilities hypervisor=XenServer, then cmk update hypervisorcapabilities id=… maxguestslimit=…',
    'Or stop VMs that nobody needs, then ask for the plan again.',
  );
