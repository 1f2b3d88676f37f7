/** What a pool is owed: the fold of all its runs. A run is never green with one open. */
import type { Recorded } from './journal';
import { obligationId, type Obligation } from './obligation';

/** The open obligations after one more entry. */
export function owedAfter(open: readonly Obligation[], { run, at, entry }: Recorded): readonly Obligation[] {
  switch (entry.type) {
    case 'ActIntended': {
      const opened = entry.owes
        .map((owed) => ({
          ...owed,
          id: obligationId(owed.what, owed.on),
          since: new Date(at).toISOString(),
          run,
          line: entry.line,
          subject: entry.act.subject,
          n: entry.n,
        }))
        // the first before-picture stands until the thing is given back
        .filter((owed) => !open.some((other) => other.id === owed.id));
      return opened.length === 0 ? open : [...open, ...opened];
    }
    case 'ActNotSent':
    case 'ActRefused':
      // nothing happened, so nothing is owed for it
      return open.filter(
        (owed) =>
          !(
            owed.run === run &&
            owed.line === entry.line &&
            owed.subject === entry.subject &&
            owed.n === entry.n
          ),
      );
    case 'LineDone': {
      const given = new Set(entry.gaveBack.map((gift) => obligationId(gift.what, gift.on)));
      return given.size === 0 ? open : open.filter((owed) => !given.has(owed.id));
    }
    case 'ObligationTakenOver':
      return open.filter((owed) => owed.id !== obligationId(entry.what, entry.on));
    default:
      return open;
  }
}

/** Open obligations of a pool, oldest first. `journals`: all runs of the pool, oldest first. */
export function owedBy(journals: readonly (readonly Recorded[])[]): readonly Obligation[] {
  return journals.flat().reduce(owedAfter, [] as readonly Obligation[]);
}

/** Fingerprints that approvers accepted in any run of the pool: the newest wins, by host uuid. */
export function keysBy(
  journals: readonly (readonly Recorded[])[],
): Readonly<Record<string, { readonly tls?: string; readonly ssh?: string }>> {
  const keys: Record<string, { tls?: string; ssh?: string }> = {};
  for (const journal of journals) {
    const asked = new Map<string, { hostUuid: string; tls?: string; ssh?: string }>();
    for (const { entry } of journal) {
      if (entry.type === 'QuestionAsked' && entry.ask.key) asked.set(entry.question, entry.ask.key);
      if (entry.type !== 'QuestionAnswered' || entry.says !== 'yes') continue;
      const key = asked.get(entry.question);
      if (!key) continue;
      const { hostUuid, ...pins } = key;
      keys[hostUuid] = { ...keys[hostUuid], ...pins };
    }
  }
  return keys;
}
