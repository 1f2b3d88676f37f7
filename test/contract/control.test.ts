/** The control API of a served cloud: truth as promised, words checked before anything is armed, hands that act. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config';
import { makeCloud, type Cloud } from '../../src/sim/cloud';
import { RULES } from '../../src/sim/rules';
import { serveCloud, type ServedCloud } from '../../src/sim/serve';
import { writeConfig } from '../../src/sim/write-config';

let cloud: Cloud;
let served: ServedCloud;
beforeAll(async () => {
  cloud = makeCloud();
  served = await serveCloud(cloud, { speed: 1 });
});
afterAll(() => served.close());
afterEach(() => ask('DELETE', '/faults'));

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${served.announcement.control}${path}`, {
    method,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('the announcement names every face, with fingerprints and logins', () => {
  const { announcement } = served;

  expect(Object.keys(announcement)).toEqual([
    'v',
    'pools',
    'xapiUser',
    'xapiPassword',
    'ssh',
    'cloudstack',
    'cloudstackDb',
    'managementServers',
    'slack',
    'pager',
    'control',
  ]);
  for (const host of announcement.pools[0]!.hosts)
    expect(host).toMatchObject({
      xapi: {
        url: expect.stringMatching(/^https:/) as string,
        fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) as string,
      },
      ssh: { hostKey: expect.stringMatching(/^SHA256:/) as string },
    });
});

test('the truth has the promised members and every rule id', async () => {
  const { body } = await ask('GET', '/truth');

  expect(Object.keys(body)).toEqual([
    'v',
    'at',
    'speed',
    'rules',
    'violations',
    'pools',
    'managementServers',
    'calls',
    'pages',
  ]);
  expect(body['rules']).toEqual(Object.keys(RULES));
  const [pool] = body['pools'] as Record<string, unknown>[];
  expect(Object.keys(pool!)).toEqual([
    'name',
    'uuid',
    'ha',
    'wlb',
    'master',
    'mixed',
    'staged',
    'cluster',
    'hosts',
    'vms',
  ]);
  expect(Object.keys((pool!['hosts'] as object[])[0]!)).toEqual(
    expect.arrayContaining([
      'version',
      'bootedAt',
      'xapiEnabled',
      'live',
      'resourceState',
      'state',
      'tags',
      'scriptsAt',
      'heartbeat',
      'prepared',
      'srsUnplugged',
      'reboots',
    ]),
  );
  expect(pool!['vms']).toHaveLength(12);
});

test('since leaves out the calls already seen, and is a number', async () => {
  cloud.record({ face: 'db', call: 'SELECT', on: 'host', by: 'test', mutates: false, ok: true });
  const all = ((await ask('GET', '/truth')).body['calls'] as { n: number }[]).map((call) => call.n);

  expect(((await ask('GET', `/truth?since=${all.at(-1)! - 1}`)).body['calls'] as unknown[]).length).toBe(1);
  expect((await ask('GET', '/truth?since=yesterday')).status).toBe(400);
});

test('the clock tells both times, and another speed holds from then on', async () => {
  const before = await ask('POST', '/clock', { speed: 500 });
  const after = await ask('POST', '/clock', { speed: 1 });

  expect(before.body).toMatchObject({ speed: 500 });
  expect(Date.parse(String(after.body['poolNow']))).toBeGreaterThan(
    Date.parse(String(before.body['poolNow'])),
  );
});

test.each([0, -1, 'fast', null])(
  'a speed of %j is refused and the clock goes on as before',
  async (speed) => {
    const { status, body } = await ask('POST', '/clock', { speed });

    expect(status).toBe(400);
    expect(body['error']).toMatchObject({ code: 'BAD_SPEED', doThis: [expect.stringContaining('60')] });
    expect((await ask('GET', '/clock')).body).toMatchObject({ speed: 1 });
  },
);

test('faults are armed, counted, listed with the vocabulary and cleared', async () => {
  const armed = await ask('POST', '/faults', [
    { call: 'xapi:host.reboot', on: 'host-2', how: 'refuse', code: 'HOST_IS_LIVE' },
    { call: 'ssh:systemctl stop', how: 'slow:5', nth: 0 },
    { call: 'world:installer', on: 'host-2', how: 'same-version' },
    { call: 'world:installer', on: 'host-3', how: 'stall:3600' },
    { call: 'world:prepare', on: 'host-2', how: 'fail', code: 'UNAUTH_URL' },
    { call: 'slack:chat.postMessage', how: 'lose-answer' },
    { call: 'xapi:Async.VM.pool_migrate', how: 'hang' },
    { call: 'db:SELECT', how: 'hang' },
  ]);
  expect(armed.status).toBe(200);
  expect(armed.body).toHaveLength(8);

  const listed = await ask('GET', '/faults');
  expect(listed.body['faults']).toHaveLength(8);
  expect(listed.body['vocabulary']).toMatchObject({
    calls: { world: expect.arrayContaining(['installer']) as string[] },
  });

  expect((await ask('DELETE', '/faults')).body['faults']).toEqual([]);
});

test.each([
  ['an unknown face', [{ call: 'xapy:host.reboot', how: 'hang' }], 'xapi:…'],
  ['an unknown XAPI call', [{ call: 'xapi:host.rebot', how: 'hang' }], 'host.reboot'],
  [
    'an unknown CloudStack command',
    [{ call: 'cloudstack:prepareHost', how: 'hang' }],
    'prepareHostForMaintenance',
  ],
  ['an unknown SSH line', [{ call: 'ssh:reboot', how: 'hang' }], 'systemctl stop'],
  ['an unknown part of the world', [{ call: 'world:weather', how: 'fail' }], 'installer'],
  ['an unknown how', [{ call: 'xapi:host.reboot', how: 'explode' }], 'lose-answer'],
  ['a how of the world on a call', [{ call: 'xapi:host.reboot', how: 'same-version' }], 'refuse'],
  ['slow without seconds', [{ call: 'xapi:host.reboot', how: 'slow' }], 'slow:SECONDS'],
  ['an unknown key', [{ call: 'xapi:host.reboot', how: 'hang', when: 'now' }], 'xapi:host.reboot'],
  ['a code with hang', [{ call: 'xapi:host.reboot', how: 'hang', code: 'X' }], ''],
  [
    'a half-good list',
    [
      { call: 'xapi:host.reboot', how: 'hang' },
      { call: 'xapi:nothing', how: 'hang' },
    ],
    'host.reboot',
  ],
  ['no JSON', 'nonsense', ''],
])('%s is a 400 that names the allowed words, and nothing is armed', async (_, body, word) => {
  const answer = await ask('POST', '/faults', body);

  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).toContain(word);
  expect((await ask('GET', '/faults')).body['faults']).toEqual([]);
});

test.each([
  ['an unknown act', [{ do: 'explode', host: 'host-1' }], 'boot-iso'],
  ['an unknown host', [{ do: 'power-off', host: 'host-9' }], 'host-1'],
  ['an unknown VM', [{ do: 'stop-vm', vm: 'i-9-9-VM' }], 'i-2-10-VM'],
  ['an unknown version', [{ do: 'boot-iso', host: 'host-1', version: '6.6' }], '7.1.2'],
  ['a missing host', [{ do: 'boot-iso' }], 'host'],
  ['an unknown key', [{ do: 'power-off', hots: 'host-1' }], 'boot-iso'],
  [
    'a second act that cannot be',
    [
      { do: 'power-off', host: 'host-1' },
      { do: 'power-off', host: 'host-9' },
    ],
    'host-1',
  ],
])('%s is a 400 that names what there is, and nobody lifts a hand', async (_, body, word) => {
  const answer = await ask('POST', '/world', body);

  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).toContain(word);
  expect(cloud.pools[0]!.hosts.map((host) => host.phase)).toEqual(['up', 'up', 'up']);
});

test("a stranger's VM comes, needs more memory and goes", async () => {
  expect(
    (
      await ask('POST', '/world', [
        { do: 'add-vm', pool: 'pool-a', host: 'host-3', vm: 'backup-appliance', mib: 2048 },
      ])
    ).status,
  ).toBe(200);
  expect((await ask('POST', '/world', { do: 'set-memory', vm: 'backup-appliance', mib: 4096 })).status).toBe(
    200,
  );
  expect(cloud.pools[0]!.vms.find((vm) => vm.name === 'backup-appliance')).toMatchObject({
    memoryMib: 4096,
    on: 'host-3',
  });
  expect((await ask('POST', '/world', { do: 'add-vm', host: 'host-3', vm: 'backup-appliance' })).status).toBe(
    400,
  );

  await ask('POST', '/world', { do: 'remove-vm', vm: 'backup-appliance' });

  expect(cloud.pools[0]!.vms).toHaveLength(12);
});

test('what XAPI refuses to other hands is a 400 with its code', async () => {
  const { status, body } = await ask('POST', '/world', { do: 'start-vm', vm: 'i-2-10-VM' });

  expect(status).toBe(400);
  expect(body['error']).toMatchObject({ code: 'VM_BAD_POWER_STATE' });
});

test('a setting is lost and put back by its name; what a host does not have is a 400 that names what it could lose', async () => {
  const host = cloud.pools[0]!.hosts[2]!;
  const { iqn } = host.traits;

  expect((await ask('POST', '/world', { do: 'lose', host: 'host-3', what: 'iqn' })).status).toBe(200);
  expect(host.traits.iqn).toBe('');
  expect(
    JSON.stringify((await ask('POST', '/world', { do: 'lose', host: 'host-3', what: 'colour' })).body),
  ).toContain('bond:DEVICE');
  expect((await ask('POST', '/world', { do: 'restore', host: 'host-3', what: 'tag:x' })).status).toBe(400);
  expect((await ask('POST', '/world', { do: 'restore', host: 'host-3', what: 'iqn' })).status).toBe(200);
  expect(host.traits.iqn).toBe(iqn);
});

test('rotated keys are what both faces show next', async () => {
  await ask('POST', '/world', { do: 'rotate-keys', host: 'host-3' });

  const host = cloud.pools[0]!.hosts[2]!;
  expect([host.certificate, host.sshKey]).toEqual([2, 2]);
});

test('Slack is reached through the control API too, and nonsense is a 400', async () => {
  expect((await ask('GET', '/slack')).body['channels']).toBeDefined();

  const { status, body } = await ask('POST', '/slack', { as: 'UANN', do: 'sing' });

  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain('command, click or submit');
});

test('an unknown path is a 404 and a wrong method a 405, both naming what there is', async () => {
  expect(await ask('GET', '/nowhere')).toMatchObject({ status: 404 });
  expect(await ask('DELETE', '/truth')).toMatchObject({ status: 405 });
});

test('the written configuration is one that the product loads', () => {
  const directory = mkdtempSync(join(tmpdir(), 'xsupgrade-config-'));
  try {
    writeConfig(directory, cloud, served.announcement);
    const config = loadConfig(directory, {});

    expect(config.simulator?.controlUrl).toBe(served.announcement.control);
    expect(config.pools['pool-a']?.hosts.map((host) => host.uuid)).toEqual(
      cloud.pools[0]!.hosts.map((host) => host.uuid),
    );
    expect(config.pager?.url).toBe(served.announcement.pager.url);
    expect(config.slack?.apiUrl).toBe(served.announcement.slack.apiUrl);
    expect(statSync(join(directory, '.env')).mode & 0o777).toBe(0o600);
    for (const secret of config.secrets)
      expect(readFileSync(join(directory, 'pools.yaml'), 'utf8')).not.toContain(secret);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
