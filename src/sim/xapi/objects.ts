/** The objects of each class and what their records say; fields not listed have the empty value of their kind. */
import { uuidOf } from '../identity';
import type { SimPool, SimVm } from '../model';
import { hasSince, RELEASES, type Release } from '../profiles';
import { FIELDS, type FieldKind, type XapiClass } from './fields';
import { metricsUuid } from './host-facts';
import { hostMetricsRecord, hostRecord, poolRecord } from './record-host';
import { messageRecord, taskRecord } from './record-other';
import { patchRecords, repositoryRecord, repositoryUuid, usesRepository } from './record-patch';
import { pbdRecord, pifRecord, networkRecord, srRecord, vdiRecord, vdisOf } from './record-storage';
import { bondedCards, bondsOf, clusterHosts } from './record-traits';
import {
  controlDomain,
  guestMetricsRecord,
  pciRecord,
  pcisOf,
  snapshotRecord,
  snapshotUuid,
  templateOf,
  vbdRecord,
  vbdsOf,
  vifRecord,
  vifsOf,
  vmMetricsRecord,
  vmRecord,
} from './record-vm';
import { NEVER, NULL_REF, type XapiRecord, type XapiValue } from './values';
import type { XapiWorld } from './world';

export const isClass = (name: string): name is XapiClass => Object.hasOwn(FIELDS, name);
/** Class names any case, as event.from takes them. */
export const CLASS_BY_LOWER: ReadonlyMap<string, XapiClass> = new Map(
  Object.keys(FIELDS)
    .filter((name) => isClass(name))
    .map((name) => [name.toLowerCase(), name]),
);

/** uuid to what the object says of itself, for one class of one pool. */
export function objectsOf(world: XapiWorld, pool: SimPool, cls: XapiClass): Map<string, () => XapiRecord> {
  const found = new Map<string, () => XapiRecord>();
  const add = <T>(
    things: Iterable<T>,
    uuid: (thing: T) => string,
    record: (thing: T) => XapiRecord,
  ): void => {
    for (const thing of things) found.set(uuid(thing), () => record(thing));
  };
  const allVms = (): SimVm[] => [...pool.vms, ...pool.hosts.map(controlDomain), templateOf(pool)];
  switch (cls) {
    case 'pool':
      add(
        [pool],
        (p) => p.uuid,
        (p) => poolRecord(world, p),
      );
      break;
    case 'host':
      add(
        pool.hosts,
        (h) => h.uuid,
        (h) => hostRecord(world, h),
      );
      break;
    case 'Cluster_host':
      for (const [uuid, record] of clusterHosts(pool)) found.set(uuid, () => record);
      break;
    case 'host_metrics':
      add(
        pool.hosts,
        (h) => metricsUuid(h),
        (h) => hostMetricsRecord(world, h),
      );
      break;
    case 'VM':
      add(
        allVms(),
        (vm) => vm.uuid,
        (vm) => vmRecord(world, vm),
      );
      add(
        pool.vms.filter((vm) => vm.traits.snapshotAt !== undefined),
        snapshotUuid,
        snapshotRecord,
      );
      break;
    case 'VM_metrics':
      add(allVms(), (vm) => uuidOf('vm_metrics', vm.uuid), vmMetricsRecord);
      break;
    case 'VM_guest_metrics':
      add(
        pool.vms.filter((vm) => vm.tools),
        (vm) => uuidOf('guest_metrics', vm.uuid),
        (vm) => guestMetricsRecord(world, vm),
      );
      break;
    case 'VBD':
      for (const vm of pool.vms) add(vbdsOf(vm), (vbd) => vbd.uuid, vbdRecord);
      break;
    case 'VIF':
      for (const vm of pool.vms) add(vifsOf(vm), (vif) => vif.uuid, vifRecord);
      break;
    case 'VDI':
      add(vdisOf(pool), (vdi) => vdi.uuid, vdiRecord);
      break;
    case 'SR':
      add(
        pool.srs,
        (sr) => sr.uuid,
        (sr) => srRecord(pool, sr),
      );
      break;
    case 'PBD':
      for (const host of pool.hosts)
        add(
          host.pbds,
          (pbd) => pbd.uuid,
          (pbd) => pbdRecord(host, pbd),
        );
      break;
    case 'PIF':
      for (const host of pool.hosts)
        add(
          host.pifs,
          (pif) => pif.uuid,
          (pif) => pifRecord(host, pif),
        );
      for (const host of pool.hosts) for (const card of bondedCards(host)) found.set(card.uuid, card.record);
      break;
    case 'network':
      add(
        pool.networks,
        (network) => network.uuid,
        (network) => networkRecord(pool, network),
      );
      break;
    case 'Bond':
      for (const host of pool.hosts) for (const bond of bondsOf(host)) found.set(bond.uuid, bond.record);
      break;
    case 'PCI':
      for (const vm of pool.vms) add(pcisOf(vm), (pci) => pci.uuid, pciRecord);
      break;
    case 'task':
      add(
        world.of(pool).tasks.values(),
        (task) => task.uuid,
        (task) => taskRecord(pool, task),
      );
      break;
    case 'message':
      add(world.of(pool).messages, (message) => message.uuid, messageRecord);
      break;
    case 'session':
      // Another session's reference is a secret; nobody may list them.
      break;
    case 'pool_patch':
    case 'host_patch':
    case 'pool_update':
      for (const [uuid, record] of patchRecords(pool, cls)) found.set(uuid, () => record);
      break;
    case 'Repository':
      add(usesRepository(pool) ? [pool] : [], repositoryUuid, repositoryRecord);
      break;
  }
  return found;
}

/** Every field of this release, nothing newer (xapi §12.2 item 7). */
export function fullRecord(cls: XapiClass, release: Release, uuid: string, said: XapiRecord): XapiRecord {
  const record: Record<string, XapiValue> = {};
  for (const [name, kind] of fieldsOf(cls, release)) record[name] = said[name] ?? emptyOf(kind);
  record['uuid'] = uuid;
  return record;
}

const fieldCache = new Map<string, readonly (readonly [string, FieldKind])[]>();

export function fieldsOf(cls: XapiClass, release: Release): readonly (readonly [string, FieldKind])[] {
  const key = `${cls}/${release}`;
  const known = fieldCache.get(key);
  if (known) return known;
  const fields: [string, FieldKind][] = [];
  const byRelease: Partial<Record<Release, string>> = FIELDS[cls];
  for (const [since, text] of Object.entries(byRelease))
    if (isRelease(since) && hasSince(release, since))
      for (const field of text.split(' ')) {
        const [name = '', kind = 's'] = field.split(':');
        if (isKind(kind)) fields.push([name, kind]);
      }
  fieldCache.set(key, fields);
  return fields;
}

/** Classes a release has: pool_update came with 7.1 (xapi App. B). */
export const hasClass = (cls: XapiClass, release: Release): boolean => fieldsOf(cls, release).length > 0;

const isRelease = (word: string): word is Release => RELEASES.some((release) => release === word);
const isKind = (word: string): word is FieldKind => /^[seifbdrSm]$/.test(word);

function emptyOf(kind: FieldKind): XapiValue {
  switch (kind) {
    case 's':
    case 'e':
      return '';
    case 'i':
      return '0';
    case 'f':
      return 0;
    case 'b':
      return false;
    case 'd':
      return NEVER;
    case 'r':
      return NULL_REF;
    case 'S':
      return [];
    case 'm':
      return {};
    default:
      return kind satisfies never;
  }
}
