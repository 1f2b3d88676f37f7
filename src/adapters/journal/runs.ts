/** Runs and their entries: append-only, and the primary key is the lock. */
import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import { Malformed, Rejected, Stale, Unreachable } from '../../domain/errors';
import { closesRun, ENTRY_VERSION, type Entry, type Recorded } from '../../domain/journal';
import type { Clock, Journal, RunRow } from '../../ports';
import { isDuplicate, reached, reading } from './portable';
import type { Tables } from './tables';

type RunJournal = Pick<Journal, 'openRun' | 'run' | 'openRuns' | 'runsOf' | 'read' | 'lastSeq' | 'append'>;

export function runsIn(db: Kysely<Tables>, clock: Clock): RunJournal {
  const openRunOf = (poolUuid: string): Promise<{ readonly id: string; readonly pool: string } | undefined> =>
    reading(() =>
      db.selectFrom('runs').select(['id', 'pool']).where('open_pool', '=', poolUuid).executeTakeFirst(),
    );
  const writerOf = (run: string, seq: number): Promise<{ readonly writer: string } | undefined> =>
    reading(() =>
      db
        .selectFrom('journal')
        .select('writer')
        .where('run_id', '=', run)
        .where('seq', '=', seq)
        .executeTakeFirst(),
    );

  /** After a lost answer: asks the database whether our insert is there, and tries once more only if it is not. */
  async function sure(
    run: string,
    seq: number,
    writer: string,
    insert: () => Promise<unknown>,
  ): Promise<void> {
    try {
      await reached(insert);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      const there = await writerOf(run, seq);
      if (there?.writer === writer) return;
      await reached(insert);
    }
  }

  return {
    openRun: async (row, first) => {
      const recorded = record(row.id, 1, clock.now(), first);
      const writer = randomUUID();
      const insert = (): Promise<void> =>
        db.transaction().execute(async (together) => {
          await together
            .insertInto('runs')
            .values({
              id: row.id,
              plan_id: row.plan,
              pool: row.pool,
              pool_uuid: row.poolUuid,
              procedure_name: row.procedure,
              opened_ms: row.openedAt,
              closed_ms: null,
              open_pool: row.poolUuid,
            })
            .execute();
          await together.insertInto('journal').values(entryRow(recorded, writer)).execute();
        });
      try {
        await sure(row.id, 1, writer, insert);
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        const other = await openRunOf(row.poolUuid);
        if (other?.id === row.id && (await writerOf(row.id, 1))?.writer === writer) return recorded;
        if (other === undefined || other.id === row.id) throw error;
        throw runIsOpen(row.pool, other);
      }
      return recorded;
    },

    run: async (id) => {
      const row = await reading(() =>
        db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst(),
      );
      return row && runRow(row);
    },

    openRuns: async () => {
      const rows = await reading(() =>
        db
          .selectFrom('runs')
          .selectAll()
          .where('open_pool', 'is not', null)
          .orderBy('opened_ms')
          .orderBy('id')
          .execute(),
      );
      return rows.map(runRow);
    },

    runsOf: async (poolUuid) => {
      const rows = await reading(() =>
        db
          .selectFrom('runs')
          .selectAll()
          .where('pool_uuid', '=', poolUuid)
          .orderBy('opened_ms')
          .orderBy('id')
          .execute(),
      );
      return rows.map(runRow);
    },

    read: async (run, after = 0) => {
      const rows = await reading(() =>
        db
          .selectFrom('journal')
          .selectAll()
          .where('run_id', '=', run)
          .where('seq', '>', after)
          .orderBy('seq')
          .execute(),
      );
      return rows.map(recordedIn);
    },

    lastSeq: (run) => reading(() => lastSeqOf(db, run)),

    append: async (run, seen, entry) => {
      // Rows are never taken away, so a look before the insert is enough to keep the numbers without gaps.
      if ((await writerOf(run, seen)) === undefined)
        throw new Error(`run ${run} has no entry ${seen} to append after`);
      const recorded = record(run, seen + 1, clock.now(), entry);
      const writer = randomUUID();
      const row = entryRow(recorded, writer);
      const insert = (): Promise<unknown> =>
        closesRun(entry)
          ? db.transaction().execute(async (together) => {
              await together.insertInto('journal').values(row).execute();
              await together
                .updateTable('runs')
                .set({ closed_ms: recorded.at, open_pool: null })
                .where('id', '=', run)
                .execute();
            })
          : db.insertInto('journal').values(row).execute();
      try {
        await sure(run, recorded.seq, writer, insert);
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        if ((await writerOf(run, recorded.seq))?.writer !== writer) throw new Stale(run, seen);
      }
      return recorded;
    },
  };
}

async function lastSeqOf(db: Kysely<Tables>, run: string): Promise<number> {
  const row = await db
    .selectFrom('journal')
    .select((eb) => eb.fn.max('seq').as('last'))
    .where('run_id', '=', run)
    .executeTakeFirst();
  return row?.last ?? 0;
}

const record = (run: string, seq: number, at: number, entry: Entry): Recorded => ({
  run,
  seq,
  at: Math.round(at),
  v: ENTRY_VERSION,
  entry,
});

const entryRow = (recorded: Recorded, writer: string): Tables['journal'] => ({
  run_id: recorded.run,
  seq: recorded.seq,
  at_ms: recorded.at,
  version: recorded.v,
  type: recorded.entry.type,
  body: JSON.stringify(recorded.entry),
  writer,
});

/** An entry of a newer version is handed on as it is: its version is what holds the run (NEWER_VERSION). */
function recordedIn(row: Selectable<Tables['journal']>): Recorded {
  const entry: unknown = JSON.parse(row.body);
  if (typeof entry !== 'object' || entry === null || !('type' in entry))
    throw new Malformed('the journal', `entry ${row.seq} of run ${row.run_id} has no type`);
  return {
    run: row.run_id,
    seq: row.seq,
    at: row.at_ms,
    v: row.version,
    entry: entry as Entry,
  };
}

const runRow = (row: Selectable<Tables['runs']>): RunRow => ({
  id: row.id,
  plan: row.plan_id,
  pool: row.pool,
  poolUuid: row.pool_uuid,
  procedure: row.procedure_name,
  openedAt: row.opened_ms,
  ...(row.closed_ms === null ? {} : { closedAt: row.closed_ms }),
});

const runIsOpen = (pool: string, other: { readonly id: string; readonly pool: string }): Rejected =>
  new Rejected({
    code: 'RUN_OPEN',
    what: `Run ${other.id} of ${other.pool} is open.`,
    why:
      other.pool === pool
        ? 'One pool has one open run at a time.'
        : `${pool} and ${other.pool} are the same pool, and one pool has one open run at a time.`,
    doThis: [`Look at it: /xsupgrade status ${other.id}`, `End it first: /xsupgrade abort ${other.id}`],
  });
