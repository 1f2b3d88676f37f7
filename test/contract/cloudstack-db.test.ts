/** CloudStack's database over MySQL's own protocol: what the adapter reads is what the cloud is, and nobody writes. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { cloudStackDb, mysqlTransport } from '../../src/adapters/cloudstack-db';
import { NotSent, Refused, Unreachable } from '../../src/domain/errors';
import { DB_LOGIN } from '../../src/sim/credentials';
import { asRecords, runSql } from '../../src/sim/db/face';
import { listenDb, type Listening } from '../../src/sim/db/wire';
import { describeWith } from '../support/backends';
import { database, type PretendDatabase } from '../support/database';

let pretend: PretendDatabase;
let wire: Listening;

beforeEach(async () => {
  pretend = database();
  wire = await listenDb(pretend, 0);
});
afterEach(() => wire.close());

const connect = () => createConnection({ host: '127.0.0.1', port: wire.port, ...DB_LOGIN });

async function withAdapter<T>(
  use: (db: ReturnType<typeof cloudStackDb>) => Promise<T>,
  login = DB_LOGIN,
): Promise<T> {
  const transport = mysqlTransport({ host: '127.0.0.1', port: wire.port, ...login });
  try {
    return await use(cloudStackDb(transport.select));
  } finally {
    await transport.close();
  }
}

test('the adapter reads open work with names, over the wire', async () => {
  pretend.openJob('prepareHostForMaintenance', 'job-1');
  pretend.openHaWork('i-2-10-VM', 'host-1');
  pretend.cloud.pools[0]!.vms.find((vm) => vm.name === 'i-2-12-VM')!.cs!.state = 'Migrating';

  const read = await withAdapter(async (db) => ({
    jobs: await db.jobs(),
    haWork: await db.haWork(),
    transitions: await db.transitions(),
    transfers: await db.hostTransfers(),
    servers: await db.managementServers(),
    version: await db.schemaVersion(),
  }));

  expect(read).toEqual({
    jobs: ['prepareForMaintenance job-1'],
    haWork: ['Migration of i-2-10-VM on host-1, step Scheduled'],
    transitions: ['i-2-12-VM Migrating'],
    transfers: [],
    servers: [{ name: 'ms-1', state: 'Up', version: '4.11.3.0' }],
    version: '4.11.3.0',
  });
  expect(pretend.cloud.violations).toEqual([]);
});

test('in memory the adapter reads the same as over the wire', async () => {
  pretend.openHaWork('i-2-10-VM', 'host-1');
  const session = { user: DB_LOGIN.user, database: undefined };
  const inMemory = cloudStackDb(async (sql) => asRecords(await runSql(pretend, session, sql)));

  expect(await inMemory.haWork()).toEqual(await withAdapter((db) => db.haWork()));
});

test("a stranger's own SELECT works: joins, aliases, IN, IS NULL, ORDER BY, LIMIT, shifts and counts", async () => {
  const connection = await connect();
  const [hosts] = await connection.query(
    'SELECT h.id, h.name, h.status, h.resource_state, c.name AS cluster, h.last_ping<<10 AS last_ping_ms FROM `cloud`.`host` h ' +
      "JOIN cloud.cluster c ON c.id = h.cluster_id WHERE h.removed IS NULL AND h.type = 'routing' AND h.name IN ('HOST-2', 'host-3') ORDER BY h.name DESC LIMIT 1",
  );
  const [counts] = await connection.query(
    'SELECT type, COUNT(*) AS n FROM cloud.vm_instance GROUP BY type ORDER BY type',
  );
  const [tables] = await connection.query('SHOW TABLES FROM cloud_usage');
  await connection.end();

  expect(hosts).toMatchObject([
    { name: 'host-3', status: 'Up', resource_state: 'Enabled', cluster: 'pool-a' },
  ]);
  expect(counts).toEqual([
    { type: 'ConsoleProxy', n: 1 },
    { type: 'DomainRouter', n: 2 },
    { type: 'SecondaryStorageVm', n: 1 },
    { type: 'User', n: 8 },
  ]);
  expect(tables).toHaveLength(4);
});

test.each([
  "UPDATE cloud.host SET resource_state = 'Enabled' WHERE id = 1",
  'DELETE FROM cloud.op_ha_work',
  'SELECT 1; DROP TABLE cloud.host',
  '/* a note */ INSERT INTO cloud.host (id) VALUES (9)',
  '/*!40000 DELETE FROM cloud.host */',
  'SELECT id FROM cloud.host WHERE id = 1 FOR UPDATE',
  "SELECT * FROM cloud.host INTO OUTFILE '/tmp/hosts'",
  'SET GLOBAL read_only = 0',
])('a statement that is not a read is refused and reported: %s', async (sql) => {
  const connection = await connect();

  await expect(connection.query(sql)).rejects.toMatchObject({ errno: 1142 });
  await connection.end();

  expect(pretend.cloud.violations).toMatchObject([{ rule: 'database-written', by: DB_LOGIN.user }]);
  expect(pretend.cloud.calls.at(-1)).toMatchObject({ face: 'db', mutates: true, ok: false, code: '1142' });
});

test('a write hidden in a prepared statement is reported too', async () => {
  const connection = await connect();

  await expect(
    connection.execute('UPDATE cloud.host SET status = ? WHERE id = ?', ['Up', 1]),
  ).rejects.toThrow(/denied/);
  connection.destroy();

  expect(pretend.cloud.violations.map((violation) => violation.rule)).toEqual(['database-written']);
});

test('the word UPDATE inside a text is not a write', async () => {
  const connection = await connect();
  const [rows] = await connection.query(
    "SELECT name FROM cloud.host WHERE name = 'x; UPDATE cloud.host FOR UPDATE'",
  );
  await connection.end();

  expect(rows).toEqual([]);
  expect(pretend.cloud.violations).toEqual([]);
});

test("MySQL's own errors come back for unknown tables, unknown columns and bad syntax", async () => {
  const connection = await connect();
  const errno = async (sql: string): Promise<unknown> =>
    connection.query(sql).then(
      () => 0,
      (error: { errno: number }) => error.errno,
    );

  expect(await errno('SELECT 1 FROM cloud.no_such_table')).toBe(1146);
  expect(await errno('SELECT colour FROM cloud.host')).toBe(1054);
  expect(await errno('SELEKT 1')).toBe(1064);
  await connection.end();
});

test('a wrong password is Refused in words, a closed port is NotSent, a cut connection is Unreachable', async () => {
  await expect(withAdapter((db) => db.jobs(), { ...DB_LOGIN, password: 'wrong' })).rejects.toMatchObject({
    name: 'Refused',
    problem: { code: 'DATABASE_LOGIN_REFUSED' },
  });

  pretend.cloud.faults.add([{ call: 'db:SELECT', how: 'lose-answer' }]);
  await expect(withAdapter((db) => db.jobs())).rejects.toBeInstanceOf(Unreachable);
  await expect(withAdapter((db) => db.jobs())).resolves.toEqual([]);

  pretend.cloud.faults.add([{ call: 'db:SELECT', how: 'refuse', code: '1205' }]);
  await expect(withAdapter((db) => db.jobs())).rejects.toBeInstanceOf(Refused);

  await wire.close();
  await expect(withAdapter((db) => db.jobs())).rejects.toBeInstanceOf(NotSent);
});

describeWith('mysql', "MariaDB's own client", () => {
  const client = (...words: readonly string[]) =>
    promisify(execFile)('mysql', [
      '--no-defaults',
      '--host=127.0.0.1',
      `--port=${wire.port}`,
      `--user=${DB_LOGIN.user}`,
      `--password=${DB_LOGIN.password}`,
      '--skip-ssl',
      '--batch',
      ...words,
    ]);

  test('logs in, chooses a database and reads', async () => {
    const { stdout } = await client(
      'cloud',
      '-e',
      'SELECT name, status FROM host ORDER BY name; SELECT COUNT(*) FROM vm_instance',
    );

    expect(stdout).toBe('name\tstatus\nhost-1\tUp\nhost-2\tUp\nhost-3\tUp\nCOUNT(*)\n12\n');
  });

  test('is refused a write as MySQL refuses it', async () => {
    await expect(client('cloud', '-e', "UPDATE host SET status = 'Down'")).rejects.toMatchObject({
      stderr: expect.stringMatching(/ERROR 1142 .*UPDATE command denied to user/) as string,
    });
    expect(pretend.cloud.violations.map((violation) => violation.rule)).toEqual(['database-written']);
  });
});
