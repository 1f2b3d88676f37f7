/** Where a run is: a fold of its journal over its plan. Nothing else is remembered anywhere. */
import type { Act, Ask } from './decision';
import type { RunStarted } from './journal';
import type { Json } from './json';
import type { Person } from './person';
import type { LaneId, Placement, Plan, PlannedLine, Section } from './plan';
import type { Obligation } from './obligation';
import type { Phase } from './phases';
import type { Problem } from './problem';
import type { WayOut } from './ways-out';

/** The acts of one line on one subject. */
export interface SubjectActs {
  readonly subject: string;
  /** Tries that count: sent, or possibly sent. */
  readonly tries: number;
  /** Number of the newest intent, counted or not. */
  readonly n: number;
  readonly act: Act;
  readonly intendedAt: number;
  readonly seq: number;
  readonly worker: string;
  readonly outcome: 'intended' | 'answered' | 'lost' | 'not-sent' | 'refused';
  readonly settledAt?: number;
  readonly receipt?: Json;
  readonly refusal?: Problem;
  /** Why its answer is not known. */
  readonly lost?: string;
}

export interface Note {
  readonly at: number;
  readonly note: Json;
}

export interface LineState {
  readonly line: PlannedLine;
  readonly status: 'planned' | 'begun' | 'stopped' | 'done';
  readonly before?: Json;
  readonly begunAt?: number;
  readonly waitingFor?: string;
  readonly waitingSince?: number;
  /** Everything that it has waited for so far: what comes back is no progress. */
  readonly said?: readonly string[];
  /** When it last waited for something new. */
  readonly progressAt?: number;
  readonly notes: readonly Note[];
  readonly overdue: boolean;
  /** The soft limit that people were told of last. */
  readonly overdueTold?: { readonly at: number; readonly softSeconds: number };
  readonly acts: Readonly<Record<string, SubjectActs>>;
  /** Patience counts from here: begun, or the last answer that let it go on. */
  readonly patienceFrom?: number;
  /** Times a person said "try again" since the line began. */
  readonly retries: number;
  /** Further tries that people allowed, by subject (one-way acts) or for all (`*`). */
  readonly allowed: Readonly<Record<string, number>>;
  readonly problem?: Problem;
  /** What a person chose when it was held, until it is carried out or the line is held again. */
  readonly way?: { readonly way: WayOut; readonly by: Person; readonly at: number };
  /** The way whose lines were put in before it last. */
  readonly took?: WayOut;
  readonly saw?: string;
  readonly result?: Json;
  readonly doneAt?: number;
}

export interface Answer {
  readonly says: 'yes' | 'no';
  readonly by: Person;
  readonly at: number;
  readonly digest: string;
  readonly reason?: string;
  readonly way?: WayOut;
}

export interface Question {
  readonly id: string;
  readonly line: string;
  readonly ask: Ask;
  readonly askedAt: number;
  readonly answer?: Answer;
  readonly withdrawn?: string;
}

export interface Run {
  readonly id: string;
  readonly plan: Plan;
  /** The plan's sections with all revisions applied. */
  readonly sections: readonly Section[];
  readonly placement: Placement;
  /** Why the plan was revised, newest last. */
  readonly revisions: readonly { readonly at: number; readonly why: string }[];
  /** Digest in force: the plan's, or that of the newest revision. */
  readonly digest: string;
  readonly phase: Phase;
  readonly lines: Readonly<Record<string, LineState>>;
  readonly questions: readonly Question[];
  readonly startedBy: Person;
  readonly startedAt: number;
  /** Time of the newest entry. */
  readonly at: number;
  readonly seq: number;
  readonly pause?: {
    readonly by: Person;
    readonly now: boolean;
    readonly reason?: string;
    readonly at: number;
  };
  readonly abort?: { readonly by: Person; readonly reason?: string; readonly at: number };
  readonly endedAt?: number;
  /** Fingerprints that an approver accepted in this run, by host uuid. */
  readonly keys: Readonly<Record<string, { readonly tls?: string; readonly ssh?: string }>>;
  /** The inventory of an earlier run of this very upgrade: of before its first host. */
  readonly recorded?: RunStarted['recorded'];
  /** How long hosts of this pool were away in earlier runs. */
  readonly lasted?: RunStarted['lasted'];
  /** What the pool is owed now, from this run and from those before it. */
  readonly owed: readonly Obligation[];
}

/** The line a lane stands at: its first that is not done; undefined when the lane is through. */
export function currentLine(run: Run, lane: LaneId): LineState | undefined {
  for (const section of run.sections) {
    if (section.lane !== lane) continue;
    for (const line of section.lines) {
      const state = run.lines[line.id];
      if (state && state.status !== 'done') return state;
    }
  }
  return undefined;
}

export function lanesOf(run: Pick<Run, 'sections'>): readonly LaneId[] {
  return [...new Set(run.sections.map((section) => section.lane))];
}

/** True when every line it must come after is done; a line that is not there is never done. */
export const isDue = (run: Run, line: PlannedLine): boolean =>
  line.after.every((id) => run.lines[id]?.status === 'done');

/** The open question of a line, if any. */
export const openQuestion = (run: Run, line: string): Question | undefined =>
  run.questions.find((q) => q.line === line && !q.answer && q.withdrawn === undefined);

export const openQuestions = (run: Run): readonly Question[] =>
  run.questions.filter((q) => !q.answer && q.withdrawn === undefined);

/** Answers given on a line, oldest first. */
export const answersOn = (run: Run, line: string): readonly (Question & { readonly answer: Answer })[] =>
  run.questions.filter((q): q is Question & { answer: Answer } => q.line === line && q.answer !== undefined);

/** What earlier lines of that kind saw or brought about: the same lane first, then the pool's, newest last. */
export function recalled(run: Run, kind: string, lane?: LaneId): readonly LineState[] {
  return Object.values(run.lines).filter(
    (state) =>
      state.line.kind === kind &&
      state.before !== undefined &&
      (lane === undefined || state.line.lane === lane),
  );
}
