/** CloudStack's database as callers meet it: logged, struck by faults, and every attempt to write reported. */
import { SimSocketError } from '../socket-error';
import { query, SqlRefused, type Answer, type Session } from './query';
import type { DbSource } from './rows';
import { isWrite, split } from './statement';

/** Runs one statement for a session. Throws SqlRefused (MySQL's error) or SimSocketError. Takes pool time only by fault. */
export async function runSql(source: DbSource, session: Session, sql: string): Promise<Answer | 'ok'> {
  const { cloud } = source;
  const statements = split(sql);
  const mutates = statements.some(isWrite);
  const verb =
    /^\w+/.exec((mutates ? statements.find(isWrite) : statements[0]) ?? '')?.[0]?.toUpperCase() ?? '';
  const table = /\b(?:FROM|INTO|UPDATE|TABLE)\s+(?:`?\w+`?\.)?`?(\w+)`?/i.exec(sql)?.[1] ?? '';
  const log = (ok: boolean, code?: string): void =>
    cloud.record({
      face: 'db',
      call: verb,
      on: table,
      by: session.user,
      mutates,
      ok,
      ...(code !== undefined && { code }),
    });
  if (mutates)
    cloud.offend('database-written', {
      pool: cloud.pools[0]?.name ?? '',
      by: session.user,
      detail: `${verb} on ${table === '' ? 'the database' : table}`,
    });
  const strike = cloud.faults.strike(`db:${verb}`, table);
  if (strike?.how === 'refuse') {
    const refused = new SqlRefused(
      Number(strike.code ?? 1205),
      `Error ${strike.code ?? 1205} by fault`,
      mutates,
    );
    log(false, String(refused.code));
    throw refused;
  }
  if (strike?.how === 'lose-request' || strike?.how === 'hang') {
    log(false, strike.how);
    throw new SimSocketError(strike.how === 'hang' ? 'hang' : 'reset');
  }
  if (strike?.how === 'slow') await cloud.time.sleep(strike.seconds ?? 0);
  try {
    const answer = query(source, session, sql);
    log(true);
    if (strike?.how === 'lose-answer' || strike?.how === 'truncate' || strike?.how === 'html')
      throw new SimSocketError(
        strike.how === 'truncate' ? 'truncate' : strike.how === 'html' ? 'html' : 'reset',
      );
    return answer;
  } catch (error) {
    if (error instanceof SqlRefused) log(false, String(error.code));
    throw error;
  }
}

/** Objects by column name, as a driver gives them: the in-memory face of the adapter's transport. */
export function asRecords(answer: Answer | 'ok'): Record<string, string | number | null>[] {
  if (answer === 'ok') return [];
  return answer.rows.map((row) =>
    Object.fromEntries(answer.columns.map((column, index) => [column, row[index] ?? null])),
  );
}
