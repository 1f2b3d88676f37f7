/** docs/problems.md and the code know the same problems, both ways; none of them leaks a reference or a gap. */
import { readdirSync } from 'node:fs';
import { commands } from '../../commands';
import { adviseCloudStack, CLOUDSTACK_PROBLEMS } from '../../src/domain/cloudstack-advice';
import type { Problem } from '../../src/domain/problem';
import { problems } from '../../src/domain/problems';
import { ADVISED_CODES, xapiProblem } from '../../src/domain/xapi-advice';
import { inSlack } from '../../src/slack/view/words';
import { page, partsOf, rowsOf } from './markdown';

const PAGE = page('docs/problems.md');
const sections = partsOf(PAGE, 2);
const documented = sections.map(({ title }) => title);

/** What an argument may be: a name, a list of names, a number. */
const SAMPLES = ['host-1', ['host-1', 'host-2'], 2] as const;
type Sample = (typeof SAMPLES)[number];

/** Every way to fill `count` places. */
const fillings = (count: number): readonly (readonly Sample[])[] =>
  count === 0 ? [[]] : fillings(count - 1).flatMap((rest) => SAMPLES.map((sample) => [...rest, sample]));

const isWhole = ({ code, what, why, doThis }: Problem): boolean =>
  [code, what, why, ...doThis].every((text) => typeof text === 'string' && text.length > 2);

/** The problem with sample arguments of the types that its function takes. */
function sampleOf(name: string, make: (...args: Sample[]) => Problem): Problem {
  for (const args of fillings(make.length)) {
    try {
      const made = make(...args);
      if (isWhole(made)) return made;
    } catch {
      // a list was wanted where a name was given: the next filling
    }
  }
  throw new Error(`${name} makes no whole problem out of names, lists and numbers`);
}

const made: readonly (readonly [name: string, problem: Problem])[] = Object.entries(problems).map(
  ([name, make]) => [name, sampleOf(name, make as (...args: Sample[]) => Problem)],
);

/** Codes that files make themselves, beside problems.ts; the simulator is not part of the product. */
const elsewhere = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('sim/') && name !== 'domain/problems.ts')
  .flatMap((name) => [...page(`src/${name}`).matchAll(/\bcode: '([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g)])
  .map(([, code]) => code!)
  .filter((code) => !ADVISED_CODES.includes(code));

test('every problem that the code can make has a section, and every section is one of them', () => {
  const known = new Set([...made.map(([, { code }]) => code), ...elsewhere, ...CLOUDSTACK_PROBLEMS]);

  expect([...documented].sort()).toEqual([...known].sort());
});

test('no section is there twice, and none is empty', () => {
  expect(new Set(documented).size).toBe(documented.length);
  for (const { title, text } of sections) expect([title, text.length > 40]).toEqual([title, true]);
});

test('two problems never share a code', () => {
  const codes = made.map(([, { code }]) => code);

  expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([]);
});

const cloudStack = CLOUDSTACK_PROBLEMS.map((code): readonly [string, Problem] => {
  const command = 'prepareHostForMaintenance';
  return [code, adviseCloudStack({ code: 530, text: 'something else', command, subject: 'host-1' })];
});
const xapi = ADVISED_CODES.map((code): readonly [string, Problem] => [
  code,
  xapiProblem({ doing: 'disable host-1', code, params: ['…', '…', '…', '…'], nameOf: () => undefined }),
]);

test.each([...made, ...cloudStack.slice(-1), ...xapi])(
  '%s reads like a sentence for people',
  (_, problem) => {
    for (const text of [problem.what, problem.why, ...problem.doThis]) {
      expect(text).not.toMatch(/undefined|null|NaN|OpaqueRef|\[object|!/);
      expect(text.trim()).toBe(text);
    }
    expect(problem.code).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(problem.what).toMatch(/[.:…]$|\n|host-1$/);
    expect(problem.doThis.length).toBeGreaterThan(0);
  },
);

test.each([...made, ...cloudStack.slice(-1), ...xapi])(
  '%s names commands of ours so that Slack and a shell can take them',
  (_, problem) => {
    const shellOnly = ['migrate'];
    const names = commands.map(({ name }) => name).filter((name) => !shellOnly.includes(name));
    const bare = new RegExp(`(?<!/)xsupgrade (${names.join('|')})\\b`);

    for (const step of problem.doThis) {
      expect(inSlack(step, 'r-1')).not.toMatch(bare);
      expect(inSlack(step, 'r-1')).not.toContain('advance RUN');
    }
  },
);

test('the table of XAPI’s codes says what the product says, code by code', () => {
  const rows = rowsOf(PAGE).map(([code, why, doThis]) => [code?.replaceAll('`', ''), why, doThis]);

  expect(rows).toEqual(
    [...xapi]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, { why, doThis }]) => [code, why, doThis.join(' ')]),
  );
});

test('every code that the documentation mentions is explained here', () => {
  const explained = new Set([...documented, ...ADVISED_CODES]);
  const mentions = readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) =>
      [
        ...page(`docs/${name}`).matchAll(/\(([A-Z]+(?:_[A-Z]+)+(?:, [A-Z]+(?:_[A-Z]+)+)*)(?= |\)|:)/g),
      ].flatMap(([, codes]) => codes!.split(', ').map((code) => [name, code] as const)),
    );

  expect(mentions.length).toBeGreaterThan(30);
  expect(mentions.filter(([, code]) => !explained.has(code))).toEqual([]);
});
