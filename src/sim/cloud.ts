/** One pretend cloud: state, timeline, faults, call log and breaches. Behaviour is given to it by xapi/ and cloudstack/. */
import { buildPool } from './build-pool';
import { defaultHidden, defaultPool } from './default-pool';
import { Faults } from './faults';
import type {
  CallRecord,
  CloudState,
  Hidden,
  SimManagementServer,
  SimPage,
  SimPool,
  Violation,
} from './model';
import type { RuleId } from './rules';
import type { HiddenFile, PoolFile } from './snapshot-file';
import { Timeline } from './time';

/** The story of the seeds: CloudStack 4.11.3 (seed 000). */
export const DEFAULT_CLOUDSTACK = '4.11.3.0';
/** Fixed, so that two runs of one simulation are the same. */
const DEFAULT_START = Date.UTC(2026, 0, 15, 6, 0, 0);

export interface CloudOptions {
  readonly pools?: readonly PoolFile[];
  readonly hidden?: Readonly<Record<string, HiddenFile>> | undefined;
  readonly cloudStackVersion?: string;
  /** Epoch milliseconds of pool time. */
  readonly startAt?: number;
}

type ChangeListener = (pool: SimPool, cls: string, uuid: string) => void;

export class Cloud implements CloudState {
  readonly time: Timeline;
  readonly faults = new Faults();
  readonly pools: SimPool[] = [];
  readonly managementServers: SimManagementServer[] = [];
  readonly cloudStackVersion: string;
  readonly calls: CallRecord[] = [];
  readonly violations: Violation[] = [];
  readonly pages: SimPage[] = [];
  readonly hidden: Readonly<Record<string, Hidden>>;
  readonly databaseMib: number;
  private readonly listeners = new Set<ChangeListener>();

  constructor(options: CloudOptions = {}) {
    const files = options.pools ?? [defaultPool];
    const startAt = options.startAt ?? startOf(files);
    this.time = new Timeline(startAt);
    this.cloudStackVersion =
      options.cloudStackVersion ??
      files.find((file) => file.cloudstack?.version)?.cloudstack?.version ??
      DEFAULT_CLOUDSTACK;
    this.hidden = hiddenOf(options.hidden ?? (options.pools ? {} : defaultHidden));
    this.databaseMib =
      files.find((file) => file.cloudstack?.backupRoom)?.cloudstack?.backupRoom?.neededMib ?? DATABASE_MIB;
    this.managementServers.push(...managementServersOf(files, startAt));
    let dbId = 0;
    for (const [index, file] of files.entries())
      this.pools.push(
        buildPool(file, {
          startAt,
          cloudStackVersion: this.cloudStackVersion,
          owner: this.managementServers[0]!.name,
          index,
          absentMeansUnknown: file.takenAt !== undefined,
          messages: this.hidden[file.name]?.messages,
          offers: (options.hidden ?? {})[file.name]?.offers,
          efi: (options.hidden ?? {})[file.name]?.efi,
          nextDbId: () => ++dbId,
        }),
      );
  }

  record(call: Omit<CallRecord, 'n' | 'at'>): void {
    this.calls.push({ n: this.calls.length + 1, at: this.time.iso(), ...call });
  }

  offend(
    rule: RuleId,
    where: { pool: string; host?: string; vm?: string; by: string; detail: string },
  ): void {
    this.violations.push({ rule, ...where, at: this.time.iso() });
  }

  changed(pool: SimPool, cls: string, uuid: string): void {
    for (const listener of this.listeners) listener(pool, cls, uuid);
  }

  onChanged(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

export const makeCloud = (options: CloudOptions = {}): Cloud => new Cloud(options);

function startOf(files: readonly PoolFile[]): number {
  const taken = files.map((file) => file.takenAt).find((at) => at !== undefined);
  return taken === undefined ? DEFAULT_START : Date.parse(taken);
}

function hiddenOf(files: Readonly<Record<string, HiddenFile>>): Readonly<Record<string, Hidden>> {
  return Object.fromEntries(
    Object.entries(files).map(([pool, file]) => [
      pool,
      {
        ...(file.rotatesKeys && { rotatesKeys: file.rotatesKeys }),
        ...(file.loses && { loses: file.loses }),
        ...(file.messages && { messages: file.messages }),
        ...(file.mayRepartition && { mayRepartition: file.mayRepartition }),
      },
    ]),
  );
}

/** Of a disk of 40 GiB. */
const FREE_MIB = 20 * 1024;
/** Data and indexes of a CloudStack of middling size. */
const DATABASE_MIB = 600;

/** All pools of one file belong to one CloudStack: its management servers are the union by name. */
function managementServersOf(files: readonly PoolFile[], startAt: number): SimManagementServer[] {
  const listed = new Map<string, { readonly state: string; readonly clockSkewSeconds: number }>();
  for (const file of files)
    for (const { name, state = 'Up', clockSkewSeconds = 0 } of file.cloudstack?.managementServers ?? [])
      if (!listed.has(name)) listed.set(name, { state, clockSkewSeconds });
  if (listed.size === 0) listed.set('ms-1', { state: 'Up', clockSkewSeconds: 0 });
  const freeMib =
    files.find((file) => file.cloudstack?.backupRoom)?.cloudstack?.backupRoom?.freeMib ?? FREE_MIB;
  return [...listed].map(([name, { state, clockSkewSeconds }], i) => ({
    name,
    // A management server id is derived from a MAC address: a large number (cs §10).
    msid: 90520732160000 + i,
    address: `10.0.0.${5 + i}`,
    management: state === 'Down' ? 'inactive' : 'active',
    usage: i === 0 && state !== 'Down' ? 'active' : 'inactive',
    ready: state !== 'Down',
    startedAt: startAt - 86_400_000,
    freeMib,
    clockSkewSeconds,
  }));
}
