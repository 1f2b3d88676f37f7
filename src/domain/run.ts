/** Where a run is: a fold of its journal over its plan. Nothing else is remembered anywhere. */
import type { Act, Ask } from './decision';
import type { Entry, Recorded } from './journal';
import type { Json } from './json';
import type { Person } from './person';
import {
  linesOf,
  POOL_LANE,
  type LaneId,
  type Placement,
  type Plan,
  type PlannedLine,
  type Section,
} from './plan';
import type { Obligation } from './obligation';
import { owedAfter } from './owed';
import type { Phase } from './phases';
import type { Problem } from './problem';

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
  readonly notes: readonly Note[];
  readonly overdue: boolean;
  readonly acts: Readonly<Record<string, SubjectActs>>;
  /** Patience counts from here: begun, or the last answer that let it go on. */
  readonly patienceFrom?: number;
  /** Times a person said "try again" since the line began. */
  readonly retries: number;
  /** Further tries that people allowed, by subject (one-way acts) or for all (`*`). */
  readonly allowed: Readonly<Record<string, number>>;
  readonly problem?: Problem;
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
  /** What the pool is owed now, from this run and from those before it. */
  readonly owed: readonly Obligation[];
}

/** The run as its journal tells it. Entries must be whole and in order, the first of them RunStarted. */
export function foldRun(plan: Plan, entries: readonly Recorded[]): Run {
  const first = entries[0];
  if (first?.entry.type !== 'RunStarted')
    throw new Error(`The journal of ${first?.run ?? 'a run'} does not begin with RunStarted`);
  let run: Run = {
    id: first.run,
    plan,
    sections: plan.sections,
    placement: plan.placement,
    digest: plan.digest,
    phase: 'running',
    lines: Object.fromEntries(linesOf(plan).map((line) => [line.id, newLine(line)])),
    questions: [],
    startedBy: first.entry.by,
    startedAt: first.at,
    at: first.at,
    seq: first.seq,
    revisions: [],
    keys: first.entry.keys,
    owed: first.entry.owed,
  };
  for (const recorded of entries.slice(1)) run = evolve(run, recorded);
  return run;
}

/** One more entry. */
export function evolve(run: Run, recorded: Recorded): Run {
  const { entry, at, seq } = recorded;
  return { ...applied(run, entry, at, seq), owed: owedAfter(run.owed, recorded), at, seq };
}

function applied(run: Run, entry: Entry, at: number, seq: number): Run {
  switch (entry.type) {
    case 'RunStarted':
      return run;
    case 'LineBegan':
      return onLine(run, entry.line, () => ({
        status: 'begun',
        before: entry.before,
        begunAt: at,
        patienceFrom: at,
      }));
    case 'ActIntended':
      return onSubject(run, entry.line, entry.act.subject, (was) => ({
        subject: entry.act.subject,
        tries: (was?.tries ?? 0) + 1,
        n: entry.n,
        act: entry.act,
        intendedAt: at,
        seq,
        worker: entry.worker,
        outcome: 'intended',
      }));
    case 'ActAnswered':
      return settled(run, entry, at, 'answered', entry.receipt);
    case 'ActLost':
      return settled(run, entry, at, 'lost');
    case 'ActRefused':
      return onSubject(settled(run, entry, at, 'refused'), entry.line, entry.subject, (was) =>
        refusedWith(was, entry.problem),
      );
    case 'ActNotSent':
      return settled(run, entry, at, 'not-sent');
    case 'LineWaiting':
      return onLine(run, entry.line, (line) => ({
        waitingFor: entry.for,
        waitingSince: line.waitingFor === entry.for ? (line.waitingSince ?? at) : at,
        notes: entry.note === undefined ? line.notes : [...line.notes, { at, note: entry.note }],
      }));
    case 'LineOverdue':
      return onLine(run, entry.line, () => ({ overdue: true }));
    case 'QuestionAsked':
      return {
        ...run,
        questions: [...run.questions, { id: entry.question, line: entry.line, ask: entry.ask, askedAt: at }],
      };
    case 'QuestionWithdrawn':
      return onQuestion(run, entry.question, () => ({ withdrawn: entry.why }));
    case 'QuestionAnswered':
      return answered(run, entry, at);
    case 'LineDone':
      return onLine(run, entry.line, (line) => {
        const { problem: _solved, ...rest } = line;
        return {
          ...rest,
          status: 'done',
          saw: entry.saw,
          doneAt: at,
          ...(entry.result !== undefined && { result: entry.result }),
        };
      });
    case 'LineStopped':
      return onLine(run, entry.line, () => ({ status: 'stopped', problem: entry.problem }));
    case 'PlanRevised':
      return { ...revised(run, entry), revisions: [...run.revisions, { at, why: entry.why }] };
    case 'PauseRequested':
      return {
        ...run,
        phase: entry.now ? 'paused' : 'pausing',
        pause: {
          by: entry.by,
          now: entry.now,
          at,
          ...(entry.reason !== undefined && { reason: entry.reason }),
        },
      };
    case 'RunPaused':
      return { ...run, phase: 'paused' };
    case 'RunResumed': {
      const { pause: _over, ...rest } = run;
      return { ...rest, phase: 'running', lines: patienceAnew(run, at) };
    }
    case 'AbortRequested':
      return {
        ...run,
        phase: 'aborting',
        abort: { by: entry.by, at, ...(entry.reason !== undefined && { reason: entry.reason }) },
      };
    case 'RunAborted':
      return { ...run, phase: 'aborted', endedAt: at };
    case 'RunFinished':
      return { ...run, phase: 'finished', endedAt: at };
    case 'ObligationTakenOver':
      return run;
  }
}

const newLine = (line: PlannedLine): LineState => ({
  line,
  status: 'planned',
  notes: [],
  overdue: false,
  acts: {},
  retries: 0,
  allowed: {},
});

function onLine(run: Run, id: string, change: (line: LineState) => Partial<LineState>): Run {
  const line = run.lines[id];
  if (!line) throw new Error(`The journal of ${run.id} speaks of line ${id}, which its plan does not have`);
  return { ...run, lines: { ...run.lines, [id]: { ...line, ...change(line) } } };
}

function onSubject(
  run: Run,
  id: string,
  subject: string,
  change: (was: SubjectActs | undefined) => SubjectActs,
): Run {
  return onLine(run, id, (line) => ({ acts: { ...line.acts, [subject]: change(line.acts[subject]) } }));
}

function settled(
  run: Run,
  entry: { readonly line: string; readonly subject: string; readonly n: number },
  at: number,
  outcome: SubjectActs['outcome'],
  receipt?: Json,
): Run {
  return onSubject(run, entry.line, entry.subject, (was) => {
    if (!was)
      throw new Error(`The journal of ${run.id} settles an act on ${entry.subject} that was never intended`);
    if (was.n !== entry.n) return was;
    return {
      ...was,
      outcome,
      settledAt: at,
      // proved not sent: the try does not count and leaves no doubt
      tries: outcome === 'not-sent' ? was.tries - 1 : was.tries,
      ...(receipt !== undefined && { receipt }),
    };
  });
}

function refusedWith(was: SubjectActs | undefined, refusal: Problem): SubjectActs {
  if (!was) throw new Error('An act was refused that was never intended');
  return { ...was, refusal };
}

function onQuestion(run: Run, id: string, change: (question: Question) => Partial<Question>): Run {
  return { ...run, questions: run.questions.map((q) => (q.id === id ? { ...q, ...change(q) } : q)) };
}

function answered(run: Run, entry: Extract<Entry, { type: 'QuestionAnswered' }>, at: number): Run {
  const question = run.questions.find((candidate) => candidate.id === entry.question);
  // the first answer is the one that counts; operator.ts refuses the second before it gets here
  if (!question || question.answer || question.withdrawn !== undefined) return run;
  const next = onQuestion(run, entry.question, () => ({
    answer: {
      says: entry.says,
      by: entry.by,
      at,
      digest: entry.digest,
      ...(entry.reason !== undefined && { reason: entry.reason }),
    },
  }));
  if (entry.says === 'no') return next;
  const { key } = question.ask;
  if (key) {
    const { hostUuid, ...pins } = key;
    return onLine(
      { ...next, keys: { ...next.keys, [hostUuid]: { ...next.keys[hostUuid], ...pins } } },
      question.line,
      () => ({
        patienceFrom: at,
        overdue: false,
      }),
    );
  }
  return onLine(next, question.line, (line) => {
    const { problem: _looked, ...rest } = line;
    if (question.ask.kind !== 'retry') return { ...rest, patienceFrom: at, overdue: false };
    // the second question about a one-way act names its subject: only its answer allows one more act
    const { subject } = question.ask;
    return {
      ...rest,
      status: line.status === 'stopped' ? 'begun' : line.status,
      retries: line.retries + 1,
      patienceFrom: at,
      overdue: false,
      allowed:
        subject === undefined
          ? line.allowed
          : { ...line.allowed, [subject]: (line.allowed[subject] ?? 0) + 1 },
    };
  });
}

function revised(run: Run, entry: Extract<Entry, { type: 'PlanRevised' }>): Run {
  const removed = new Set(entry.removed);
  const kept = run.sections.map((section) => ({
    ...section,
    lines: [
      ...section.lines.filter((line) => !removed.has(line.id)),
      ...entry.added.filter((line) => line.lane === section.lane && belongs(section, line)),
    ],
  }));
  const lines = Object.fromEntries(Object.entries(run.lines).filter(([id]) => !removed.has(id)));
  for (const line of entry.added) lines[line.id] = newLine(line);
  return { ...run, sections: kept, lines, digest: entry.digest, placement: entry.placement };
}

const belongs = (section: Section, line: PlannedLine): boolean =>
  section.lane !== POOL_LANE ||
  section.lines.some((other) => other.id.split('-')[0] === line.id.split('-')[0]);

function patienceAnew(run: Run, at: number): Run['lines'] {
  return Object.fromEntries(
    Object.entries(run.lines).map(([id, line]) => [
      id,
      line.status === 'begun' ? { ...line, patienceFrom: at, overdue: false } : line,
    ]),
  );
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
