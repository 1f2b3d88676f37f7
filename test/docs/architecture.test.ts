/** docs/architecture.md names what is there: every path, every room, every test; and no link of the documentation is broken. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { page, partsOf, ROOT, rowsOf } from './markdown';

const PAGE = page('docs/architecture.md');
const part = (title: string): string => partsOf(PAGE, 2).find((one) => one.title === title)?.text ?? '';
const pathsIn = (text: string): readonly string[] =>
  [...text.matchAll(/`((?:src|commands|test|docs)\/[\w./-]*|\.dependency-cruiser\.cjs)`/g)].map(
    ([, path]) => path!,
  );

test('every path that is named is there', () => {
  const named = pathsIn(PAGE).filter((path) => !path.includes('NAME'));

  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('the code map has every room and every file of src, and no other', () => {
  const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? `src/${entry.name}/` : `src/${entry.name}`,
  );
  const mapped = rowsOf(part('Code map')).map(([room]) => room!.replaceAll('`', ''));

  expect(new Set(mapped)).toEqual(new Set(['commands/', ...rooms]));
  expect(new Set(mapped).size).toBe(mapped.length);
});

test('there are ten rules, each with a place in src', () => {
  const rules = rowsOf(part('The ten rules and where they live'));

  expect(rules.map(([rule]) => Number.parseInt(rule!, 10))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const [rule, places] of rules)
    expect([rule, pathsIn(places!).every((path) => path.startsWith('src/'))]).toEqual([rule, true]);
});

test('every invariant has a test', () => {
  for (const [invariant, proof] of rowsOf(part('Invariants')))
    expect([invariant, proof]).toEqual([
      invariant,
      expect.stringMatching(/^`test\/[\w/.-]+\.test\.ts`(, `test\/[\w/.-]+\.test\.ts`)*$/),
    ]);
});

const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** As GitHub makes them of headings. */
const anchorsOf = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .replace(/\s/g, '-'),
  );

test.each(pages)('the links of %s lead somewhere', (name) => {
  const links = [...page(name).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);

  const broken = links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? name : join(dirname(name), path);
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && !anchorsOf(page(target)).includes(anchor);
  });
  expect(broken).toEqual([]);
});

test.each(pages)(
  '%s is plain: no exclamation mark, no reference of XAPI, no line too long to read',
  (name) => {
    const prose = page(name)
      .replace(/^```[\s\S]*?^```$/gm, '')
      .replace(/`[^`\n]*`|<!--.*?-->/g, '');

    expect(prose).not.toMatch(/!|OpaqueRef/);
    expect(prose.split('\n').filter((line) => line.length > 121 && !line.startsWith('|'))).toEqual([]);
  },
);

test('every page can be reached from the README', () => {
  const seen = new Set<string>();
  const follow = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const [, link] of page(name).matchAll(/\]\(([^)\s#]+\.md)(?:#[^)]*)?\)/g))
      follow(join(dirname(name), link!));
  };

  follow('README.md');

  expect(pages.filter((name) => !seen.has(name))).toEqual([]);
});
