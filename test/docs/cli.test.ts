/** docs/cli.md says what can be typed: usage, summary, roles and exit codes are those of the commands themselves. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../../commands';
import { errorDocument } from '../../src/cli/document';
import { EXIT } from '../../src/cli/exit';
import { problems } from '../../src/domain/problems';
import { fencesOf, flowed, page, partsOf, ROOT, rowsOf, titlesOf } from './markdown';

const PAGE = page('docs/cli.md');
const sections = new Map(partsOf(PAGE, 2).map(({ title, text }) => [title, text]));
const part = (title: string): string => partsOf(PAGE, 1).find((one) => one.title === title)?.text ?? '';

test('every command has a section and every section is a command', () => {
  expect([...titlesOf(PAGE, 2)].sort()).toEqual(commands.map(({ name }) => name).sort());
});

test.each(commands.map((command) => [command.name, command] as const))(
  '%s is written, summarised and allowed as the help says',
  (name, { usage, summary, roles }) => {
    const text = sections.get(name) ?? '';

    const written = [...text.matchAll(/^ {4}(\S.*)$/gm)].map(([, line]) => line);
    expect(written).toEqual(usage);
    expect(flowed(text)).toContain(summary);
    expect(/^For: (.+)\.$/m.exec(text)?.[1]).toBe(roles.length > 0 ? roles.join(', ') : 'everybody');
  },
);

test('the exit codes are those of the program', () => {
  expect(rowsOf(part('Exit codes')).map(([code]) => Number(code))).toEqual(Object.values(EXIT));
});

test('every schema is linked, and every link is a schema', () => {
  const linked = [...part('Documents').matchAll(/\(schema\/([\w-]+\.json)\)/g)].map(([, file]) => file!);

  expect(new Set(linked)).toEqual(new Set(readdirSync(join(ROOT, 'docs/schema'))));
});

test('the error that is shown is what the program prints', () => {
  const [shown = ''] = fencesOf(PAGE, 'json');

  expect(JSON.parse(shown)).toEqual(errorDocument(problems.poolUnknown('pool-z', ['pool-a'])));
});
