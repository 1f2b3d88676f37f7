/** How far a run has come, in words. Read from the fold alone. */
import { changeOf } from '../../domain/aim';
import { blockEnd, laneState, shownPhase } from '../../domain/lanes';
import { POOL_LANE } from '../../domain/plan';
import { currentLine, isDue, lanesOf, openQuestions, type LineState, type Run } from '../../domain/run';
import { clip, count } from './words';

export const hostsOf = (run: Run): readonly string[] => lanesOf(run).filter((lane) => lane !== POOL_LANE);

/** "6.5 → 7.1.2", the target alone where the pool is mixed at the start, "rolling reboot" where no version changes. */
export function versions(run: Run): string {
  const { snapshot, target } = run.plan;
  const before = new Set(snapshot.hosts.map((host) => host.version));
  const [only] = before;
  return changeOf(run.plan, before.size === 1 && only !== undefined && only !== target ? only : '');
}

/** True while hosts run different versions because of this run: no new VM can be placed (seed 000). */
export function isMixed(run: Run): boolean {
  const upgraded = hostsOf(run).filter((host) => isUpgraded(run, host));
  return upgraded.length > 0 && upgraded.length < hostsOf(run).length;
}

const isUpgraded = (run: Run, host: string): boolean =>
  Object.values(run.lines).some(
    (state) => state.line.lane === host && state.status === 'done' && state.line.kind.startsWith('upgrade'),
  );

export interface Progress {
  readonly hostsDone: number;
  readonly hosts: number;
  readonly linesDone: number;
  readonly lines: number;
}

export function progress(run: Run): Progress {
  const hosts = hostsOf(run);
  const lines = Object.values(run.lines);
  return {
    hostsDone: hosts.filter((host) => laneState(run, host) === 'done').length,
    hosts: hosts.length,
    linesDone: lines.filter((state) => state.status === 'done').length,
    lines: lines.length,
  };
}

/** Twenty cells of progress, for eyes; the numbers beside it say the same. */
export function bar({ linesDone, lines }: Progress): string {
  const cells = 20;
  const full = lines === 0 ? cells : Math.floor((linesDone / lines) * cells);
  return `${'▰'.repeat(full)}${'▱'.repeat(cells - full)}`;
}

export const SYMBOLS = {
  'not begun': '·',
  waiting: '…',
  asking: '?',
  held: '✗',
  done: '✓',
} as const;

/** The mark of a lane; what an aborted run left half-way is no longer on its way. */
export function mark(run: Run, lane: string): string {
  const state = laneState(run, lane);
  return isLeft(run, state) ? SYMBOLS.held : SYMBOLS[state];
}

const isLeft = (run: Run, state: keyof typeof SYMBOLS): boolean =>
  run.phase === 'aborted' && (state === 'waiting' || state === 'asking');

/** What a lane does now, one sentence without its name; `brief` leaves out why it waits, for a cell beside the sentence. */
export function laneNow(run: Run, lane: string, brief = false): string {
  const state = currentLine(run, lane);
  if (state && isLeft(run, laneState(run, lane))) return `stopped before: ${state.line.title}`;
  switch (laneState(run, lane)) {
    case 'done':
      return 'done';
    case 'not begun':
      return 'not begun';
    case 'held':
      return state?.problem ? `held: ${state.problem.what}` : 'held';
    case 'asking':
      return 'waits for an answer';
    case 'waiting':
      return state ? (brief ? state.line.title : now(state)) : 'waiting';
  }
}

const now = (state: LineState): string =>
  state.waitingFor === undefined || state.waitingFor === ''
    ? state.line.title
    : `${state.line.title}: ${state.waitingFor}`;

/** "host-1, line 7 of 21": the line a lane stands at. */
export function stands(run: Run, lane: string): string {
  const lines = run.sections.filter((section) => section.lane === lane).flatMap((section) => section.lines);
  const done = lines.filter((line) => run.lines[line.id]?.status === 'done').length;
  return `${done} of ${lines.length}`;
}

/** Ends the sentence once, whether or not the reason does. */
const because = (reason = ''): string => {
  const given = reason.trim();
  if (given === '') return '.';
  return /[.!?…]$/.test(given) ? `: ${given}` : `: ${given}.`;
};

/** The one sentence under the heading of the card. */
export function phaseSentence(run: Run): string {
  const phase = shownPhase(run);
  switch (phase) {
    case 'running':
      return 'Running.';
    case 'pausing':
    case 'aborting': {
      const ends = lanesOf(run).flatMap((lane) => {
        const end = blockEnd(run, lane);
        return end ? [lane === POOL_LANE ? end.title : `${lane}: ${end.title}`] : [];
      });
      const who = phase === 'pausing' ? run.pause?.by.name : run.abort?.by.name;
      const word = phase === 'pausing' ? 'Pausing' : 'Aborting';
      const after = ends.length === 0 ? 'at once' : `after ${ends.join(' and ')}`;
      return `${word}, asked by ${who ?? 'somebody'}: takes effect ${clip(after, 300)}.`;
    }
    case 'paused':
      return `Paused by ${run.pause?.by.name ?? 'somebody'}${because(run.pause?.reason)}`;
    case 'held':
      return 'Held: nothing moves until a person has looked.';
    case 'aborted':
      return `Aborted by ${run.abort?.by.name ?? 'somebody'}${because(run.abort?.reason)}`;
    case 'finished':
      return 'Finished.';
  }
}

/** What the run waits for, the most pressing first; empty when it is over. */
export function waitsFor(run: Run): readonly string[] {
  if (run.phase === 'aborted' || run.phase === 'finished') return [];
  const questions = openQuestions(run).map((question) => `an answer: ${question.ask.text}`);
  const lanes = lanesOf(run).flatMap((lane) => {
    const state = currentLine(run, lane);
    if (!state || laneState(run, lane) === 'asking' || !isDue(run, state.line)) return [];
    const here = lane === POOL_LANE ? '' : `${lane}: `;
    if (state.status === 'begun') return [`${here}${laneNow(run, lane)}`];
    // between two lines: the next is looked at in a moment
    return state.status === 'planned' ? [`${here}${state.line.title}`] : [];
  });
  return [...questions, ...lanes];
}

export const hostsSentence = ({ hosts, hostsDone }: Progress): string =>
  hosts === 0 ? '' : `${hostsDone} of ${count(hosts, 'host')} done`;
