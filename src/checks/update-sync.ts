/** Updates from repositories: when the pool last asked what there is, and whether its hosts have the same of it (xc §1.6 row 1, §3.7). */
import { sortedNames } from '../domain/order';
import type { Snapshot } from '../domain/pool';
import { defineCheck, found, type Found } from './check';

const DAY_MS = 86_400_000;
/** XenCenter's own limit: older, and what a host is said to lack is last week's truth. */
const OLD_DAYS = 7;

export const updateSync = defineCheck({
  name: 'update-sync',
  summary: `A pool that takes updates from repositories was synchronised within ${OLD_DAYS} days, and its hosts have the same of them.`,
  source: 'xc §1.6 row 1 and §3.7, xapi §8.3',
  since: 'hosts 8.3',
  look: (pool) => (pool.traits?.repositories ? [...age(pool), ...equality(pool)] : []),
});

function age(pool: Snapshot): Found[] {
  const syncedAt = pool.traits?.repositories?.syncedAt;
  const days =
    syncedAt === undefined
      ? undefined
      : Math.floor((Date.parse(pool.takenAt) - Date.parse(syncedAt)) / DAY_MS);
  if (days !== undefined && days < OLD_DAYS) return [];
  return [
    found(
      // an upgrade takes nothing from them, and a pool that has just been upgraded has asked nobody yet
      'note',
      pool.name,
      days === undefined
        ? `${pool.name} has repositories and has never been synchronised with them.`
        : `${pool.name} was last synchronised with its repositories ${days} days ago.`,
      [`pool: last_update_sync ${syncedAt?.slice(0, 10) ?? 'never'}`],
      `Run on ${pool.master}: xe pool-sync-updates uuid=${pool.uuid}. It changes no host.`,
    ),
  ];
}

/** Hosts of one version: their lists of hotfixes are empty here, so nothing else tells them apart. */
function equality(pool: Snapshot): Found[] {
  return sortedNames(new Set(pool.hosts.map(({ version }) => version))).flatMap((version) => {
    const hosts = pool.hosts.filter((host) => host.version === version);
    const states = new Set(hosts.flatMap(({ traits }) => traits?.latestUpdates ?? []));
    if (states.size < 2) return [];
    return [
      found(
        'warn',
        pool.name,
        `Not all hosts on ${version} have the updates that were last synchronised.`,
        hosts.map(({ name, traits }) => `${name}: ${traits?.latestUpdates ?? 'does not say'}`),
        'Bring them to one level first: xe host-apply-updates, one host after the other, emptied before.',
      ),
    ];
  });
}
