/** The same lines on a real shell, a real MariaDB and the real mysqldump: the verifier tells good dumps from bad ones. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { managementServers } from '../../src/adapters/management-servers';
import { startBackup, type BackupPlace } from '../../src/adapters/ssh/commands';
import type { SshTransport } from '../../src/adapters/ssh/transport';
import { Unreachable } from '../../src/domain/errors';
import type { BackupSeen, ManagementServers } from '../../src/ports';
import { dumpText } from '../../src/sim/db/dump';
import { TABLES } from '../../src/sim/db/schema';
import { describeWith } from '../support/backends';
import { database } from '../support/database';
import { startMariadb, type PrivateServer } from '../../src/demo/private-servers';

/** This machine's own shell in the place of a management server's. */
const realShell: SshTransport = {
  exec: (_target, command, { signal }) =>
    new Promise((resolve, reject) => {
      const shell = spawn('sh', ['-c', command], { signal, stdio: ['ignore', 'pipe', 'pipe'] });
      let stdout = '';
      let stderr = '';
      shell.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      shell.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      shell.on('error', (error) => reject(new Unreachable('sh', error.message)));
      shell.on('close', (code) => resolve({ code: code ?? 128, stdout, stderr }));
    }),
  hostKey: () => Promise.resolve(undefined),
};

const HERE = { host: '127.0.0.1', port: 22 };

describeWith('mysql', 'backups of a real MariaDB', () => {
  let mariadb: PrivateServer;
  let root: string;
  let place: BackupPlace;
  let servers: ManagementServers;

  const sql = (statements: string): void =>
    void execFileSync('mysql', [`--defaults-extra-file=${place.defaultsFile}`], { input: statements });
  const partial = (name: string, file: string): string => join(place.directory, `${name}.partial`, file);

  beforeAll(async () => {
    mariadb = await startMariadb();
    root = mkdtempSync(join(tmpdir(), "xsupgrade's backups "));
    place = {
      directory: join(root, 'backups'),
      defaultsFile: join(root, 'backup.cnf'),
      configuration: join(root, 'etc cloudstack'),
    };
    const socket = new URL(mariadb.url).searchParams.get('socketPath');
    writeFileSync(place.defaultsFile, `[client]\nuser=root\nsocket=${socket}\n`, { mode: 0o600 });
    mkdirSync(join(place.configuration, 'management'), { recursive: true });
    writeFileSync(join(place.configuration, 'management', 'key'), 'key\n');
    writeFileSync(join(place.configuration, 'management', 'db.properties'), 'db.cloud.name=cloud\n');
    servers = managementServers({
      servers: [{ name: 'ms-1', target: HERE }],
      transport: realShell,
      backup: { ...place, server: 'ms-1', target: HERE },
    });
  });

  beforeEach(() => {
    sql('DROP DATABASE IF EXISTS cloud; DROP DATABASE IF EXISTS cloud_usage;');
    // What the simulated server writes is a dump that the real one loads.
    sql(dumpText(database(), { databases: ['cloud', 'cloud_usage'], routines: true }));
  });

  afterAll(async () => {
    await mariadb.stop();
    rmSync(root, { recursive: true, force: true });
  });

  async function ended(name: string): Promise<BackupSeen> {
    for (;;) {
      const seen = await servers.backup(name);
      if (seen.state !== 'running') return seen;
    }
  }

  const refusal = (name: string): Promise<string> =>
    servers.verifyBackup(name).then(
      () => 'verified',
      (error: { problem: { why: string } }) => error.problem.why,
    );

  test('a good dump is verified and renamed, with counts, version and hash', async () => {
    await servers.backUp('good.1');
    expect((await ended('good.1')).state).toBe('unverified');

    await servers.verifyBackup('good.1');

    const seen = await servers.backup('good.1');
    expect(seen).toMatchObject({ state: 'verified', path: join(place.directory, 'good.1'), problems: [] });
    expect(seen.facts).toContain('31 tables, 3 views, 2 routines, as the database has them');
    expect(seen.facts).toContain('CloudStack 4.11.3.0');
    // MariaDB's client begins with its sandbox line: no error (cs §11.3, 5).
    expect(readFileSync(join(seen.path!, 'dump.sql'), 'utf8')).toMatch(/^\/\*M!999999/);
  });

  test('1: a broken view ends mysqldump with 2 and a half-written file', async () => {
    sql('DROP TABLE cloud.async_job;');

    await servers.backUp('view.1');

    expect(await ended('view.1')).toMatchObject({
      state: 'failed',
      problems: [expect.stringMatching(/code 2.*1356/s)],
    });
    expect(await refusal('view.1')).toMatch(/no trailer/);
  });

  test('2: a truncated file does not count', async () => {
    await servers.backUp('cut.1');
    await ended('cut.1');
    truncateSync(partial('cut.1', 'dump.sql'), 20_000);

    expect(await refusal('cut.1')).toMatch(/no trailer/);
  });

  test('3: a dump without routines does not count although mysqldump said nothing', async () => {
    await servers.backUp('routines.1');
    await ended('routines.1');
    const options = [
      `--defaults-extra-file=${place.defaultsFile}`,
      '--single-transaction',
      '--databases',
      'cloud',
      'cloud_usage',
    ];
    writeFileSync(partial('routines.1', 'dump.sql'), execFileSync('mysqldump', options));

    expect(await refusal('routines.1')).toBe('cloud: 0 of 2 routines are in the dump');
  });

  test('4: a code of 0 that a pipe made of a failure does not help the dump', async () => {
    sql('DROP TABLE cloud.async_job;');
    await servers.backUp('pipe.1');
    await ended('pipe.1');
    writeFileSync(partial('pipe.1', 'dump.rc'), '0\n');
    writeFileSync(partial('pipe.1', 'dump.stderr'), '');

    expect(await refusal('pipe.1')).toMatch(/no trailer.*of 3 views/s);
  });

  test("6: the other family's options end the dump at once, which is why the family is read first", async () => {
    const { code } = await realShell.exec(
      HERE,
      startBackup(place, 'family.1', { family: 'mysql', version: [8, 0] }),
      {
        signal: AbortSignal.timeout(5000),
      },
    );
    expect(code).toBe(0);

    expect(await ended('family.1')).toMatchObject({
      state: 'failed',
      problems: [expect.stringContaining('unknown variable')],
    });
  });

  test('a table that came after the dump does not go unnoticed', async () => {
    await servers.backUp('late.1');
    await ended('late.1');
    sql('CREATE TABLE cloud.later (id int);');

    const tables = TABLES.filter((table) => table.database === 'cloud').length;
    expect(await refusal('late.1')).toBe(`cloud: ${tables} of ${tables + 1} tables are in the dump`);
  });

  test("what a routine's body creates is no table of the dump, and text in a row is no object", async () => {
    sql(
      "USE cloud; CREATE TABLE notes (t text); INSERT INTO notes VALUES ('a\\nCREATE TABLE `x` (\\nDELIMITER ;;');",
    );
    sql(
      'USE cloud;\nDELIMITER //\nCREATE PROCEDURE maker() BEGIN\nCREATE TABLE `made` (id int);\nEND//\nDELIMITER ;',
    );

    await servers.backUp('body.1');
    await ended('body.1');

    expect(await refusal('body.1')).toBe('verified');
  });

  test('a configuration without its key does not count', async () => {
    rmSync(join(place.configuration, 'management', 'key'));
    await servers.backUp('key.1');
    await ended('key.1');
    writeFileSync(join(place.configuration, 'management', 'key'), 'key\n');

    expect(await refusal('key.1')).toBe('The configuration archive has no management/key');
  });

  test('one name is one attempt on a real disk too', async () => {
    await servers.backUp('twice.1');

    await expect(servers.backUp('twice.1')).rejects.toMatchObject({
      problem: { code: 'BACKUP_NOT_STARTED' },
    });
    expect((await ended('twice.1')).state).toBe('unverified');
  });
});
