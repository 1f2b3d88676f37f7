/** What a pool's own journals say of how long its hosts are away, once they say enough. Pure. */
import { foldRun } from '../domain/fold-run';
import type { Recorded } from '../domain/journal';
import { hostLanes } from '../domain/lanes';
import type { Minutes, Plan } from '../domain/plan';
import type { Run } from '../domain/run';
import { waitedForPeople } from '../domain/time-left';

/** Two hosts may both have been lucky; three say more than a figure from elsewhere (planning §3). */
const ENOUGH = 3;
/** Hardware and firmware change: the newest hosts count. */
const NEWEST = 64;

/**
 * How long hosts of the pool were away in runs of this procedure, from the first line of their block to its last, without
 * the time that people took to answer. `runs` oldest first; undefined while fewer than three hosts have been through.
 */
export function awayMinutesLearned(
  runs: readonly { readonly plan: Plan | undefined; readonly entries: readonly Recorded[] }[],
  procedure: string,
): Minutes | undefined {
  const took = runs
    .flatMap(({ plan, entries }) =>
      plan?.procedure === procedure && entries.length > 0 ? awayIn(foldRun(plan, entries)) : [],
    )
    .slice(-NEWEST)
    .toSorted((a, b) => a - b);
  if (took.length < ENOUGH) return undefined;
  const atShare = (share: number): number => took[Math.ceil(share * took.length) - 1]!;
  return { p50: tenths(atShare(0.5)), p90: tenths(atShare(0.9)) };
}

/** Minutes of each host whose block is over. */
const awayIn = (run: Run): readonly number[] =>
  hostLanes(run).flatMap((lane) => {
    const block = Object.values(run.lines).filter(
      ({ line }) => line.lane === lane && line.block !== undefined,
    );
    const begun = block.flatMap(({ begunAt }) => begunAt ?? []);
    if (block.length === 0 || block.some(({ status }) => status !== 'done')) return [];
    const until = Math.max(...block.map(({ doneAt }) => doneAt ?? 0));
    const since = Math.min(...begun);
    return [(until - since - waitedForPeople(run, lane, since)) / 60_000];
  });

const tenths = (minutes: number): number => Math.round(minutes * 10) / 10;
