/** What every journal promises; each implementation runs all of it. */
import {
  makeJournal,
  migrateJournal,
  type JournalOptions,
  type OpenJournal,
} from '../../src/adapters/journal/journal';
import { Rejected, Stale } from '../../src/domain/errors';
import type { Entry } from '../../src/domain/journal';
import type { Plan } from '../../src/domain/plan';
import type { Clock, Request, RunRow } from '../../src/ports';

const T0 = Date.UTC(2016, 5, 1);
let poolNow = T0;
export const clock: Clock = { now: () => poolNow, monotonic: () => performance.now(), speed: () => 1 };
const alice = { id: 'U0000000A', name: 'alice' };

export const started: Entry = {
  type: 'RunStarted',
  plan: 'plan-1',
  digest: 'd',
  pool: 'pool-a',
  by: alice,
  owed: [],
  keys: {},
};
export const waiting = (what: string): Entry => ({ type: 'LineWaiting', line: 'host-1-01-drain', for: what });
export const run = (id: string, over: Partial<Omit<RunRow, 'closedAt'>> = {}): Omit<RunRow, 'closedAt'> => ({
  id,
  plan: 'plan-1',
  pool: 'pool-a',
  poolUuid: 'uuid-a',
  procedure: 'rolling-upgrade',
  openedAt: poolNow,
  ...over,
});
const request = (id: string, askedAt = T0): Omit<Request, 'state' | 'answer'> => ({
  id,
  kind: 'plan',
  pool: 'pool-a',
  args: { to: '7.1.2', dry: true },
  by: alice,
  askedAt,
});
const plan = (id: string, madeAt: string, over: Partial<Plan> = {}): Plan => ({
  v: 1,
  id,
  procedure: 'rolling-upgrade',
  pool: 'pool-a',
  poolUuid: 'uuid-a',
  target: '7.1.2',
  verdict: 'go',
  findings: [
    { check: 'ha', severity: 'note', on: 'pool-a', what: 'HA is on. “é” 漢字 😀', evidence: [], advice: [] },
  ],
  sections: [],
  placement: { order: [], hosts: [], misfits: [] },
  snapshot: {} as Plan['snapshot'],
  madeBy: alice,
  madeAt,
  digest: `digest of ${id}`,
  ...over,
});

export function journalContract(make: () => Promise<JournalOptions>): void {
  let options: JournalOptions;
  let journal: OpenJournal;
  const opened: OpenJournal[] = [];
  /** Another process on the same database. */
  const another = async (): Promise<OpenJournal> => {
    const made = await makeJournal(options, clock);
    opened.push(made);
    return made;
  };

  beforeEach(async () => {
    poolNow = T0;
    options = await make();
    journal = await another();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((it) => it.close()));
  });

  test('a run and its first entry are there together, and a second process reads them', async () => {
    const first = await journal.openRun(run('run-1'), started);

    const seen = await another();

    expect(first).toEqual({ run: 'run-1', seq: 1, at: T0, v: 1, entry: started });
    expect(await seen.read('run-1')).toEqual([first]);
    expect(await seen.run('run-1')).toEqual(run('run-1'));
    expect(await seen.openRuns()).toEqual([run('run-1')]);
    expect(await seen.lastSeq('run-1')).toBe(1);
    expect([await seen.run('run-2'), await seen.lastSeq('run-2')]).toEqual([undefined, 0]);
  });

  test('a pool has one open run, whatever name it goes by', async () => {
    await journal.openRun(run('run-1'), started);

    const second = journal.openRun(run('run-2', { pool: 'the-same-pool' }), started);

    await expect(second).rejects.toThrow(Rejected);
    await expect(second).rejects.toMatchObject({
      problem: { code: 'RUN_OPEN', what: 'Run run-1 of pool-a is open.' },
    });
    expect(await journal.read('run-2')).toEqual([]);
    expect(await journal.run('run-2')).toBeUndefined();
  });

  test('of ten people who start at once, one starts and nine are told which run is open', async () => {
    const others = await Promise.all([another(), another()]);

    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => [journal, ...others][i % 3]!.openRun(run(`run-${i}`), started)),
    );

    const lost = outcomes.flatMap((it) => (it.status === 'rejected' ? [it.reason as unknown] : []));
    expect(lost).toHaveLength(9);
    for (const error of lost) expect(error).toMatchObject({ problem: { code: 'RUN_OPEN' } });
    expect(await journal.openRuns()).toHaveLength(1);
  });

  test('an entry that ends the run frees the pool in the same moment', async () => {
    await journal.openRun(run('run-1'), started);
    poolNow += 3_600_000;

    await journal.append('run-1', 1, { type: 'RunFinished' });
    await journal.openRun(run('run-2'), started);

    expect(await journal.run('run-1')).toEqual({ ...run('run-1'), openedAt: T0, closedAt: T0 + 3_600_000 });
    expect((await journal.openRuns()).map(({ id }) => id)).toEqual(['run-2']);
    expect((await journal.runsOf('uuid-a')).map(({ id }) => id)).toEqual(['run-1', 'run-2']);
  });

  test('a run that has ended can still be told that somebody took over what is owed', async () => {
    await journal.openRun(run('run-1'), started);
    await journal.append('run-1', 1, { type: 'RunAborted' });

    const taken: Entry = {
      type: 'ObligationTakenOver',
      what: 'ha-off',
      on: 'pool-a',
      by: alice,
      reason: 'by hand',
    };
    await journal.append('run-1', 2, taken);

    expect((await journal.read('run-1', 2)).map(({ entry }) => entry)).toEqual([taken]);
  });

  test('an append that lost says so and changes nothing', async () => {
    await journal.openRun(run('run-1'), started);
    await journal.append('run-1', 1, waiting('the first'));

    await expect(journal.append('run-1', 1, waiting('the second'))).rejects.toThrow(Stale);
    await expect(journal.append('run-1', 1, { type: 'RunFinished' })).rejects.toThrow(Stale);

    expect((await journal.read('run-1', 1)).map(({ entry }) => entry)).toEqual([waiting('the first')]);
    expect((await journal.run('run-1'))?.closedAt).toBeUndefined();
  });

  test('entries have no gaps: nothing is appended after an entry that is not there', async () => {
    await journal.openRun(run('run-1'), started);

    await expect(journal.append('run-1', 2, waiting('a gap'))).rejects.toThrow('has no entry 2');
    await expect(journal.append('run-9', 0, waiting('no run'))).rejects.toThrow('has no entry 0');

    expect(await journal.lastSeq('run-1')).toBe(1);
  });

  test('of eight who append at the same place, one wins, every time', async () => {
    await journal.openRun(run('run-1'), started);
    const writers = [journal, ...(await Promise.all([another(), another(), another()]))];
    const winners: string[] = [];

    for (let seen = 1; seen <= 25; seen++) {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) =>
          writers[i % 4]!.append('run-1', seen, waiting(`${seen} by ${i}`)),
        ),
      );
      const won = outcomes.flatMap((it) => (it.status === 'fulfilled' ? [it.value.entry] : []));
      const lost = outcomes.flatMap((it) => (it.status === 'rejected' ? [it.reason as unknown] : []));
      expect(won).toHaveLength(1);
      expect(lost.filter((error) => !(error instanceof Stale))).toEqual([]);
      winners.push(JSON.stringify(won[0]));
    }

    const entries = await journal.read('run-1', 1);
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 25 }, (_, i) => i + 2));
    expect(entries.map(({ entry }) => JSON.stringify(entry))).toEqual(winners);
  });

  test('of two who end a run and one who goes on, one wins', async () => {
    await journal.openRun(run('run-1'), started);
    const other = await another();

    const outcomes = await Promise.allSettled([
      journal.append('run-1', 1, { type: 'RunFinished' }),
      other.append('run-1', 1, { type: 'RunAborted' }),
      other.append('run-1', 1, waiting('more')),
    ]);

    const [entry] = await journal.read('run-1', 1);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await journal.lastSeq('run-1')).toBe(2);
    expect((await journal.run('run-1'))?.closedAt !== undefined).toBe(entry?.entry.type !== 'LineWaiting');
  });

  test('an entry comes back letter by letter', async () => {
    const entry: Entry = {
      type: 'LineBegan',
      line: 'x',
      before: {
        text: `é 漢字 😀 'quoted' "twice" \\ \n null \u0000`,
        no: null,
        list: [1, 0.5, true, false, []],
        big: 2 ** 52,
      },
    };
    await journal.openRun(run('run-1'), started);

    await journal.append('run-1', 1, entry);

    expect((await journal.read('run-1', 1))[0]?.entry).toEqual(entry);
  });

  test('an entry of a megabyte is kept whole', async () => {
    const entry: Entry = { type: 'LineBegan', line: 'x', before: 'x'.repeat(1_000_000) };
    await journal.openRun(run('run-1'), started);

    await journal.append('run-1', 1, entry);

    expect((await journal.read('run-1', 1))[0]?.entry).toEqual(entry);
  });

  test('names that differ in case only are different names', async () => {
    await journal.openRun(run('run-a'), started);
    await journal.openRun(run('RUN-A', { poolUuid: 'UUID-A' }), started);

    expect((await journal.openRuns()).map(({ id }) => id)).toEqual(['RUN-A', 'run-a']);
    expect((await journal.run('run-a'))?.poolUuid).toBe('uuid-a');
  });

  test('plans are kept for ever and listed newest first', async () => {
    const plans = [
      plan('plan-1', '2016-06-01T00:00:00.000Z'),
      plan('plan-2', '2016-06-01T00:00:01.000Z', { verdict: 'blocked' }),
      plan('plan-3', '2016-06-01T00:00:02.000Z', { pool: 'pool-b' }),
    ];
    for (const it of plans) await journal.savePlan(it);

    expect(await journal.plan('plan-1')).toEqual(plans[0]);
    expect(await journal.plan('plan-9')).toBeUndefined();
    expect(await journal.plansOf('pool-a', 10)).toEqual([
      {
        id: 'plan-2',
        pool: 'pool-a',
        target: '7.1.2',
        verdict: 'blocked',
        madeAt: '2016-06-01T00:00:01.000Z',
        digest: 'digest of plan-2',
      },
      {
        id: 'plan-1',
        pool: 'pool-a',
        target: '7.1.2',
        verdict: 'go',
        madeAt: '2016-06-01T00:00:00.000Z',
        digest: 'digest of plan-1',
      },
    ]);
    expect((await journal.plansOf('pool-a', 1)).map(({ id }) => id)).toEqual(['plan-2']);
  });

  test('a plan never changes: the same again is nothing new, another one under its id is refused', async () => {
    await journal.savePlan(plan('plan-1', '2016-06-01T00:00:00.000Z'));

    await journal.savePlan(plan('plan-1', '2016-06-01T00:00:00.000Z'));
    await expect(journal.savePlan(plan('plan-1', '2016-06-01T00:00:09.000Z'))).rejects.toThrow();

    expect((await journal.plan('plan-1'))?.madeAt).toBe('2016-06-01T00:00:00.000Z');
  });

  test('a bookmark moves forward only', async () => {
    const before = await journal.bookmark('slack', 'run-1');
    await Promise.all([3, 7, 5].map((seq) => journal.setBookmark('slack', 'run-1', seq)));
    await journal.setBookmark('slack', 'run-1', 6);

    expect(before).toBe(0);
    expect(await journal.bookmark('slack', 'run-1')).toBe(7);
    expect(await journal.bookmark('pager', 'run-1')).toBe(0);
  });

  test('a message has one writer at a time; a dead one is replaced when its lease is over', async () => {
    const claims = await Promise.all(
      ['a', 'b', 'c', 'd'].map((owner) => journal.claimMessage('run-1', 'card', owner, 60_000)),
    );
    const holder = ['a', 'b', 'c', 'd'][claims.indexOf(true)]!;

    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await journal.claimMessage('run-1', 'card', holder, 60_000)).toBe(true);
    expect(await journal.claimMessage('run-1', 'host-1', 'z', 0)).toBe(true);
    expect(await journal.claimMessage('run-1', 'host-1', 'y', 60_000)).toBe(true);
    await journal.releaseMessage('run-1', 'card', 'somebody else');
    expect(await journal.claimMessage('run-1', 'card', 'e', 60_000)).toBe(false);
    await journal.releaseMessage('run-1', 'card', holder);
    expect(await journal.claimMessage('run-1', 'card', 'e', 60_000)).toBe(true);
  });

  test('where a message stands is remembered, and a writer that was replaced cannot overwrite it', async () => {
    const row = { key: 'card', channel: 'C1', ts: '1.0', hash: 'h1' };
    await journal.claimMessage('run-1', 'card', 'a', 0);
    const claimedOnly = await journal.messages('run-1');
    await journal.claimMessage('run-1', 'card', 'b', 60_000);

    await journal.saveMessage('run-1', 'b', row);
    await expect(journal.saveMessage('run-1', 'a', { ...row, ts: '2.0' })).rejects.toThrow(Stale);

    expect(claimedOnly).toEqual([]);
    expect(await journal.messages('run-1')).toEqual([row]);
    expect(await journal.messages('run-2')).toEqual([]);
  });

  test('a request is held by one worker, comes back when it dies, and is answered once', async () => {
    await journal.ask(request('r-2', T0 + 1));
    await journal.ask(request('r-1', T0));
    await journal.ask(request('r-1', T0));
    const others = await Promise.all([another(), another()]);

    const taken = await Promise.all(
      [journal, ...others].map((it, i) => it.takeRequest(`worker-${i}`, 60_000)),
    );
    expect(taken.flatMap((it) => (it ? [it.id] : [])).sort()).toEqual(['r-1', 'r-2']);
    expect((await journal.openRequests()).map(({ id, state }) => [id, state])).toEqual([
      ['r-1', 'taken'],
      ['r-2', 'taken'],
    ]);

    await journal.answerRequest('r-1', { plan: 'plan-1' });
    await journal.answerRequest('r-1', { plan: 'plan-2' });
    expect(await journal.request('r-1')).toEqual({
      ...request('r-1'),
      state: 'answered',
      answer: { plan: 'plan-1' },
    });
    expect(await journal.takeRequest('worker-9', 60_000)).toBeUndefined();
    expect(await journal.request('r-9')).toBeUndefined();
  });

  test('a request of a worker that died is taken by the next one', async () => {
    await journal.ask(request('r-1'));

    const first = await journal.takeRequest('worker-1', 0);
    const second = await journal.takeRequest('worker-2', 60_000);

    expect([first?.id, second?.id]).toEqual(['r-1', 'r-1']);
  });

  test('several processes may start at once on a new database', async () => {
    options = await make();

    const all = await Promise.all(Array.from({ length: 5 }, another));

    await all[0]!.openRun(run('run-1'), started);
    expect(await all[4]!.lastSeq('run-1')).toBe(1);
  });

  test('migrating twice does nothing the second time', async () => {
    expect(await migrateJournal(options)).toEqual([]);
  });
}
