/** One lane, one look: observe, decide on the newest fold, append, act. */
import type { Act, Decision } from '../domain/decision';
import { Malformed, NotSent, Refused, Stale, Unreachable, WrongKey } from '../domain/errors';
import type { Entry } from '../domain/journal';
import type { Json } from '../domain/json';
import { movable } from '../domain/lanes';
import { answersOn, openQuestion, type LineState, type Run } from '../domain/run';
import type { Problem } from '../domain/problem';
import { problems } from '../domain/problems';
import type { World } from '../ports';
import type { AnyStep, Evidence } from '../steps/step';
import { mayAct } from './doubt';
import { outOfPatience } from './patience';
import { perform } from './perform';
import type { Next, Walker } from './walker';

/** A look is good for so long (wall): older ones are looked at again before anything is decided on them. */
const FRESH_MS = 5_000;
/** A look that took longer than this (wall) may still conclude and wait, but nothing is touched on its word. */
const SLOW_LOOK_MS = 30_000;
/** A look that takes longer (wall) has failed: the other lanes have gone on meanwhile. */
const LOOK_DEADLINE_MS = 45_000;
/** How soon to look again, pool seconds, when a step does not say: streams ring sooner. */
const LOOK_AGAIN_SECONDS = 10;

export async function walkLane(walker: Walker, runId: string, lineId: string, world: World): Promise<Next> {
  const run = await walker.folds.newest(runId);
  const state = run.lines[lineId];
  if (!state) return 'again';
  const step = walker.step(state.line.kind);
  if (!step || step.v < state.line.v)
    return decided(walker, runId, lineId, () => stopped(lineId, problems.newerVersion(state.line.title)));
  const lookedFrom = walker.clock.monotonic();
  // Judged as of the moment the look began: what landed during it may be missing from what was seen, so that a settle
  // time that ran out meanwhile proves nothing.
  const at = walker.clock.now();
  let seen: Json;
  try {
    const look = step.observe(world, state.line.args, { line: state, run, at });
    seen = plain(await deadline(look, LOOK_DEADLINE_MS));
  } catch (error) {
    return blind(walker, runId, lineId, step, error);
  }
  const looked = { from: lookedFrom, until: walker.clock.monotonic(), at };
  return inTurn(walker, runId, () => conclude(walker, runId, lineId, step, world, seen, looked));
}

/** Decides on the newest fold until nothing more follows from this look. */
async function conclude(
  walker: Walker,
  runId: string,
  lineId: string,
  step: AnyStep,
  world: World,
  seen: Json,
  /** `from`, `until`: monotonic; `at`: pool time when it began. */
  looked: { readonly from: number; readonly until: number; readonly at: number },
): Promise<Next> {
  const actedOn = new Set<string>();
  for (;;) {
    const run = await walker.folds.newest(runId);
    const state = run.lines[lineId];
    if (!state || !movable(run).some((other) => other.line.id === lineId)) return 'again';
    if (walker.clock.monotonic() - looked.until > FRESH_MS) return 'again';
    const { at } = looked;
    const evidence: Evidence<Json, Json> = {
      args: state.line.args,
      before: state.before ?? seen,
      now: seen,
      at,
      line: state,
      run,
    };
    let move = next(
      walker,
      step,
      evidence,
      state.before === undefined ? begin(lineId, seen) : concluded(walker, runId, step, evidence),
      actedOn,
    );
    if ('next' in move) return move.next;
    if (move.entry.type === 'ActIntended' && walker.clock.monotonic() - looked.from > SLOW_LOOK_MS) {
      move = waiting(step, evidence, TOO_SLOW, undefined, false);
      if ('next' in move) return move.next;
    }
    // what was meant since the look began is not in it: the failure it shows may be that of the try before
    const isOlder = actedOn.size > 0 || Object.values(state.acts).some((one) => one.intendedAt > looked.at);
    if (move.entry.type === 'LineStopped' && isOlder) return 'again';
    const sentFrom = walker.clock.monotonic();
    try {
      const recorded = await walker.journal.append(runId, run.seq, move.entry);
      if (recorded.entry.type === 'ActIntended') {
        actedOn.add(recorded.entry.act.subject);
        walker.firstSeen.set(`${runId}/${recorded.seq}`, sentFrom);
        perform(walker, runId, step, world, recorded.entry, evidence, sentFrom);
      }
      if (recorded.entry.type === 'LineDone' || recorded.entry.type === 'LineStopped') return 'again';
    } catch (error) {
      // somebody else was first: fold theirs and decide again on the same look
      if (!(error instanceof Stale)) throw error;
    }
  }
}

const TOO_SLOW = `The pool answers too slowly: a look took more than ${SLOW_LOOK_MS / 1000} s, and nothing is touched on its word`;

const unexpected = (error: unknown): Problem =>
  problems.unexpected(
    error instanceof Error ? `${error.name}: ${error.message}` : 'The reason is in the log of the worker.',
  );

/** A step that fails itself holds its lane in words; it must not take the tick with it. */
function concluded(walker: Walker, runId: string, step: AnyStep, evidence: Evidence<Json, Json>): Decision {
  try {
    return step.decide(evidence);
  } catch (error) {
    walker.log.error({ run: runId, line: evidence.line.line.id, error }, 'a step could not decide');
    return { do: 'stop', problem: unexpected(error) };
  }
}

type Move = { readonly entry: Entry } | { readonly next: Next };
type Begin = { readonly do: 'begin'; readonly entry: Entry };

const begin = (line: string, before: Json): Begin => ({
  do: 'begin',
  entry: { type: 'LineBegan', line, before },
});
const stopped = (line: string, problem: Problem): Entry => ({ type: 'LineStopped', line, problem });

/** The one entry that follows from a decision, or when to look again. Pure but for the worker's own flights. */
function next(
  walker: Walker,
  step: AnyStep,
  evidence: Evidence<Json, Json>,
  decision: Decision | Begin,
  actedOn: ReadonlySet<string>,
): Move {
  const { line: state, run } = evidence;
  const line = state.line.id;
  const open = openQuestion(run, line);
  switch (decision.do) {
    case 'begin':
      return { entry: decision.entry };
    case 'done':
      if (open) return { entry: { type: 'QuestionWithdrawn', question: open.id, why: decision.saw } };
      return {
        entry: {
          type: 'LineDone',
          line,
          saw: decision.saw,
          gaveBack: step.gaveBack?.(evidence) ?? [],
          ...(decision.result !== undefined && { result: decision.result }),
        },
      };
    case 'stop':
      return { entry: stopped(line, decision.problem) };
    case 'ask': {
      if (open?.ask.digest === decision.ask.digest)
        return waiting(step, evidence, open.ask.text, undefined, true);
      if (open)
        return { entry: { type: 'QuestionWithdrawn', question: open.id, why: 'What was seen has changed.' } };
      const no = answersOn(run, line).findLast(
        (q) => q.answer.says === 'no' && (q.ask.kind !== 'retry' || q.ask.digest === decision.ask.digest),
      );
      if (no && no.answer.at >= (state.patienceFrom ?? 0))
        return { entry: stopped(line, problems.declined(no.answer.by.name, no.answer.reason)) };
      return {
        entry: { type: 'QuestionAsked', line, question: `q${run.questions.length + 1}`, ask: decision.ask },
      };
    }
    case 'revise':
      // the same look again after it was written: what is left is looked at anew
      if (decision.revision.digest === run.digest) return { next: 'again' };
      return { entry: { type: 'PlanRevised', ...decision.revision } };
    case 'wait':
      return waiting(step, evidence, decision.for, decision.againInSeconds, false, decision.note);
    case 'act':
      return acting(walker, step, evidence, decision, actedOn);
  }
}

function acting(
  walker: Walker,
  step: AnyStep,
  evidence: Evidence<Json, Json>,
  decision: Extract<Decision, { do: 'act' }>,
  actedOn: ReadonlySet<string>,
): Move {
  const { line: state, run } = evidence;
  let again = LOOK_AGAIN_SECONDS;
  for (const act of decision.acts) {
    if (actedOn.has(act.subject)) continue;
    const refused = state.acts[act.subject];
    // a worker that died between a refusal and its consequence: the refusal still holds the lane
    if (
      refused?.refusal &&
      refused.outcome === 'refused' &&
      step.onRefusal !== 'decide' &&
      (refused.settledAt ?? 0) >= (state.patienceFrom ?? 0)
    )
      return { entry: stopped(state.line.id, refused.refusal) };
    const key = `${run.id}/${state.line.id}/${act.subject}`;
    const seq = state.acts[act.subject]?.seq ?? 0;
    const seenKey = `${run.id}/${seq}`;
    const monotonic = walker.clock.monotonic();
    if (!walker.firstSeen.has(seenKey)) walker.firstSeen.set(seenKey, monotonic);
    const verdict = mayAct(
      step,
      state,
      act,
      { at: evidence.at, monotonic, firstSeenMonotonic: walker.firstSeen.get(seenKey) ?? monotonic },
      walker.underWay.has(key),
    );
    if (verdict.go) {
      if (walker.stopping) return { next: 'idle' };
      return {
        entry: {
          type: 'ActIntended',
          line: state.line.id,
          act,
          n: verdict.n,
          owes: step.owes?.(act, evidence) ?? [],
          worker: walker.worker,
        },
      };
    }
    if (verdict.why === 'no more') return exhausted(step, evidence, act, decision.why);
    again = Math.min(again, verdict.againInSeconds);
  }
  return waiting(step, evidence, decision.why, again, false, decision.note);
}

/** No further try is allowed. A one-way act that a person looked at asks once more, showing the fresh look. */
function exhausted(step: AnyStep, evidence: Evidence<Json, Json>, act: Act, why: string): Move {
  const { line: state, run } = evidence;
  const was = state.acts[act.subject];
  const looked =
    step.maxActs === 1 &&
    state.retries > 0 &&
    was !== undefined &&
    (state.patienceFrom ?? 0) > was.intendedAt;
  if (!looked) return { entry: stopped(state.line.id, problems.noEffect(act.what, was?.tries ?? 0)) };
  const open = openQuestion(run, state.line.id);
  if (open) return { next: 'idle' };
  const asked = run.questions.findLast((q) => q.line === state.line.id && q.ask.subject === act.subject);
  if (asked?.answer?.says === 'no' && asked.answer.at >= (state.patienceFrom ?? 0))
    return { entry: stopped(state.line.id, problems.declined(asked.answer.by.name, asked.answer.reason)) };
  return {
    entry: {
      type: 'QuestionAsked',
      line: state.line.id,
      question: `q${run.questions.length + 1}`,
      ask: {
        kind: 'retry',
        text: `Once more: ${act.what}?`,
        saw: [
          why,
          `It was tried ${was.tries === 1 ? 'once' : `${was.tries} times`} already and cannot be taken back.`,
        ],
        digest: `${state.line.id}:${act.subject}:${was.n}`,
        notTheRequester: false,
        subject: act.subject,
      },
    },
  };
}

function waiting(
  step: AnyStep,
  evidence: Evidence<Json, Json>,
  reason: string,
  againInSeconds: number | undefined,
  asking: boolean,
  note?: Json,
): Move {
  const { line: state, at, run } = evidence;
  const limits = step.limits?.({ line: state, run }) ?? step.patience;
  if (state.waitingFor !== reason || note !== undefined) {
    const same =
      state.waitingFor === reason && JSON.stringify(state.notes.at(-1)?.note) === JSON.stringify(note);
    if (!same)
      return {
        entry: { type: 'LineWaiting', line: state.line.id, for: reason, ...(note !== undefined && { note }) },
      };
  }
  const patience = outOfPatience({ patience: limits }, state, at);
  if (patience.hard && !asking) return { entry: stopped(state.line.id, step.tooLong(evidence)) };
  const told = state.overdue ? state.overdueTold : undefined;
  const stale =
    told !== undefined &&
    (told.softSeconds < limits.softSeconds ||
      (limits.byProgress === true && told.at <= (state.progressAt ?? 0)));
  if (patience.soft && (!state.overdue || stale))
    return { entry: { type: 'LineOverdue', line: state.line.id, softSeconds: limits.softSeconds } };
  // a question ends by a click, which rings; the sweep looks in meanwhile
  if (asking) return { next: patience.soft ? 'idle' : { inSeconds: patience.nextSeconds } };
  return { next: { inSeconds: Math.min(againInSeconds ?? LOOK_AGAIN_SECONDS, patience.nextSeconds) } };
}

/** The look failed. Expected silence waits within patience; any other is unsafe and blocks. */
function blind(walker: Walker, runId: string, lineId: string, step: AnyStep, error: unknown): Promise<Next> {
  const known =
    error instanceof Unreachable ||
    error instanceof NotSent ||
    error instanceof Malformed ||
    error instanceof WrongKey ||
    error instanceof Refused;
  if (!known) {
    walker.log.error({ run: runId, line: lineId, error }, 'a look failed in a way nobody expected');
    return inTurn(walker, runId, () =>
      decided(walker, runId, lineId, () => stopped(lineId, unexpected(error))),
    );
  }
  return inTurn(walker, runId, () =>
    decided(walker, runId, lineId, (state, at, run) => {
      if (error instanceof Refused) return stopped(lineId, error.problem);
      if (error instanceof WrongKey)
        return stopped(lineId, problems.wrongKey(error.source, error.kind, error.pinned, error.seen));
      const source = error instanceof NotSent ? error.why : error.source;
      const expected = expectsSilence(step, state.line.args, source);
      const reason = expected ? `${source} does not answer, as expected` : `Cannot see: ${error.message}`;
      if (state.waitingFor?.split(':')[0] !== reason.split(':')[0])
        return { type: 'LineWaiting', line: lineId, for: reason };
      // not seeing counts from when it began, however often it has happened before
      const patience = expected
        ? outOfPatience({ patience: step.limits?.({ line: state, run }) ?? step.patience }, state, at)
        : outOfPatience(BLIND, { ...state, progressAt: state.waitingSince ?? at }, at);
      if (patience.hard) {
        const { before } = state;
        if (expected && before !== undefined)
          return stopped(
            lineId,
            step.tooLong({ args: state.line.args, before, now: before, at, line: state, run }),
          );
        return stopped(lineId, problems.cannotSee(source, error.message));
      }
      return patience.soft && !state.overdue
        ? { type: 'LineOverdue', line: lineId, softSeconds: (expected ? step : BLIND).patience.softSeconds }
        : undefined;
    }),
  );
}

/** Of the whole pool only while its master is away, and never of CloudStack (design: rule 9). */
function expectsSilence(step: AnyStep, args: Json, source: string): boolean {
  if (step.silence === undefined || source.startsWith('CloudStack')) return false;
  return step.silence === 'host' || (args as { readonly master?: boolean } | null)?.master !== false;
}

/** Not seeing for one minute is told, for five minutes holds the lane: long enough for a switch to fail over. */
const BLIND = { patience: { softSeconds: 60, hardSeconds: 300, byProgress: true } } as const;

async function decided(
  walker: Walker,
  runId: string,
  lineId: string,
  make: (state: LineState, at: number, run: Run) => Entry | undefined,
): Promise<Next> {
  const { recorded } = await walker.folds.write(runId, (run: Run) => {
    const state = movable(run).find((other) => other.line.id === lineId);
    return state && make(state, walker.clock.now(), run);
  });
  return recorded ? 'again' : { inSeconds: LOOK_AGAIN_SECONDS };
}

async function inTurn<T>(walker: Walker, runId: string, work: () => Promise<T>): Promise<T> {
  const before = walker.chain.get(runId) ?? Promise.resolve();
  const mine = before.then(work, work);
  walker.chain.set(runId, mine);
  try {
    return await mine;
  } finally {
    if (walker.chain.get(runId) === mine) walker.chain.delete(runId);
  }
}

async function deadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unreachable('the pool', `no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** As the journal will give it back: what JSON drops is dropped now, so before and now compare alike. */
const plain = (seen: Json): Json => JSON.parse(JSON.stringify(seen)) as Json;
