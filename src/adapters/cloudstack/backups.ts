/** How old the snapshots of root volumes are that CloudStack has on secondary storage: one list, its newest first, never a call per VM. */
import { Refused } from '../../domain/errors';
import type { Fields } from './answer';
import type { ApiClient } from './client';
import { optional } from './rows';
import { LISTINGS, volumesOf } from './vms';

/** 10,000 snapshots, the newest first: whatever is older than all of these is no backup that a person counts on. */
const MOST_PAGES = 20;

export async function backupsOf(api: ApiClient, clusterid: string): Promise<ReadonlyMap<string, string>> {
  const [volumes, snapshots] = await Promise.all([
    volumesOf(api, clusterid, { type: 'ROOT' }),
    Promise.all(LISTINGS.map((listing) => snapshotsIn(api, listing))),
  ]);
  const vmOf = new Map(volumes.map((row) => [optional(row, 'id'), optional(row, 'virtualmachineid')]));
  const newest = new Map<string, string>();
  for (const row of snapshots.flat()) {
    const vm = vmOf.get(optional(row, 'volumeid'));
    const taken = Date.parse(optional(row, 'created') ?? '');
    if (vm === undefined || optional(row, 'state') !== 'BackedUp' || Number.isNaN(taken)) continue;
    const at = new Date(taken).toISOString();
    if (at > (newest.get(vm) ?? '')) newest.set(vm, at);
  }
  return newest;
}

/** A key that may not ask leaves them unseen, which the check of the key names. */
async function snapshotsIn(
  api: ApiClient,
  listing: Readonly<Record<string, string>>,
): Promise<readonly Fields[]> {
  try {
    return await api.first('listSnapshots', 'snapshot', listing, MOST_PAGES);
  } catch (error) {
    if (error instanceof Refused) return [];
    throw error;
  }
}
