/** The verified backup of an earlier run of this very upgrade: it counts for a plan that finishes the pool (design: Obligations). */
import type { Recorded } from '../domain/journal';
import type { Plan } from '../domain/plan';
import { kindsIn, sentToInstaller } from './half-way';

/**
 * Runs of the pool, oldest first. Undefined when none holds, when no host has gone to its installer since (then nothing is
 * half-way, and the databases have moved on), or when the newest upgrade to that target ended well; `target` is absent for what upgrades nothing.
 */
export function backupThatCounts(
  runs: readonly { readonly plan: Plan | undefined; readonly entries: readonly Recorded[] }[],
  target: string | undefined,
): string | undefined {
  let name: string | undefined;
  let isHalfWay = false;
  for (const { plan, entries } of runs) {
    if (!plan || plan.target !== target || plan.procedure !== 'rolling-upgrade') continue;
    const kindOf = kindsIn(plan, entries);
    isHalfWay ||= sentToInstaller(plan, entries);
    for (const { entry } of entries) {
      const done = entry.type === 'LineDone' ? kindOf.get(entry.line) : undefined;
      if (entry.type === 'LineDone' && done === 'back-up-databases')
        name = (entry.result as { name?: string } | undefined)?.name ?? name;
      // a pool that was finished once needs a backup of its own the next time
      if (entry.type === 'RunFinished') [name, isHalfWay] = [undefined, false];
    }
  }
  return isHalfWay ? name : undefined;
}
