/** MySQL and MariaDB through mysql2: one pool, every query with a deadline, durable only when the server says so. */
import {
  Kysely,
  MysqlDialect,
  sql,
  type MysqlPool,
  type MysqlPoolConnection,
  type MysqlQueryResult,
} from 'kysely';
import { createPool, type Pool, type PoolConnection } from 'mysql2';
import type { Backend } from './backend';
import { portable } from './portable';
import type { Tables } from './tables';

/** An answer to one small statement that takes longer than this is no answer; the engine ticks again. */
const QUERY_MS = 10_000;
/** Long enough for a server across a slow link to accept, short enough that a dead one is noticed within a tick. */
const CONNECT_MS = 5_000;
/** Another process that migrates for longer than a minute is stuck. */
const MIGRATION_LOCK_SECONDS = 60;
/** Ticks of some tens of runs and the thread's writer at once; every process of ours has such a pool. */
const CONNECTIONS = 10;

/** Takes `mysql://user:password@host:port/database`, or `…/database?socketPath=/run/mysqld/mysqld.sock`. */
export function openMysql(url: string): Backend {
  const pool = createPool({
    ...addressOf(url),
    connectTimeout: CONNECT_MS,
    connectionLimit: CONNECTIONS,
    charset: 'utf8mb4_bin',
    supportBigNumbers: true,
  });
  // A string that does not fit must fail, not be cut off: a cut-off entry would be a lie.
  pool.on('connection', (connection) => {
    connection.query("set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'", () => undefined);
  });
  const db = new Kysely<Tables>({ dialect: new MysqlDialect({ pool: withDeadlines(pool) }) });
  return {
    db,
    tableOptions: ' engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin',
    migratesAtStart: false,
    alone: (work) =>
      db.connection().execute(async (connection) => {
        const name = sql`concat('xsupgrade ', left(md5(database()), 32))`;
        const { rows } = await sql<{
          got: number | null;
        }>`select get_lock(${name}, ${MIGRATION_LOCK_SECONDS}) as got`.execute(connection);
        if (rows[0]?.got !== 1) throw new Error('another process is migrating the journal');
        try {
          await work(connection);
        } finally {
          await sql`select release_lock(${name})`.execute(connection);
        }
      }),
    volatile: () => volatileSettings(db),
  };
}

/**
 * Settings other than 1 lose the last second of commits with the power. `sync_binlog` is asked for even where no binary
 * log is written, for somebody may turn it on later and nobody would look here again.
 */
async function volatileSettings(db: Kysely<Tables>): Promise<readonly string[]> {
  const { rows } = await sql<{ flush: number; binlog: number }>`
    select @@global.innodb_flush_log_at_trx_commit as flush, @@global.sync_binlog as \`binlog\``.execute(db);
  const seen = rows[0];
  return [
    ...(Number(seen?.flush) === 1 ? [] : [`innodb_flush_log_at_trx_commit is ${seen?.flush}`]),
    ...(Number(seen?.binlog) === 1 ? [] : [`sync_binlog is ${seen?.binlog}`]),
  ];
}

function addressOf(url: string): {
  readonly host?: string;
  readonly port?: number;
  readonly socketPath?: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
} {
  const parsed = new URL(url);
  const socketPath = parsed.searchParams.get('socketPath');
  return {
    ...(socketPath === null
      ? { host: parsed.hostname.replace(/^\[|\]$/g, ''), port: Number(parsed.port || 3306) }
      : { socketPath }),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)),
  };
}

/** Kysely's view of the pool. A connection whose query ran out of time is thrown away: its next answer would be the old one. */
function withDeadlines(pool: Pool): MysqlPool {
  return {
    getConnection: (answer) => {
      pool.getConnection((error, connection) =>
        error ? answer(error, connection) : answer(undefined, withDeadline(connection)),
      );
    },
    end: (ended) => pool.end((error) => ended(error ?? undefined)),
  };
}

function withDeadline(connection: PoolConnection): MysqlPoolConnection {
  let dead = false;
  return {
    query: (
      text: string,
      values: readonly unknown[],
      answer?: (error: unknown, result: MysqlQueryResult) => void,
    ) =>
      connection.query({ sql: text, values: values.map(portable), timeout: QUERY_MS }, (error, result) => {
        if (error?.fatal === true || error?.code === 'PROTOCOL_SEQUENCE_TIMEOUT') {
          dead = true;
          connection.destroy();
        }
        answer?.(error ?? undefined, result as MysqlQueryResult);
      }),
    release: () => {
      if (!dead) connection.release();
    },
  };
}
