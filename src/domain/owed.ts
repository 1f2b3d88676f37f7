/** What a pool is owed: the fold of all its runs. A run is never green with one open. */
import type { Recorded } from './journal';
import { obligationId, type Obligation } from './obligation';

/** Open obligations of a pool, oldest first. `journals`: all runs of the pool, oldest first. */
export function owedBy(journals: readonly (readonly Recorded[])[]): readonly Obligation[] {
  const open = new Map<string, Obligation>();
  for (const journal of journals) {
    for (const { run, at, entry } of journal) {
      switch (entry.type) {
        case 'ActIntended':
          for (const owed of entry.owes) {
            const id = obligationId(owed.what, owed.on);
            // the first before-picture stands until the thing is given back
            if (!open.has(id))
              open.set(id, { id, ...owed, since: new Date(at).toISOString(), run, line: entry.line });
          }
          break;
        case 'LineDone':
          for (const given of entry.gaveBack) open.delete(obligationId(given.what, given.on));
          break;
        case 'ObligationTakenOver':
          open.delete(obligationId(entry.what, entry.on));
          break;
      }
    }
  }
  return [...open.values()];
}
