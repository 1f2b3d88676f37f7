/** SQLite in one file, through libsql: WAL, and every commit on disk before it is answered. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, SqliteDialect, sql } from 'kysely';
import Database from 'libsql';
import type { Backend } from './backend';
import { portable } from './portable';
import type { Tables } from './tables';

/** Long enough for another process's commit to pass, short enough to hold up the event loop for; then `reached` waits. */
const BUSY_MS = 10;

/** Opens the file, making it and its directory when they are not there. Throws SQLITE_BUSY while another opens it first. */
export function openSqlite(file: string): Backend {
  mkdirSync(dirname(file), { recursive: true });
  const raw = new Database(file, { timeout: BUSY_MS });
  try {
    raw.pragma('journal_mode = WAL');
    // An intent must be on disk before the act: NORMAL would leave the last commits to the next checkpoint.
    raw.pragma('synchronous = FULL');
  } catch (error) {
    raw.close();
    throw error;
  }
  const db = new Kysely<Tables>({
    dialect: new SqliteDialect({
      database: {
        close: () => void raw.close(),
        prepare: (text) => {
          // a transaction that takes the lock at its first write cannot be repeated; one that takes it at once can
          const statement = raw.prepare(text === 'begin' ? 'begin immediate' : text);
          return {
            reader: statement.reader,
            all: (values) => statement.all(values.map(portable)),
            run: (values) => statement.run(values.map(portable)),
            iterate: (values) => statement.iterate(values.map(portable)),
          };
        },
      },
    }),
  });
  return {
    db,
    tableOptions: '',
    migratesAtStart: true,
    alone: (work) =>
      db.connection().execute(async (connection) => {
        await sql`begin exclusive`.execute(connection);
        try {
          await work(connection);
          await sql`commit`.execute(connection);
        } catch (error) {
          await sql`rollback`.execute(connection);
          throw error;
        }
      }),
    volatile: async () => {
      const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(db);
      // 2 is FULL, 3 EXTRA
      return (rows[0]?.synchronous ?? 0) >= 2 ? [] : ['synchronous is below FULL'];
    },
  };
}
