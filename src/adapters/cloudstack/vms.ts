/** Every VM of one cluster, running or not, out of lists that each show only a part of it (cs §3). */
import type { CsVm } from '../../ports';
import type { Fields } from './answer';
import type { ApiClient } from './client';
import { optional, routerOf, systemVmOf, tagsOf, text, userVmOf } from './rows';

/** projectid=-1 shows project VMs and, until 4.13.0, nothing else: both listings are taken and united by id. */
export const LISTINGS = [{ listall: 'true' }, { listall: 'true', projectid: '-1' }] as const;
/** Ids in one request; a URL of 50 uuids stays under 3 kB. */
const IDS_AT_ONCE = 50;

export async function vmsOf(
  api: ApiClient,
  cluster: Fields,
  hostIds: ReadonlySet<string>,
): Promise<readonly CsVm[]> {
  const podid = optional(cluster, 'podid');
  const [users, routers, systemVms] = await Promise.all([
    userVms(api, text(cluster, 'id'), hostIds),
    Promise.all(LISTINGS.map((listing) => api.list('listRouters', 'router', { ...listing, podid }))),
    api.list('listSystemVms', 'systemvm', { podid }),
  ]);
  // A stopped router or system VM is on no host: its pod is all that 4.11 tells of where it belongs.
  const own = [...routers.flat().map(routerOf), ...systemVms.map(systemVmOf)].filter(
    (vm) => vm.hostId === undefined || hostIds.has(vm.hostId),
  );
  const all = new Map([...users, ...own].map((vm) => [vm.id, vm]));
  for (const vm of all.values()) api.remember(vm.id, vm.instanceName);
  return [...all.values()];
}

/**
 * Host by host, then the root volumes of the cluster: they name its stopped VMs, and whoever moved from one host to
 * another while we listed them.
 */
async function userVms(
  api: ApiClient,
  clusterid: string,
  hostIds: ReadonlySet<string>,
): Promise<readonly CsVm[]> {
  const onHosts = await Promise.all(
    [...hostIds].flatMap((hostid) =>
      LISTINGS.map((listing) => api.list('listVirtualMachines', 'virtualmachine', { ...listing, hostid })),
    ),
  );
  const found = new Map(onHosts.flat().map((row) => [text(row, 'id'), row]));
  const volumes = await volumesOf(api, clusterid, { type: 'ROOT' });
  const missing = [
    ...new Set(volumes.flatMap((volume) => optional(volume, 'virtualmachineid') ?? [])),
  ].filter((id) => !found.has(id));
  for (let from = 0; from < missing.length; from += IDS_AT_ONCE) {
    const asked = missing.slice(from, from + IDS_AT_ONCE);
    const rows = await Promise.all(
      LISTINGS.map((listing) =>
        api.list('listVirtualMachines', 'virtualmachine', { ...listing, ids: asked.join(',') }),
      ),
    );
    // before 4.4 `ids` is ignored and every VM comes
    for (const row of rows.flat()) if (asked.includes(text(row, 'id'))) found.set(text(row, 'id'), row);
  }
  const all = [...found.values()];
  const [offerings, accounts] = await Promise.all([
    all.length === 0 ? [] : api.list('listServiceOfferings', 'serviceoffering', {}),
    all.every((row) => row['instancename'] !== undefined)
      ? []
      : api.list('listAccounts', 'account', { listall: 'true' }),
  ]);
  const beside = {
    offerings: new Map(offerings.map((offering) => [text(offering, 'id'), tagsOf(offering)])),
    accounts: new Map(accounts.map((account) => [text(account, 'name'), text(account, 'id')])),
  };
  return all.map((row) => userVmOf(row, beside));
}

/** Before 4.11 the cluster is ignored, and rows do not name theirs: then the names of its storage tell (cs §2.3). */
export async function volumesOf(
  api: ApiClient,
  clusterid: string,
  more: Readonly<Record<string, string>>,
): Promise<readonly Fields[]> {
  const listed = await Promise.all(
    LISTINGS.map((listing) => api.list('listVolumes', 'volume', { ...listing, clusterid, ...more })),
  );
  const rows = listed.flat();
  if (rows.every((row) => row['clusterid'] !== undefined)) return rows;
  const pools = await api.list('listStoragePools', 'storagepool', { clusterid });
  const names = new Set(pools.map((pool) => text(pool, 'name')));
  return rows.filter((row) => names.has(optional(row, 'storage') ?? ''));
}

/** Where a volume rests; anything else is being copied, snapshotted, attached or removed (cs §10.1). */
const AT_REST: readonly string[] = ['Ready', 'Allocated', 'Uploaded', 'Destroy', 'Expunged', 'UploadError'];

export async function volumesInWork(api: ApiClient, clusterid: string): Promise<readonly string[]> {
  const rows = await volumesOf(api, clusterid, {});
  const inWork = rows.flatMap((row) => {
    const state = optional(row, 'state');
    return state === undefined || AT_REST.includes(state) ? [] : [`${text(row, 'name')} ${state}`];
  });
  return [...new Set(inWork)].toSorted();
}
