/** Records of pool, host and host_metrics (xapi §3.1, §5.1). */
import { MIB_MOST, MIB_XEN } from '../dom0-memory';
import { uuidOf } from '../identity';
import { hostByName, residentsOf, type SimHost, type SimPool } from '../model';
import { profileOf } from '../profiles';
import { hostOperations, metricsUuid, softwareVersion } from './host-facts';
import { patchRecords } from './record-patch';
import { bondedCards, hostFields, hostOtherConfig, poolFields } from './record-traits';
import { bytes, NULL_REF, ocamlFloat, refOf, type XapiRecord, type XapiValue } from './values';
import type { XapiWorld } from './world';

const otherConfig = (world: XapiWorld, pool: SimPool, uuid: string): Record<string, string> =>
  Object.fromEntries(world.of(pool).otherConfig.get(uuid) ?? []);

export function poolRecord(world: XapiWorld, pool: SimPool): XapiRecord {
  const shared = pool.srs.find((sr) => sr.shared && sr.type !== 'iso');
  return {
    name_label: pool.name,
    master: refOf(hostByName(pool, pool.master)!.uuid),
    default_SR: shared ? refOf(shared.uuid) : NULL_REF,
    suspend_image_SR: shared ? refOf(shared.uuid) : NULL_REF,
    crash_dump_SR: shared ? refOf(shared.uuid) : NULL_REF,
    other_config: {
      ...otherConfig(world, pool, pool.uuid),
      ...(pool.rollingUpgradeFlag && { rolling_upgrade_in_progress: 'true' }),
      ...(pool.autoPowerOn && { auto_poweron: 'true' }),
    },
    ha_enabled: pool.ha.on,
    ha_configuration: pool.ha.configuration,
    ha_statefiles: pool.ha.on ? pool.ha.srs.map((sr) => refOf(stateFileUuid(pool, sr))) : [],
    ha_host_failures_to_tolerate: String(pool.ha.tolerates),
    ha_plan_exists_for: String(pool.ha.on ? pool.ha.tolerates : 0),
    ha_allow_overcommit: pool.ha.allowOvercommit,
    wlb_enabled: pool.wlb.on,
    wlb_url: pool.wlb.url,
    redo_log_vdi: NULL_REF,
    ...poolFields(pool),
    restrictions: { restrict_xen_motion: 'false', restrict_ha: 'false', restrict_wlb: 'false' },
  };
}

export const stateFileUuid = (pool: SimPool, sr: string): string => uuidOf('ha_statefile', pool.uuid, sr);

export function hostRecord(world: XapiWorld, host: SimHost): XapiRecord {
  const profile = profileOf(host.version, host.brand);
  const patches = [...patchRecords(host.pool, 'host_patch')].filter(
    ([, record]) => record['host'] === refOf(host.uuid),
  );
  const updates = [...patchRecords(host.pool, 'pool_update')].filter(([, record]) => {
    const hosts = record['hosts'];
    return Array.isArray(hosts) && hosts.includes(refOf(host.uuid));
  });
  const current: Record<string, XapiValue> = {};
  for (const [task, operation] of world.machine(host).operations) current[refOf(task)] = operation;
  return {
    name_label: host.name,
    hostname: host.name,
    name_description: `Default install of ${host.brand}`,
    address: host.address,
    memory_overhead: bytes(xenOverheadMib(host)),
    allowed_operations: hostOperations(host),
    API_version_major: String(profile.api[0]),
    API_version_minor: String(profile.api[1]),
    API_version_vendor: 'XenSource',
    enabled: host.enabled,
    software_version: softwareVersion(host),
    other_config: {
      ...otherConfig(world, host.pool, host.uuid),
      boot_time: ocamlFloat(host.bootTime),
      agent_start_time: ocamlFloat(host.agentStartTime),
      ...hostOtherConfig(host),
    },
    capabilities: ['xen-3.0-x86_64', 'hvm-3.0-x86_32', 'hvm-3.0-x86_64'],
    sched_policy: 'credit',
    supported_bootloaders: ['pygrub', 'eliloader'],
    resident_VMs: [...residentsOf(host).map((vm) => refOf(vm.uuid)), refOf(uuidOf('dom0', host.uuid))],
    PIFs: [...host.pifs, ...bondedCards(host)].map((pif) => refOf(pif.uuid)),
    PBDs: host.pbds.map((pbd) => refOf(pbd.uuid)),
    patches: patches.map(([uuid]) => refOf(uuid)),
    updates: updates.map(([uuid]) => refOf(uuid)),
    ...hostFields(host, current),
    metrics: refOf(metricsUuid(host)),
    tags: host.tags,
    license_server: { address: 'localhost', port: '27000' },
    display: 'enabled',
    virtual_hardware_platform_versions: ['0', '1', '2'],
    control_domain: refOf(uuidOf('dom0', host.uuid)),
  };
}

export const hostMetricsRecord = (world: XapiWorld, host: SimHost): XapiRecord => ({
  memory_total: bytes(host.memory.total),
  live: host.live,
  last_updated: new Date(world.machine(host).lastHeartbeat),
});

/** Xen's own part of `base`; the rest is dom0's memory. */
export const xenOverheadMib = (host: SimHost): number => Math.max(0, host.memory.base - dom0Mib(host));
export const dom0Mib = (host: SimHost): number => Math.max(0, Math.min(host.memory.base - MIB_XEN, MIB_MOST));
