/** CloudStack's database, read only: what the API hides or tells only to those who know what to ask (cs §10.5). */
import { createPool, type Pool } from 'mysql2/promise';
import { z } from 'zod';
import { Malformed, NotSent, Refused, Unreachable } from '../domain/errors';
import { networkWords } from '../domain/net-words';
import { recurringSnapshot } from '../domain/recurring-snapshots';
import type { CloudStackDb } from '../ports';

/** One SELECT without parameters; rows as objects, dates as text. Throws NotSent, Unreachable, Refused. */
export type SqlTransport = (sql: string) => Promise<readonly unknown[]>;

const SOURCE = "CloudStack's database";

/** VMs that move by themselves. `Error` is where a failed deployment stays for good, so it is no transition. */
const TRANSITIONS = "'Starting', 'Stopping', 'Migrating', 'Expunging', 'Shutdown', 'Unknown'";

const QUERIES = {
  haWork:
    'SELECT w.type AS type, w.step AS step, v.instance_name AS vm, h.name AS host FROM cloud.op_ha_work w ' +
    'LEFT JOIN cloud.vm_instance v ON v.id = w.instance_id LEFT JOIN cloud.host h ON h.id = w.host_id ' +
    "WHERE w.step NOT IN ('Done', 'Cancelled', 'Error') ORDER BY w.id",
  hostTransfers:
    'SELECT t.state AS state, h.name AS host FROM cloud.op_host_transfer t LEFT JOIN cloud.host h ON h.id = t.id ORDER BY t.id',
  jobs: 'SELECT uuid, job_cmd AS command FROM cloud.async_job WHERE job_status = 0 AND removed IS NULL ORDER BY id',
  transitions: `SELECT instance_name AS vm, state FROM cloud.vm_instance WHERE removed IS NULL AND state IN (${TRANSITIONS}) ORDER BY id`,
  managementServers: 'SELECT name, state, version FROM cloud.mshost WHERE removed IS NULL ORDER BY id',
  // The row with the highest id is the schema's version (cs §10.1).
  snapshots:
    "SELECT name, status AS state FROM cloud.snapshots WHERE removed IS NULL AND status IN ('Creating', 'BackingUp', 'Copying', 'Destroying') ORDER BY id",
  schedules:
    'SELECT o.name AS volume, p.`interval` AS every, p.schedule AS schedule, p.timezone AS timezone, c.uuid AS cluster FROM cloud.snapshot_policy p ' +
    'JOIN cloud.volumes o ON o.id = p.volume_id JOIN cloud.vm_instance v ON v.id = o.instance_id ' +
    'JOIN cloud.host h ON h.id = COALESCE(v.host_id, v.last_host_id) JOIN cloud.cluster c ON c.id = h.cluster_id ' +
    'WHERE p.active = 1 AND o.removed IS NULL ORDER BY p.id',
  schemaVersion: 'SELECT version FROM cloud.version ORDER BY id DESC LIMIT 1',
} as const;

const text = z.string();
const nameless = z.string().nullable();
const identity = z.union([z.string(), z.number().transform(String)]).nullable();

/** MySQL: a column that is not there. */
const NO_SUCH_COLUMN = '1054';
/** Before 3.0 rows have numbers and no uuid (cs §10.1). */
const byNumber = (sql: string): string =>
  sql.replace('SELECT uuid,', 'SELECT id AS uuid,').replace('c.uuid AS', 'c.id AS');

/** Sentences with names for people; a name the database has lost reads `unknown`. */
export function cloudStackDb(select: SqlTransport): CloudStackDb {
  const selected = async (sql: string): Promise<readonly unknown[]> => {
    try {
      return await select(sql);
    } catch (error) {
      const older = byNumber(sql);
      if (older === sql || !(error instanceof Refused) || error.code !== NO_SUCH_COLUMN) throw error;
      return select(older);
    }
  };
  const rows = async <T>(sql: string, shape: z.ZodType<T>): Promise<readonly T[]> => {
    const parsed = z.array(shape).safeParse(await selected(sql));
    if (parsed.success) return parsed.data;
    throw new Malformed(SOURCE, parsed.error.issues[0]?.message ?? 'rows of another shape');
  };
  return {
    async haWork() {
      const work = await rows(
        QUERIES.haWork,
        z.object({ type: text, step: text, vm: nameless, host: nameless }),
      );
      return work.map(
        (row) => `${row.type} of ${row.vm ?? 'unknown'} on ${row.host ?? 'unknown'}, step ${row.step}`,
      );
    },
    async hostTransfers() {
      const transfers = await rows(QUERIES.hostTransfers, z.object({ state: text, host: nameless }));
      return transfers.map((row) => `${row.host ?? 'unknown'} ${row.state}`);
    },
    async jobs() {
      const jobs = await rows(QUERIES.jobs, z.object({ uuid: identity, command: nameless }));
      return jobs.map((row) => `${commandOf(row.command ?? 'unknown')} ${row.uuid ?? 'unknown'}`);
    },
    async transitions() {
      const vms = await rows(QUERIES.transitions, z.object({ vm: text, state: text }));
      return vms.map((row) => `${row.vm} ${row.state}`);
    },
    async managementServers() {
      const servers = await rows(
        QUERIES.managementServers,
        z.object({ name: nameless, state: text, version: nameless }),
      );
      return servers.map((row) => ({
        name: row.name ?? 'unknown',
        state: row.state,
        version: row.version ?? 'unknown',
      }));
    },
    async schemaVersion() {
      const [newest] = await rows(QUERIES.schemaVersion, z.object({ version: text }));
      if (newest) return newest.version.trim();
      throw new Malformed(SOURCE, 'the table version is empty');
    },
    async snapshots() {
      const snapshots = await rows(QUERIES.snapshots, z.object({ name: nameless, state: text }));
      return snapshots.map((row) => `${row.name ?? 'unknown'} ${row.state}`);
    },
    async snapshotSchedules(clusterId) {
      const shape = z.object({
        volume: nameless,
        every: z.coerce.number(),
        schedule: text,
        timezone: text,
        cluster: identity,
      });
      const schedules = await rows(QUERIES.schedules, shape);
      return schedules
        .filter((row) => row.cluster === clusterId)
        .map((row) => recurringSnapshot(row.volume ?? 'unknown', row.every, row.schedule, row.timezone));
    },
  };
}

/** `…admin.host.PrepareForMaintenanceCmd` is `prepareForMaintenance` to people. */
function commandOf(javaClass: string): string {
  const name = javaClass.split('.').at(-1)!.replace(/Cmd$/, '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}

export interface DatabaseLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A tick has no time for a database that does not answer. */
const CALL_SECONDS = 10;
/** The reads of one snapshot run side by side. */
const CONNECTIONS = 3;
const NOTHING_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EAI_AGAIN'];

/** The real transport: every session is READ ONLY before its first query, whatever the user's grants are. */
export function mysqlTransport(login: DatabaseLogin): {
  readonly select: SqlTransport;
  close(): Promise<void>;
} {
  const pool: Pool = createPool({
    ...login,
    connectionLimit: CONNECTIONS,
    connectTimeout: CALL_SECONDS * 1000,
    dateStrings: true,
    supportBigNumbers: true,
    enableKeepAlive: true,
  });
  pool.pool.on('connection', (connection) => connection.query('SET SESSION TRANSACTION READ ONLY'));
  return {
    async select(sql) {
      try {
        return await withDeadline(pool, sql);
      } catch (error) {
        throw explained(login, error);
      }
    },
    close: () => pool.end(),
  };
}

/** mysql2's own timeout leaves its timer behind when the connection breaks, so the deadline is ours. */
async function withDeadline(pool: Pool, sql: string): Promise<readonly unknown[]> {
  const connection = await pool.getConnection();
  let late: NodeJS.Timeout | undefined;
  try {
    const deadline = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error(`no answer within ${CALL_SECONDS} s`)), CALL_SECONDS * 1000);
    });
    const [rows] = await Promise.race([connection.query(sql), deadline]);
    connection.release();
    return Array.isArray(rows) ? rows : [];
  } catch (error) {
    // In an unknown state: never given to the next query.
    connection.destroy();
    throw error;
  } finally {
    clearTimeout(late);
  }
}

function explained(login: DatabaseLogin, error: unknown): Error {
  const { code = '', errno = 0, message } = error as { code?: string; errno?: number; message: string };
  const source = `${SOURCE} at ${login.host}:${login.port}`;
  if (NOTHING_SENT.includes(code)) return new NotSent(`${source}: ${networkWords(error)}`);
  // MySQL's own errors carry numbers from 1000; 2000 and up are the client's.
  if (errno < 1000 || errno >= 2000) return new Unreachable(source, networkWords(error));
  const isLogin = errno === 1044 || errno === 1045;
  return new Refused(
    {
      code: isLogin ? 'DATABASE_LOGIN_REFUSED' : 'DATABASE_REFUSED',
      what: isLogin ? `${source} does not let ${login.user} in.` : `${source} refused a query.`,
      why: message,
      doThis: isLogin
        ? [`Correct user and password of the database in .env.`]
        : [`Grant the reading user what it needs: GRANT SELECT ON cloud.* TO '${login.user}'@'%';`],
    },
    String(errno),
  );
}
