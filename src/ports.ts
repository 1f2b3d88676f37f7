/**
 * Everything outside, on one page, in our words.
 *
 * Reads may be called any number of times and change nothing. Acts start one change and return when it is
 * accepted. Both throw the classes of domain/errors: Refused (said no), NotSent (proved not sent),
 * Unreachable (may or may not have happened), WrongKey, Malformed. Every call has a wall-clock deadline
 * of its own; `signal` ends it sooner. Hosts and VMs are named by uuid (XAPI) or id (CloudStack), never by
 * an opaque reference.
 */
import type { Dom0Snapshot, SystemDiskSnapshot } from './domain/dom0';
import type { Hotfix } from './domain/hotfixes';
import type { Entry, Recorded } from './domain/journal';
import type { Json } from './domain/json';
import type { NamedFile } from './domain/named-text';
import type { Person, Role } from './domain/person';
import type { Plan, Revision } from './domain/plan';
import type { Finding } from './domain/finding';
import type { Inventory } from './domain/inventory';
import type { InstallerAnswers, MediaFiles, NextBoot } from './domain/installer';
import type { LicenceSeen } from './domain/licence';
import type {
  BackupRoomSnapshot,
  HaSnapshot,
  PbdSnapshot,
  PifSnapshot,
  PowerState,
  Snapshot,
} from './domain/pool';
import type { CloudStackTraits, HostTraits, PoolTraits, VmTraits } from './domain/traits';
import type { DomZeroBin } from './domain/version-eras';
import type { Patching } from './ports-patching';

// ── XAPI ─────────────────────────────────────────────────────────────────────────────────────────

export interface XenPoolSeen {
  readonly name: string;
  readonly uuid: string;
  readonly masterUuid: string;
  readonly ha: HaSnapshot;
  readonly wlb: { readonly on: boolean; readonly url: string };
  /** other_config.rolling_upgrade_in_progress: read, never written. */
  readonly rollingUpgradeFlag: boolean;
  /** other_config.auto_poweron. */
  readonly autoPowerOn: boolean;
  readonly operations?: readonly string[];
  readonly vswitchController?: string;
  readonly healthCheck?: true;
  readonly repositories?: PoolTraits['repositories'];
}

/** What costs questions of its own: asked when a plan is made or a host re-checked, not in every tick. */
export interface XenCondition {
  /** How many messages XAPI keeps. */
  readonly messages: number;
  /** Names of unfinished tasks. */
  readonly tasks: readonly string[];
  /** Host uuid → seconds that its clock is ahead of the master's; a host that does not answer is left out. */
  readonly clockSkewSeconds: Readonly<Record<string, number>>;
  /** By host uuid: what its own record does not show. */
  readonly hosts?: Readonly<Record<string, XenHostCondition>>;
}

/** `rebootsFor`: before 7.1, where XAPI keeps no list of its own. */
export type XenHostCondition = Pick<HostTraits, 'certificateBits' | 'clustered' | 'restartsFor'> &
  Partial<Pick<HostTraits, 'rebootsFor'>>;

export interface XenHostSeen {
  readonly uuid: string;
  readonly name: string;
  readonly address: string;
  readonly enabled: boolean;
  /** host_metrics.live: the heartbeat. */
  readonly live: boolean;
  readonly version: string;
  readonly build: string;
  readonly platform: string;
  readonly brand: string;
  readonly hotfixes: readonly string[];
  /** other_config.boot_time and agent_start_time, epoch seconds. 0 when absent. */
  readonly bootTime: number;
  readonly agentStartTime: number;
  readonly tags: readonly string[];
  readonly memoryMib: { readonly total: number; readonly free: number };
  readonly pbds: readonly {
    readonly uuid: string;
    readonly sr: string;
    readonly srName: string;
    readonly attached: boolean;
    readonly paths?: PbdSnapshot['paths'];
    /** device_config.device: what a local SR was made on; disks separated by commas. */
    readonly device?: string;
  }[];
  readonly pifs: readonly PifSnapshot[];
  readonly traits?: Omit<HostTraits, 'clockSkewSeconds' | keyof Omit<XenHostCondition, 'rebootsFor'>>;
  /** uuids of resident VMs, the control domain left out. */
  readonly residents: readonly string[];
}

export interface XenVmSeen {
  readonly uuid: string;
  readonly name: string;
  readonly power: PowerState;
  /** Host uuid; absent when not resident. */
  readonly on?: string;
  readonly memoryMib: number;
  readonly vcpus: number;
  readonly tools: boolean;
  /** The inserted medium; the tools ISO does not count (xapi §6.5). */
  readonly cd?: { readonly vbd: string; readonly sr: string; readonly name: string };
  readonly disks: readonly string[];
  readonly networks: readonly string[];
  readonly devices: readonly string[];
  /** `affinity` is a host uuid here. */
  readonly traits?: VmTraits;
}

export interface XenSrSeen {
  readonly uuid: string;
  readonly name: string;
  readonly type: string;
  readonly shared: boolean;
}

/** A virtual disk, attached to a VM or not. */
export interface XenDiskSeen {
  readonly name: string;
  readonly uuid: string;
  /** Names of VMs, templates and snapshots that it belongs to. */
  readonly vms: readonly string[];
}

/** What a host shows when it is knocked on directly, before any login. `undefined`: did not answer. */
export interface HostIdentity {
  readonly tls?: string;
  readonly ssh?: string;
  readonly pinnedTls?: string;
  readonly pinnedSsh?: string;
}

export interface DatabaseDump {
  /** Where it was written. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Rows counted in the dump; the verifier compares them with the pool. */
  readonly hosts: number;
  readonly vms: number;
  /** True when it ends with `</database>` and is not the stub of a rolling upgrade (xapi §3.5). */
  readonly whole: boolean;
}

export interface XenPoolReads {
  pool(): Promise<XenPoolSeen>;
  hosts(): Promise<readonly XenHostSeen[]>;
  vms(): Promise<readonly XenVmSeen[]>;
  srs(): Promise<readonly XenSrSeen[]>;
  /** Every virtual disk on one SR, sorted by name. */
  disksOn(srUuid: string): Promise<readonly XenDiskSeen[]>;
  condition(): Promise<XenCondition>;
  /** Every setting that an upgrade may lose, secrets left out. */
  inventory(): Promise<Inventory>;
  /** How many messages XAPI keeps. */
  messageCount(): Promise<number>;
  /** host.get_vms_which_prevent_evacuation: VM name → XAPI's code and parameters, names for references. */
  evacuationBlockers(hostUuid: string): Promise<Readonly<Record<string, readonly string[]>>>;
  /** TLS and SSH fingerprints that this host shows now; sends nothing secret. */
  identity(hostUuid: string): Promise<HostIdentity>;
  /** What this host's upgrade plugin says of the media at a URL (testUrl, getVersion, testSafe2Upgrade, …). */
  installer(hostUuid: string, url: string): Promise<InstallerAnswers>;
  /** The licence text of the media at a URL, as this host is given it. */
  licence(hostUuid: string, url: string): Promise<LicenceSeen>;
  /** A dump taken earlier at `path`, read again; undefined when it is not there. */
  readDump(path: string): Promise<DatabaseDump | undefined>;
}

export interface XenPoolActs {
  disableHa(): Promise<void>;
  enableHa(before: HaSnapshot): Promise<void>;
  setHaTolerates(failures: number): Promise<void>;
  setWlbEnabled(on: boolean): Promise<void>;
  /** other_config.auto_poweron of the pool: without it the flag of a VM does nothing. */
  setAutoPowerOn(on: boolean): Promise<void>;
  /** Takes these operations out of blocked_operations; one that is not in it is no error. */
  allowOperations(vmUuid: string, operations: readonly string[]): Promise<void>;
  /** Puts them back: operation → the code that refuses it. */
  blockOperations(vmUuid: string, blocked: Readonly<Record<string, string>>): Promise<void>;
  /** Takes XenCenter's MAINTENANCE_MODE out of other_config; enables and disables nothing. */
  endMaintenanceMode(hostUuid: string): Promise<void>;
  /**
   * So many of the oldest go, for good, and never one of the newest `keep`: at most a thousand, for XAPI reads no longer
   * request. A call each on older releases.
   */
  destroyMessages(oldest: number, keep: number): Promise<void>;
  ejectCd(vbdUuid: string): Promise<void>;
  syncDatabase(): Promise<void>;
  /** GET /pool/xmldbdump to `path` (0600), then counted. */
  dumpDatabase(path: string): Promise<DatabaseDump>;
  disableHost(hostUuid: string): Promise<void>;
  enableHost(hostUuid: string): Promise<void>;
  /** host.reboot: accepted at once, the host goes down ten seconds later (xapi fact 2). */
  rebootHost(hostUuid: string): Promise<void>;
  plugPbd(pbdUuid: string): Promise<void>;
  removeTag(hostUuid: string, tag: string): Promise<void>;
  /** For VMs that CloudStack does not know, with consent only. */
  migrateVm(vmUuid: string, hostUuid: string): Promise<{ readonly task: string }>;
  shutdownVm(vmUuid: string): Promise<void>;
  startVm(vmUuid: string, hostUuid?: string): Promise<void>;
  /** The plugin's `main`: the next boot installs. Slow (it downloads); judge by Dom0.nextBoot(). */
  prepareInstaller(hostUuid: string, url: string): Promise<void>;
  /** host.reboot: accepted at once, carried out ten seconds later (xapi fact 2). */
  rebootHost(hostUuid: string): Promise<void>;
}

export interface XenPool extends XenPoolReads, XenPoolActs {
  /** From now on this fingerprint is the pinned one of this host (an approver accepted it). */
  trust(hostUuid: string, keys: { readonly tls?: string; readonly ssh?: string }): void;
  /** Calls `changed` whenever XAPI reports an event, until the signal. Never throws; reconnects by itself. */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}

// ── CloudStack ───────────────────────────────────────────────────────────────────────────────────

export interface CsHost {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly state: string;
  readonly resourceState: string;
  readonly hypervisorVersion: string;
  /** Enabled or Disabled where that stands beside maintenance, up to 2.2.16; from 3.0 it is a resource state. */
  readonly allocation?: string;
  readonly managementServer?: string;
  readonly hostTags?: readonly string[];
}

export interface CsCluster {
  readonly id: string;
  readonly name: string;
  readonly managedState: string;
  readonly allocationState: string;
}

export interface CsVm {
  readonly id: string;
  /** XAPI's name_label. */
  readonly instanceName: string;
  readonly displayName: string;
  readonly kind: 'guest' | 'router' | 'ssvm' | 'cpvm';
  readonly account: string;
  readonly domain?: string;
  readonly state: string;
  readonly hostId?: string;
  readonly haEnabled: boolean;
  readonly isoId?: string;
  readonly redundantGroup?: string;
  /** Host tags that its offering asks for: a host without one of them is not suitable (cs §7). */
  readonly hostTags?: readonly string[];
  /** Host anti-affinity groups: CloudStack puts no two VMs of one on a host. */
  readonly apart?: readonly string[];
  /** Agent of a system VM: Up, Disconnected, …; absent before 4.13.1. */
  readonly agentState?: string;
}

export interface CsJob {
  readonly id: string;
  /** 0 pending, 1 success, 2 failed. */
  readonly status: 0 | 1 | 2;
  readonly command: string;
  /** Failure text; absent with status 2 means "unknown outcome" (cs fact 21). */
  readonly error?: string;
  readonly errorCode?: number;
}

export interface CsCandidate {
  readonly hostId: string;
  readonly suitable: boolean;
}

/** One row of guest_os_hypervisor: what a hypervisor version calls a guest system. */
export interface CsGuestOsName {
  readonly osTypeId: string;
  /** CloudStack's name of the guest system. */
  readonly guestOs: string;
  /** XenServer's. */
  readonly name: string;
}

export interface CloudStackReads {
  version(): Promise<string>;
  /** Milliseconds that CloudStack's clock is ahead of ours, from the HTTP Date header. */
  clockSkew(): Promise<number>;
  hosts(clusterId: string): Promise<readonly CsHost[]>;
  cluster(clusterId: string): Promise<CsCluster | undefined>;
  /** User VMs (projects too), routers and system VMs that run, or last ran, on hosts of the cluster. */
  vms(clusterId: string): Promise<readonly CsVm[]>;
  /** Unfinished jobs. */
  jobs(): Promise<readonly CsJob[]>;
  job(id: string): Promise<CsJob | undefined>;
  /** findHostsForMigration. */
  candidates(vmId: string): Promise<readonly CsCandidate[]>;
  managementServers(): Promise<
    readonly { readonly name: string; readonly state: string; readonly version: string }[]
  >;
  systemVmsUp(
    zoneOfCluster: string,
  ): Promise<readonly { readonly name: string; readonly state: string; readonly agentState?: string }[]>;
  network(name: string): Promise<{ readonly id: string; readonly state: string } | undefined>;
  /** Volumes of user VMs in the cluster that are neither at rest nor gone, as `name state`. */
  volumesInWork(clusterId: string): Promise<readonly string[]>;
  /**
   * Id of a guest of the cluster → when the newest backed-up snapshot of its root volume was taken (ISO 8601). Guests without
   * one among the newest snapshots, and all where the key may not ask, are left out.
   */
  backups(clusterId: string): Promise<ReadonlyMap<string, string>>;
  /** What CloudStack says of itself. A refused part is left out; the other errors are thrown. */
  traits(): Promise<CloudStackTraits>;
  /** hypervisor_capabilities rows of XenServer. */
  capabilities(): Promise<NonNullable<CloudStackTraits['capabilities']>>;
  guestOsNames(hypervisorVersion: string): Promise<readonly CsGuestOsName[]>;
  /** Value of a global setting; undefined where there is none of that name. */
  setting(name: string): Promise<string | undefined>;
}

export interface CloudStackActs {
  setHostAllocation(hostId: string, to: 'Enable' | 'Disable'): Promise<void>;
  prepareHostForMaintenance(hostId: string): Promise<{ readonly job: string }>;
  cancelHostMaintenance(hostId: string): Promise<{ readonly job: string }>;
  reconnectHost(hostId: string): Promise<{ readonly job: string }>;
  /** Synchronous and slow (up to 200 s); the answer may never come: judge by cluster(). */
  setManaged(clusterId: string, managed: boolean): Promise<void>;
  setClusterAllocation(clusterId: string, enabled: boolean): Promise<void>;
  migrateVm(
    vm: { readonly id: string; readonly kind: CsVm['kind'] },
    hostId: string,
  ): Promise<{ readonly job: string }>;
  stopVm(vm: { readonly id: string; readonly kind: CsVm['kind'] }): Promise<{ readonly job: string }>;
  startVm(
    vm: { readonly id: string; readonly kind: CsVm['kind'] },
    hostId?: string,
  ): Promise<{ readonly job: string }>;
  detachIso(vmId: string): Promise<{ readonly job: string }>;
  createNetwork(spec: {
    readonly name: string;
    readonly offeringId: string;
    readonly zoneId: string;
    readonly account?: string;
    readonly domainId?: string;
  }): Promise<{ readonly id: string }>;
  deleteNetwork(id: string): Promise<{ readonly job: string }>;
  deployVm(spec: {
    readonly name: string;
    readonly templateId: string;
    readonly offeringId: string;
    readonly zoneId: string;
    readonly networkId: string;
    readonly account?: string;
    readonly domainId?: string;
    /** Absent: CloudStack chooses, in any cluster of the zone. */
    readonly hostId?: string;
  }): Promise<{ readonly id: string; readonly job: string }>;
  /** Global, at once, and never what needs a restart. */
  changeSetting(name: string, value: string): Promise<void>;
  addGuestOsName(hypervisorVersion: string, os: CsGuestOsName): Promise<{ readonly job: string }>;
  /** destroyVirtualMachine with expunge. */
  expungeVm(id: string): Promise<{ readonly job: string }>;
}

export interface CloudStack extends CloudStackReads, CloudStackActs {}

/** CloudStack's database, read only. Absent when not configured. */
export interface CloudStackDb {
  /** Open op_ha_work rows, as sentences with names. */
  haWork(): Promise<readonly string[]>;
  hostTransfers(): Promise<readonly string[]>;
  /** All unfinished jobs, also those the API hides. */
  jobs(): Promise<readonly string[]>;
  /** VMs in transition anywhere, as `name state`. */
  transitions(): Promise<readonly string[]>;
  managementServers(): Promise<
    readonly { readonly name: string; readonly state: string; readonly version: string }[]
  >;
  schemaVersion(): Promise<string>;
  /** Volume snapshots on their way, as `name state`. */
  snapshots(): Promise<readonly string[]>;
  /** Recurring snapshots of volumes whose VMs last ran in the cluster, with their time, as recurring-snapshots.ts writes them. */
  snapshotSchedules(clusterId: string): Promise<readonly string[]>;
}

// ── SSH ──────────────────────────────────────────────────────────────────────────────────────────

/** CloudStack's agent files on one XenServer host (cs §8.3, §8.4). */
export interface Dom0Agent {
  /** Newest modification time under /opt/cloud/bin, epoch seconds; 0 when the directory is missing. */
  readonly scriptsAt: number;
  readonly heartbeatRunning: boolean;
  /** SR uuids named in /opt/cloud/bin/heartbeat. */
  readonly heartbeatSrs: readonly string[];
  /** The host's clock, epoch seconds. */
  readonly clock: number;
}

/** As the snapshot has it, before anybody has looked which SRs lie on the system disk. */
export interface Dom0Seen extends Omit<Dom0Snapshot, 'disk'> {
  readonly disk?: Omit<SystemDiskSnapshot, 'srs'> & {
    /** Paths under which the disk may be named: `/dev/sda`, `/dev/disk/by-id/…`. */
    readonly names: readonly string[];
  };
}

/** dom0 over SSH, allow-listed. It reads, but for a prepared installer, which XAPI has no call to take back. */
export interface Dom0 {
  /** Hosts that have SSH configured, by uuid. */
  readonly configured: readonly string[];
  /** `bin`: where this CloudStack keeps its files in dom0; /opt/cloud/bin unless it is older than 4.2. */
  agent(hostUuid: string, bin?: DomZeroBin): Promise<Dom0Agent>;
  /** Disk, space, leftovers and customisations. What fails is in `unread`, nothing of it is thrown; at most 20 s. */
  look(hostUuid: string): Promise<Dom0Seen>;
  nextBoot(hostUuid: string): Promise<NextBoot>;
  /** Which of the installer's files at this URL the host does not reach; downloads nothing. */
  mediaFiles(hostUuid: string, url: string): Promise<MediaFiles>;
  /** Removes the mark that lets an installer partition the disk anew. */
  keepPartitions(hostUuid: string): Promise<void>;
  /** The host boots its own system next: both kinds of boot entry are taken back. `ownEntry`: of the before-picture. */
  takeBackInstaller(hostUuid: string, ownEntry: string): Promise<void>;
}

export interface BackupSeen {
  readonly state: 'absent' | 'running' | 'failed' | 'unverified' | 'verified';
  /** Final path on the server that ran it; only for `verified`. */
  readonly path?: string;
  readonly server?: string;
  readonly bytes?: number;
  readonly sha256?: string;
  /** What the verifier found, one sentence each (cs §11.4). */
  readonly facts: readonly string[];
  readonly problems: readonly string[];
}

export interface ServersCondition {
  readonly backupRoom: BackupRoomSnapshot;
  /** By name, seconds ahead of the first server's clock; 0 when within the time that asking took. Who does not answer is left out. */
  readonly clockSkewSeconds: Readonly<Record<string, number>>;
}

/** The management servers' and the database server's machines, over SSH, allow-listed. */
export interface ManagementServers {
  readonly names: readonly string[];
  /** `active`, `inactive`, `failed`, `activating`, … as systemd says; readiness is CloudStack's own word. */
  service(server: string, unit: 'management' | 'usage'): Promise<string>;
  /** Asked when a plan is made. */
  condition(): Promise<ServersCondition>;
  stop(server: string, unit: 'management' | 'usage'): Promise<void>;
  start(server: string, unit: 'management' | 'usage'): Promise<void>;
  /** Starts the dump of `cloud` and `cloud_usage` plus the management configuration with its key, detached. */
  backUp(name: string): Promise<void>;
  /** Looks at the dump of that name: running, failed, or verified and renamed to its final path. */
  backup(name: string): Promise<BackupSeen>;
  /** Verifies a finished dump and renames it; only then it counts. */
  verifyBackup(name: string): Promise<void>;
}

// ── Ours ─────────────────────────────────────────────────────────────────────────────────────────

export interface RunRow {
  readonly id: string;
  readonly plan: string;
  readonly pool: string;
  readonly poolUuid: string;
  readonly procedure: string;
  readonly openedAt: number;
  readonly closedAt?: number;
}

/** Something asked for in Slack or a shell that the worker carries out, for example a plan. Durable. */
export interface Request {
  readonly id: string;
  readonly kind: 'plan';
  readonly pool: string;
  readonly args: Json;
  readonly by: Person;
  readonly askedAt: number;
  /** Where the answer goes: channel and message to edit; absent for a shell. */
  readonly replyTo?: { readonly channel: string; readonly ts?: string };
  readonly state: 'asked' | 'taken' | 'answered';
  readonly answer?: Json;
}

export interface MessageRow {
  readonly key: string;
  readonly channel: string;
  readonly ts: string;
  readonly hash: string;
}

/** The truth. One schema, the same code on MySQL and SQLite. */
export interface Journal {
  savePlan(plan: Plan): Promise<void>;
  plan(id: string): Promise<Plan | undefined>;
  /** Newest first. */
  plansOf(
    pool: string,
    limit: number,
  ): Promise<readonly Pick<Plan, 'id' | 'pool' | 'target' | 'verdict' | 'madeAt' | 'digest'>[]>;
  /** The run's row and its first entry in one transaction; Rejected(RUN_OPEN) while the pool has an open run. */
  openRun(row: Omit<RunRow, 'closedAt'>, first: Entry): Promise<Recorded>;
  run(id: string): Promise<RunRow | undefined>;
  openRuns(): Promise<readonly RunRow[]>;
  /** All runs of a pool by its uuid, oldest first. */
  runsOf(poolUuid: string): Promise<readonly RunRow[]>;
  read(run: string, after?: number): Promise<readonly Recorded[]>;
  lastSeq(run: string): Promise<number>;
  /** Inserts at `seen + 1`; throws Stale when somebody else was first. An entry that ends the run closes its row too. */
  append(run: string, seen: number, entry: Entry): Promise<Recorded>;
  bookmark(notifier: string, run: string): Promise<number>;
  /** Moves forward only. */
  setBookmark(notifier: string, run: string, seq: number): Promise<void>;
  messages(scope: string): Promise<readonly MessageRow[]>;
  /** Takes the right to write one message for `leaseMs` of wall time; false when somebody else holds it. */
  claimMessage(scope: string, key: string, owner: string, leaseMs: number): Promise<boolean>;
  saveMessage(scope: string, owner: string, row: MessageRow): Promise<void>;
  releaseMessage(scope: string, key: string, owner: string): Promise<void>;
  ask(request: Omit<Request, 'state' | 'answer'>): Promise<void>;
  /** The oldest request nobody holds, now held by `owner` for `leaseMs`. */
  takeRequest(owner: string, leaseMs: number): Promise<Request | undefined>;
  answerRequest(id: string, answer: Json): Promise<void>;
  request(id: string): Promise<Request | undefined>;
  openRequests(): Promise<readonly Request[]>;
  close(): Promise<void>;
}

/** A doorbell: a ring carries a run id and may only bring the next tick nearer. Loses nothing that matters. */
export interface Bell {
  /** At once, or after pool-time seconds. */
  ring(run: string, inSeconds?: number): Promise<void>;
  /** One call at a time per run id in this process; errors are the listener's own. */
  listen(answer: (run: string) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Two times, never mixed. */
export interface Clock {
  /** Pool time, epoch milliseconds: patience, settle, staleness, ETA, journal. */
  now(): number;
  /** Wall time, milliseconds from an arbitrary start, never set back: call deadlines. */
  monotonic(): number;
  /** Pool seconds per wall second; 1 in production. */
  speed(): number;
}

/** Slack blocks travel as plain JSON; slack/view makes them. */
export interface SlackPost {
  readonly channel: string;
  readonly threadTs?: string;
  readonly text: string;
  readonly blocks: readonly Json[];
  /** Also shown in the channel. */
  readonly broadcast?: boolean;
  /** Rides in the message's metadata: what the message is about, for ever. */
  readonly key: string;
}

/** An uploaded file in a channel, or in a thread of it. */
export interface SharedFile {
  readonly file: string;
  readonly channel: string;
  readonly threadTs?: string;
}

export interface SlackThread {
  post(message: SlackPost): Promise<{ readonly ts: string }>;
  update(message: SlackPost & { readonly ts: string }): Promise<void>;
  /** A message posted earlier with this key, after an unknown answer; undefined when there is none. */
  find(where: {
    readonly channel: string;
    readonly threadTs?: string;
    readonly key: string;
  }): Promise<{ readonly ts: string } | undefined>;
  /** Hands the bytes over and returns Slack's id of the file. Nobody sees it before it is shared. */
  upload(file: NamedFile): Promise<{ readonly file: string }>;
  /** Shows an uploaded file, once. After an unknown answer: `isShared`. */
  share(file: SharedFile & { readonly title: string }): Promise<void>;
  isShared(file: SharedFile): Promise<boolean>;
}

export interface Page {
  readonly action: 'trigger' | 'acknowledge' | 'resolve';
  readonly dedupKey: string;
  readonly severity: 'critical' | 'error' | 'warning' | 'info';
  readonly summary: string;
  readonly source: string;
  readonly details: Readonly<Record<string, string>>;
}

export interface Pager {
  send(page: Page): Promise<void>;
}

/** Facts of one pool from pools.yaml that steps and checks may use. Nothing secret. */
export interface PoolFacts {
  readonly name: string;
  readonly clusterId: string;
  readonly zoneId?: string;
  /** Directory for dumps on the worker. */
  readonly dumpDirectory: string;
  readonly canaryVm?: string;
  readonly smokeTest?: {
    readonly templateId: string;
    readonly serviceOfferingId: string;
    readonly networkOfferingId: string;
    readonly account?: string;
    readonly domainId?: string;
  };
  readonly selfApproval: boolean;
  readonly migrationsPerHost: number;
  /** Hosts that may be away at the same time, unless a plan is asked for otherwise. */
  readonly maxDown: number;
  /** hotfixes.yaml and its feed; absent where there is none. */
  readonly hotfixes?: readonly Hotfix[];
  /** Name of a hotfix → what is wrong with its file, when it was looked at last; absent: nothing was looked at. */
  readonly hotfixFiles?: Readonly<Record<string, string>>;
  /** Why the feed could not be read, when it was asked for last. */
  readonly feedUnread?: string;
}

/** What a step sees. Optional members are absent when not configured: that becomes a question, never silence. */
export interface World {
  readonly pool: PoolFacts;
  readonly xen: XenPool;
  /** How the pool takes hotfixes and updates. */
  readonly patching?: Patching;
  readonly cloudStack: CloudStack;
  readonly cloudStackDb?: CloudStackDb;
  readonly dom0?: Dom0;
  readonly managementServers?: ManagementServers;
  /** Our other runs on the same CloudStack: services are stopped by one, and only while no other has a host in work. */
  readonly others: OtherRuns;
  /** A fresh snapshot and what the checks say of it. */
  lookAgain(host: string): Promise<{
    readonly snapshot: Snapshot;
    readonly findings: readonly Finding[];
    /** Present when what is left of the plan no longer fits this host: other VMs must be stopped. */
    readonly revision?: Revision;
  }>;
}

export interface OtherRuns {
  /** Hosts in work in other open runs, as "host-2 of pool-b". */
  hostsInWork(): Promise<readonly string[]>;
  /** Services that other open runs have stopped, or are about to stop, as "management on ms-1 (pool-b)". */
  servicesHeld(): Promise<readonly string[]>;
}

/** Who may do what in a pool. Unknown is a denial with its reason, never a guess. */
export interface Roles {
  rolesOf(
    person: Person,
    pool: string,
  ): Promise<{ readonly roles: readonly Role[] } | { readonly unknown: string }>;
}
