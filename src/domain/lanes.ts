/** Which lanes may move, and where a pause or an abort takes effect. Pure. */
import { POOL_LANE, type LaneId, type PlannedLine } from './plan';
import { currentLine, isDue, lanesOf, openQuestion, type LineState, type Run } from './run';

/**
 * Lines that belong together: once anything of a block is done, or was meant to be, the block goes to its end. A line that
 * has only looked and waits for its turn has changed nothing: there a pause takes effect at once.
 */
export function inBlock(run: Run, state: LineState): boolean {
  const block = state.line.block;
  if (block === undefined) return false;
  return Object.values(run.lines).some(
    ({ line, status, acts }) =>
      line.lane === state.line.lane &&
      line.block === block &&
      (status === 'done' || Object.keys(acts).length > 0),
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
  return state.line.lane !== POOL_LANE && !begun(run, state.line.lane);
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
  if (!begun(run, lane)) return 'not begun';
  if (run.questions.some((q) => q.line === state.line.id && !q.answer && q.withdrawn === undefined))
    return 'asking';
  return 'waiting';
}

/** The phase people read: a run whose lanes are all held is `held`, whatever was asked of it. */
export const shownPhase = (run: Run): Run['phase'] => (isHeld(run) ? 'held' : run.phase);

/** Lanes of hosts, in the order of the sections. */
export const hostLanes = (run: Run): readonly LaneId[] => lanesOf(run).filter((lane) => lane !== POOL_LANE);

const begun = (run: Run, lane: LaneId): boolean =>
  Object.values(run.lines).some((state) => state.line.lane === lane && state.status !== 'planned');

/** Hosts whose turn has begun and is not over: what is found on them is caused, and judged, by their own lines. */
export const inHand = (run: Run, but?: LaneId): readonly LaneId[] =>
  hostLanes(run).filter((lane) => lane !== but && currentLine(run, lane) !== undefined && begun(run, lane));

/** Its last look before the first change is over; until then it merely waits for people. */
export const hasBegunToChange = (run: Run, lane: LaneId): boolean =>
  Object.values(run.lines).every(
    ({ line, status }) => line.lane !== lane || line.kind !== 'confirm-approval' || status === 'done',
  );

/** Those of them whose block is not over: about to be emptied, being emptied, or away. No VM belongs there now. */
export const notBack = (run: Run, but?: LaneId): readonly LaneId[] =>
  inHand(run, but).filter((lane) =>
    Object.values(run.lines).some(
      ({ line, status }) => line.lane === lane && line.block !== undefined && status !== 'done',
    ),
  );
