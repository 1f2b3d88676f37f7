/**
 * Moves one run. Safe to call at any time, by anyone, any number of times: it decides from the journal and the
 * world, and remembers nothing that matters. fold → observe all lanes that may move, in parallel → take them one
 * by one as their looks come in: decide on the newest fold, append → act.
 */
import { isOver } from '../domain/phases';
import { allDone, inBlock, isHeldLine, movable, stoppedLines } from '../domain/lanes';
import type { Entry } from '../domain/journal';
import { digestOf } from '../domain/digest';
import { currentLine, lanesOf, openQuestion, type Run } from '../domain/run';
import { folds, type Folds } from './fold';
import { oncePerTick } from './once';
import { walkLane } from './walk';
import type { EngineDeps, Next, Walker } from './walker';

export interface Engine {
  tick(runId: string): Promise<Next>;
  /** No new act from now on; resolves when those under way have answered, or after the deadline. */
  stop(deadlineMs: number): Promise<void>;
}

/** Two seconds: longer than any healthy look, short enough that eleven lanes do not wait for the twelfth. */
const LANE_GRACE_MS = 2_000;

export function engine(deps: EngineDeps): Engine {
  const walker: Walker = {
    ...deps,
    folds: folds(deps.journal),
    underWay: new Map(),
    firstSeen: new Map(),
    chain: new Map(),
    stopping: false,
  };
  const lanes = new Map<string, Promise<Next>>();

  async function tick(runId: string): Promise<Next> {
    let run = await tidy(walker.folds, runId);
    if (isOver(run.phase)) return 'idle';
    const world = oncePerTick(deps.world(run));
    for (const [hostUuid, keys] of Object.entries(run.keys)) world.xen.trust(hostUuid, keys);

    const walks = movable(run).map((state) => {
      const key = `${runId}/${state.line.lane}`;
      const walking = lanes.get(key);
      if (walking) return walking;
      const walk = walkLane(walker, runId, state.line.id, world).finally(() => lanes.delete(key));
      lanes.set(key, walk);
      return walk;
    });
    const nexts = await Promise.all(
      walks.map((walk) => within(walk, deps.laneGraceMs ?? LANE_GRACE_MS, () => deps.ring(runId))),
    );

    run = await tidy(walker.folds, runId);
    if (isOver(run.phase)) return 'idle';
    return soonest(nexts);
  }

  return {
    tick,
    async stop(deadlineMs) {
      walker.stopping = true;
      const under = [...lanes.values(), ...walker.underWay.values()];
      await Promise.race([
        Promise.allSettled(under),
        new Promise((resolve) => setTimeout(resolve, deadlineMs).unref()),
      ]);
    },
  };
}

/** What follows from the fold alone: retry questions of stopped lines, pause, abort, the end. */
async function tidy(folded: Folds, runId: string): Promise<Run> {
  for (;;) {
    const { run, recorded } = await folded.write(runId, follows);
    if (!recorded) return run;
  }
}

function follows(run: Run): Entry | undefined {
  if (isOver(run.phase)) return undefined;
  if (allDone(run)) return { type: 'RunFinished' };
  for (const state of stoppedLines(run)) {
    const open = openQuestion(run, state.line.id);
    // what was asked before the stop is no longer what stands in the way
    if (open && open.ask.kind !== 'retry')
      return {
        type: 'QuestionWithdrawn',
        question: open.id,
        why: state.problem?.what ?? 'The line is held.',
      };
    if (open || !state.problem) continue;
    return {
      type: 'QuestionAsked',
      line: state.line.id,
      question: `q${run.questions.length + 1}`,
      ask: {
        kind: 'retry',
        text: state.problem.ways
          ? `What now with: ${state.line.title}?`
          : `Look again and go on with: ${state.line.title}?`,
        saw: [state.problem.what, state.problem.why, ...(state.problem.state ?? [])],
        ...(state.problem.ways && { ways: state.problem.ways }),
        digest: digestOf({
          line: state.line.id,
          problem: state.problem.code,
          retries: state.retries,
          what: state.problem.what,
        }),
        notTheRequester: false,
      },
    };
  }
  const standing = lanesOf(run).map((lane) => currentLine(run, lane));
  const inMid = standing.filter((state) => state !== undefined).filter((state) => inBlock(run, state));
  if (run.phase === 'pausing' && inMid.length === 0) return { type: 'RunPaused' };
  // a lane that is held in the middle of its block will not reach the end of it: abort ends the run there
  if (run.phase === 'aborting' && inMid.every((state) => isHeldLine(run, state)))
    return { type: 'RunAborted' };
  return undefined;
}

async function within(walk: Promise<Next>, graceMs: number, late: () => void): Promise<Next> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<Next>((resolve) => {
    timer = setTimeout(() => {
      walk.then(late, late);
      resolve('idle');
    }, graceMs);
  });
  try {
    return await Promise.race([walk, grace]);
  } finally {
    clearTimeout(timer);
  }
}

/** 'again' beats any number of seconds, seconds beat 'idle'. */
function soonest(nexts: readonly Next[]): Next {
  if (nexts.includes('again')) return 'again';
  const seconds = nexts
    .filter((next): next is { inSeconds: number } => typeof next === 'object')
    .map((next) => next.inSeconds);
  return seconds.length === 0 ? 'idle' : { inSeconds: Math.max(0.05, Math.min(...seconds)) };
}
