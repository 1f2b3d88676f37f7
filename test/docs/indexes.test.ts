/** Adding one is one file and one line in an index: whoever forgets the line, or misnames the file, reads it here. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checks } from '../../src/checks';
import { commands } from '../../commands';
import { procedures } from '../../src/procedures';
import { steps } from '../../src/steps';
import { page, ROOT } from './markdown';

/** `enter-maintenance` → `enterMaintenance`. */
const verbOf = (name: string): string =>
  name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Names, without `.ts`, of the files of a room that define something with this function. */
const filesThat = (room: string, define: string): readonly string[] =>
  readdirSync(join(ROOT, room))
    .filter((file) => file.endsWith('.ts') && new RegExp(`= ${define}[<(]`).test(page(`${room}/${file}`)))
    .map((file) => basename(file, '.ts'))
    .sort();

/** The name that a file gives its step, check or procedure, and the one it exports it under. */
function namesIn(
  file: string,
  define: string,
  key: string,
): { readonly verb: string; readonly name: string } {
  const text = page(file);
  const verb = new RegExp(`^export const (\\w+) = ${define}[<(]`, 'm').exec(text)?.[1] ?? '';
  const name = new RegExp(`^  ${key}: '([^']+)'`, 'm').exec(text)?.[1] ?? '';
  return { verb, name };
}

const sorted = (names: Iterable<string>): readonly string[] => [...names].sort();

const rooms = [
  ['src/steps', 'defineStep', 'kind', [...steps.keys()]],
  ['src/checks', 'defineCheck', 'name', checks.map(({ name }) => name)],
  ['src/procedures', 'defineProcedure', 'name', procedures.map(({ name }) => name)],
] as const;

describe.each(rooms)('%s', (room, define, key, listed) => {
  test('every file that defines one is in the index, and nothing else', () => {
    expect(sorted(listed)).toEqual(filesThat(room, define));
    expect(new Set(listed).size).toBe(listed.length);
  });

  test.each(filesThat(room, define))('%s is file, name and verb in three spellings', (file) => {
    expect(namesIn(`${room}/${file}.ts`, define, key)).toEqual({ verb: verbOf(file), name: file });
  });

  test('the index names no file that is not there', () => {
    const files = new Set(readdirSync(join(ROOT, room)).map((file) => basename(file, '.ts')));
    const imported = [...page(`${room}/index.ts`).matchAll(/from '\.\/([\w-]+)'/g)].map(([, file]) => file!);

    expect(imported.filter((file) => !files.has(file))).toEqual([]);
  });
});

describe('commands', () => {
  const defining = readdirSync(join(ROOT, 'commands'))
    .filter((file) => /defineCommand[<(]/.test(page(`commands/${file}`)) && file !== 'command.ts')
    .map((file) => basename(file, '.ts'));

  test('every file that defines one is in the index, and its name is what a person types', () => {
    expect(sorted(commands.map(({ name }) => name))).toEqual(sorted(defining));
  });

  test.each(commands.map((command) => [command.name, command] as const))(
    '%s is written as its usage says',
    (name, { usage, summary }) => {
      expect(usage.length).toBeGreaterThan(0);
      for (const way of usage) expect(way.split(' ')[0]).toBe(name);
      expect(summary).toMatch(/\.$/);
    },
  );
});

test('every notifier is told to people from the index of notify', () => {
  const used = new Set<string>();
  const follow = (file: string): void => {
    if (used.has(file)) return;
    used.add(file);
    for (const [, next] of page(`src/notify/${file}.ts`).matchAll(/from '\.\/([\w-]+)'/g)) follow(next!);
  };

  follow('index');

  const files = readdirSync(join(ROOT, 'src/notify')).map((file) => basename(file, '.ts'));
  expect(sorted(used)).toEqual(sorted(files));
});
