/** How long a run still takes: the minutes of its plan, corrected by what its own hosts have taken so far. Pure. */
import { hostLanes } from './lanes';
import type { LaneId, Minutes } from './plan';
import { currentLine, type Run } from './run';

/** One host that was four times as slow, or as fast, as planned says enough; more is an accident and no pace. */
const MOST = 4;
/** What a host in hand still takes at least, as a share of its minutes: it is not back yet. */
const LEAST_LEFT = 0.1;

/**
 * Minutes of work that are left, without the time that people take to answer; undefined where the plan has no minutes, or
 * the run is over. As of the newest entry.
 */
export function timeLeft(run: Run): Minutes | undefined {
  const { figures } = run.placement;
  const hosts = hostLanes(run).map((lane) => ({ lane, minutes: minutesOf(run, lane) }));
  if (!figures || run.endedAt !== undefined || hosts.every(({ minutes }) => minutes === undefined))
    return undefined;
  const planned = sum(hosts.map(({ minutes }) => minutes?.p50 ?? 0));
  if (planned === 0 || figures.minutes.p50 === 0) return undefined;
  const pace = paceOf(run);
  const left = sum(
    hosts.map(({ lane, minutes }) => {
      if (!minutes || currentLine(run, lane) === undefined) return 0;
      return Math.max(minutes.p50 * pace - spent(run, lane), minutes.p50 * LEAST_LEFT);
    }),
  );
  // hosts that overlap take less together than one after the other
  const p50 = (left * figures.minutes.p50) / planned;
  return { p50, p90: (p50 * figures.minutes.p90) / figures.minutes.p50 };
}

/** Minutes of work against the plan's, over the hosts that are through: 1 while there is none. */
export function paceOf(run: Run): number {
  const through = hostLanes(run).filter((lane) => currentLine(run, lane) === undefined);
  const planned = sum(through.map((lane) => minutesOf(run, lane)?.p50 ?? 0));
  if (planned === 0) return 1;
  const took = sum(through.filter((lane) => minutesOf(run, lane)).map((lane) => spent(run, lane)));
  return Math.min(MOST, Math.max(1 / MOST, took / planned));
}

/** Milliseconds since then that questions stood open, any of them: nobody's work, and not the plan's. */
export function waitedForPeople(run: Run, lane?: LaneId, since = 0): number {
  const spans = run.questions
    .filter(({ line }) => lane === undefined || run.lines[line]?.line.lane === lane)
    .map(({ line, askedAt, answer, withdrawn }) => ({
      from: askedAt,
      // when a question was withdrawn is not written down: its line went on no later than it was done
      until: answer?.at ?? (withdrawn === undefined ? run.at : (run.lines[line]?.doneAt ?? askedAt)),
    }))
    .toSorted((a, b) => a.from - b.from);
  let waited = 0;
  let covered = since;
  for (const { from, until } of spans) {
    waited += Math.max(0, until - Math.max(from, covered));
    covered = Math.max(covered, until);
  }
  return waited;
}

const minutesOf = (run: Run, lane: LaneId): Minutes | undefined =>
  run.placement.hosts.find(({ host }) => host === lane)?.minutes;

/** Minutes of work on a host so far. */
function spent(run: Run, lane: LaneId): number {
  const states = Object.values(run.lines).filter(({ line }) => line.lane === lane);
  const begun = states.flatMap(({ begunAt }) => begunAt ?? []);
  if (begun.length === 0) return 0;
  const through = states.every(({ status }) => status === 'done');
  const until = through ? Math.max(...states.map(({ doneAt }) => doneAt ?? 0)) : run.at;
  return Math.max(0, until - Math.min(...begun) - waitedForPeople(run, lane)) / 60_000;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
