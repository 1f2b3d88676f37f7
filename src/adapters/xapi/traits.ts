/** The facts beside machines and places, read from records that are at hand anyway; older releases lack some fields (xapi App. B). */
import { guidancesOf } from '../../domain/patching';
import type { HostTraits, PoolTraits, VmTraits } from '../../domain/traits';
import type { PbdSnapshot, PifSnapshot } from '../../domain/pool';
import type { XenHostSeen } from '../../ports';
import { cpuBeyond } from './cpu-features';
import type { XapiObject } from './record';
import { NULL_REF, type Table } from './tables';

const mapOf = (object: XapiObject, field: string): Readonly<Record<string, string>> =>
  object.has(field) ? object.map(field) : {};
const textOf = (object: XapiObject, field: string): string => (object.has(field) ? object.text(field) : '');
const flagOf = (object: XapiObject, field: string): boolean => object.has(field) && object.flag(field);

/** current_operations maps a task to what it does. */
export const operationsOf = (object: XapiObject): readonly string[] =>
  Object.values(mapOf(object, 'current_operations')).toSorted();

export function hostTraits(host: XapiObject, updates: Table): NonNullable<XenHostSeen['traits']> {
  const other = host.map('other_config');
  const cpu = host.map('cpu_info');
  const licence = host.map('license_params');
  const guidance = guidancesOf(host.has('pending_guidances') ? host.set('pending_guidances') : []);
  const latest = textOf(host, 'latest_synced_updates_applied');
  return {
    maintenanceMode: other['MAINTENANCE_MODE'] === 'true',
    operations: Object.values(host.map('current_operations')).toSorted(),
    powerOnMode: host.text('power_on_mode'),
    // a field of its own from 7.5 on, before that in other_config (xapi §5.1)
    iqn: textOf(host, 'iscsi_iqn') || (other['iscsi_iqn'] ?? ''),
    multipathing: flagOf(host, 'multipathing') || other['multipathing'] === 'true',
    licence: {
      edition: host.text('edition'),
      ...expiryOf(licence['expiry']),
      motion: licence['restrict_xen_motion'] !== 'true',
    },
    cpu: { vendor: cpu['vendor'] ?? '', features: cpu['features'] ?? '' },
    legacySsl: flagOf(host, 'ssl_legacy'),
    packs: Object.keys(host.map('software_version'))
      .filter((key) => key.includes(':'))
      .toSorted(),
    rebootsFor: (host.has('updates_requiring_reboot') ? host.set('updates_requiring_reboot') : [])
      .map((ref) => updates.get(ref)?.text('name_label') ?? 'an update')
      .toSorted(),
    ...(guidance.length > 0 && { guidance }),
    ...(['yes', 'no'].includes(latest) && { latestUpdates: latest }),
  };
}

/** health_check_config came with 7.0, repositories after 8.2; a pool that was never synchronised shows 1970. */
export function poolTraits(pool: XapiObject): Pick<PoolTraits, 'healthCheck' | 'repositories'> {
  const count = pool.has('repositories') ? pool.set('repositories').length : 0;
  const syncedAt = pool.has('last_update_sync') ? pool.time('last_update_sync') : 0;
  return {
    ...(mapOf(pool, 'health_check_config')['Enrollment'] === 'true' && { healthCheck: true }),
    ...(count > 0 && {
      repositories: { count, ...(syncedAt > 0 && { syncedAt: new Date(syncedAt).toISOString() }) },
    }),
  };
}

/** `20300101T00:00:00Z`; absent, empty and `never` mean that it does not end. What is no date is not read as endless. */
function expiryOf(text = ''): Pick<HostTraits['licence'], 'expiry' | 'expiryUnread'> {
  if (['', 'never'].includes(text)) return {};
  const match = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d:\d\d:\d\d)Z$/.exec(text);
  const expiry = match ? `${match[1]}-${match[2]}-${match[3]}T${match[4]}.000Z` : '';
  return Number.isNaN(Date.parse(expiry)) ? { expiryUnread: text } : { expiry };
}

/** `affinity`: uuid of the host. */
export function vmTraits(
  vm: XapiObject,
  hosts: Table,
  guestMetrics: XapiObject | undefined,
  pool: XapiObject | undefined,
): VmTraits {
  const affinity = hosts.get(vm.text('affinity'))?.text('uuid');
  const appliance = textOf(vm, 'appliance');
  const beyond = pool && cpuBeyond(vm, mapOf(pool, 'cpu_info'));
  const cores = Number(vm.map('platform')['cores-per-socket'] ?? 1);
  return {
    operations: Object.values(vm.map('current_operations')).toSorted(),
    blocked: vm.map('blocked_operations'),
    autoPowerOn: vm.map('other_config')['auto_poweron'] === 'true',
    haPriority: vm.text('ha_restart_priority'),
    inAppliance: appliance !== '' && appliance !== NULL_REF,
    ...(affinity !== undefined && { affinity }),
    paravirtual: vm.text('HVM_boot_policy') === '',
    coresPerSocket: Number.isInteger(cores) && cores > 0 ? cores : 1,
    ...(hasOldTools(guestMetrics) && { toolsOutdated: true }),
    ...(beyond !== undefined && { cpuBeyond: beyond }),
  };
}

/** XAPI's own test: the version of the drivers carries major and minor (xapi §6.1). */
export function hasTools(metrics: XapiObject | undefined): boolean {
  const version = metrics?.map('PV_drivers_version');
  return version?.['major'] !== undefined && version['minor'] !== undefined;
}

/** From 7.0 on, where PV_drivers_detected came, "up to date" only says that there are drivers (xapi §6.1). */
const hasOldTools = (metrics: XapiObject | undefined): boolean =>
  metrics !== undefined &&
  hasTools(metrics) &&
  !metrics.has('PV_drivers_detected') &&
  !metrics.flag('PV_drivers_up_to_date');

/** other_config `mpath-SCSIID` is `[up, of]` (SM's multipath status); several LUNs add up. */
export function pathsOf(pbd: XapiObject): PbdSnapshot['paths'] {
  const counts = Object.entries(pbd.map('other_config'))
    .filter(([key]) => key.startsWith('mpath-'))
    .flatMap(([, value]) => {
      const match = /^\[\s*(\d+),\s*(\d+)/.exec(value);
      return match ? [{ up: Number(match[1]), of: Number(match[2]) }] : [];
    });
  if (counts.length === 0) return undefined;
  return {
    up: counts.reduce((sum, one) => sum + one.up, 0),
    of: counts.reduce((sum, one) => sum + one.of, 0),
  };
}

/** VLAN tag and bond of a card: -1 is "no tag"; links_up came with 6.1, before that all cards count as up. */
export function wiringOf(pif: XapiObject, pifs: Table, bonds: Table): Pick<PifSnapshot, 'vlan' | 'bond'> {
  const vlan = pif.integer('VLAN');
  const [bondRef] = pif.set('bond_master_of');
  const bond = bondRef === undefined ? undefined : bonds.get(bondRef);
  const cards = bond?.set('slaves').flatMap((ref) => pifs.get(ref)?.text('device') ?? []);
  return {
    ...(vlan >= 0 && { vlan }),
    ...(bond &&
      cards && {
        bond: {
          cards: cards.toSorted(),
          linksUp: bond.has('links_up') ? bond.integer('links_up') : cards.length,
        },
      }),
  };
}

/** A card that is part of a bond has nothing to say of its own. */
export const isBonded = (pif: XapiObject): boolean => !['', NULL_REF].includes(pif.text('bond_slave_of'));
