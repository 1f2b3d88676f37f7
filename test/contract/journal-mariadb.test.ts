/** What the journal does with a MariaDB that is volatile, restarted or gone. */
import { makeJournal, migrateJournal, type JournalOptions } from '../../src/adapters/journal/journal';
import { startMariadb } from '../../src/demo/private-servers';
import { describeWith, openMysql } from '../support/backends';
import { clock, run, started, waiting } from '../support/journal-contract';

describeWith('mariadb-server', 'the journal on a MariaDB of its own', () => {
  const on = async (server: { readonly url: string }): Promise<JournalOptions> => {
    const connection = await openMysql(server.url);
    await connection.query('create database xsupgrade');
    await connection.end();
    const databaseUrl = server.url.replace('/mysql?', '/xsupgrade?');
    await migrateJournal({ databaseUrl, sqliteFile: '', allowVolatile: true });
    return { databaseUrl, sqliteFile: '', allowVolatile: false };
  };

  test.each([
    ['innodb-flush-log-at-trx-commit', '2', 'innodb_flush_log_at_trx_commit is 2'],
    ['sync-binlog', '0', 'sync_binlog is 0'],
  ])(
    'one that may lose commits (%s=%s) is refused, unless that is accepted, and then it is shown',
    async (setting, value, words) => {
      const server = await startMariadb({ [setting]: value });
      try {
        const options = await on(server);

        await expect(makeJournal(options, clock)).rejects.toMatchObject({
          problem: {
            code: 'VOLATILE_JOURNAL',
            what: `The database may lose what it has confirmed: ${words}.`,
          },
        });
        const accepted = await makeJournal({ ...options, allowVolatile: true }, clock);
        expect(accepted.volatile).toEqual([words]);
        await accepted.close();
      } finally {
        await server.stop();
      }
    },
  );

  test('one that is restarted is used again, and nothing was lost or written twice', async () => {
    const server = await startMariadb();
    try {
      const journal = await makeJournal(await on(server), clock);
      await journal.openRun(run('run-1'), started);
      await Promise.all([journal.check(), journal.lastSeq('run-1'), journal.openRuns()]);

      await server.restart();
      await journal.append('run-1', 1, waiting('after'));
      await server.restart();
      await journal.append('run-1', 2, { type: 'RunFinished' });

      expect((await journal.read('run-1')).map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(journal.volatile).toEqual([]);
      await journal.close();
    } finally {
      await server.stop();
    }
  });

  test('one that is gone is said to be out of reach', async () => {
    const server = await startMariadb();
    const journal = await makeJournal(await on(server), clock);
    await journal.openRun(run('run-1'), started);

    await server.stop();

    await expect(journal.check()).rejects.toThrow('the journal: ');
    await expect(journal.append('run-1', 1, waiting('x'))).rejects.toMatchObject({ name: 'Unreachable' });
    await journal.close();
  });
});
