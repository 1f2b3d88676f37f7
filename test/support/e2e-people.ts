/** Ann plans and starts, Bob answers, somebody boots the ISO: what people do in a whole run, by the shell and at the console. */
import { isHeld } from '../../src/domain/lanes';
import { isOver } from '../../src/domain/phases';
import { currentLine, lanesOf, openQuestions, type Question, type Run } from '../../src/domain/run';
import { breaches, type Truth } from '../../src/demo/verdict';
import type { E2eStage } from './e2e-stage';

export const TARGET = '7.1.2';
export const POOL = 'pool-a';

/** Ann's plan, started by Ann; its run. */
export async function started(stage: E2eStage): Promise<string> {
  const planned = await stage.cli('Ann', 'plan', POOL);
  if (planned.code !== 0) throw new Error(`plan: ${JSON.stringify(planned.document).slice(0, 2000)}`);
  const begun = await stage.cli('Ann', 'start', String(planned.document['plan']));
  if (begun.code !== 0) throw new Error(`start: ${JSON.stringify(begun.document)}`);
  return String(begun.document['run']);
}

export interface PlayOptions {
  /** Stops when this is so; else when the run is over. */
  readonly to?: (run: Run) => boolean;
  /** Bob answers these; by default all but those that ask to try again after a problem. */
  readonly answers?: (question: Question) => boolean;
  /** Nobody boots an ISO on these. */
  readonly leave?: readonly string[];
  /** Wall milliseconds. */
  readonly wall?: number;
}

/** Bob leaves what this host asks, and what asks to try again after a problem. */
export const notOf =
  (host: string) =>
  ({ line, ask }: Question): boolean =>
    ask.kind !== 'retry' && !line.startsWith(`${host}-`);

/** Longer than a whole run takes on a loaded machine. */
const RUN_MS = 280_000;
const LOOK_MS = 100;
/** Twenty-five minutes of installer and boot in a second: nothing is done meanwhile. Pool seconds a wall second. */
const AWAY_SPEED = 1_500;

/** Bob answers and somebody boots what is to be booted, until it is so or the run is over. Fails when it is held. */
export async function played(stage: E2eStage, id: string, options: PlayOptions = {}): Promise<Run> {
  const { to, answers = (one: Question) => one.ask.kind !== 'retry', leave = [], wall = RUN_MS } = options;
  const end = performance.now() + wall;
  const answered = new Set<string>();
  const booted = new Set<string>();
  let { speed } = stage;
  for (;;) {
    const run = await stage.run(id);
    const wanted = isAway(run) ? AWAY_SPEED : stage.speed;
    if (wanted !== speed) await stage.setSpeed((speed = wanted));
    if (to?.(run) || isOver(run.phase)) return run;
    const question = openQuestions(run).find((one) => answers(one) && !answered.has(one.id));
    if (question) {
      const { code, document } = await stage.cli('Bob', 'advance', id, '--question', question.id);
      // withdrawn in the meantime: another one follows
      const gone = JSON.stringify(document).includes('QUESTION_GONE');
      if (code !== 0 && !gone) throw new Error(`advance ${question.id}: ${JSON.stringify(document)}`);
      if (code === 0) answered.add(question.id);
      continue;
    }
    if (isHeld(run)) throw new Error(`The run is held.\n${whereItIs(run)}`);
    for (const host of waitingForHands(run))
      if (!booted.has(host) && !leave.includes(host)) {
        booted.add(host);
        await stage.world({ do: 'boot-iso', host, version: TARGET });
      }
    if (performance.now() > end) throw new Error(`Nothing more within ${wall} ms.\n${whereItIs(run)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Hosts whose line says that the installer may be booted now. */
export const waitingForHands = (run: Run): readonly string[] =>
  lanesOf(run).filter((lane) => {
    const state = currentLine(run, lane);
    return state?.line.kind === 'upgrade-by-hand' && (state.waitingFor?.includes('Boot it from') ?? false);
  });

const isAway = (run: Run): boolean => lanesOf(run).some((lane) => isAt(run, lane, 'await-host'));

/** Does this lane stand at a line of that kind? With a silent pool a line may stand for long before it is begun. */
export const isAt = (run: Run, lane: string, kind: string): boolean => {
  const state = currentLine(run, lane);
  return state?.line.kind === kind && state.status !== 'stopped';
};

/** VMs of that host are on their way, or have been. */
export const isDraining =
  (host: string) =>
  (run: Run): boolean =>
    isAt(run, host, 'drain-host') &&
    Object.values(run.lines).some(
      ({ line, acts }) => line.kind === 'drain-host' && line.lane === host && Object.keys(acts).length > 0,
    );

export const isAsked = (run: Run, lane: string): boolean =>
  openQuestions(run).some((question) => run.lines[question.line]?.line.lane === lane);

export const whereItIs = (run: Run): string =>
  [
    `${run.id} is ${run.phase}`,
    ...lanesOf(run).map((lane) => {
      const state = currentLine(run, lane);
      const problem = state?.problem
        ? ` ✗ ${state.problem.code}: ${state.problem.what} ${state.problem.why}`
        : '';
      return `${lane}: ${state ? `${state.status} ${state.line.title}: ${state.waitingFor ?? ''}${problem}` : 'through'}`;
    }),
    ...openQuestions(run).map((question) => `? ${question.id} ${question.ask.kind}: ${question.ask.text}`),
  ].join('\n');

/** The whole promise at the end of a story that went well. */
export async function endedWell(stage: E2eStage, run: Run, before: Truth): Promise<void> {
  expect({ phase: run.phase, owed: run.owed }).toEqual({ phase: 'finished', owed: [] });
  expect(breaches(before, await stage.truth(), TARGET)).toEqual([]);
}
