/** One SQLite file opened through libsql, and the one safe way to write to it when other processes do so too. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';

export type SqliteFile = Database.Database;

/** Long enough for another process's commit to pass, short enough to hold up the event loop for; then callers wait. */
const BUSY_MS = 10;

/**
 * Opens the file in WAL mode, making it and its directory when they are not there. `FULL` has every commit on disk before
 * it is answered, `NORMAL` at the next checkpoint. Throws SQLITE_BUSY while another process opens it for the first time.
 */
export function openSqliteFile(file: string, synchronous: 'FULL' | 'NORMAL'): SqliteFile {
  mkdirSync(dirname(file), { recursive: true });
  const db = new Database(file, { timeout: BUSY_MS });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${synchronous}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Runs a write that is committed when this returns, or not done at all: SQLITE_BUSY means nothing was begun.
 *
 * The lock is taken by `exec` first. A prepared statement that meets SQLITE_BUSY stays half-way in libsql 0.5 until it is
 * collected, and until then SQLite commits no later write of the connection, while each of them is answered as done
 * (shown in test/contract/journal.test.ts: eight processes, and two winners of one place). A statement that
 * begins under the lock never meets it; one that `exec` runs is given up at once.
 */
export function writing<T>(db: SqliteFile, write: () => T): T {
  if (db.inTransaction) return write();
  db.exec('begin immediate');
  try {
    const result = write();
    db.exec('commit');
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec('rollback');
    throw error;
  }
}

export function isBusy(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    String(error.code).startsWith('SQLITE_BUSY')
  );
}
