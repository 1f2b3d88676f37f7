/** The journal: one schema and one code path, on MySQL or MariaDB where a database is named, else on SQLite in one file. */
import { sql } from 'kysely';
import { Rejected } from '../../domain/errors';
import type { Clock, Journal } from '../../ports';
import type { Backend } from './backend';
import { messagesIn } from './messages';
import { migrate, refuseAnotherSchema } from './migrate';
import { openMysql } from './mysql';
import { plansIn } from './plans';
import { reached, reading } from './portable';
import { requestsIn } from './requests';
import { runsIn } from './runs';
import { openSqlite } from './sqlite';

export interface JournalOptions {
  /** `mysql://…`; without it the journal is the SQLite file. */
  readonly databaseUrl?: string;
  readonly sqliteFile: string;
  /** Take a MySQL server that may lose the last second with the power; the run's card says so. */
  readonly allowVolatile: boolean;
}

export interface OpenJournal extends Journal {
  /** Settings under which entries may be lost with the power; only with allowVolatile, for the card to show. */
  readonly volatile: readonly string[];
  /** Throws Unreachable when the database does not answer. */
  check(): Promise<void>;
}

/**
 * Opens the journal. SQLite is migrated here, MySQL by `migrateJournal` beforehand.
 * Rejected: VOLATILE_JOURNAL, SCHEMA_BEHIND, SCHEMA_NEWER. Unreachable: no answer.
 */
export async function makeJournal(options: JournalOptions, clock: Clock): Promise<OpenJournal> {
  const backend = await reached(() => open(options));
  try {
    if (backend.migratesAtStart) await reached(() => migrate(backend));
    else await reading(() => refuseAnotherSchema(backend));
    const volatile = await reading(() => backend.volatile());
    if (volatile.length > 0 && !options.allowVolatile) throw volatileJournal(volatile);
    return {
      ...plansIn(backend.db),
      ...runsIn(backend.db, clock),
      ...messagesIn(backend.db, Date.now),
      ...requestsIn(backend.db, Date.now),
      volatile,
      check: async () => void (await reading(() => sql`select 1`.execute(backend.db))),
      close: () => backend.db.destroy(),
    };
  } catch (error) {
    await backend.db.destroy();
    throw error;
  }
}

/** `xsupgrade migrate`: names of the migrations applied now. Rejected: SCHEMA_NEWER. Unreachable: no answer. */
export async function migrateJournal(options: JournalOptions): Promise<readonly string[]> {
  const backend = await reached(() => open(options));
  try {
    return await reading(() => migrate(backend));
  } finally {
    await backend.db.destroy();
  }
}

const open = async ({ databaseUrl, sqliteFile }: JournalOptions): Promise<Backend> =>
  databaseUrl === undefined ? openSqlite(sqliteFile) : openMysql(databaseUrl);

const volatileJournal = (settings: readonly string[]): Rejected =>
  new Rejected({
    code: 'VOLATILE_JOURNAL',
    what: `The database may lose what it has confirmed: ${settings.join(', ')}.`,
    why: 'An intent must be on disk before the act; after a power cut a host could be rebooted twice.',
    doThis: [
      'SET GLOBAL innodb_flush_log_at_trx_commit = 1; SET GLOBAL sync_binlog = 1; and the same in my.cnf',
      'Or accept it: allowVolatileJournal: true for each pool in pools.yaml; every card will show it',
    ],
  });
