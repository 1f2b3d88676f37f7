/** The record of an earlier run of this very upgrade: hosts that it upgraded are compared with what they were before (design: Obligations). */
import { inventoryFrom } from '../domain/inventory';
import type { Recorded, RunStarted } from '../domain/journal';
import type { Plan } from '../domain/plan';
import { kindsIn, sentToInstaller } from './half-way';

/**
 * Runs of the pool, oldest first: the first record counts, with all that people have accepted since. Undefined when no
 * host has gone to its installer since (then nothing is half-way), or when the newest upgrade to that target ended well.
 */
export function inventoryThatCounts(
  runs: readonly { readonly plan: Plan | undefined; readonly entries: readonly Recorded[] }[],
  target: string,
): RunStarted['recorded'] {
  let recorded: RunStarted['recorded'];
  let isHalfWay = false;
  for (const { plan, entries } of runs) {
    if (!plan || plan.target !== target || plan.procedure !== 'rolling-upgrade') continue;
    const kindOf = kindsIn(plan, entries);
    isHalfWay ||= sentToInstaller(plan, entries);
    for (const { entry } of entries) {
      const kind = 'line' in entry ? kindOf.get(entry.line) : undefined;
      const inventory =
        entry.type === 'LineBegan' && kind === 'record-inventory' ? inventoryFrom(entry.before) : undefined;
      if (inventory) recorded ??= { inventory, accepted: [] };
      if (entry.type === 'LineDone' && kind === 'compare-inventory' && recorded) {
        const { accepted = [] } = (entry.result ?? {}) as { readonly accepted?: readonly string[] };
        recorded = { ...recorded, accepted: [...recorded.accepted, ...accepted] };
      }
      // a pool that was finished once is recorded anew the next time
      if (entry.type === 'RunFinished') [recorded, isHalfWay] = [undefined, false];
    }
  }
  return isHalfWay ? recorded : undefined;
}
