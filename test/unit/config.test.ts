/** The configuration: what is understood, what is refused and in which words. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
import type { Problem } from '../../src/domain/problem';

const FINGERPRINT = Array.from({ length: 32 }, () => 'ab').join(':');
const HOST_KEY = `SHA256:${'a'.repeat(43)}`;
const UUID = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const YAML = `
cloudstacks:
  cloud-1:
    url: http://127.0.0.1:8080/client/api/
    db: { host: 127.0.0.1, passwordEnv: CLOUD_1_DB_PASSWORD }
    managementServers:
      - { name: mgmt-1, ssh: { host: 127.0.0.1, port: 2201, hostKey: '${HOST_KEY}' } }
    ssh: { user: root, passwordEnv: MANAGEMENT_SSH_PASSWORD }
pools:
  pool-a:
    cloudstack: cloud-1
    clusterId: ${UUID(100)}
    target: '7.1.2'
    hosts:
      - { name: host-1, uuid: ${UUID(1)}, address: 'https://127.0.0.1:4431/', fingerprint: '${FINGERPRINT}' }
      - { name: host-2, uuid: ${UUID(2)}, address: 'https://127.0.0.1:4432', fingerprint: ${'ab'.repeat(32)} }
    channel: C0123ABCD
    roles: { approver: [U0000000A], operator: ['subteam:S0123ABCD'] }
    canaryVm: i-2-10-VM
people: { alice: U0000000A }
onCall: { slackUserGroup: S0123ABCD }
`;
const DOT_ENV = `
# what the environment does not hold
SLACK_BOT_TOKEN=xoxb-1
SLACK_APP_TOKEN=xapp-1
CLOUDSTACK_API_KEY=key-of-cloud-1
CLOUDSTACK_SECRET_KEY='secret of cloud 1'
CLOUD_1_DB_PASSWORD="p#ss=word"
MANAGEMENT_SSH_PASSWORD=ssh-password
XAPI_PASSWORD=xapi-password
`;

const made: string[] = [];
function directory(yaml = YAML, dotEnv = DOT_ENV): string {
  const dir = mkdtempSync(join(tmpdir(), 'xsupgrade-config-'));
  made.push(dir);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'pools.yaml'), yaml);
  writeFileSync(join(dir, '.env'), dotEnv);
  return dir;
}
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true });
});

function problemsOf(load: () => unknown): readonly Problem[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.problems;
    throw error;
  }
  return [];
}
const problemsIn = (yaml: string, dotEnv = DOT_ENV): readonly Problem[] =>
  problemsOf(() => loadConfig(directory(yaml, dotEnv), {}));
const sentences = (problems: readonly Problem[]): string => problems.map(({ what }) => what).join('\n');

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

describe('a mistake in pools.yaml is named by its key, with what is wrong and an example:', () => {
  const change = (from: string, to: string): string => {
    if (!YAML.includes(from)) throw new Error(`the sample does not hold ${from}`);
    return YAML.replace(from, to);
  };
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    [
      'a missing key',
      change('    channel: C0123ABCD\n', ''),
      'pools.pool-a.channel is missing',
      /channel: C/,
    ],
    [
      'a misspelt key',
      change('channel: C0123ABCD', 'chanel: C0123ABCD'),
      'pools.pool-a.chanel is not a key that is known here; did you mean channel?',
      /channel: C/,
    ],
    [
      'a version without quotes',
      change("target: '7.1.2'", 'target: 7.1'),
      'pools.pool-a.target is read by YAML as a number; put it in quotes',
      /target: '7\.1\.2'/,
    ],
    [
      'a wrong address',
      change('https://127.0.0.1:4431/', 'host-1'),
      'pools.pool-a.hosts[0].address is not a web address',
      /https:/,
    ],
    [
      'a wrong fingerprint',
      change(FINGERPRINT, 'ab:cd'),
      'pools.pool-a.hosts[0].fingerprint is not a SHA-256 fingerprint',
      /openssl/,
    ],
    [
      'a wrong host key',
      change(HOST_KEY, 'ssh-rsa AAAA'),
      'cloudstacks.cloud-1.managementServers[0].ssh.hostKey is not',
      /ssh-keyscan/,
    ],
    ['a wrong uuid', change(UUID(1), 'host-1'), 'pools.pool-a.hosts[0].uuid is not a uuid', /xe host-list/],
    ['a port that is none', change('port: 2201', 'port: 0'), 'ssh.port must be at least 1', /port: 22/],
    [
      'an unknown role',
      change('approver:', 'approvers:'),
      'pools.pool-a.roles.approvers is not a key that is known here; did you mean approver?',
      /approver:/,
    ],
    [
      'a name where an id belongs',
      change('[U0000000A]', '[alice]'),
      'pools.pool-a.roles.approver[0] is neither a Slack user id nor subteam:ID',
      /subteam:/,
    ],
    [
      'a channel by name',
      change('C0123ABCD', "'#ops'"),
      'pools.pool-a.channel is not a Slack channel id',
      /C0123ABCD/,
    ],
    [
      'no hosts',
      YAML.replace(/hosts:\n( {6}- .*\n)+/, 'hosts: []\n'),
      'pools.pool-a.hosts is an empty list',
      /host-1/,
    ],
    [
      'a cloud that is not there',
      change('cloudstack: cloud-1', 'cloudstack: cloud-2'),
      'names cloud-2, which is not under cloudstacks (there: cloud-1)',
      /cloud-1/,
    ],
    [
      'one host twice',
      change(UUID(2), UUID(1)),
      'pools.pool-a.hosts[1].uuid is the uuid of host-1 in pool-a already',
      /xe host-list/,
    ],
    [
      'one name twice',
      change('name: host-2', 'name: host-1'),
      'pools.pool-a.hosts[1].name is the name of hosts[0] already',
      /host-1/,
    ],
    [
      'all hosts away at once',
      change('    channel:', '    maxDown: 2\n    channel:'),
      'pools.pool-a.maxDown would let all 2 hosts be away at once',
      /maxDown: 1/,
    ],
    [
      'a yes that is text',
      change('    channel:', "    selfApproval: 'yes'\n    channel:"),
      'pools.pool-a.selfApproval must be true or false',
      /selfApproval: false/,
    ],
    ['no YAML at all', change('pools:', 'pools: ]'), 'pools.yaml: line 9 is not YAML', /indentation/],
    [
      'a login that is missing',
      change('    ssh: { user: root, passwordEnv: MANAGEMENT_SSH_PASSWORD }\n', ''),
      'cloudstacks.cloud-1.ssh is missing',
      /MANAGEMENT_SSH_PASSWORD/,
    ],
  ];

  test.each(cases)('%s', (_name, yaml, wrong, example) => {
    const problems = problemsIn(yaml);

    expect(sentences(problems)).toContain(wrong);
    expect(problems.flatMap(({ doThis }) => doThis).join('\n')).toMatch(example);
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['CONFIG_INVALID']));
  });

  test('ten of them at once are ten sentences', () => {
    const yaml = YAML.replace('C0123ABCD', "'#ops'")
      .replace("target: '7.1.2'", 'target: 7.1')
      .replace(FINGERPRINT, 'ab')
      .replace(UUID(1), 'x')
      .replace('https://127.0.0.1:4432', 'y')
      .replace('[U0000000A]', '[alice]')
      .replace('port: 2201', 'port: 70000')
      .replace('canaryVm: i-2-10-VM', 'canaryVM: i-2-10-VM')
      .replace('alice: U0000000A', 'alice: bob')
      .replace('slackUserGroup: S0123ABCD', 'slackUserGroup: ops');

    expect(problemsIn(yaml)).toHaveLength(10);
  });
});

describe('a mistake in the variables is named as well:', () => {
  test.each([
    [
      'a variable that is named and not set',
      DOT_ENV.replace(/XAPI_PASSWORD=.*/, ''),
      'pools.pool-a.xapi.passwordEnv names XAPI_PASSWORD, which is not set',
    ],
    [
      'half of Slack',
      DOT_ENV.replace(/SLACK_APP_TOKEN=.*/, ''),
      'SLACK_APP_TOKEN is not set while SLACK_BOT_TOKEN is',
    ],
    ['the tokens swapped', DOT_ENV.replace('xapp-1', 'xoxb-2'), 'SLACK_APP_TOKEN is not an app-level token'],
    [
      'a misspelt variable',
      `${DOT_ENV}LOG_LEVL=debug`,
      '.env: LOG_LEVL is not read by anything; did you mean LOG_LEVEL?',
    ],
    ['a line that is none', `${DOT_ENV}just words`, '.env: line 10 is not KEY=value'],
    ['a level that is none', `${DOT_ENV}LOG_LEVEL=loud`, 'LOG_LEVEL is none of trace'],
    [
      'a database that is none',
      `${DOT_ENV}XSUPGRADE_DATABASE_URL=postgres://x/y`,
      'XSUPGRADE_DATABASE_URL does not begin with mysql://',
    ],
    [
      'a database without a name',
      `${DOT_ENV}XSUPGRADE_DATABASE_URL=mysql://me@db`,
      'XSUPGRADE_DATABASE_URL names no database',
    ],
    [
      'a port that is none',
      `${DOT_ENV}XSUPGRADE_HEALTH_PORT_BOT=http`,
      'XSUPGRADE_HEALTH_PORT_BOT is not a port',
    ],
  ])('%s', (_name, dotEnv, wrong) => {
    expect(sentences(problemsIn(YAML, dotEnv))).toContain(wrong);
  });
});

describe('nothing secret may stand in pools.yaml:', () => {
  test.each([
    [
      'a password',
      YAML.replace('    channel:', '    xapi: { user: root, password: hunter2 }\n    channel:'),
      'pools.pool-a.xapi.password',
    ],
    ['an API key', YAML.replace('    db:', '    apiKey: hunter2\n    db:'), 'cloudstacks.cloud-1.apiKey'],
    [
      'a token as a value',
      YAML.replace('canaryVm: i-2-10-VM', 'canaryVm: xoxb-hunter2'),
      'pools.pool-a.canaryVm',
    ],
    [
      'a password inside an address',
      YAML.replace('http://127.0.0.1:8080', 'http://me:hunter2@127.0.0.1:8080'),
      'cloudstacks.cloud-1.url',
    ],
  ])('%s', (_name, yaml, key) => {
    const problems = problemsIn(yaml);

    expect(sentences(problems)).toContain(`pools.yaml: ${key} holds a secret.`);
    expect(problems.filter(({ what }) => what.includes(`${key} `))).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
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
