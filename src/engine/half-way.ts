/** Whether a run sent a host to its installer, by hand or by itself: from then on the pool is half-way (design: Obligations). */
import type { Recorded } from '../domain/journal';
import { linesOf, type Plan } from '../domain/plan';

/** Kind of each line that the run had, those of its revisions included. */
export function kindsIn(plan: Plan, entries: readonly Recorded[]): ReadonlyMap<string, string> {
  const lines = [
    ...linesOf(plan),
    ...entries.flatMap(({ entry }) => (entry.type === 'PlanRevised' ? entry.added : [])),
  ];
  return new Map(lines.map((line) => [line.id, line.kind]));
}

/** A reboot that may have been sent counts as sent; one that was proved not sent, or refused, does not. */
export function sentToInstaller(plan: Plan, entries: readonly Recorded[]): boolean {
  const kindOf = kindsIn(plan, entries);
  const reboots = new Set<string>();
  for (const { entry } of entries) {
    const kind = 'line' in entry ? kindOf.get(entry.line) : undefined;
    if (kind === 'upgrade-by-hand' && entry.type === 'LineDone') return true;
    if (kind !== 'reboot-into-installer') continue;
    if (entry.type === 'LineDone') return true;
    if (entry.type === 'ActIntended') reboots.add(`${entry.line}/${entry.n}`);
    if (entry.type === 'ActNotSent' || entry.type === 'ActRefused')
      reboots.delete(`${entry.line}/${entry.n}`);
  }
  return reboots.size > 0;
}
