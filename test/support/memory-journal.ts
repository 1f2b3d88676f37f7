/** A journal that forgets with the process: for stories told a thousand times. Same promises as the real ones (contract suite). */
import { Rejected, Stale } from '../../src/domain/errors';
import { closesRun, ENTRY_VERSION, type Recorded } from '../../src/domain/journal';
import type { Plan } from '../../src/domain/plan';
import { problems } from '../../src/domain/problems';
import type { Clock, Journal, MessageRow, Request, RunRow } from '../../src/ports';

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

export function memoryJournal(clock: Clock): Journal {
  const plans = new Map<string, Plan>();
  const runs = new Map<string, RunRow>();
  const entries = new Map<string, Recorded[]>();
  const bookmarks = new Map<string, number>();
  const messages = new Map<string, MessageRow[]>();
  const requests: Request[] = [];

  const record = (run: string, seq: number, entry: Recorded['entry']): Recorded => {
    const recorded = { run, seq, at: clock.now(), v: ENTRY_VERSION, entry: copy(entry) };
    entries.get(run)!.push(recorded);
    return recorded;
  };

  return {
    savePlan: async (plan) => void plans.set(plan.id, copy(plan)),
    plan: async (id) => plans.get(id),
    plansOf: async (pool, limit) =>
      [...plans.values()]
        .filter((plan) => plan.pool === pool)
        .toReversed()
        .slice(0, limit),
    async openRun(row, first) {
      const open = [...runs.values()].find(
        (one) => one.poolUuid === row.poolUuid && one.closedAt === undefined,
      );
      if (open) throw new Rejected({ ...problems.runUnknown(open.id), code: 'RUN_OPEN' });
      runs.set(row.id, row);
      entries.set(row.id, []);
      return record(row.id, 1, first);
    },
    run: async (id) => runs.get(id),
    openRuns: async () => [...runs.values()].filter((row) => row.closedAt === undefined),
    runsOf: async (uuid) => [...runs.values()].filter((row) => row.poolUuid === uuid),
    read: async (run, after = 0) => (entries.get(run) ?? []).slice(after),
    lastSeq: async (run) => entries.get(run)?.length ?? 0,
    async append(run, seen, entry) {
      if ((entries.get(run)?.length ?? 0) !== seen) throw new Stale(run, seen);
      const recorded = record(run, seen + 1, entry);
      const row = runs.get(run)!;
      if (closesRun(entry)) runs.set(run, { ...row, closedAt: clock.now() });
      return recorded;
    },
    bookmark: async (notifier, run) => bookmarks.get(`${notifier}/${run}`) ?? 0,
    async setBookmark(notifier, run, seq) {
      const key = `${notifier}/${run}`;
      bookmarks.set(key, Math.max(seq, bookmarks.get(key) ?? 0));
    },
    messages: async (scope) => messages.get(scope) ?? [],
    claimMessage: async () => true,
    async saveMessage(scope, _owner, row) {
      const others = (messages.get(scope) ?? []).filter((one) => one.key !== row.key);
      messages.set(scope, [...others, row]);
    },
    releaseMessage: async () => undefined,
    ask: async (request) => void requests.push({ ...request, state: 'asked' }),
    async takeRequest() {
      const at = requests.findIndex((one) => one.state === 'asked');
      if (at < 0) return undefined;
      requests[at] = { ...requests[at]!, state: 'taken' };
      return requests[at];
    },
    async answerRequest(id, answer) {
      const at = requests.findIndex((one) => one.id === id);
      requests[at] = { ...requests[at]!, state: 'answered', answer };
    },
    request: async (id) => requests.find((one) => one.id === id),
    openRequests: async () => requests.filter((one) => one.state !== 'answered'),
    close: async () => undefined,
  };
}
