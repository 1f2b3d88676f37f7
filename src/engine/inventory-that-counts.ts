/** The record of an earlier run of this very upgrade: hosts that it upgraded are compared with what they were before (design: Obligations). */
import { inventoryFrom } from '../domain/inventory';
import type { Recorded, RunStarted } from '../domain/journal';
import { linesOf, type Plan } from '../domain/plan';

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
    const kindOf = new Map(linesOf(plan).map((one) => [one.id, one.kind]));
    for (const { entry } of entries) {
      if (entry.type === 'PlanRevised') for (const line of entry.added) kindOf.set(line.id, line.kind);
      const kind = 'line' in entry ? kindOf.get(entry.line) : undefined;
      const inventory =
        entry.type === 'LineBegan' && kind === 'record-inventory' ? inventoryFrom(entry.before) : undefined;
      if (inventory) recorded ??= { inventory, accepted: [] };
      if (entry.type === 'LineDone' && kind === 'compare-inventory' && recorded) {
        const { accepted = [] } = (entry.result ?? {}) as { readonly accepted?: readonly string[] };
        recorded = { ...recorded, accepted: [...recorded.accepted, ...accepted] };
      }
      if (entry.type === 'LineDone' && kind === 'upgrade-by-hand') isHalfWay = true;
      // a pool that was finished once is recorded anew the next time
      if (entry.type === 'RunFinished') [recorded, isHalfWay] = [undefined, false];
    }
  }
  return isHalfWay ? recorded : undefined;
}
