/** The tree as it was agreed: what lies at the top, how files are named and begin, and what no file holds. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const ROOT = join(__dirname, '../..');
const files = execFileSync('git', ['ls-files', '--cached'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((name) => name !== '' && existsSync(join(ROOT, name)));
const text = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const code = files.filter((name) => /\.(ts|cjs)$/.test(name) && /^(src|commands|test)\//.test(name));
/** Names of the files of which it is so: an empty list is what is wanted, and a full one says where to look. */
const whichever = (
  among: readonly string[],
  isSo: (content: string, name: string) => boolean,
): readonly string[] => among.filter((name) => isSo(text(name), name));

test('the top of the tree holds what was agreed and nothing else', () => {
  const agreed =
    'package.json package-lock.json tsconfig.json tsconfig.build.json src commands test Dockerfile .dockerignore ' +
    '.env.example README.md CHANGELOG.md LICENSE docs deploy .ci ' +
    // settings of the tools
    '.dependency-cruiser.cjs .gitignore .npmrc .oxlintrc.json .prettierignore .prettierrc.json jest.config.cjs knip.json';

  const top = new Set(files.map((name) => name.split('/')[0] ?? name));

  expect([...top].filter((name) => !agreed.split(' ').includes(name))).toEqual([]);
});

test('the first line of a file says what it is', () => {
  expect(code.length).toBeGreaterThan(50);
  expect(whichever(code, (content) => !/^(#!.*\n)?\/\*\*/.test(content))).toEqual([]);
});

test('no file is longer than 400 lines, the one page of the ports aside', () => {
  const long = whichever(code, (content) => content.split('\n').length > 401);

  expect(long.filter((name) => name !== 'src/ports.ts')).toEqual([]);
});

test('nothing is named Manager, Helper, Util, Handler, Service, data or info', () => {
  const vague = /(^|-)(manager|helper|helpers|util|utils|handler|handlers|service|data|info)(\.|-|$)/;
  const exported =
    /export (?:async )?(?:function|const|class|interface|type) \w*(Manager|Helper|Utils?|Handler|Service)\b/;

  expect(code.filter((name) => vague.test(basename(name)))).toEqual([]);
  expect(whichever(code, (content) => exported.test(content))).toEqual([]);
});

test('nothing is left for later', () => {
  const later = /TODO|FIXME|not implemented|@ts-(ignore|expect-error|nocheck)|(oxlint|eslint)-disable/;
  // all but this file, which has to name what it looks for
  const others = code.filter((name) => name !== 'test/docs/structure.test.ts');

  expect(whichever(others, (content) => later.test(content))).toEqual([]);
});

test('no test replaces a module of ours, and none is left out by hand', () => {
  const tests = code.filter((name) => name.endsWith('.test.ts') && name !== 'test/docs/structure.test.ts');
  const replaced = /jest\.(mock|doMock|spyOn|fn)\(/;
  const leftOut = /\b(test|it|describe)\.(skip|only|todo)\b|\b(xtest|xit|xdescribe|fdescribe)\(/;

  expect(whichever(tests, (content) => replaced.test(content))).toEqual([]);
  expect(whichever(tests, (content) => leftOut.test(content))).toEqual([]);
});

test('every script of package.json starts something that the build makes', () => {
  const { scripts, bin, main } = JSON.parse(text('package.json')) as {
    scripts: Readonly<Record<string, string>>;
    bin: Readonly<Record<string, string>>;
    main: string;
  };
  const started = Object.values(scripts).flatMap((script) => /^node (dist\/\S+)/.exec(script)?.[1] ?? []);

  const sources = [...started, ...Object.values(bin), main].map((made) =>
    made.replace(/^dist\//, '').replace(/\.js$/, '.ts'),
  );

  expect(sources.filter((name) => !files.includes(name))).toEqual([]);
});

test('the systemd units start what the build makes, and leave it time to end', () => {
  const units = files.filter((name) => name.endsWith('.service'));

  expect(units.map((name) => basename(name)).sort()).toEqual([
    'xsupgrade-bot.service',
    'xsupgrade-worker.service',
    'xsupgrade.service',
  ]);
  for (const unit of units) {
    const [, made = ''] = /^ExecStart=\/usr\/bin\/node dist\/(\S+)\.js --config \S+$/m.exec(text(unit)) ?? [];
    expect(files).toContain(`${made}.ts`);
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text(unit))?.[1])).toBeGreaterThan(20);
  }
});
