/** What will be done, frozen as data. What Slack shows is the list that the worker walks. */
import type { Finding } from './finding';
import type { Json } from './json';
import type { PatchWork } from './patch-work';
import type { Person } from './person';
import type { Snapshot } from './pool';
import type { WayOut } from './ways-out';

/** `pool` for the lines before and after the hosts, else the host's name. */
export type LaneId = string;
export const POOL_LANE = 'pool';

/** A line of the plan. Ids are never reused; lines begun never change. */
export interface PlannedLine {
  /** `before-03-stop-services`, `host-1-05-enter-maintenance`: section, number, kind. */
  readonly id: string;
  readonly lane: LaneId;
  /** Name of the step; its file under src/steps has the same name. */
  readonly kind: string;
  /** Version of the step's shape; an unknown one holds the run (NEWER_VERSION). */
  readonly v: number;
  readonly title: string;
  readonly args: Json;
  /** Ids of lines that must be done first. */
  readonly after: readonly string[];
  /** Lines of one block are not paused or aborted in the middle of. */
  readonly block?: string;
}

export interface Section {
  /** Heading, as in the runbook. */
  readonly title: string;
  readonly lane: LaneId;
  /** Present for a host's section. */
  readonly host?: string;
  readonly lines: readonly PlannedLine[];
}

/** Where the VMs of one host go, and where else they may: inside these bounds nobody is asked again. */
export interface HostPlacement {
  readonly host: string;
  readonly moves: readonly PlannedMove[];
  readonly stops: readonly PlannedStop[];
  /** What the pool is like while the host is away; absent in plans from before it was told, and where it does not fit. */
  readonly away?: {
    /** The fullest of the other hosts, and the share of its memory in use, 0 to 1. */
    readonly fullest: { readonly host: string; readonly used: number };
    /** MiB free on upgraded hosts: where VMs can be started again after a crash meanwhile (xapi §4.2). */
    readonly coverMib: number;
  };
  readonly minutes?: Minutes;
  /** Minutes after the first host begins, at the usual pace: its drain begins, its last VM has left, it goes down, it is back. */
  readonly expected?: {
    readonly begin: number;
    readonly empty: number;
    readonly down: number;
    readonly back: number;
  };
}

/** Half of all times it takes no longer than `p50`, nine times of ten no longer than `p90`. */
export interface Minutes {
  readonly p50: number;
  readonly p90: number;
}

export interface PlannedMove {
  readonly vm: string;
  readonly to: string;
  /** Approved destinations, best first, `to` among them. */
  readonly candidates: readonly string[];
  readonly memoryMib: number;
  /** Why there, in words. */
  readonly why?: string;
}

export interface PlannedStop {
  readonly vm: string;
  /** Whose it is, in words; absent in plans from before owners were told. */
  readonly owner?: string;
  readonly why: string;
  /** Hosts it may be started on; empty: held until its own host is back. */
  readonly startOn: readonly string[];
  /** Longest time down that the consent covers, minutes. */
  readonly downMinutes: number;
}

/** When a host's turn comes where hosts overlap. */
export interface Turn {
  readonly host: string;
  /** Hosts that must be back at work before this one is asked about and drained. */
  readonly afterBack: readonly string[];
  /** Hosts that must be empty before this one is asked about and drained: one is drained at a time. */
  readonly afterEmpty: readonly string[];
  /** Hosts that must be back before this one enters maintenance; how many may be away is counted besides. */
  readonly downAfterBack: readonly string[];
}

export interface Placement {
  readonly order: readonly string[];
  readonly hosts: readonly HostPlacement[];
  /** In the order of `order`; absent: one host after the other. */
  readonly turns?: readonly Turn[];
  /** Hosts that may be away at the same time; absent: one. */
  readonly maxDown?: number;
  /** Why it does not fit, one sentence each; empty when it does. */
  readonly misfits: readonly string[];
  /** Why CloudStack would take no more VMs on a host that has room for them, one sentence each; absent when it takes all. */
  readonly crowded?: readonly string[];
  /** `cannot`: proved; `not-found`: every try ended with VMs left over, which proves nothing. */
  readonly answer?: 'fits' | 'cannot' | 'not-found';
  readonly proof?: Shortage;
  /** What would make it fit, cheapest first; each has been tried on paper. */
  readonly waysOut?: readonly string[];
  /** What the placement costs, beside the least that any placement must cost. */
  readonly figures?: PlacementFigures;
}

/** Why no placement exists, with the numbers that anybody can add up again. */
export interface Shortage {
  /**
   * `one-vm`: no host is large enough for it. `sum`: together they need more than there is. `big-ones`: there are fewer
   * places of that size than VMs. `all-tried`: the pool is so small that every way was tried.
   */
  readonly kind: 'one-vm' | 'sum' | 'big-ones' | 'all-tried';
  /** The host that cannot be emptied. */
  readonly host: string;
  readonly vms: readonly string[];
  /** The only hosts that may take them. */
  readonly onto: readonly string[];
  readonly neededMib: number;
  /** The most that those hosts can ever hold of them meanwhile. */
  readonly roomMib: number;
  readonly says: string;
}

export interface PlacementFigures {
  readonly moves: number;
  readonly leastMoves: number;
  readonly movedMib: number;
  readonly leastMib: number;
  readonly stops: number;
  /** Highest share of any host's memory in use in any turn, 0 to 1, and the least that cannot be avoided. */
  readonly peak: number;
  readonly leastPeak: number;
  readonly minutes: Minutes;
  /** Of `p50`, what no order of hosts can go below; absent in plans from before it was reckoned. */
  readonly leastMinutes?: number;
}

/** What a person may say when asking for a plan. */
export interface PlanRequest {
  readonly to?: string;
  /** Checks whose remedies become lines of the plan; `all`: every remedy that is offered. */
  readonly remedies?: readonly string[];
  /** Reboots hosts instead of upgrading them. */
  readonly reboot?: true;
  /** With `reboot`: these hosts only. */
  readonly hosts?: readonly string[];
  /** Hosts install by themselves from the media at this URL. */
  readonly automatic?: string;
  /** Hosts that people boot all the same. */
  readonly byHand?: readonly string[];
  /** Hosts whose installer may partition the disk anew, if an approver says so to a question of its own. */
  readonly repartition?: readonly string[];
  /** Hotfixes by name, or `all` that the catalogue has and the hosts lack. */
  readonly hotfixes?: readonly string[] | 'all';
  /** Everything that the repositories have. */
  readonly updates?: 'latest';
  /** 1: CloudStack distributes the VMs; 2: they go where the plan says. */
  readonly solution?: 1 | 2;
  /** VMs stay where they were moved to. */
  readonly noMoveBack?: true;
  /** Hosts that may be away at the same time; absent: as pools.yaml says. */
  readonly maxDown?: number;
}

/** Which hosts install by themselves: all that are left, but these. */
export interface Automatic {
  readonly url: string;
  readonly byHand: readonly string[];
  /** Hosts that may be partitioned anew, each by its own approval; absent: none. */
  readonly repartition?: readonly string[];
}

export interface Plan {
  readonly v: 1;
  readonly id: string;
  readonly procedure: string;
  readonly pool: string;
  /** The pool's uuid: two names of one pool are one pool. */
  readonly poolUuid: string;
  readonly target: string;
  readonly verdict: 'go' | 'blocked';
  readonly findings: readonly Finding[];
  /** Checks whose remedies are lines of this plan; absent where none was chosen. */
  readonly remedies?: readonly string[];
  /** Absent: people boot every host. */
  readonly automatic?: Automatic;
  /** What is applied to which host; absent where nothing is. */
  readonly patching?: PatchWork;
  readonly sections: readonly Section[];
  readonly placement: Placement;
  readonly snapshot: Snapshot;
  readonly madeBy: Person;
  readonly madeAt: string;
  /** Of procedure, pool, target, lines and placement: what a person approves. */
  readonly digest: string;
}

/** Lines not yet begun, replaced: a plan that has drifted says so, with a digest of its own. */
export interface Revision {
  readonly digest: string;
  /** What has changed in the pool, one sentence. */
  readonly why: string;
  readonly removed: readonly string[];
  readonly added: readonly PlannedLine[];
  readonly placement: Placement;
  /** The added lines come before this one, which is held and goes on when they are done. Absent: at the end of their sections. */
  readonly before?: string;
  /** With `before`: what a person chose. */
  readonly way?: WayOut;
}

export const linesOf = (plan: Pick<Plan, 'sections'>): readonly PlannedLine[] =>
  plan.sections.flatMap((section) => section.lines);
