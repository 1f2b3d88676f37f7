/** hotfixes.yaml: what is wrong with it is said in words, all at once, before anything starts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigInvalid, loadConfig, poolFacts, watchConfig } from '../../src/config';
import { catalogueNow } from '../../src/adapters/hotfix-files';
import { artefactFiles } from '../../src/adapters/xapi/patching/artefact-files';
import { shownFile } from '../../src/domain/patching';
import { problems } from '../../src/domain/problems';
import { fencesOf, page } from '../docs/markdown';

const [POOLS = ''] = fencesOf(page('docs/configuration.md'), 'yaml');
const [EXAMPLE = ''] = fencesOf(page('docs/configuration.md'), 'yml');
const ENV = Object.fromEntries(
  [...POOLS.matchAll(/Env: ([A-Z0-9_]+)/g)].map(([, name]) => [name!, `value of ${name}`]),
);
const UUIDS = ['1', '2', '3'].map((n) => `${n.repeat(8)}-1111-1111-1111-111111111111`);

const feed = (uuid: string, name: string): string =>
  `<patchdata><serverversions><version value="6.5.0"><patch uuid="${uuid}"/></version></serverversions>
   <patches><patch uuid="${uuid}" name-label="Hotfix ${name}" patch-url="http://mirror/${name}.zip"/></patches></patchdata>`;
const FEED = feed('99999999-1111-1111-1111-111111111111', 'XS65E009');

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'xsupgrade-hotfixes-'));
  writeFileSync(join(dir, 'pools.yaml'), POOLS);
});
afterEach(() => rmSync(dir, { recursive: true }));

const write = (yaml: string): void => writeFileSync(join(dir, 'hotfixes.yaml'), yaml);
/** Hotfixes A, B, … with these further keys each. */
const list = (...more: readonly string[]): string =>
  `hotfixes:\n${more.map((keys, i) => `  - { uuid: ${UUIDS[i]}, name: ${'ABC'[i]}, versions: ['6.5.0'], ${keys} }`).join('\n')}\n`;

function refusals(yaml: string): readonly string[] {
  write(yaml);
  try {
    loadConfig(dir, ENV);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return error.problems.map(({ what, doThis }) => `${what} ${doThis.join(' ')}`);
  }
}

test('without the file there is no catalogue, and no pool has one', () => {
  const config = loadConfig(dir, ENV);
  expect(config.hotfixes).toEqual([]);
  expect(poolFacts(config, 'pool-a').hotfixes).toBeUndefined();
});

test.each([
  'feed: https://ann:tiger@mirror.example/updates.xml',
  list("file: 'https://ann:tiger@mirror.example/a.iso'"),
])('a login in a URL is refused and never repeated', (yaml) => {
  const [said = '', ...more] = refusals(yaml);
  expect(more).toEqual([]);
  expect(said).toMatch(/^hotfixes\.yaml: .* holds a secret\./);
  expect(said).not.toContain('tiger');
});

test('of a URL people read the last part of its path alone: never a login, never a query', () => {
  const url = 'https://ann:tiger@mirror.example/xs/a.iso?X-Amz-Signature=tiger#tiger';
  const texts = JSON.stringify([
    problems.hotfixFileGone('A', url, 'it is gone'),
    problems.hotfixFileWrong('A', url, 'it is longer'),
  ]);
  expect([texts.includes('a.iso'), /tiger|mirror/.test(texts)]).toEqual([true, false]);
  expect(['/srv/a.iso', 'https://ann:tiger@mirror.example?tiger'].map(shownFile)).toEqual([
    '/srv/a.iso',
    'a web server',
  ]);
});

test('a feed and a file that cannot even be asked for do not tell their login', async () => {
  const url = 'http://ann:tiger@127.0.0.1:1/updates.xml?tiger';
  const said = await catalogueNow({ hotfixes: [], hotfixFeed: url }, false);
  expect(said.feedUnread).toContain('updates.xml cannot be fetched');
  const file = await artefactFiles.open(url).catch(String);
  expect(JSON.stringify([said, file])).not.toContain('tiger');
});

test('the example of the page loads, with its defaults', () => {
  writeFileSync(join(dir, 'updates.xml'), FEED);
  write(EXAMPLE);
  const config = loadConfig(dir, ENV);
  expect(config.hotfixes.map(({ name, guidance, supersedes }) => [name, guidance, supersedes])).toEqual([
    // what the feed says of it, and what hotfixes.yaml says beside
    ['XS65E009', 'reboot', []],
    ['XS65ESP1', 'reboot', []],
    ['XS65ESP1002', 'restart-toolstack', ['XS65E001']],
    ['XS65E001', 'reboot', []],
  ]);
  expect(poolFacts(config, 'pool-a').hotfixes).toEqual(config.hotfixes);
});

test('a catalogue that is changed is read again', () => {
  const config = watchConfig(dir, ENV, () => undefined);
  expect(config().hotfixes).toEqual([]);
  write(list('', ''));
  expect(config().hotfixes).toHaveLength(2);
});

test.each([
  ['no YAML', 'hotfixes: [', /^hotfixes\.yaml: is not YAML\./],
  ['a stranger', list('requires: [XS65E9]'), /A requires XS65E9, which is not in the catalogue\. Add XS65E9/],
  ['twice', list('', '').replace('name: B', 'name: A'), /A stands there twice\. Keep one/],
  ['a circle', list('requires: [B]', 'requires: [A]'), /by requires these go round in a circle: A, B, A\./],
  ['two that contain each other', list('supersedes: [B]', 'supersedes: [A]'), /by supersedes .* A, B, A\./],
  [
    'a guidance nobody knows',
    list('guidance: pray'),
    /guidance: is not one of none, restart-toolstack, reboot, evacuate, restart-vms\./,
  ],
  ['a version as a number', list('').replace("'6.5.0'", '6.5'), /hotfixes\[0\]\.versions\[0\]/],
  ['no version', list('').replace("'6.5.0'", ''), /names no version/],
  ['a key nobody reads', list('size: 3'), /size/],
  [
    'a kind nobody knows',
    list('kind: firmware'),
    /kind: is not one of hotfix, driver-disk, supplemental-pack\./,
  ],
  ['a checksum of another kind', list('sha256: abc'), /sha256: is not 64 hexadecimal digits/],
  ['a size of nothing', list('bytes: 0'), /bytes: is not a number of bytes/],
  ['a feed that is not there', `feed: gone.xml\n${list('')}`, /feed: there is no file gone\.xml\./],
  ['a feed that is something else', `feed: pools.yaml\n${list('')}`, /feed: pools\.yaml is no XML at all\./],
])('%s is refused in words', (_what, yaml, said) => {
  expect(refusals(yaml)).toEqual([expect.stringMatching(said)]);
});

test('everything wrong is said at once', () => {
  expect(refusals(list('requires: [Z], conflicts: [Y]', 'supersedes: [X]'))).toHaveLength(3);
});

test('hotfixes.yaml completes what a feed says of the same hotfix, and beats it', () => {
  writeFileSync(join(dir, 'updates.xml'), feed(UUIDS[0]!, 'A'));
  const sha256 = 'AB'.repeat(32);
  write(`feed: updates.xml\n${list(`file: files/a.iso, sha256: ${sha256}, bytes: 9`, '')}`);
  const [first, ...others] = loadConfig(dir, ENV).hotfixes;
  expect(first).toMatchObject({
    name: 'A',
    file: join(dir, 'files/a.iso'),
    sha256: sha256.toLowerCase(),
    bytes: 9,
  });
  expect(others.map(({ name }) => name)).toEqual(['B']);
});

test('a hotfix may hang on one that only the feed knows', () => {
  writeFileSync(join(dir, 'updates.xml'), FEED);
  write(`feed: updates.xml\n${list('requires: [XS65E009]')}`);
  expect(loadConfig(dir, ENV).hotfixes).toHaveLength(2);
});

test('a feed at a URL is left for the plan, which fetches it', () => {
  write(`feed: http://mirror.example/updates.xml\n${list('requires: [XS65E009]')}`);
  expect(loadConfig(dir, ENV)).toMatchObject({ hotfixFeed: 'http://mirror.example/updates.xml' });
});
