/** A check: a pure look at a snapshot. It finds values with evidence and advice, and never stops at the first. */
import type { Aim } from '../domain/aim';
import type { Finding, Severity } from '../domain/finding';
import type { InstallerAnswers } from '../domain/installer';
import type { Hotfix, HotfixPlan } from '../domain/hotfixes';
import type { Obligation, Owed } from '../domain/obligation';
import type { PatchLook, PatchWork } from '../domain/patch-work';
import type { Placement } from '../domain/plan';
import type { Snapshot } from '../domain/pool';

/** What a check may need beside the snapshot. */
export interface Extra {
  /** What earlier runs still owe this pool: a host they left half-way is ours, not a fault. */
  readonly owed: readonly Obligation[];
  readonly configured: {
    readonly dom0: boolean;
    /** Hosts that have no SSH configured, in the order of the snapshot. */
    readonly withoutDom0: readonly string[];
    readonly managementServers: boolean;
    readonly database: boolean;
    readonly smokeTest: boolean;
    readonly canaryVm?: string;
  };
  /** XAPI's own evacuation answer: host name → VM name → code and parameters. Absent while HA is on. */
  readonly evacuation?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** What CloudStack says is in the cluster and XAPI does not know, by name. */
  readonly onlyInCloudStack: { readonly hosts: readonly string[]; readonly vms: readonly string[] };
  readonly placement: Placement;
  /** Absent: an upgrade. */
  readonly aim?: Aim;
  /** With --automatic: what each host that is left says of the media, by its name. */
  readonly installer?: {
    readonly url: string;
    readonly hosts: Readonly<Record<string, InstallerAnswers>>;
    /** Hosts that may be partitioned anew, each by an approval of its own. */
    readonly repartition?: readonly string[];
  };
  /** The catalogue; absent where there is none. */
  readonly hotfixes?: readonly Hotfix[];
  /** Where patches are applied: what, and what the pool said of it before; `look` and `plan` only while planning. */
  readonly patching?: {
    readonly work?: PatchWork;
    readonly look?: PatchLook;
    readonly plan?: HotfixPlan;
  };
  /** Kinds of the lines that the chosen remedies are. */
  readonly chosen?: readonly string[];
  /** In the middle of a run: kinds of the lines that are still to come; absent while planning. */
  readonly toCome?: readonly string[];
  /** Why a part of it, the feed, could not be read. */
  readonly feedUnread?: string;
}

export interface Check {
  /** Name of its file. */
  readonly name: string;
  /** One sentence for people: what must be true. */
  readonly summary: string;
  /** Where the rule comes from: handbook section, seed or issue. */
  readonly source: string;
  /** First version that it speaks of, with what has it: `target 8.2`; absent: all. */
  readonly since?: string;
  /** First version that it says nothing of any more. */
  readonly until?: string;
  look(pool: Snapshot, target: string, extra: Extra): readonly Finding[];
}

/** A finding before the check's name is put on it. */
export type Found = Omit<Finding, 'check'>;

/** Puts the check's name on everything that it finds. */
export const defineCheck = (check: {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly since?: string;
  readonly until?: string;
  look(pool: Snapshot, target: string, extra: Extra): readonly Found[];
}): Check => ({
  name: check.name,
  summary: check.summary,
  source: check.source,
  ...(check.since !== undefined && { since: check.since }),
  ...(check.until !== undefined && { until: check.until }),
  look: (pool, target, extra) =>
    check.look(pool, target, extra).map((found) => ({ check: check.name, ...found })),
});

export const found = (
  severity: Severity,
  on: string,
  what: string,
  evidence: readonly string[],
  ...advice: readonly string[]
): Found => ({ severity, on, what, evidence, advice });

/** Names of the sources in `Snapshot.unread`. */
export const SOURCES = {
  xapi: 'XAPI',
  cloudStack: 'CloudStack',
  database: 'CloudStack’s database',
  servers: 'SSH to the management servers',
} as const;

/** True when nothing of that source is missing; a check that compares sources looks only at whole ones. */
export const wasRead = (pool: Snapshot, ...sources: readonly (keyof typeof SOURCES)[]): boolean =>
  sources.every((source) => pool.unread.every((unread) => unread.source !== SOURCES[source]));

/** False: every host ends on the version it has. */
export const changesVersion = ({ aim = 'upgrade' }: Extra): boolean => aim === 'upgrade';

/** Where the placement tells no time: what it lets a host be away at most (pl §1.1). */
const MINUTES_PER_HOST = 90;

/** Minutes that the run takes at most in nine of ten cases, as the plan says. */
export const expectedMinutes = (pool: Snapshot, { placement }: Extra): number =>
  placement.figures?.minutes.p90 ?? MINUTES_PER_HOST * pool.hosts.length;

export const isOwed = (extra: Extra, what: Owed, on?: string): boolean =>
  extra.owed.some((owed) => owed.what === what && (on === undefined || owed.on === on));
