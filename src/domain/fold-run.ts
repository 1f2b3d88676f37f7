/** The fold: a run as its journal tells it, one entry after the other. The only place that knows what an entry changes. */
import { Rejected } from './errors';
import { ENTRY_VERSION, type Entry, type Recorded } from './journal';
import { problems } from './problems';
import type { Json } from './json';
import { linesOf, POOL_LANE, type Plan, type PlannedLine, type Section } from './plan';
import { owedAfter } from './owed';
import type { Problem } from './problem';

import { currentLine, type LineState, type Question, type Run, type SubjectActs } from './run';

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
    ...(first.entry.recorded && { recorded: first.entry.recorded }),
    ...(first.entry.lasted && { lasted: first.entry.lasted }),
  };
  for (const recorded of entries.slice(1)) run = evolve(run, recorded);
  return run;
}

/** One more entry. */
export function evolve(run: Run, recorded: Recorded): Run {
  const { entry, at, seq, v } = recorded;
  if (v > ENTRY_VERSION) throw new Rejected(problems.newerVersion(`entry ${seq} of ${run.id}`));
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
      return onSubject(settled(run, entry, at, 'lost'), entry.line, entry.subject, (was) =>
        was && was.n === entry.n ? { ...was, lost: entry.why } : was!,
      );
    case 'ActRefused':
      return onSubject(settled(run, entry, at, 'refused'), entry.line, entry.subject, (was) =>
        was && was.n !== entry.n ? was : refusedWith(was, entry.problem),
      );
    case 'ActNotSent':
      return settled(run, entry, at, 'not-sent');
    case 'LineWaiting':
      return onLine(run, entry.line, (line) => ({
        waitingFor: entry.for,
        waitingSince: line.waitingFor === entry.for ? (line.waitingSince ?? at) : at,
        ...(line.said?.includes(entry.for)
          ? {}
          : { said: [...(line.said ?? []), entry.for], progressAt: at }),
        notes: entry.note === undefined ? line.notes : [...line.notes, { at, note: entry.note }],
      }));
    case 'LineOverdue':
      return onLine(run, entry.line, () => ({
        overdue: true,
        overdueTold: { at, softSeconds: entry.softSeconds },
      }));
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
      return cameBackTo(
        withLine(run, entry.line, (line) => {
          const { problem: _solved, ...rest } = line;
          return {
            ...rest,
            status: 'done',
            saw: entry.saw,
            doneAt: at,
            ...(entry.result !== undefined && { result: entry.result }),
          };
        }),
        entry.line,
        at,
      );
    case 'LineStopped':
      return withLine(run, entry.line, ({ way: _over, ...line }) => ({
        ...line,
        status: 'stopped',
        problem: entry.problem,
      }));
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
    default:
      throw new Rejected(problems.newerVersion(`an entry of the journal of ${run.id}`));
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
  return withLine(run, id, (line) => ({ ...line, ...change(line) }));
}

/** The whole line anew: what is left out is gone. */
function withLine(run: Run, id: string, change: (line: LineState) => LineState): Run {
  const line = run.lines[id];
  if (!line) throw new Error(`The journal of ${run.id} speaks of line ${id}, which its plan does not have`);
  return { ...run, lines: { ...run.lines, [id]: change(line) } };
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
      ...(entry.way !== undefined && { way: entry.way }),
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
  return withLine(next, question.line, (line) => {
    // a line that was held while the click was on its way stays held, and in words: its own question is still to come
    if (question.ask.kind !== 'retry') return { ...line, patienceFrom: at, overdue: false };
    const { problem: _looked, ...rest } = line;
    // the second question about a one-way act names its subject: only its answer allows one more act
    const { subject } = question.ask;
    return {
      ...rest,
      status: line.status === 'stopped' ? 'begun' : line.status,
      // a way out is no try of this line: its lines, or its second question, are still to come
      retries: line.retries + (question.ask.ways ? 0 : 1),
      patienceFrom: at,
      overdue: false,
      ...(entry.way !== undefined && { way: { way: entry.way, by: entry.by, at } }),
      allowed:
        subject === undefined
          ? line.allowed
          : { ...line.allowed, [subject]: (line.allowed[subject] ?? 0) + 1 },
    };
  });
}

function revised(run: Run, entry: Extract<Entry, { type: 'PlanRevised' }>): Run {
  const removed = new Set(entry.removed);
  const kept = run.sections.map((section) => {
    const left = section.lines.filter((line) => !removed.has(line.id));
    const added = entry.added.filter((line) => line.lane === section.lane && belongs(section, line));
    const at = left.findIndex(({ id }) => id === entry.before);
    return { ...section, lines: at < 0 ? [...left, ...added] : left.toSpliced(at, 0, ...added) };
  });
  const lines = Object.fromEntries(Object.entries(run.lines).filter(([id]) => !removed.has(id)));
  for (const line of entry.added) lines[line.id] = newLine(line);
  const held = entry.before === undefined ? undefined : lines[entry.before];
  if (held) {
    const { way: _carriedOut, took: _earlier, ...rest } = held;
    lines[held.line.id] = { ...rest, ...(entry.way !== undefined && { took: entry.way }) };
  }
  return { ...run, sections: kept, lines, digest: entry.digest, placement: entry.placement };
}

/** A line that was held and had others put in before it: its patience begins anew when they are done. */
function cameBackTo(run: Run, id: string, at: number): Run {
  const lane = run.lines[id]?.line.lane;
  const next = lane === undefined ? undefined : currentLine(run, lane);
  return next?.status === 'begun'
    ? onLine(run, next.line.id, () => ({ patienceFrom: at, overdue: false }))
    : run;
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
