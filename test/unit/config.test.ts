/** The configuration: what is understood, and when it is read again. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ConfigInvalid,
  configDirectory,
  loadConfig,
  poolFacts,
  watchConfig,
  type Config,
} from '../../src/config';
import { EXAMPLES, poolsYaml } from '../../src/config/pools-yaml';
import { Rejected } from '../../src/domain/errors';
import { directory, DOT_ENV, FINGERPRINT, HOST_KEY, sentences, UUID, YAML } from '../support/config-sample';

test('a whole configuration is read, with the secrets that it names put in their places', () => {
  const config = loadConfig(directory(), {});

  expect(config.cloudStacks['cloud-1']).toEqual({
    name: 'cloud-1',
    url: 'http://127.0.0.1:8080/client/api',
    apiKey: 'key-of-cloud-1',
    secretKey: 'secret of cloud 1',
    db: { host: '127.0.0.1', port: 3306, user: 'cloud', password: 'p#ss=word' },
    managementServers: [{ name: 'mgmt-1', ssh: { host: '127.0.0.1', port: 2201, hostKey: HOST_KEY } }],
    ssh: { user: 'root', password: 'ssh-password' },
  });
  expect(config.pools['pool-a']).toMatchObject({
    name: 'pool-a',
    cloudStack: 'cloud-1',
    target: '7.1.2',
    xapi: { user: 'root', password: 'xapi-password' },
    ssh: { user: 'root', password: 'xapi-password' },
    roles: { viewer: [], requester: [], approver: ['U0000000A'], operator: ['subteam:S0123ABCD'], admin: [] },
    selfApproval: false,
    migrationsPerHost: 3,
    maxDown: 1,
  });
  expect(config.slack).toEqual({ botToken: 'xoxb-1', appToken: 'xapp-1', apiUrl: 'https://slack.com/api/' });
  expect(config.pager).toBeUndefined();
  expect(config.simulator).toBeUndefined();
  expect(config.journal).toEqual({
    sqliteFile: join(config.dir, 'state/xsupgrade.sqlite'),
    allowVolatile: false,
  });
});

test('a fingerprint means the same with and without colons, and an address needs no closing slash', () => {
  const hosts = loadConfig(directory(), {}).pools['pool-a']?.hosts ?? [];

  expect(hosts.map((host) => host.fingerprint)).toEqual([
    FINGERPRINT.toUpperCase(),
    FINGERPRINT.toUpperCase(),
  ]);
  expect(hosts.map((host) => host.address)).toEqual(['https://127.0.0.1:4431', 'https://127.0.0.1:4432']);
});

test('the facts of a pool hold nothing secret', () => {
  const config = loadConfig(directory(), {});

  expect(poolFacts(config, 'pool-a')).toEqual({
    name: 'pool-a',
    clusterId: UUID(100),
    dumpDirectory: join(config.dir, 'state/dumps'),
    canaryVm: 'i-2-10-VM',
    selfApproval: false,
    migrationsPerHost: 3,
    maxDown: 1,
  });
});

test('every secret value is known to the log filter, a password inside an address as well', () => {
  const config = loadConfig(directory(), { XSUPGRADE_DATABASE_URL: 'mysql://me:p%40ss@127.0.0.1/xsupgrade' });

  expect([...config.secrets].sort()).toEqual(
    [
      'key-of-cloud-1',
      'mysql://me:p%40ss@127.0.0.1/xsupgrade',
      'p#ss=word',
      'p%40ss',
      'p@ss',
      'secret of cloud 1',
      'ssh-password',
      'xapi-password',
      'xapp-1',
      'xoxb-1',
    ].sort(),
  );
});

test('the environment beats .env, and .env beats the default', () => {
  const dir = directory(YAML, `${DOT_ENV}LOG_LEVEL=debug\nXSUPGRADE_HEALTH_PORT_BOT=9001\n`);

  const config = loadConfig(dir, { LOG_LEVEL: 'warn' });

  expect(config.logLevel).toBe('warn');
  expect(config.healthPorts).toEqual({ bot: 9001, worker: 8788 });
});

test('--config beats XSUPGRADE_CONFIG, and the rest of the command line stays as it was', () => {
  expect(configDirectory(['plan', '--config', '/a', 'pool-a'], { XSUPGRADE_CONFIG: '/b' })).toEqual({
    dir: '/a',
    rest: ['plan', 'pool-a'],
  });
  expect(configDirectory(['--config=/a'], {}).dir).toBe('/a');
  expect(configDirectory(['status'], { XSUPGRADE_CONFIG: '/b' })).toEqual({ dir: '/b', rest: ['status'] });
  expect(() => configDirectory(['--config'], {})).toThrow(ConfigInvalid);
});

test('an unknown pool is answered with the pools that there are', () => {
  const config = loadConfig(directory(), {});

  const ask = (): unknown => poolFacts(config, 'pool-b');

  expect(ask).toThrow(Rejected);
  expect(ask).toThrow('There is no pool pool-b; did you mean pool-a?');
});

describe('while a process runs', () => {
  const watched = (): { dir: string; now: () => Config; invalid: string[] } => {
    const dir = directory();
    const invalid: string[] = [];
    return { dir, invalid, now: watchConfig(dir, {}, (problems) => void invalid.push(sentences(problems))) };
  };

  test('a change of pools.yaml is read at the next use', () => {
    const { dir, now, invalid } = watched();
    const before = now();

    writeFileSync(join(dir, 'pools.yaml'), YAML.replace('i-2-10-VM', 'i-2-11-VM'));

    expect(now().pools['pool-a']?.canaryVm).toBe('i-2-11-VM');
    expect(before.pools['pool-a']?.canaryVm).toBe('i-2-10-VM');
    expect(invalid).toEqual([]);
  });

  test('an invalid change is reported once and the old configuration kept', () => {
    const { dir, now, invalid } = watched();

    writeFileSync(join(dir, 'pools.yaml'), YAML.replace('C0123ABCD', "'#ops'"));
    const kept = [now(), now()];

    expect(kept.map((config) => config.pools['pool-a']?.channel)).toEqual(['C0123ABCD', 'C0123ABCD']);
    expect(invalid).toEqual([expect.stringContaining('pools.pool-a.channel')]);
  });

  test('a file that is taken away and put back is read again', () => {
    const { dir, now, invalid } = watched();

    rmSync(join(dir, 'pools.yaml'));
    const without = now().pools['pool-a']?.canaryVm;
    writeFileSync(join(dir, 'pools.yaml'), YAML.replace('i-2-10-VM', 'i-2-12-VM'));

    expect(without).toBe('i-2-10-VM');
    expect(now().pools['pool-a']?.canaryVm).toBe('i-2-12-VM');
    expect(invalid).toEqual([expect.stringContaining('There is no pools.yaml')]);
  });
});

test('every key of pools.yaml has an example', () => {
  const keys = keysOf(poolsYaml.toJSONSchema());

  expect(keys.length).toBeGreaterThan(40);
  expect(keys.filter((key) => EXAMPLES[key] === undefined)).toEqual([]);
});

interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape | boolean;
  readonly items?: Shape;
}
function keysOf(shape: object, path = ''): readonly string[] {
  const { properties, additionalProperties, items } = shape as Shape;
  const below = (key: string, member: Shape): readonly string[] => {
    const here = path === '' ? key : `${path}.${key}`;
    return [...(key === '*' ? [] : [here]), ...keysOf(member, here)];
  };
  return [
    ...Object.entries(properties ?? {}).flatMap(([key, member]) => below(key, member)),
    ...(typeof additionalProperties === 'object' ? below('*', additionalProperties) : []),
    ...(items ? below('*', items) : []),
  ];
}
