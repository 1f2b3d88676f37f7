/** docs/never.md and the simulator know the same rules, both ways; the tests that it names speak of them. */
import { RULES } from '../../src/sim/rules';
import { flowed, page, partsOf } from './markdown';

const sections = partsOf(page('docs/never.md'), 2);
const rules = Object.entries(RULES);

/** Files named after “Proved by:”; none where no test commits the offence yet. */
const proofsIn = (text: string): readonly string[] =>
  [...(/^Proved by: (.+)$/ms.exec(text)?.[1] ?? '').matchAll(/`(test\/[^`]+)`/g)].map(([, file]) => file!);

test('every rule has a section with its words, in the order of the rules, and every section is a rule', () => {
  expect(sections.map(({ title, text }) => [title, flowed(text.split('\n\n')[0] ?? '')])).toEqual(rules);
});

test('every rule says why, where it comes from and what proves it', () => {
  for (const { title, text } of sections)
    expect([title, flowed(text)]).toEqual([
      title,
      expect.stringMatching(/Why: .+ Source: .+ Proved by: `test\//),
    ]);
});

test.each(sections.flatMap(({ title, text }) => proofsIn(text).map((file) => [title, file] as const)))(
  '%s is spoken of in %s',
  (rule, file) => {
    expect(page(file)).toMatch(new RegExp(`['"\`]${rule}['"\`]`));
  },
);

test('every rule is proved by a test', () => {
  const unproved = sections.filter(({ text }) => proofsIn(text).length === 0).map(({ title }) => title);

  expect(unproved).toEqual([]);
});
