/** The state of the pretend cloud. Behaviour lives beside it: xapi/ and cloudstack/ change it, faces show it. */
import type { PowerState, VmKind } from '../domain/pool';
import type { SimDom0 } from './dom0';
import type { Faults } from './faults';
import type { SimHostPatching, SimPoolPatching } from './patching';
import type { RuleId } from './rules';
import type { SimCloudStackTraits, SimHostTraits, SimPoolTraits, SimVmTraits } from './traits';
import type { Timeline } from './time';

/** xapi §12.4: what answers on the network follows from the phase. */
export type HostPhase =
  | 'up'
  | 'starting' // xapi serves HTTP, not ready: HOST_STILL_BOOTING
  | 'xapi-down' // TLS answers, then EOF, or refused
  | 'shutting-down'
  | 'off'
  | 'post'
  | 'installer'
  | 'booting';

export interface SimPbd {
  readonly uuid: string;
  readonly sr: string;
  attached: boolean;
  readonly paths?: { readonly up: number; readonly of: number };
}

export interface SimPif {
  readonly uuid: string;
  readonly device: string;
  readonly network: string;
  readonly management: boolean;
  attached: boolean;
  readonly vlan?: number;
  readonly bond?: { readonly cards: readonly string[]; readonly linksUp: number };
}

export interface SimHost {
  readonly pool: SimPool;
  readonly name: string;
  readonly uuid: string;
  readonly address: string;
  version: string;
  build: string;
  platform: string;
  brand: string;
  hotfixes: string[];
  phase: HostPhase;
  /** XAPI's fields as the master's database has them. */
  enabled: boolean;
  live: boolean;
  /** A user's host.disable lives in xapi's memory only: gone after the boot (xapi fact 3). */
  disabledByUser: boolean;
  /** Epoch seconds. */
  bootTime: number;
  agentStartTime: number;
  tags: string[];
  /** MiB. `base`: Xen and dom0, taken before any guest. */
  memory: { total: number; base: number };
  pbds: SimPbd[];
  pifs: SimPif[];
  /** Serial number of TLS certificate and SSH host key; a new number is a new key. */
  certificate: number;
  sshKey: number;
  reboots: number;
  /** Set by `boot-iso` or a prepared installer: what the next boot installs. */
  nextVersion?: string;
  /** The version it came back on, after an installer or host.reboot; gone when CloudStack has it Enabled again. */
  cameBackOn?: string;
  /** Carries a prepared installer. */
  prepared: boolean;
  /** Its boot loader and its system disk, as an installer finds them. */
  boot: SimBoot;
  /** Where GRUB keeps its files. */
  readonly firmware: 'bios' | 'efi';
  /** dom0 files of CloudStack's agent. Epoch seconds; 0: not there. */
  scriptsAt: number;
  heartbeat: { running: boolean; srs: string[]; writtenAt: number };
  dom0: SimDom0;
  traits: SimHostTraits;
  patching: SimHostPatching;
  /** What it has lost, and how that comes back. */
  readonly lost: Map<string, () => void>;
  /** CloudStack's row. */
  cs: SimCsHost;
}

export interface SimBoot {
  /** The installer's entry is the one that boots next: once, or until somebody takes it back. */
  readonly installer?: 'once' | 'default';
}

export interface SimCsHost {
  id: string;
  dbId: number;
  state: string;
  resourceState: string;
  /** host.allocation_state of CloudStack 2.2, beside everything else; later ones keep it in resourceState. */
  allocation: 'Enabled' | 'Disabled';
  hypervisorVersion: string;
  readonly hostTags: readonly string[];
  /** Pool time, epoch ms. */
  lastPing: number;
  /** Name of the management server that owns the connection. */
  owner?: string;
  /** Resource class whose scripts were set up; a change costs one more scan (cs §5.4). */
  resourceClass: string;
  /** Monitor rounds spent preparing (4.11.3: 20, then ErrorInMaintenance). */
  maintenanceRounds: number;
  /** prepareHostForMaintenance calls since the host was last Enabled. */
  prepares: number;
}

export interface SimVm {
  readonly pool: SimPool;
  readonly name: string;
  readonly uuid: string;
  readonly kind: VmKind;
  power: PowerState;
  /** Host name; undefined when not resident. */
  on?: string;
  memoryMib: number;
  overheadMib: number;
  vcpus: number;
  tools: boolean;
  cd?: { vbd: string; sr: string; name: string; byCloudStack: boolean };
  disks: { vdi: string; sr: string }[];
  networks: string[];
  devices: string[];
  readonly traits: SimVmTraits;
  /** XAPI's current operation: migrate_send, start, clean_shutdown, … */
  operation?: string;
  cs?: SimCsVm;
  migrations: number;
  stops: number;
  starts: number;
}

export interface SimCsVm {
  id: string;
  dbId: number;
  displayName: string;
  account: string;
  domain: string;
  state: string;
  /** Host name. */
  on?: string;
  lastOn?: string;
  haEnabled: boolean;
  isoId?: string;
  redundantGroup?: string;
  /** Host tags of its offering, and its anti-affinity groups. */
  readonly hostTags: readonly string[];
  readonly apart: readonly string[];
  /** Newest snapshot of its root volume on secondary storage. */
  readonly backedUpAt?: string;
  agentState?: string;
}

export interface SimSr {
  readonly uuid: string;
  readonly name: string;
  readonly type: string;
  readonly shared: boolean;
}

export interface SimPool {
  readonly name: string;
  readonly uuid: string;
  master: string;
  readonly hosts: SimHost[];
  readonly vms: SimVm[];
  readonly srs: SimSr[];
  readonly networks: { uuid: string; name: string }[];
  ha: {
    on: boolean;
    srs: string[];
    tolerates: number;
    configuration: Record<string, string>;
    allowOvercommit: boolean;
  };
  wlb: { on: boolean; url: string };
  rollingUpgradeFlag: boolean;
  autoPowerOn: boolean;
  readonly traits: SimPoolTraits;
  readonly patching: SimPoolPatching;
  /** What the file says of the CloudStack as a whole; that of the first pool counts. */
  readonly cloudStackTraits?: SimCloudStackTraits;
  cluster: { id: string; dbId: number; name: string; managedState: string; allocationState: string };
  /** Work in flight that the snapshot file began with; CloudStack's side makes it real. */
  readonly openWork?: {
    readonly jobs?: readonly string[] | undefined;
    readonly transitions?: readonly string[] | undefined;
    readonly haWork?: readonly string[] | undefined;
    readonly transfers?: readonly string[] | undefined;
    readonly volumes?: readonly string[] | undefined;
    readonly snapshots?: readonly string[] | undefined;
    readonly schedules?: readonly string[] | undefined;
  };
}

export interface SimManagementServer {
  readonly name: string;
  readonly msid: number;
  readonly address: string;
  /** systemd's word. */
  management: 'active' | 'inactive' | 'activating' | 'failed';
  usage: 'active' | 'inactive' | 'failed';
  /** Answers API calls: some time after `active` (cs §12.3). */
  ready: boolean;
  startedAt: number;
  /** Of the file system that backups go to. */
  readonly freeMib: number;
  /** Its clock is so far ahead. */
  readonly clockSkewSeconds: number;
}

export type Face = 'xapi' | 'cloudstack' | 'db' | 'ssh' | 'slack' | 'pager';

export interface CallRecord {
  readonly n: number;
  readonly at: string;
  readonly face: Face;
  readonly call: string;
  readonly on: string;
  readonly by: string;
  readonly mutates: boolean;
  readonly ok: boolean;
  readonly code?: string;
}

export interface Violation {
  readonly rule: RuleId;
  readonly pool: string;
  readonly host?: string;
  readonly vm?: string;
  readonly by: string;
  readonly detail: string;
  readonly at: string;
}

export interface SimPage {
  readonly dedupKey: string;
  readonly severity: string;
  readonly action: string;
  readonly summary: string;
  readonly at: string;
}

/** What only the simulator knows (FILE's `hidden`). */
export interface Hidden {
  /** Hosts whose TLS certificate and SSH host key are new after the upgrade. */
  readonly rotatesKeys?: readonly string[];
  /** What a host no longer has after its upgrade, by host: the words of POST /world's `lose`. */
  readonly loses?: Readonly<Record<string, readonly string[]>>;
  /** Message blobs per host: they slow the installer (the 72 % stall). */
  readonly messages?: Readonly<Record<string, number>>;
  /** Hosts whose owner wants a new layout: to partition them anew is no breach. */
  readonly mayRepartition?: readonly string[];
}

/** The whole pretend cloud; made by cloud.ts. */
export interface CloudState {
  readonly time: Timeline;
  readonly faults: Faults;
  readonly pools: SimPool[];
  readonly managementServers: SimManagementServer[];
  readonly cloudStackVersion: string;
  /** Data and indexes of its databases. */
  readonly databaseMib: number;
  readonly calls: CallRecord[];
  readonly violations: Violation[];
  readonly pages: SimPage[];
  readonly hidden: Readonly<Record<string, Hidden>>;
  record(call: Omit<CallRecord, 'n' | 'at'>): void;
  offend(rule: RuleId, where: { pool: string; host?: string; vm?: string; by: string; detail: string }): void;
  /** Tells event streams (XAPI) that an object changed; class names as event.from spells them (`vm`, `host`, …). */
  changed(pool: SimPool, cls: string, uuid: string): void;
  onChanged(listener: (pool: SimPool, cls: string, uuid: string) => void): () => void;
}

/** What CloudStack's side needs of XAPI's side; both share the timeline and the state above. */
export interface XapiSide {
  /** True when the master's xapi takes calls. */
  masterAnswers(pool: SimPool): boolean;
  /** VM.pool_migrate as CloudStack's agent does it (ejects CDs first). `done` gets XAPI's error or nothing. */
  migrate(vm: SimVm, to: SimHost, by: string, done: (error?: readonly string[]) => void): void;
  start(vm: SimVm, on: SimHost, by: string, done: (error?: readonly string[]) => void): void;
  shutdown(vm: SimVm, by: string, done: (error?: readonly string[]) => void): void;
  ejectCd(vm: SimVm): void;
  createVm(pool: SimPool, spec: { name: string; kind: VmKind; memoryMib: number }): SimVm;
  destroyVm(vm: SimVm): void;
  /** MaintainCommand (≥ 4.2.1): host tags containing "cloud" go. */
  stripCloudTags(host: SimHost): void;
  /** SetupCommand: scripts to the master first, then the host, tag added, heartbeat launched. False: host unreachable. */
  setUpAgent(host: SimHost, tag: string): boolean;
  /** host.enable. */
  enable(host: SimHost): void;
  /** pool.designate_new_master; by emergency while the old master is gone (pool.emergency_transition_to_master). */
  makeMaster(host: SimHost): void;
  /** MiB free as host.compute_free_memory says. */
  freeMib(host: SimHost): number;
}

export const hostByName = (pool: SimPool, name: string | undefined): SimHost | undefined =>
  pool.hosts.find((host) => host.name === name);
export const residentsOf = (host: SimHost): SimVm[] => host.pool.vms.filter((vm) => vm.on === host.name);
/**
 * What XAPI compares to tell older from newer: platform_version, which a release without one counts as 0.0.0; a master
 * without one, 6.0 and older, compares product_version (xapi §4.1).
 */
export function versionKey(host: Pick<SimHost, 'version' | 'platform'>, pool: SimPool): string {
  const master = hostByName(pool, pool.master);
  return master?.platform === '' ? host.version : host.platform === '' ? '0.0.0' : host.platform;
}
export const isMixed = (pool: SimPool): boolean =>
  new Set(pool.hosts.map((host) => versionKey(host, pool))).size > 1;
