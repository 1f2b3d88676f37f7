/** docs/configuration.md is what the product reads: its example loads, and its tables hold every key and variable. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadConfig, type Config } from '../../src/config';
import { KEYS, type Key } from '../../src/config/keys';
import { EXAMPLES } from '../../src/config/pools-yaml';
import { fencesOf, page, partsOf, rowsOf } from './markdown';

const PAGE = page('docs/configuration.md');
const [example = ''] = fencesOf(PAGE, 'yaml');
const section = (title: string): string => partsOf(PAGE, 2).find((part) => part.title === title)?.text ?? '';
const cell = (text: string | undefined): string => (text ?? '').replaceAll('`', '');

/** The keys that a person writes; those that end in `*` are names. */
const KEYS_OF_POOLS_YAML = Object.keys(EXAMPLES).filter((key) => !key.endsWith('*'));

function load(yaml: string, variables: readonly string[]): Config {
  const dir = mkdtempSync(join(tmpdir(), 'xsupgrade-docs-'));
  try {
    writeFileSync(join(dir, 'pools.yaml'), yaml);
    return loadConfig(dir, Object.fromEntries(variables.map((name) => [name, `value of ${name}`])));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const asked = [...example.matchAll(/Env: ([A-Z0-9_]+)/g)].map(([, name]) => name!);

test('the example is a whole configuration, and loads', () => {
  const config = load(example, asked);

  expect(Object.keys(config.pools)).toEqual(['pool-a']);
  expect(config.pools['pool-a']?.hosts.map(({ name }) => name)).toEqual(['host-1', 'host-2']);
  expect(config.pools['pool-a']?.ssh.password).toBe('value of POOL_A_SSH_PASSWORD');
  expect(config.cloudStacks['cloud-1']?.managementServers).toHaveLength(1);
});

test('the example without one of its secrets is refused, so it is really read', () => {
  expect(() => load(example, asked.slice(1))).toThrow(asked[0]);
});

/** `pools.*.hosts.*.name` for every key of a document; names and places in a list become `*`. */
function keysIn(value: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const nameless = ['cloudstacks', 'pools', 'people'].includes(path.join('.')) || Array.isArray(value);
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, nameless ? '*' : key];
    return [at.join('.'), ...keysIn(inner, at)];
  });
}

test('the example holds every key there is', () => {
  const written = new Set(keysIn(parse(example)));

  expect(KEYS_OF_POOLS_YAML.filter((key) => !written.has(key))).toEqual([]);
});

test('the table of pools.yaml explains every key there is, in order, and no other', () => {
  expect(rowsOf(section('pools.yaml')).map(([key]) => cell(key))).toEqual(KEYS_OF_POOLS_YAML);
});

test('the defaults that the table names are the ones that are used', () => {
  const least = `
cloudstacks: { c: { url: 'http://cs/api', db: { host: h }, managementServers: [{ name: m, ssh: { host: h, hostKey: 'SHA256:${'a'.repeat(43)}' } }], ssh: { passwordEnv: P } } }
pools: { p: { cloudstack: c, clusterId: x, channel: C0123, hosts: [{ name: h, uuid: 2b6f4b1e-77a0-4a4e-b8d9-3f7f1f0c2e13, address: 'https://h', fingerprint: ${'ab'.repeat(32)} }] } }`;
  const config = load(least, [
    'P',
    'CLOUDSTACK_API_KEY',
    'CLOUDSTACK_SECRET_KEY',
    'CLOUDSTACK_DB_PASSWORD',
    'XAPI_PASSWORD',
  ]);
  const said = new Map(rowsOf(section('pools.yaml')).map(([key, , preset]) => [cell(key), cell(preset)]));
  const pool = config.pools['p']!;
  const cloud = config.cloudStacks['c']!;

  expect({
    'cloudstacks.*.db.port': said.get('cloudstacks.*.db.port'),
    'cloudstacks.*.db.user': said.get('cloudstacks.*.db.user'),
    'cloudstacks.*.ssh.user': said.get('cloudstacks.*.ssh.user'),
    'pools.*.xapi.user': said.get('pools.*.xapi.user'),
    'pools.*.selfApproval': said.get('pools.*.selfApproval'),
    'pools.*.allowVolatileJournal': said.get('pools.*.allowVolatileJournal'),
    'pools.*.migrationsPerHost': said.get('pools.*.migrationsPerHost'),
    'pools.*.maxDown': said.get('pools.*.maxDown'),
  }).toEqual({
    'cloudstacks.*.db.port': String(cloud.db?.port),
    'cloudstacks.*.db.user': cloud.db?.user,
    'cloudstacks.*.ssh.user': cloud.ssh?.user,
    'pools.*.xapi.user': pool.xapi.user,
    'pools.*.selfApproval': String(pool.selfApproval),
    'pools.*.allowVolatileJournal': String(pool.allowVolatileJournal),
    'pools.*.migrationsPerHost': String(pool.migrationsPerHost),
    'pools.*.maxDown': String(pool.maxDown),
  });
  expect(pool.dumpDirectory).toBe(join(config.stateDir, 'dumps'));
  expect(pool.ssh).toEqual(pool.xapi);
});

test('the table of .env holds every variable that is read, with its sentence and default', () => {
  const table: Readonly<Record<string, Key>> = KEYS;

  expect(rowsOf(section('.env')).map((row) => row.map(cell))).toEqual(
    Object.entries(table).map(([key, { says, default: preset }]) => [key, says, preset ?? '']),
  );
});
