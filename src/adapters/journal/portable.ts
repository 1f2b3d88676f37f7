/** What MySQL and SQLite see alike: every parameter through one converter, every failure in one set of words. */
import { Unreachable } from '../../domain/errors';

export type Column = string | number | null;

/**
 * A parameter as both databases store it. Booleans and dates must not reach libsql: a boolean ends the whole process
 * (stack §5). Whatever has no portable form is refused here, before anything is written.
 */
export function portable(value: unknown): Column {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'bigint' && BigInt(Number(value)) === value) return Number(value);
  throw new TypeError(`a ${typeof value} cannot be stored in the journal`);
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** A row with this primary or unique key is there already. */
export function isDuplicate(error: unknown): boolean {
  return ['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT_UNIQUE'].includes(codeOf(error));
}

/** Nothing was done, because another process was writing: rolled back as a whole, or never begun. */
export function isContended(error: unknown): boolean {
  return codeOf(error) === 'ER_LOCK_DEADLOCK' || codeOf(error).startsWith('SQLITE_BUSY');
}

/** The database did not answer, or could not; what was asked may or may not have been done. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error);
  return (
    [
      'PROTOCOL_CONNECTION_LOST',
      'PROTOCOL_SEQUENCE_TIMEOUT',
      'ECONNREFUSED',
      'ECONNRESET',
      'EPIPE',
      'ETIMEDOUT',
      'ENOENT', // the socket of a server that is down
      'EAI_AGAIN',
      'ENOTFOUND',
      'EHOSTUNREACH',
      'ER_SERVER_SHUTDOWN',
      'ER_CON_COUNT_ERROR',
      'ER_LOCK_WAIT_TIMEOUT',
      'ER_QUERY_INTERRUPTED',
      'ER_CONNECTION_KILLED',
      'POOL_CLOSED',
    ].includes(code) || /^SQLITE_(FULL|IOERR|LOCKED|READONLY|CANTOPEN)/.test(code)
  );
}

/** Words for people and for the engine; addresses and passwords are not part of a code. */
export function lost(error: unknown): Unreachable {
  return new Unreachable('the journal', codeOf(error) || 'no answer');
}

/** A read: asked once more on another connection, for a restarted server leaves dead ones behind. */
export async function reading<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await reached(ask);
  } catch (first) {
    if (!(first instanceof Unreachable)) throw first;
  }
  return reached(ask);
}

/** Our commits take milliseconds; who waits longer than this waits for a disk in trouble. */
const CONTENTION_MS = 5_000;

/**
 * Work that is done as a whole or not at all: again when another writer was in the way, Unreachable when the database is.
 * The waiting is done here and not by SQLite, which would hold up the event loop, and with it the very transaction of
 * this process that it may be waiting for.
 */
export async function reached<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + CONTENTION_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (isContended(error) && performance.now() < deadline) await aMoment();
      else if (isContended(error) || isLost(error)) throw lost(error);
      else throw error;
    }
  }
}

/** 1 to 10 ms, not the same for everybody, so that writers that met do not meet again. */
const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 9));
