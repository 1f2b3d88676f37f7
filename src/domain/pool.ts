/** A snapshot: what was true when we looked, XAPI's view and CloudStack's view side by side. */

import type { Dom0Snapshot } from './dom0';
import type { CloudStackTraits, HostTraits, PoolTraits, VmTraits } from './traits';

export type VmKind = 'guest' | 'router' | 'ssvm' | 'cpvm';
export type PowerState = 'Running' | 'Halted' | 'Suspended' | 'Paused';

/** One storage repository. `shared` is XAPI's flag; `uuid` is the identity. */
export interface SrSnapshot {
  readonly uuid: string;
  readonly name: string;
  /** XAPI's SR.type: nfs, lvmoiscsi, lvm, ext, iso, udev, … */
  readonly type: string;
  readonly shared: boolean;
}

export interface PbdSnapshot {
  readonly sr: string;
  readonly attached: boolean;
  /** Storage paths that are up, and how many there should be (other_config mpath-…); absent without multipathing. */
  readonly paths?: { readonly up: number; readonly of: number };
}

export interface PifSnapshot {
  readonly device: string;
  readonly network: string;
  readonly attached: boolean;
  readonly management: boolean;
  /** Tag of a VLAN; absent on what carries no tag. */
  readonly vlan?: number;
  /** A bond: its cards, sorted, and how many of them have a link. */
  readonly bond?: { readonly cards: readonly string[]; readonly linksUp: number };
}

/** CloudStack's row of a host; absent when CloudStack does not know the host. */
export interface CloudStackHostSnapshot {
  readonly id: string;
  readonly name: string;
  /** Connection status: Up, Down, Disconnected, Alert, Connecting, … (cs §5). */
  readonly state: string;
  /** Resource state: Enabled, Disabled, PrepareForMaintenance, Maintenance, ErrorInMaintenance, … (cs §4). */
  readonly resourceState: string;
  readonly hypervisorVersion: string;
  /** Tags that steer offerings to it, sorted; absent where it has none. */
  readonly hostTags?: readonly string[];
}

export interface HostSnapshot {
  readonly name: string;
  readonly uuid: string;
  readonly address: string;
  /** software_version: product_version, build_number, platform_version, product_brand (xapi §5.2). */
  readonly version: string;
  readonly build: string;
  readonly platform: string;
  readonly brand: string;
  /** Names of applied patches or updates, sorted. */
  readonly hotfixes: readonly string[];
  readonly enabled: boolean;
  readonly live: boolean;
  /** ISO 8601, from other_config.boot_time. */
  readonly bootedAt: string;
  /** MiB. `free` is host.compute_free_memory at dynamic_min (xapi §5.3). */
  readonly memoryMib: { readonly total: number; readonly free: number };
  readonly tags: readonly string[];
  readonly pbds: readonly PbdSnapshot[];
  readonly pifs: readonly PifSnapshot[];
  readonly traits?: HostTraits;
  /** Absent where SSH is not configured, or dom0 was not asked this time. */
  readonly dom0?: Dom0Snapshot;
  readonly cloudstack?: CloudStackHostSnapshot;
}

export interface CdSnapshot {
  /** SR that holds the medium. */
  readonly sr: string;
  readonly name: string;
  /** True where CloudStack says it attached this ISO (listVirtualMachines.isoid). */
  readonly byCloudStack: boolean;
}

/** CloudStack's row of a VM; absent when CloudStack does not know the VM. */
export interface CloudStackVmSnapshot {
  readonly id: string;
  readonly displayName: string;
  readonly account: string;
  /** Name of the account’s domain; absent where CloudStack shows none. */
  readonly domain?: string;
  readonly state: string;
  /** Name of the host that CloudStack believes it runs on. */
  readonly on?: string;
  readonly haEnabled: boolean;
  /** Routers of one redundant pair carry the same group (network or VPC id). */
  readonly redundantGroup?: string;
  /** Host tags that its offering asks for: a host without one of them is not suitable (cs §7). */
  readonly hostTags?: readonly string[];
  /** Host anti-affinity groups: CloudStack puts no two VMs of one on a host. */
  readonly apart?: readonly string[];
  /** When the newest snapshot of its root volume was taken that CloudStack has backed up (ISO 8601); absent: none seen. */
  readonly backedUpAt?: string;
}

export interface VmSnapshot {
  /** XAPI name_label; CloudStack's instance name (`i-2-5-VM`, `r-4-VM`). */
  readonly name: string;
  readonly uuid: string;
  readonly kind: VmKind;
  readonly power: PowerState;
  /** Name of the host it is resident on; absent when halted or suspended. */
  readonly on?: string;
  /** MiB of memory_dynamic_min plus memory_overhead: what a destination must have free (xapi §10.4). */
  readonly memoryMib: number;
  readonly vcpus: number;
  /** XAPI's own test: guest_metrics.PV_drivers_version carries major and minor. */
  readonly tools: boolean;
  readonly cd?: CdSnapshot;
  /** SR uuids of its disks. */
  readonly disks: readonly string[];
  readonly networks: readonly string[];
  /** pci, vgpu, usb, sriov: what nails a VM to its host. */
  readonly devices: readonly string[];
  readonly traits?: VmTraits;
  readonly cloudstack?: CloudStackVmSnapshot;
}

export interface HaSnapshot {
  readonly on: boolean;
  /** SR uuids of the state files. */
  readonly srs: readonly string[];
  readonly tolerates: number;
  readonly configuration: { readonly [key: string]: string };
  readonly allowOvercommit: boolean;
}

export interface ManagementServerSnapshot {
  readonly name: string;
  /** `Up`, `Down`, … from the mshost table; `unknown` where the database is not configured. */
  readonly state: string;
  readonly version: string;
  /** Seconds that its clock is ahead of the first server's; absent where it could not be asked. */
  readonly clockSkewSeconds?: number;
}

/** Where the databases are dumped to, and what the dump may take. */
export interface BackupRoomSnapshot {
  readonly server: string;
  readonly directory: string;
  readonly freeMib: number;
  /** Data and indexes of cloud and cloud_usage. */
  readonly neededMib: number;
}

/** What is in flight at CloudStack: nothing of it may be open when services stop or a host is prepared (cs §12.2). */
export interface OpenWork {
  /** Unfinished async jobs, as `command uuid`. */
  readonly jobs: readonly string[];
  /** VMs in Starting, Stopping, Migrating, Expunging, …, as `name state`. */
  readonly transitions: readonly string[];
  /** Open op_ha_work rows; `undefined` where the database is not configured. */
  readonly haWork?: readonly string[];
  /** Open op_host_transfer rows; `undefined` where the database is not configured. */
  readonly transfers?: readonly string[];
  /** Volumes that are neither at rest nor gone, as `name state`. */
  readonly volumes?: readonly string[];
  /** Volume snapshots on their way, as `name state`; `undefined` where the database is not configured. */
  readonly snapshots?: readonly string[];
  /** Recurring snapshots of volumes in this cluster, as recurring-snapshots.ts writes them; as above. */
  readonly schedules?: readonly string[];
}

export interface CloudStackSnapshot {
  readonly version: string;
  readonly clusterId: string;
  readonly clusterName: string;
  readonly managedState: string;
  readonly allocationState: string;
  readonly managementServers: readonly ManagementServerSnapshot[];
  readonly openWork: OpenWork;
  /** Absent where SSH to the management servers is not configured, or was not asked this time. */
  readonly backupRoom?: BackupRoomSnapshot;
  readonly traits?: CloudStackTraits;
}

export interface Snapshot {
  readonly v: 1;
  readonly takenAt: string;
  /** The name in pools.yaml and XAPI's pool.name_label. */
  readonly name: string;
  readonly uuid: string;
  /** Name of the master host. */
  readonly master: string;
  readonly ha: HaSnapshot;
  readonly wlb: { readonly on: boolean; readonly url: string };
  readonly rollingUpgradeFlag: boolean;
  readonly autoPowerOn: boolean;
  readonly traits?: PoolTraits;
  readonly cloudstack: CloudStackSnapshot;
  readonly hosts: readonly HostSnapshot[];
  readonly vms: readonly VmSnapshot[];
  readonly srs: readonly SrSnapshot[];
  /** What could not be read, by source: unknown is unsafe, so each blocks with its reason. */
  readonly unread: readonly { readonly source: string; readonly why: string }[];
}

/** Master first: a newer member cannot talk to an older master (seed 001 §7.1.2.1; xapi §4.3). */
export function masterFirst(pool: Snapshot): readonly HostSnapshot[] {
  const master = pool.hosts.filter((host) => host.name === pool.master);
  const members = pool.hosts.filter((host) => host.name !== pool.master);
  return [...master, ...members];
}

export function isMaster(pool: Snapshot, host: HostSnapshot): boolean {
  return pool.master === host.name;
}

/** Hosts by name; throws on an unknown name, because a plan never names a host it has not seen. */
export function hostNamed(pool: Snapshot, name: string): HostSnapshot {
  const host = pool.hosts.find((candidate) => candidate.name === name);
  if (!host) throw new Error(`The snapshot of ${pool.name} has no host ${name}`);
  return host;
}

/** Running or paused VMs on one host, the control domain never among them. */
export function residents(pool: Snapshot, host: string): readonly VmSnapshot[] {
  return pool.vms.filter((vm) => vm.on === host);
}
