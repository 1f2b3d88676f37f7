/** The verified backup of an earlier run of this very upgrade: it counts for a plan that finishes the pool (design: Obligations). */
import type { Recorded } from '../domain/journal';
import { linesOf, type Plan } from '../domain/plan';

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
    const kindOf = new Map(linesOf(plan).map((one) => [one.id, one.kind]));
    for (const { entry } of entries) {
      if (entry.type === 'PlanRevised') for (const line of entry.added) kindOf.set(line.id, line.kind);
      const done = entry.type === 'LineDone' ? kindOf.get(entry.line) : undefined;
      if (entry.type === 'LineDone' && done === 'back-up-databases')
        name = (entry.result as { name?: string } | undefined)?.name ?? name;
      if (done === 'upgrade-by-hand') isHalfWay = true;
      // a pool that was finished once needs a backup of its own the next time
      if (entry.type === 'RunFinished') [name, isHalfWay] = [undefined, false];
    }
  }
  return isHalfWay ? name : undefined;
}
