/** Rows of pool_patch, host_patch, pool_update and Repository, and the fields about them in other records (xapi §8). */
import { providerFor, type Guidance } from '../../domain/patching';
import { PRE_UPGRADE_HOTFIXES } from '../../domain/pre-upgrade-hotfix';
import { uuidOf } from '../identity';
import type { SimHost, SimPool } from '../model';
import { guidanceNow, patchNamed } from '../patches-held';
import { hasSince, profileOf } from '../profiles';
import { NEVER, NULL_REF, refOf, type XapiRecord } from './values';

/** A hotfix that nobody uploaded here has a uuid all the same. */
export const patchUuid = (pool: SimPool, name: string): string =>
  patchNamed(pool, name)?.uuid ?? uuidOf('pool_patch', pool.uuid, name);
export const updateUuid = (pool: SimPool, name: string): string =>
  patchNamed(pool, name)?.uuid ?? rpuNamed(name)?.uuid ?? uuidOf('pool_update', pool.uuid, name);
const rpuNamed = (name: string) => PRE_UPGRADE_HOTFIXES.find((one) => one.name === name);
export const repositoryUuid = (pool: SimPool): string => uuidOf('repository', pool.uuid);

const hasUpdates = (host: SimHost): boolean => hasSince(profileOf(host.version, host.brand).release, '7.1');

/** Rows by uuid, of what hosts have and of what is staged. */
export function patchRecords(
  pool: SimPool,
  cls: 'pool_patch' | 'host_patch' | 'pool_update',
): Map<string, XapiRecord> {
  const records = new Map<string, XapiRecord>();
  const names = new Set([
    ...pool.hosts.flatMap((host) => host.hotfixes),
    ...pool.patching.known.map(({ name }) => name),
  ]);
  for (const name of names) {
    const having = pool.hosts.filter((host) => host.hotfixes.includes(name));
    const patch = patchNamed(pool, name);
    const said = patch && { after_apply_guidance: [...guidanceNow(pool, patch)] };
    if (cls === 'host_patch') {
      for (const host of having.filter((one) => !hasUpdates(one)))
        records.set(uuidOf('host_patch', host.uuid, name), {
          name_label: name,
          host: refOf(host.uuid),
          applied: true,
          timestamp_applied: timeOf(host.patching.appliedAt.get(name)),
          pool_patch: refOf(patchUuid(pool, name)),
          size: '0',
        });
    } else if (cls === 'pool_patch') {
      records.set(patchUuid(pool, name), {
        name_label: name,
        version: '1.0',
        // pool_clean leaves the row and takes the file
        size: String(patch?.staged === true && patch.vdi === undefined ? patch.bytes : 0),
        pool_applied: having.length === pool.hosts.length,
        host_patches: having.map((host) => refOf(uuidOf('host_patch', host.uuid, name))),
        pool_update: NULL_REF,
        ...said,
      });
    } else {
      const updated = having.filter(hasUpdates);
      if (updated.length > 0 || patch)
        records.set(updateUuid(pool, name), {
          // what is known of the pre-upgrade hotfixes is their uuid; the label of their ISO is nobody's business
          name_label: rpuNamed(name) ? 'rolling-pool-upgrade-hotfix' : name,
          version: '1.0',
          hosts: updated.map((host) => refOf(host.uuid)),
          installation_size: String(patch?.bytes ?? 0),
          vdi: patch?.staged === true && patch.vdi !== undefined ? refOf(patch.vdi) : NULL_REF,
          ...said,
        });
    }
  }
  return records;
}

const timeOf = (at: number | undefined): Date => (at === undefined ? NEVER : new Date(at));

/** As the records spell it (xapi §8.3). */
const WORDS: Readonly<Record<Guidance, string>> = {
  none: 'none',
  'restart-toolstack': 'restart_toolstack',
  reboot: 'reboot_host',
  evacuate: 'evacuate_host',
  'restart-vms': 'restart_device_model',
};

/** …and as /updates does: RebootHost (xc §3.7.4). */
export const camelWord = (guidance: Guidance): string =>
  WORDS[guidance].replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());

const words = (list: readonly Guidance[]): string[] => list.map((one) => WORDS[one]);

export const usesRepository = (pool: SimPool): boolean =>
  pool.hosts.some(
    (host) => host.name === pool.master && providerFor(host.brand, host.version) === 'repository',
  );

export function hostPatchFields(host: SimHost): XapiRecord {
  const { pool, patching, traits } = host;
  const { mandatory, recommended, full } = patching.pending;
  return {
    updates_requiring_reboot: traits.rebootsFor.map((name) => refOf(updateUuid(pool, name))),
    pending_guidances: words(mandatory),
    pending_guidances_recommended: words(recommended),
    pending_guidances_full: words(full),
    latest_synced_updates_applied: latestOf(host),
    ...(patching.updates.size > 0 && { last_update_hash: pool.patching.synced?.hash ?? '' }),
  };
}

function latestOf({ pool, patching, traits }: SimHost): string {
  const { synced } = pool.patching;
  if (!synced) return traits.latestUpdates ?? 'unknown';
  return synced.updates.every(({ name }) => patching.updates.has(name)) ? 'yes' : 'no';
}

/** One, unless FILE says how many; those beyond the first are nobody's to look at. */
const repositoriesOf = (pool: SimPool): string[] =>
  Array.from({ length: pool.traits.repositories?.count ?? (usesRepository(pool) ? 1 : 0) }, (_, n) =>
    refOf(n === 0 ? repositoryUuid(pool) : uuidOf('repository', pool.uuid, String(n))),
  );

/** Ours, or what FILE says of an earlier one. */
function syncedAt({ patching, traits }: SimPool): number | undefined {
  const said = traits.repositories?.syncedAt;
  const times = [
    ...(patching.synced ? [patching.synced.at] : []),
    ...(said === undefined ? [] : [Date.parse(said)]),
  ];
  return times.length === 0 ? undefined : Math.max(...times);
}

export const poolPatchFields = (pool: SimPool): XapiRecord => ({
  repositories: repositoriesOf(pool),
  last_update_sync: timeOf(syncedAt(pool)),
});

export const repositoryRecord = (pool: SimPool): XapiRecord => ({
  name_label: 'base',
  binary_url: 'https://repo.example.com/updates',
  source_url: 'https://repo.example.com/source',
  update: true,
  hash: pool.patching.synced?.hash ?? '',
});
