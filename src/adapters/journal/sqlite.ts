/** SQLite in one file, through libsql: WAL, and every commit on disk before it is answered. */
import { Kysely, SqliteDialect, sql, type SqliteDatabase } from 'kysely';
import { openSqliteFile, writing, type SqliteFile } from '../sqlite';
import type { Backend } from './backend';
import { portable } from './portable';
import type { Tables } from './tables';

/** Opens the file, making it and its directory when they are not there. Throws SQLITE_BUSY while another opens it first. */
export function openSqlite(file: string): Backend {
  // An intent must be on disk before the act: NORMAL would leave the last commits to the next checkpoint.
  const raw = openSqliteFile(file, 'FULL');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: forKysely(raw) }) });
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

/** What Kysely asks of a driver. Transactions take the write lock when they begin, so that all of one can be repeated. */
function forKysely(raw: SqliteFile): SqliteDatabase {
  return {
    close: () => void raw.close(),
    prepare: (text) => {
      if (/^(begin|commit|rollback)\b/.test(text))
        return bracket(raw, text === 'begin' ? 'begin immediate' : text);
      const statement = raw.prepare(text);
      return {
        reader: statement.reader,
        all: (values) => statement.all(values.map(portable)),
        run: (values) => writing(raw, () => statement.run(values.map(portable))),
        iterate: (values) => statement.iterate(values.map(portable)),
      };
    },
  };
}

/** The beginning or the end of a transaction; never prepared, for a prepared one that meets SQLITE_BUSY stays half-way. */
function bracket(raw: SqliteFile, text: string): ReturnType<SqliteDatabase['prepare']> {
  return {
    reader: false,
    run: () => {
      raw.exec(text);
      return { changes: 0, lastInsertRowid: 0 };
    },
    all: () => [],
    iterate: () => [].values(),
  };
}
