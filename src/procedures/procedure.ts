/** A procedure: a pure function from a snapshot to sections of lines. It reads like the runbook. */
import type { Aim } from '../domain/aim';
import type { Remedy } from '../domain/finding';
import type { PatchWork } from '../domain/patch-work';
import type { Obligation } from '../domain/obligation';
import { POOL_LANE, type Automatic, type LaneId, type Placement } from '../domain/plan';
import type { Snapshot } from '../domain/pool';
import type { LineDraft } from '../steps/step';

export interface ProcedureInput {
  readonly snapshot: Snapshot;
  readonly target: string;
  readonly placement: Placement;
  /** What earlier runs still owe the pool: their before-pictures are what must be given back. */
  readonly owed: readonly Obligation[];
  /** What findings offered and a person has chosen: each is a line before the first host. */
  readonly remedies: readonly Remedy[];
  /** Hosts that install by themselves; absent: none. */
  readonly automatic?: Automatic;
  /** What is applied to which host; absent where nothing is to be, or the pool knows no way. */
  readonly patching?: PatchWork;
  /** What is configured; absent sources become questions in the plan. */
  readonly has: {
    readonly dom0: boolean;
    readonly managementServers: boolean;
    readonly database: boolean;
    readonly smokeTest: boolean;
    readonly canaryVm?: string;
    /** Hosts without SSH. */
    readonly withoutDom0?: readonly string[];
  };
  readonly managementServers: readonly string[];
  /** Name of the newest verified backup of an earlier run of this very upgrade; then none is taken again. */
  readonly verifiedBackup?: string;
  /** From CloudStack 4.11.1, unless the plan says no (cs §9.5). */
  readonly disableClusterAllocation: boolean;
  /** Unique within the pool; names backups, dumps and test VMs. */
  readonly planId: string;
  /** Path of the XAPI dump on the worker, without number and extension. */
  readonly dumpPath: string;
  readonly zoneId?: string;
  /** User VMs of one host on their way at the same time. */
  readonly migrationsPerHost: number;
  readonly smokeTest?: {
    readonly templateId: string;
    readonly serviceOfferingId: string;
    readonly networkOfferingId: string;
    readonly account?: string;
    readonly domainId?: string;
  };
}

export interface SectionDraft {
  readonly title: string;
  readonly lane: LaneId;
  readonly host?: string;
  readonly lines: readonly LineDraft[];
}

export interface Procedure {
  readonly name: string;
  readonly summary: string;
  /** Absent: an upgrade. */
  readonly aim?: Aim;
  sections(input: ProcedureInput): readonly SectionDraft[];
}

export type Lines = LineDraft | readonly Lines[] | false | undefined;

export const when = (condition: boolean, ...lines: readonly Lines[]): Lines => (condition ? lines : false);

/** Lines that are neither paused nor aborted in the middle of. */
export const block = (name: string, ...lines: readonly Lines[]): readonly LineDraft[] =>
  flat(lines).map((line) => ({ ...line, block: name }));

export const poolSection = (title: string, ...lines: readonly Lines[]): SectionDraft => ({
  title,
  lane: POOL_LANE,
  lines: flat(lines),
});

export const hostSection = (title: string, host: string, ...lines: readonly Lines[]): SectionDraft => ({
  title,
  lane: host,
  host,
  lines: flat(lines),
});

function flat(lines: readonly Lines[]): LineDraft[] {
  return lines.flatMap((line): LineDraft[] => {
    if (!line) return [];
    return isMany(line) ? flat(line) : [line];
  });
}

const isMany = (line: LineDraft | readonly Lines[]): line is readonly Lines[] => Array.isArray(line);

export const defineProcedure = (procedure: Procedure): Procedure => procedure;
