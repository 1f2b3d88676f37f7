/** What the tests need: found, left out by name, or said to be missing; never silently green. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNeeds } from '../support/backends';

const ROOT = join(__dirname, '../..');
const directory = mkdtempSync(join(tmpdir(), 'xsupgrade-needs-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A jest of its own on one small suite that needs Redis. */
function jest(env: Readonly<Record<string, string>>): { code: number | null; said: string } {
  const suite = join(directory, 'small.test.ts');
  writeFileSync(
    suite,
    `import { describeWith } from '${ROOT}/test/support/backends';
    describeWith('redis', 'a suite that needs Redis', () => { test('it runs', () => { expect(process.env.TEST_REDIS_URL).toBeTruthy(); }); });
    test('another', () => { expect(1).toBe(1); });`,
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/jest/bin/jest.js'),
      '--rootDir',
      ROOT,
      '--roots',
      directory,
      '--testTimeout',
      '20000',
      suite,
    ],
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, TEST_REDIS_URL: '', TEST_MYSQL_URL: '', ...env } },
  );
  return { code: status, said: stdout + stderr };
}

test('a suite left out by name says NOT RUN and is counted as skipped', () => {
  const { code, said } = jest({ TEST_WITHOUT: 'redis,mysql,chromium,python3-cs' });

  expect(said).toContain('NOT RUN a suite that needs Redis (TEST_WITHOUT=redis)');
  expect(said).toMatch(/Tests: +1 skipped, 1 passed, 2 total/);
  expect(code).toBe(0);
});

test('what is not left out runs on a private server', () => {
  const { code, said } = jest({ TEST_WITHOUT: 'mysql,chromium,python3-cs' });

  expect(said).not.toContain('NOT RUN');
  expect(said).toMatch(/Tests: +2 passed, 2 total/);
  expect(code).toBe(0);
});

test('a name that leaves nothing out is an error', () => {
  const { code, said } = jest({ TEST_WITHOUT: 'redsi' });

  expect(said).toContain(
    'TEST_WITHOUT=redsi: there is redis, mysql, redis-server, mariadb-server, chromium, python3-cs',
  );
  expect(code).toBe(1);
});

test('the gate refuses to run with anything left out', () => {
  const { status, stderr } = spawnSync(join(ROOT, '.ci/run'), [], {
    encoding: 'utf8',
    env: { ...process.env, TEST_WITHOUT: 'redis' },
  });

  expect(stderr).toContain('TEST_WITHOUT is set (redis); the gate leaves nothing out');
  expect(status).toBe(1);
});

test('what can neither be found nor installed is named with the line that installs it', () => {
  const missing = (name: string): { readonly package: string; readonly isThere: () => boolean } => ({
    package: name,
    isThere: () => false,
  });
  const needs = { a: missing('redis-server'), b: missing('redis-server'), c: missing('mariadb-server') };

  expect(() => ensureNeeds(needs, false)).toThrow(
    'The tests need redis-server and mariadb-server. Run as root: apt-get update && apt-get install -y --no-install-recommends redis-server mariadb-server. Or leave suites out by name: TEST_WITHOUT=a,b,c',
  );
  expect(() => ensureNeeds({ a: { package: 'x', isThere: () => true } }, false)).not.toThrow();
});
