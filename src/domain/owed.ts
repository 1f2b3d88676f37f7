/** What a pool is owed: the fold of all its runs. A run is never green with one open. */
import type { ActIntended, Recorded } from './journal';
import { obligationId, type Obligation } from './obligation';

/** The open obligations after one more entry. */
export function owedAfter(open: readonly Obligation[], { run, at, entry }: Recorded): readonly Obligation[] {
  switch (entry.type) {
    case 'ActIntended': {
      const unanswered = { run, line: entry.line, n: entry.n, at };
      const opened = entry.owes
        .map((owed) => ({
          ...owed,
          unanswered,
          id: obligationId(owed.what, owed.on),
          since: new Date(at).toISOString(),
          run,
          line: entry.line,
          subject: entry.act.subject,
          n: entry.n,
        }))
        // the first before-picture stands until the thing is given back
        .filter((owed) => !open.some((other) => other.id === owed.id));
      // a further try of the same act keeps it open: what is proved of one try says nothing of the other
      const again = open.map((owed) =>
        opensToo(owed, run, entry) ? { ...owed, tries: [...triesOf(owed), entry.n] } : owed,
      );
      const doubted = again.map((owed) => (isOwedFor(owed, entry) ? { ...owed, unanswered } : owed));
      return [...doubted, ...opened];
    }
    case 'ActAnswered':
      return open.map((owed) => {
        const { unanswered, ...answered } = owed;
        const isThis = unanswered?.run === run && unanswered.line === entry.line && unanswered.n === entry.n;
        return isThis && answered.subject === entry.subject ? answered : owed;
      });
    case 'ActNotSent':
    case 'ActRefused':
      // nothing happened, so nothing is owed for it
      return open.flatMap((owed) => {
        if (owed.run !== run || owed.line !== entry.line || owed.subject !== entry.subject) return [owed];
        const tries = triesOf(owed).filter((n) => n !== entry.n);
        return tries.length === 0 ? [] : [{ ...owed, tries }];
      });
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

/** Tries that may have brought it about. */
const triesOf = (owed: Obligation): readonly number[] => owed.tries ?? [owed.n];

const isOwedFor = (owed: Obligation, { owes }: ActIntended): boolean =>
  owes.some((one) => obligationId(one.what, one.on) === owed.id);

const opensToo = (owed: Obligation, run: string, intent: ActIntended): boolean =>
  owed.run === run &&
  owed.line === intent.line &&
  owed.subject === intent.act.subject &&
  isOwedFor(owed, intent);

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
