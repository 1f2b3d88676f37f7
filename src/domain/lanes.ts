/** Which lanes may move, and where a pause or an abort takes effect. Pure. */
import { POOL_LANE, type LaneId, type PlannedLine } from './plan';
import { currentLine, isDue, lanesOf, openQuestion, type LineState, type Run } from './run';

/** Lines that belong together: once the first of a block is begun, the block goes to its end. */
export function inBlock(run: Run, state: LineState): boolean {
  const block = state.line.block;
  if (block === undefined) return false;
  return Object.values(run.lines).some(
    (other) =>
      other.line.lane === state.line.lane && other.line.block === block && other.status !== 'planned',
  );
}

/** The last line of the block a lane is in: that is where a pause takes effect. */
export function blockEnd(run: Run, lane: LaneId): PlannedLine | undefined {
  const state = currentLine(run, lane);
  if (!state || !inBlock(run, state)) return undefined;
  const lines = run.sections.filter((s) => s.lane === lane).flatMap((s) => s.lines);
  return lines.filter((line) => line.block === state.line.block).at(-1);
}

/** Lines that may be looked at now: due, not stopped, and allowed by the phase. */
export function movable(run: Run): readonly LineState[] {
  if (run.phase === 'paused' || run.phase === 'aborted' || run.phase === 'finished') return [];
  const stopping = run.phase === 'pausing' || run.phase === 'aborting';
  return lanesOf(run).flatMap((lane) => {
    const state = currentLine(run, lane);
    if (!state || state.status === 'stopped' || !isDue(run, state.line)) return [];
    if (stopping && !inBlock(run, state)) return [];
    if (
      state.status === 'planned' &&
      heldElsewhere(run, lane) &&
      !inBlock(run, state) &&
      beginsHost(run, state)
    )
      return [];
    return [state];
  });
}

/** After a stop no new host begins; with the master's lane held nothing else starts (master first). */
function heldElsewhere(run: Run, lane: LaneId): boolean {
  return Object.values(run.lines).some((state) => isHeldLine(run, state) && state.line.lane !== lane);
}

function beginsHost(run: Run, state: LineState): boolean {
  if (state.line.lane === POOL_LANE) return false;
  return !Object.values(run.lines).some(
    (other) => other.line.lane === state.line.lane && other.status !== 'planned',
  );
}

export const stoppedLines = (run: Run): readonly LineState[] =>
  Object.values(run.lines).filter((state) => state.status === 'stopped');

/** Stopped, or asking about a problem: that line goes on looking, and ends by itself when the problem is gone. */
export const isHeldLine = (run: Run, state: LineState): boolean =>
  state.status === 'stopped' || openQuestion(run, state.line.id)?.ask.problem !== undefined;

/** True when a person is needed and no lane can go on without one. */
export const isHeld = (run: Run): boolean =>
  (run.phase === 'running' || run.phase === 'pausing' || run.phase === 'aborting') &&
  Object.values(run.lines).some((state) => isHeldLine(run, state)) &&
  movable(run).every((state) => isHeldLine(run, state));

export const allDone = (run: Run): boolean =>
  Object.values(run.lines).every((state) => state.status === 'done');

/** How far a lane has come, for people: 'not begun', 'done', 'held' or what it does. */
export function laneState(run: Run, lane: LaneId): 'not begun' | 'waiting' | 'asking' | 'held' | 'done' {
  const state = currentLine(run, lane);
  if (!state) return 'done';
  if (isHeldLine(run, state)) return 'held';
  const begun = Object.values(run.lines).some(
    (other) => other.line.lane === lane && other.status !== 'planned',
  );
  if (!begun) return 'not begun';
  if (run.questions.some((q) => q.line === state.line.id && !q.answer && q.withdrawn === undefined))
    return 'asking';
  return 'waiting';
}

/** The phase people read: a run whose lanes are all held is `held`, whatever was asked of it. */
export const shownPhase = (run: Run): Run['phase'] => (isHeld(run) ? 'held' : run.phase);
