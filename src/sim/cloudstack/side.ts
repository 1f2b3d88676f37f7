/** CloudStack's own state beside the cloud's: jobs, HA work, networks, settings. Everything else stands in model.ts. */
import { createHash } from 'node:crypto';
import type { CloudState, SimHost, SimManagementServer, SimPool, SimVm, XapiSide } from '../model';
import type { SimCloudStackTraits } from '../traits';
import type { CloudStackProfile } from './profiles';

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };
export type Row = { readonly [key: string]: Plain };

/** One row of async_job. */
export interface SimJob {
  readonly id: string;
  readonly dbId: number;
  /** The API command that made it. */
  readonly command: string;
  readonly instanceType: string;
  readonly instanceId: string;
  /** Name of the host or VM concerned. */
  readonly on: string;
  readonly by: string;
  status: 0 | 1 | 2;
  resultCode: number;
  /** Absent while pending, and for a job that was cut off (cs §2.5). */
  result?: Row;
  /** Epoch milliseconds of pool time. */
  readonly created: number;
  completed?: number;
  /** Management server that runs it. */
  readonly server: string;
}

export const HA_CLOSED: readonly string[] = ['Done', 'Cancelled', 'Error'];

/** One row of op_ha_work. */
export interface HaWork {
  readonly id: number;
  readonly vm: SimVm;
  /** The host it is about: evacuated, or down. */
  readonly host: SimHost;
  readonly type: 'Migration' | 'ForceStop' | 'HA';
  step: string;
  tried: number;
  /** Epoch milliseconds of pool time. */
  dueAt: number;
  readonly created: number;
  /** Management server whose worker has it in hand. */
  server?: string;
}

export interface SimNetwork {
  readonly id: string;
  readonly dbId: number;
  readonly name: string;
  readonly displayText: string;
  readonly offeringId: string;
  readonly account: string;
  state: 'Allocated' | 'Implemented' | 'Destroy';
}

export interface SimNotice {
  readonly id: string;
  readonly at: number;
  readonly type: string;
  readonly text: string;
  /** Events only: Created, Started, Completed. */
  readonly state?: string;
  readonly level?: 'INFO' | 'WARN' | 'ERROR';
}

/** The right to go on with work: gone when the management server that began it has stopped since. */
export interface Token {
  readonly server: SimManagementServer;
  readonly startedAt: number;
}

/** Who works on a VM, and who waits for it. */
export interface VmQueue {
  token: Token;
  readonly waiting: { readonly token: Token; readonly turn: (release: () => void) => void }[];
}

export interface CloudStackSide {
  readonly cloud: CloudState;
  readonly xapi: XapiSide;
  readonly profile: CloudStackProfile;
  readonly jobs: SimJob[];
  readonly haWork: HaWork[];
  readonly networks: SimNetwork[];
  readonly events: SimNotice[];
  readonly alerts: SimNotice[];
  /** Settings that differ from their default. */
  readonly settings: Map<string, string>;
  /** Guest limits changed by updateHypervisorCapabilities, by version. */
  readonly guestLimits: Map<string, number>;
  /** What a snapshot file says of CloudStack itself, where it differs from the profile. */
  readonly told: SimCloudStackTraits;
  /** Rows added by addGuestOsMapping. */
  readonly guestOsMappings: Row[];
  /** VMs in work, by name: the second operation on a VM waits for the first (cs §2.5). */
  readonly vmQueues: Map<string, VmQueue>;
  /** VM name → power reports without it. */
  readonly missing: Map<string, number>;
  /** Hosts whose evacuation does not move (fault world:evacuation stall). */
  readonly stalled: Set<SimHost>;
  /** Pool → its master when the cluster was unmanaged: another one at Manage is an offence. */
  readonly masterAtUnmanage: Map<SimPool, string>;
  /** Calls whose answer was lost: `by command subject`, forgotten when that key reads. */
  readonly lostAnswers: Set<string>;
  /** Networks of VMs that CloudStack deployed, by VM name. */
  readonly networkOf: Map<string, string>;
  /** Timers of each management server's loops. */
  readonly loops: Map<string, { cancel(): void }[]>;
  /** Told when a server's port opens or closes. */
  readonly portListeners: Set<(server: SimManagementServer) => void>;
  /** Servers that take no new jobs, by name (4.19 and later). */
  readonly shuttingDown: Map<string, 'prepared' | 'triggered'>;
  /** Numbers for what has no row of its own here, where ids are numbers. */
  readonly numbers: Map<string, number>;
  nextId(): number;
}

/** Milliseconds that CloudStack's clock is ahead of the wall. */
export const skewMs = (side: CloudStackSide): number => (side.told.clockSkewSeconds ?? 0) * 1000;

/** Deterministic ids: the same story gives the same ids. */
export function idOf(...words: readonly string[]): string {
  const hex = createHash('sha256')
    .update(`cloudstack\u0000${words.join('\u0000')}`)
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const hostsOf = (side: CloudStackSide): SimHost[] => side.cloud.pools.flatMap((pool) => pool.hosts);
export const vmsOf = (side: CloudStackSide): (SimVm & { cs: NonNullable<SimVm['cs']> })[] =>
  side.cloud.pools.flatMap((pool) => pool.vms).filter(isKnown);
export const isKnown = (vm: SimVm): vm is SimVm & { cs: NonNullable<SimVm['cs']> } => vm.cs !== undefined;
export type KnownVm = SimVm & { cs: NonNullable<SimVm['cs']> };

export const tokenOf = (server: SimManagementServer): Token => ({ server, startedAt: server.startedAt });
export const isAlive = (token: Token): boolean =>
  token.server.management === 'active' && token.server.startedAt === token.startedAt;

export const IN_TRANSITION: readonly string[] = ['Starting', 'Stopping', 'Migrating', 'Expunging'];
/** Phases in which a machine is on, and its VMs with it, whether or not its xapi answers. */
export const IN_DOM0: readonly string[] = ['up', 'starting', 'xapi-down'];
/** In any era; the first and the last are the only ones before 4.14 (cs §4.2, §4.3). */
export const PREPARING: readonly string[] = [
  'PrepareForMaintenance',
  'ErrorInPrepareForMaintenance',
  'ErrorInMaintenance',
];

export const isPlaceable = (host: SimHost): boolean =>
  host.cs.state === 'Up' && host.cs.resourceState === 'Enabled' && host.cs.allocation === 'Enabled';

/** VMs that CloudStack believes on this host; a migrating VM counts on its destination (cs §6). */
export const believedOn = (host: SimHost): KnownVm[] =>
  host.pool.vms.filter(isKnown).filter((vm) => vm.cs.on === host.name);

const KEPT_NOTICES = 1000; // enough for any run; the real tables are purged too

export function event(
  side: CloudStackSide,
  type: string,
  text: string,
  state: 'Scheduled' | 'Started' | 'Completed' = 'Completed',
  level: 'INFO' | 'WARN' | 'ERROR' = 'INFO',
): void {
  note(side, side.events, { type, text, state, level });
}

/** Alert types are numbers: 7 host, 8 user VM, 15 to 17 migration failures, 27 sync (cs §3). */
export function alert(side: CloudStackSide, type: number, text: string): void {
  note(side, side.alerts, { type: String(type), text });
}

function note(side: CloudStackSide, list: SimNotice[], what: Omit<SimNotice, 'id' | 'at'>): void {
  list.push({ id: idOf('notice', String(side.nextId())), at: side.cloud.time.now(), ...what });
  if (list.length > KEPT_NOTICES) list.shift();
}
