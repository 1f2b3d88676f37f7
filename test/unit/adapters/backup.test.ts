/** A dump counts as a backup only when everything of cs §11.4 holds; each bad dump of §11.3 is named for what it is. */
import { backupPlace } from '../../../src/adapters/backup/place';
import { readDumpClient, startBackup } from '../../../src/adapters/ssh/commands';
import type { FaultSpec } from '../../../src/sim/faults';
import { inMemorySsh } from '../../../src/sim/ssh/in-memory';
import { managementServersOf, sshCloud, type SshCloud } from '../../support/ssh';

const NAME = 'run-1.1';

/** Starts a backup and lets the pretend minute pass in which it is written. */
async function taken(at: SshCloud, name = NAME) {
  const servers = managementServersOf(at);
  await servers.backUp(name);
  await at.pass(60);
  return servers;
}

test('a good dump is running, then unverified, then verified under its final name', async () => {
  const at = sshCloud();
  const servers = managementServersOf(at);
  expect((await servers.backup(NAME)).state).toBe('absent');

  await servers.backUp(NAME);
  expect((await servers.backup(NAME)).state).toBe('running');
  await at.pass(60);
  expect((await servers.backup(NAME)).state).toBe('unverified');
  await servers.verifyBackup(NAME);

  const seen = await servers.backup(NAME);
  expect(seen).toMatchObject({
    state: 'verified',
    path: `/var/backups/xsupgrade/${NAME}`,
    server: 'ms-1',
    problems: [],
  });
  expect(seen.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(seen.facts).toEqual(
    expect.arrayContaining([
      'Databases cloud, cloud_usage',
      '31 tables, 3 views, 2 routines, as the database has them',
      'CloudStack 4.11.3.0',
    ]),
  );
});

test('verifying again after the rename changes nothing', async () => {
  const at = sshCloud();
  const servers = await taken(at);
  await servers.verifyBackup(NAME);
  const calls = at.cloud.calls.length;

  await servers.verifyBackup(NAME);

  expect(at.cloud.calls.slice(calls).filter((call) => call.mutates)).toEqual([]);
});

test.each([1, 2, 3, 4, 5, 6])(
  'a look that the verifying overtakes before its command %i sees no failed backup',
  async (overtaken) => {
    const at = sshCloud();
    const servers = await taken(at);
    const memory = inMemorySsh(at.side, (target) => at.pins.pinned(target));
    let commands = 0;
    const looking = managementServersOf(at, {
      hostKey: (target) => memory.hostKey(target),
      async exec(target, command, options) {
        if (++commands === overtaken) await servers.verifyBackup(NAME);
        return memory.exec(target, command, options);
      },
    });

    const seen = await looking.backup(NAME);

    expect(['unverified', 'verified']).toContain(seen.state);
    expect((await looking.backup(NAME)).state).toBe('verified');
  },
);

test('one name is one attempt: a second start under it is refused and no second dump runs', async () => {
  const at = sshCloud();
  const servers = managementServersOf(at);
  await servers.backUp(NAME);

  await expect(servers.backUp(NAME)).rejects.toMatchObject({ problem: { code: 'BACKUP_NOT_STARTED' } });
  await at.pass(60);

  expect(at.cloud.calls.filter((call) => call.call === 'mysqldump')).toHaveLength(1);
});

const bad: readonly [string, FaultSpec, RegExp][] = [
  [
    'a broken view (mysqldump ends with 2)',
    { call: 'ssh:mysqldump', how: 'refuse', code: '1356' },
    /ended with code 2/,
  ],
  ['a cut-off file', { call: 'ssh:mysqldump', how: 'truncate' }, /no trailer/],
  [
    'a dump without routines',
    { call: 'ssh:mysqldump', how: 'refuse', code: 'no-routines' },
    /cloud: 0 of 2 routines/,
  ],
  [
    'a dump of one database',
    { call: 'ssh:mysqldump', how: 'refuse', code: 'one-database' },
    /no database cloud_usage/,
  ],
  [
    'a database server that refuses',
    { call: 'ssh:mysqldump', how: 'refuse', code: '1045' },
    /ended with code 2/,
  ],
  ['an archive without the key', { call: 'ssh:tar -c', how: 'refuse', code: 'no-key' }, /no management\/key/],
];

test.each(bad)('%s does not count, and stays under its partial name', async (_, fault, problem) => {
  const at = sshCloud();
  at.cloud.faults.add([fault]);
  const servers = await taken(at);

  await expect(servers.verifyBackup(NAME)).rejects.toMatchObject({
    problem: { code: 'BACKUP_NOT_VERIFIED', why: expect.stringMatching(problem) as string },
  });

  const seen = await servers.backup(NAME);
  expect(seen.state).toBe('failed');
  expect(seen.problems.join(' ')).toMatch(problem);
  expect(seen.path).toBeUndefined();
});

test('a dump of less than half the size of the last good one does not count', async () => {
  const at = sshCloud();
  const servers = await taken(at);
  await servers.verifyBackup(NAME);
  const machine = at.machine('ms-1');
  const verdict = JSON.stringify({
    v: 1,
    facts: [],
    problems: [],
    bytes: 10_000_000,
    sha256: 'a'.repeat(64),
  });
  if (machine.kind === 'management')
    machine.files.write(`/var/backups/xsupgrade/${NAME}/verdict.json`, verdict, 1);

  await taken(at, 'run-2.1');

  await expect(servers.verifyBackup('run-2.1')).rejects.toMatchObject({
    problem: { why: expect.stringMatching(/less than half of the previous one \(10000000\)/) as string },
  });
});

test('a backup whose process died without finishing has failed', async () => {
  const at = sshCloud();
  const servers = managementServersOf(at);
  await servers.backUp(NAME);
  const machine = at.machine('ms-1');
  if (machine.kind === 'management') machine.processes.clear();

  expect(await servers.backup(NAME)).toMatchObject({
    state: 'failed',
    problems: [expect.stringContaining('its process is gone')],
  });
});

test('a backup that never ends is running for as long as its process lives', async () => {
  const at = sshCloud();
  at.cloud.faults.add([{ call: 'ssh:mysqldump', how: 'hang' }]);
  const servers = await taken(at);

  expect((await servers.backup(NAME)).state).toBe('running');
});

test('a name that a shell could read otherwise is never sent', async () => {
  const at = sshCloud();
  const servers = managementServersOf(at);

  for (const name of ["x'; reboot #", '../etc', '', '-rf'])
    await expect(servers.backup(name)).rejects.toThrow(/cannot be called/);

  expect(at.cloud.calls).toEqual([]);
});

test.each([
  ['mysqldump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)', 'mariadb', []],
  ['mysqldump from 11.4.2-MariaDB, client 10.19 for Linux (x86_64)', 'mariadb', []],
  ['mysqldump  Ver 10.13 Distrib 5.5.68, for Linux (x86_64)', 'mysql', []],
  ['mysqldump  Ver 10.13 Distrib 5.6.51, for Linux (x86_64)', 'mysql', ['--set-gtid-purged=OFF']],
  [
    'mysqldump  Ver 8.0.35 for Linux on x86_64 (MySQL Community Server - GPL)',
    'mysql',
    ['--set-gtid-purged=OFF', '--column-statistics=0'],
  ],
])('the client that says "%s" gets only options it knows', (says, family, options) => {
  const client = readDumpClient(says);
  const line = startBackup(backupPlace, NAME, client);

  expect(client.family).toBe(family);
  expect(
    ['--set-gtid-purged=OFF', '--column-statistics=0'].filter((option) => line.includes(option)),
  ).toEqual(options);
});
