/** Versions of CloudStack as data: tables, knobs and flags; behaviour reads them and knows no version by name. */
import { compareVersions } from '../../domain/version';
import { type ResourceTable, TABLE_2_2, TABLE_4_11, TABLE_4_14 } from './resource-state';

/** Pool-time seconds unless said otherwise; the real defaults (cs §14.8). */
interface Knobs {
  readonly pingInterval: number;
  /** Factor of pingInterval after which a host is behind on ping. */
  readonly pingTimeout: number;
  /** Behind on ping this long and nobody can tell: Alert. */
  readonly alertWait: number;
  readonly scanInterval: number;
  /** Hosts connected in one scan. */
  readonly scanLoad: number;
  readonly haWorkers: number;
  readonly migrateRetry: number;
  readonly investigateRetry: number;
  readonly restartRetry: number;
  readonly maxTries: number;
  /** Monitor rounds that a host may spend preparing (4.11.3 to 4.13). */
  readonly maintenanceRounds: number;
  readonly unmanagePoll: number;
  readonly unmanagePolls: number;
  readonly migrateWait: number;
  readonly queueDelay: number;
  readonly setup: number;
  readonly systemVmBoot: number;
  readonly systemVmScan: number;
  readonly managementBoot: number;
  /** After systemd's start: the port opens, then Jetty's 503 turns into its 404 (cs §12.3). */
  readonly managementListens: number;
  readonly managementLoads: number;
  /** Power reports without the VM before it counts as stopped. */
  readonly powerGraceRounds: number;
  readonly jobExpire: number;
  readonly pageSize: number;
  readonly heartbeatInterval: number;
  /** Older than this, a host's heartbeat is stale. */
  readonly heartbeatStale: number;
}

export interface CloudStackProfile {
  readonly version: string;
  readonly resourceStates: ResourceTable;
  /** 2.2: ids are numbers, maintenance shows as status, allocation is a column, errors are JSON by accident (cs §2.3, §4.1). */
  readonly isOfThe2: boolean;
  /** Rows of VMs name their affinity groups (4.2). */
  readonly keepsApart: boolean;
  /** Event of prepareHostForMaintenance, spelled wrongly before 4.14 (cs §4.2). */
  readonly asks: 'AdminAskMaintenace' | 'AdminAskMaintenance';
  /** States in which another host of the cluster may not be prepared, and which the monitor looks at (cs §4.5). */
  readonly preparing: readonly string[];
  /** Behind on ping in one of these: plainly disconnected, never investigated (cs fact 11, §5.3). */
  readonly neverInvestigated: readonly string[];
  /** How an evacuation ends that does not succeed: after so many monitor rounds, or VM by VM (cs fact 16). */
  readonly evacuationEnds: 'never' | 'by-rounds' | 'by-tries';
  /** A host behind on ping of which nobody can tell whether it lives (cs §5.3): down, left alone, or Alert in the end. */
  readonly undetermined: 'down' | 'stays' | 'alert';
  /** VMs of a host that prepares may still be migrated and stopped through the API (cs fact 5). */
  readonly movesWhilePreparing: boolean;
  /** MaintainCommand to the master moves its role to a peer (cs fact 9, §6). */
  readonly maintenanceMovesMaster: boolean;
  /** Promotes another master itself when the master is gone and the cluster Managed (cs fact 8). */
  readonly promotesMaster: boolean;
  /** host.enable at every connection (cs fact 7). */
  readonly enablesOnConnect: boolean;
  /** A host that is disabled in XAPI is not connected to, and behind a disabled master nothing is (cs fact 6). */
  readonly refusesDisabled: boolean;
  /** MaintainCommand takes the host's tags away that contain "cloud" (cs fact 13). */
  readonly stripsTags: boolean;
  /** Where its scripts and heartbeat file lie in dom0 (cs §8.4). */
  readonly bin: '/opt/cloud/bin' | '/opt/xensource/bin';
  /** A Disabled cluster takes no new VMs (CLOUDSTACK-10147). */
  readonly honoursClusterAllocation: boolean;
  /** Synchronous success is the string "true" until 4.11.3 (cs §2.3). */
  readonly successIsText: boolean;
  /** What an unknown command gets when the caller has a key (cs §2.4). */
  readonly unknownCommand: 401 | 432;
  /** listVirtualMachines projectid=-1: project VMs only until 4.13.0 (cs §3). */
  readonly projectAll: boolean;
  readonly prepareErrors: 431 | 530;
  /** listHosts.managementserverid: the msid, or from 4.18 the uuid of its row (cs §3.2). */
  readonly managementServerId: 'msid' | 'uuid';
  /** listSystemVms tells the agent's state from 4.13.1 (cs §3). */
  readonly tellsAgents: boolean;
  /** redundantstate of the router that serves: PRIMARY from 4.16 (cs §3). */
  readonly servingRouter: 'MASTER' | 'PRIMARY';
  /** Class of the job that prepares a host (cs §2.5). */
  readonly preparesBy: string;
  /** A new job while a shutdown is prepared; undefined where there is no such thing (cs §12.2). */
  readonly shuttingDown?: { readonly code: 503 | 530; readonly text: string };
  /** The setting enforce.post.requests.and.timestamps exists (cs §2.1). */
  readonly mayEnforcePost: boolean;
  /** hypervisor_capabilities rows: version → [guests a host, data volumes, storage motion] (cs §8.5). */
  readonly capabilities: Record<string, readonly [guests: number, volumes: number, motion: boolean]>;
  readonly knobs: Knobs;
}

const KNOBS: Knobs = {
  pingInterval: 60,
  pingTimeout: 2.5,
  alertWait: 1800,
  scanInterval: 90,
  scanLoad: 16,
  haWorkers: 5,
  migrateRetry: 120,
  investigateRetry: 60,
  restartRetry: 600,
  maxTries: 5,
  maintenanceRounds: 20,
  unmanagePoll: 5,
  unmanagePolls: 40,
  migrateWait: 3600,
  queueDelay: 0.2,
  setup: 25,
  systemVmBoot: 60,
  systemVmScan: 30,
  managementBoot: 45,
  managementListens: 5,
  managementLoads: 35,
  powerGraceRounds: 2,
  jobExpire: 1440 * 60,
  pageSize: 500,
  heartbeatInterval: 60,
  heartbeatStale: 120,
};

/** cs §8.5; what is not listed counts as `default`. */
const CAPABILITIES_4_11_3: CloudStackProfile['capabilities'] = {
  default: [50, 6, false],
  '6.2.0': [500, 13, true],
  '6.5.0': [500, 13, true],
  '7.0.0': [500, 13, true],
  '7.1.0': [500, 13, true],
  '7.2.0': [500, 13, true],
  '7.3.0': [500, 13, true],
  '7.4.0': [500, 13, true],
  '7.5.0': [500, 13, true],
};

const ACS_4_11_3: CloudStackProfile = {
  version: '4.11.3.0',
  resourceStates: TABLE_4_11,
  isOfThe2: false,
  keepsApart: true,
  asks: 'AdminAskMaintenace',
  preparing: ['PrepareForMaintenance', 'ErrorInMaintenance'],
  neverInvestigated: ['Disabled', 'Maintenance', 'ErrorInMaintenance'],
  evacuationEnds: 'by-rounds',
  undetermined: 'alert',
  movesWhilePreparing: false,
  maintenanceMovesMaster: false,
  promotesMaster: false,
  enablesOnConnect: false,
  refusesDisabled: true,
  stripsTags: true,
  bin: '/opt/cloud/bin',
  honoursClusterAllocation: true,
  successIsText: true,
  unknownCommand: 401,
  projectAll: false,
  prepareErrors: 431,
  managementServerId: 'msid',
  tellsAgents: false,
  servingRouter: 'MASTER',
  preparesBy: 'PrepareForMaintenanceCmd',
  mayEnforcePost: false,
  // No row for 7.1.2 here: such a host counts as `default`, 50 guests and no storage motion (cs fact 18).
  capabilities: CAPABILITIES_4_11_3,
  knobs: KNOBS,
};

const ACS_4_22_1: CloudStackProfile = {
  ...ACS_4_11_3,
  version: '4.22.1.0',
  resourceStates: TABLE_4_14,
  asks: 'AdminAskMaintenance',
  preparing: ['PrepareForMaintenance', 'ErrorInPrepareForMaintenance'],
  neverInvestigated: ['Disabled', 'Maintenance'],
  evacuationEnds: 'by-tries',
  successIsText: false,
  projectAll: true,
  prepareErrors: 530,
  managementServerId: 'uuid',
  tellsAgents: true,
  servingRouter: 'PRIMARY',
  preparesBy: 'PrepareForHostMaintenanceCmd',
  shuttingDown: {
    code: 503,
    text: 'Maintenance or Shutdown has been initiated on this management server. Can not accept new jobs',
  },
  mayEnforcePost: true,
  capabilities: {
    ...CAPABILITIES_4_11_3,
    '7.1.1': [1000, 253, true],
    '7.1.2': [1000, 253, true],
    '7.6.0': [1000, 253, true],
    '8.0.0': [1000, 253, true],
    '8.1.0': [1000, 253, true],
    '8.2.0': [1000, 253, true],
    '8.2.1': [1000, 253, true],
    '8.3.0': [1000, 254, true],
    '8.4.0': [1000, 240, true],
  },
};

const { '8.3.0': _since4201, '8.4.0': _too, ...CAPABILITIES_4_17 } = ACS_4_22_1.capabilities;

/** The newest that supports XenServer 7.1 as well as 8.2 (cs §8.2); another word and code for a shutdown (cs §2.4). */
const ACS_4_19_3: CloudStackProfile = {
  ...ACS_4_22_1,
  version: '4.19.3.0',
  shuttingDown: { code: 530, text: 'A shutdown has been triggered. Can not accept new jobs' },
  mayEnforcePost: false,
  capabilities: CAPABILITIES_4_17,
};

/** cs §8.5: what 4.2 had of the rows above. */
const CAPABILITIES_4_2: CloudStackProfile['capabilities'] = {
  default: [50, 6, false],
  '5.6': [50, 6, false],
  '5.6 FP1': [50, 6, false],
  '5.6 SP2': [50, 6, false],
  '6.0': [50, 13, false],
  '6.0.2': [50, 13, false],
  '6.1.0': [150, 13, true],
  '6.2.0': [500, 13, true],
};

const ACS_4_2_0: CloudStackProfile = {
  ...ACS_4_11_3,
  version: '4.2.0',
  evacuationEnds: 'never',
  undetermined: 'stays',
  movesWhilePreparing: true,
  maintenanceMovesMaster: true,
  promotesMaster: true,
  enablesOnConnect: true,
  refusesDisabled: false,
  stripsTags: false,
  honoursClusterAllocation: false,
  unknownCommand: 432,
  capabilities: CAPABILITIES_4_2,
};

const ACS_3_0_5: CloudStackProfile = {
  ...ACS_4_2_0,
  version: '3.0.5',
  keepsApart: false,
  bin: '/opt/xensource/bin',
  undetermined: 'down',
  capabilities: { ...CAPABILITIES_4_2 },
};

const ACS_2_2_10: CloudStackProfile = {
  ...ACS_3_0_5,
  version: '2.2.10',
  isOfThe2: true,
  resourceStates: TABLE_2_2,
  // these statuses know no ping timeout
  neverInvestigated: ['PrepareForMaintenance', 'ErrorInMaintenance', 'Maintenance'],
  capabilities: { default: [50, 6, false] },
};
const ACS_2_2_13: CloudStackProfile = { ...ACS_2_2_10, version: '2.2.13' };
const ACS_2_2_14: CloudStackProfile = { ...ACS_2_2_10, version: '2.2.14' };

/** Oldest first. */
const PROFILES: readonly CloudStackProfile[] = [
  ACS_2_2_10,
  ACS_2_2_13,
  ACS_2_2_14,
  ACS_3_0_5,
  ACS_4_2_0,
  ACS_4_11_3,
  ACS_4_19_3,
  ACS_4_22_1,
];

/** The profile of this version or of the newest known one that is not newer; the version itself is kept. */
export function profileFor(version: string): CloudStackProfile {
  const older = PROFILES.filter((profile) => compareVersions(profile.version, version) <= 0).at(-1);
  return { ...(older ?? PROFILES[0]!), version };
}
