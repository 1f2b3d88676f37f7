/** Shared storage has a connection on every host, with all its paths, and HA's state file a place to go back to (R28, R29; xapi §6.3, §7). */
import { srName } from '../domain/movability';
import type { Snapshot, SrSnapshot } from '../domain/pool';
import { defineCheck, found, type Found } from './check';

export const storageEverywhere = defineCheck({
  name: 'storage-everywhere',
  summary:
    'Every shared SR has a connection on every host, with all paths up, and hosts agree on multipathing.',
  source: 'xc R28 and R29, xapi §6.3 and §7',
  look: (pool) => [
    ...pool.srs.filter(isPrimary).flatMap((sr) => missing(pool, sr)),
    ...paths(pool),
    ...multipathing(pool),
    ...stateFile(pool),
  ],
});

/** CD libraries come and go per host, and a host's drives are its own (xapi §6.5). */
const isPrimary = (sr: SrSnapshot): boolean => sr.shared && !['iso', 'udev'].includes(sr.type);

function missing(pool: Snapshot, sr: SrSnapshot): Found[] {
  const without = pool.hosts.filter((host) => !host.pbds.some((pbd) => pbd.sr === sr.uuid));
  if (without.length === 0 || pool.hosts.length === 0) return [];
  const users = pool.vms.filter((vm) => vm.on !== undefined && vm.disks.includes(sr.uuid));
  return [
    found(
      users.length > 0 ? 'block' : 'warn',
      pool.name,
      `${without.map((host) => host.name).join(', ')} ${without.length === 1 ? 'has' : 'have'} no connection to the shared storage ${sr.name}.`,
      [
        'no PBD: XAPI does not count such an SR as shared',
        ...(users.length > 0 ? [`used by ${users.map((vm) => vm.name).join(', ')}`] : []),
      ],
      ...without.map(
        (host) =>
          `xe pbd-create sr-uuid=${sr.uuid} host-uuid=${host.uuid} device-config:… (as on another host), then xe pbd-plug`,
      ),
    ),
  ];
}

const paths = (pool: Snapshot): Found[] =>
  pool.hosts.flatMap((host) =>
    host.pbds.flatMap((pbd) =>
      pbd.paths && pbd.paths.up < pbd.paths.of
        ? [
            found(
              'warn',
              host.name,
              `${host.name} reaches ${srName(pool, pbd.sr)} over ${pbd.paths.up} of ${pbd.paths.of} paths.`,
              ['PBD: other_config mpath-…'],
              `Run on ${host.name}: multipath -ll. A host that loses its last path reboots by itself.`,
            ),
          ]
        : [],
    ),
  );

function multipathing(pool: Snapshot): Found[] {
  const on = pool.hosts.filter((host) => host.traits?.multipathing === true);
  const off = pool.hosts.filter((host) => host.traits?.multipathing === false);
  if (on.length === 0 || off.length === 0) return [];
  return [
    found(
      'warn',
      pool.name,
      `Multipathing is on for ${on.map((host) => host.name).join(', ')} and off for ${off.map((host) => host.name).join(', ')}.`,
      ['host: multipathing'],
      'Set it alike on all hosts, each while it is in maintenance.',
    ),
  ];
}

/** HA is switched on again with the storage it had. */
function stateFile(pool: Snapshot): Found[] {
  if (!pool.ha.on) return [];
  const gone = pool.ha.srs.filter((uuid) => !pool.srs.some((sr) => sr.uuid === uuid && sr.shared));
  if (gone.length === 0 && pool.ha.srs.length > 0) return [];
  return [
    found(
      'warn',
      pool.name,
      gone.length > 0
        ? `HA keeps its state file on ${gone.map((uuid) => srName(pool, uuid)).join(', ')}, which is no shared storage of the pool.`
        : `HA is on in ${pool.name} and shows no state file.`,
      ['pool: ha_statefiles'],
      'HA cannot be switched on again as it was: set it up anew before the upgrade.',
    ),
  ];
}
