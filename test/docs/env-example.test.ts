/** `.env.example` and the table of variables are the same list, both ways, and nothing else reads the environment. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseDotEnv } from '../../src/config/dot-env';
import { KEYS, type Key } from '../../src/config/keys';

const ROOT = join(__dirname, '../..');
const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
/** Keys that are commented out count: XSUPGRADE_CONFIG says where the file is and cannot stand in it. */
const keys = [...example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=/gm)].map(([, key]) => key);

test('.env.example holds every variable that is read, in the order of the table', () => {
  expect(keys).toEqual(Object.keys(KEYS));
});

test('each stands below the sentence that explains it, with its default', () => {
  const table: Readonly<Record<string, Key>> = KEYS;

  for (const [key, { says, default: preset }] of Object.entries(table))
    expect(example).toMatch(`# ${says}\n${key === 'XSUPGRADE_CONFIG' ? '# ' : ''}${key}=${preset ?? ''}\n`);
});

test('it holds no secret', () => {
  const table: Readonly<Record<string, Key>> = KEYS;
  const { values, unread } = parseDotEnv(example);

  expect(unread).toEqual([]);
  for (const [key, value] of Object.entries(values))
    expect([key, table[key]?.secret && value]).toEqual([key, table[key]?.secret && '']);
});

// to hand the whole environment on to config.ts is not to read it
test('only src/config.ts reads the environment', () => {
  const readers = ['src', 'commands']
    .flatMap((dir) =>
      readdirSync(join(ROOT, dir), { recursive: true, encoding: 'utf8' }).map((name) => join(dir, name)),
    )
    .filter(
      (name) => name.endsWith('.ts') && /process\.env(\.|\[)/.test(readFileSync(join(ROOT, name), 'utf8')),
    );

  expect(readers).toEqual([]);
});
