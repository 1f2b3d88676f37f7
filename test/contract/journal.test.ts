/** The journal's promises, kept by SQLite and by MariaDB alike. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeJournal, migrateJournal, type JournalOptions } from '../../src/adapters/journal/journal';
import { describeWith, freshDatabase, openMysql } from '../support/backends';
import { clock, journalContract, run, started } from '../support/journal-contract';

const directory = mkdtempSync(join(tmpdir(), 'xsupgrade-journal-'));
afterAll(() => rmSync(directory, { recursive: true }));

let files = 0;
const sqlite = async (): Promise<JournalOptions> => ({
  sqliteFile: join(directory, `${files++}`, 'xsupgrade.sqlite'),
  allowVolatile: false,
});
const mariadb = async (): Promise<JournalOptions> => {
  const options = {
    databaseUrl: await freshDatabase(),
    sqliteFile: '/nowhere/x.sqlite',
    allowVolatile: false,
  };
  await migrateJournal(options);
  return options;
};

describe('the journal on SQLite', () => {
  journalContract(sqlite);

  test('every commit is on disk before it is answered', async () => {
    const journal = await makeJournal(await sqlite(), clock);

    expect(journal.volatile).toEqual([]);
    await journal.close();
  });

  test('eight processes append to one file; one wins each place and none is locked out', async () => {
    const options = await sqlite();
    const journal = await makeJournal(options, clock);
    await journal.openRun(run('run-1'), started);

    const counts = await Promise.all(
      Array.from({ length: 8 }, (_, i) => appender(options.sqliteFile, `writer-${i}`)),
    );

    const entries = await journal.read('run-1', 1);
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, i) => i + 2));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
    await journal.close();
  });
});

/** Another process that appends until entry 41 is there, and says how often it was first. */
function appender(file: string, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(__dirname, '../support/appender.cjs'), file, name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (said += text));
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve(Number(said)) : reject(new Error(`appender ended with ${code}`)),
    );
  });
}

describeWith('mysql', 'the journal on MariaDB', () => {
  journalContract(mariadb);

  test('a name that does not fit is refused, never cut off', async () => {
    const journal = await makeJournal(await mariadb(), clock);

    await expect(journal.openRun(run('x'.repeat(300)), started)).rejects.toThrow('too long');

    expect(await journal.openRuns()).toEqual([]);
    await journal.close();
  });

  test('a database that was never prepared is refused with the command that prepares it', async () => {
    const options = { databaseUrl: await freshDatabase(), sqliteFile: '', allowVolatile: false };

    await expect(makeJournal(options, clock)).rejects.toMatchObject({
      problem: { code: 'SCHEMA_BEHIND', doThis: ['Run: npx xsupgrade migrate', expect.any(String)] },
    });
    expect(await migrateJournal(options)).toHaveLength(6);
    await (await makeJournal(options, clock)).close();
  });

  test('of five who migrate at once each waits for the other', async () => {
    const options = { databaseUrl: await freshDatabase(), sqliteFile: '', allowVolatile: false };

    const applied = await Promise.all(Array.from({ length: 5 }, () => migrateJournal(options)));

    expect(applied.map((names) => names.length).sort((a, b) => a - b)).toEqual([0, 0, 0, 0, 6]);
  });

  test('a database that a newer version prepared is left alone', async () => {
    const options = await mariadb();
    const connection = await openMysql(options.databaseUrl ?? '');
    await connection.query("insert into migrations values ('999-of-tomorrow', 1)");
    await connection.end();

    await expect(makeJournal(options, clock)).rejects.toMatchObject({ problem: { code: 'SCHEMA_NEWER' } });
    await expect(migrateJournal(options)).rejects.toMatchObject({ problem: { code: 'SCHEMA_NEWER' } });
  });

  test('a password in the address never gets into an error', async () => {
    const options = {
      databaseUrl: 'mysql://me:hunter2@127.0.0.1:1/xsupgrade',
      sqliteFile: '',
      allowVolatile: false,
    };

    const refused = await makeJournal(options, clock).catch((error: unknown) => error);

    expect(refused).toMatchObject({ name: 'Unreachable', message: 'the journal: ECONNREFUSED' });
    expect(JSON.stringify(refused, Object.getOwnPropertyNames(refused))).not.toContain('hunter2');
  });
});
