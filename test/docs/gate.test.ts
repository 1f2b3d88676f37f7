/** The gate lets nothing through: it is run on small repositories, each with one thing wrong. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const directory = mkdtempSync(join(tmpdir(), 'xsupgrade-gates-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Small {
  /** What the README tells people to type. */
  readonly tests?: string;
  /** What `npm run check` does. */
  readonly check?: string;
  readonly readme?: string;
}
const PASSED = `echo 'Tests:       30 passed, 30 total'`;

let count = 0;
function gate({ tests = PASSED, check = 'true', readme }: Small, env: Readonly<Record<string, string>> = {}) {
  const repository = join(directory, `${count++}`);
  mkdirSync(join(repository, '.ci'), { recursive: true });
  mkdirSync(join(repository, 'tmp'));
  cpSync(join(ROOT, '.ci/run'), join(repository, '.ci/run'));
  writeFileSync(join(repository, 'tests.sh'), tests);
  writeFileSync(join(repository, '.gitignore'), 'tmp/\n');
  writeFileSync(
    join(repository, 'README.md'),
    readme ?? '# it\n\n## Tests\n\n```sh\nsh tests.sh\n```\n\n## More\n\n```sh\nfalse\n```\n',
  );
  writeFileSync(join(repository, 'package.json'), JSON.stringify({ name: 'it', scripts: { check } }));
  const git = (...args: readonly string[]): void => {
    const { status, stderr } = spawnSync(
      'git',
      ['-c', 'user.name=it', '-c', 'user.email=it@example.org', ...args],
      { cwd: repository, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
  };
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'it');
  const { status, stdout, stderr } = spawnSync(join(repository, '.ci/run'), [], {
    encoding: 'utf8',
    env: { ...process.env, TEST_WITHOUT: '', TMPDIR: join(repository, 'tmp'), ...env },
  });
  return {
    status,
    stderr,
    last: stdout.trimEnd().split('\n').at(-1),
    left: readdirSync(join(repository, 'tmp')),
  };
}

test('all green is said in one line, last, and nothing is left behind', () => {
  const seen = gate({});

  expect(seen.last).toBe('30 passed, 0 failed');
  expect(seen.status).toBe(0);
  expect(seen.left.filter((name) => name.startsWith('xsupgrade-gate-'))).toEqual([]);
});

test('the tests run on a clone of the last commit, where nothing else lies', () => {
  const seen = gate({ tests: `[ ! -e tmp ] && git diff --quiet && ${PASSED}` });

  expect([seen.status, seen.last]).toEqual([0, '30 passed, 0 failed']);
});

test.each([
  [
    'a failing test',
    { tests: `echo 'Tests:       2 failed, 28 passed, 30 total'; exit 1` },
    "the README's test command failed",
    '28 passed, 2 failed',
  ],
  [
    'a suite that was not run',
    { tests: `echo 'NOT RUN the bell'; ${PASSED}` },
    'NOT RUN the bell',
    '30 passed, 0 failed',
  ],
  [
    'a skipped test',
    { tests: `echo 'Tests:       1 skipped, 29 passed, 30 total'` },
    '1 tests were skipped',
    '29 passed, 0 failed',
  ],
  [
    'a test that is not written',
    { tests: `echo 'Tests:       1 todo, 29 passed, 30 total'` },
    '1 tests are not written',
    '29 passed, 0 failed',
  ],
  ['tests that never ran', { tests: 'true' }, 'jest printed no summary', '0 passed, 0 failed'],
  ['a check that fails', { check: 'false' }, 'npm run check failed', '30 passed, 0 failed'],
])('%s fails the gate and is named', (_what, small, words, last) => {
  const seen = gate(small);

  expect(seen.stderr).toContain(words);
  expect([seen.status, seen.last]).toEqual([1, last]);
});

test('a README that does not say how to test fails the gate', () => {
  const seen = gate({ readme: '# it\n' });

  expect(seen.stderr).toContain("README.md has no command below '## Tests'");
  expect(seen.status).toBe(1);
});
