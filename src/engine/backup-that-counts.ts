/** The verified backup of an earlier run of this very upgrade: it counts for a plan that finishes the pool (design: Obligations). */
import type { Recorded } from '../domain/journal';
import { linesOf, type Plan } from '../domain/plan';

/** Runs of the pool, oldest first. Undefined when none holds, or the newest upgrade to that target ended well. */
export function backupThatCounts(
  runs: readonly { readonly plan: Plan | undefined; readonly entries: readonly Recorded[] }[],
  target: string,
): string | undefined {
  let name: string | undefined;
  for (const { plan, entries } of runs) {
    if (!plan || plan.target !== target || plan.procedure !== 'rolling-upgrade') continue;
    const line = linesOf(plan).find((one) => one.kind === 'back-up-databases');
    for (const { entry } of entries) {
      if (entry.type === 'LineDone' && entry.line === line?.id)
        name = (entry.result as { name?: string } | undefined)?.name ?? name;
      // a pool that was finished once needs a backup of its own the next time
      if (entry.type === 'RunFinished') name = undefined;
    }
  }
  return name;
}
