/** `npm run -s sim` as a process: one line when every port accepts, nothing else on stdout, ends when told. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Announcement } from '../../src/sim/serve';
import { ensureBuilt, ROOT } from '../support/e2e-built';

let directory: string;
const running: ChildProcess[] = [];
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'xsupgrade-sim-'));
  await ensureBuilt();
}, 60_000);
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

interface Sim {
  readonly child: ChildProcess;
  stdout: string;
  stderr: string;
  readonly ended: Promise<number | null>;
}

function start(...words: readonly string[]): Sim {
  const child = spawn(
    process.execPath,
    ['-r', join(ROOT, 'test/support/typescript.cjs'), join(ROOT, 'src/sim/main.ts'), ...words],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  running.push(child);
  const sim: Sim = {
    child,
    stdout: '',
    stderr: '',
    ended: new Promise((resolve) => child.on('close', resolve)),
  };
  child.stdout.on('data', (chunk: Buffer) => (sim.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (sim.stderr += chunk.toString()));
  return sim;
}

async function announced(sim: Sim): Promise<Announcement> {
  while (!sim.stdout.includes('\n')) {
    if (sim.child.exitCode !== null) throw new Error(`the simulator ended: ${sim.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return JSON.parse(sim.stdout) as Announcement;
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

const portsOf = (at: Announcement): number[] => [
  ...at.pools.flatMap((pool) =>
    pool.hosts.flatMap((host) => [Number(new URL(host.xapi.url).port), host.ssh.port]),
  ),
  ...at.managementServers.map((server) => server.ssh.port),
  ...[at.cloudstack.url, at.slack.apiUrl, at.pager.url, at.control].map((url) => Number(new URL(url).port)),
  at.cloudstackDb.port,
];

test('the default cloud: every announced port accepts, the configuration is written, SIGTERM ends it', async () => {
  const config = join(directory, 'written');
  const sim = start('--speed', '60', '--write-config', config);
  const at = await announced(sim);

  expect(await Promise.all(portsOf(at).map(accepts))).toEqual(portsOf(at).map(() => true));
  expect([existsSync(join(config, 'pools.yaml')), existsSync(join(config, '.env'))]).toEqual([true, true]);
  const clock = (await (await fetch(`${at.control}/clock`)).json()) as { speed: number };
  expect(clock.speed).toBe(60);

  sim.child.kill('SIGTERM');
  expect(await sim.ended).toBe(0);
  expect(sim.stdout.trim().split('\n')).toHaveLength(1);
}, 30_000);

/** Every key with the keys below it, sorted; of a list those of its first member. */
function keysOf(value: unknown): unknown {
  if (Array.isArray(value)) return [keysOf(value[0])];
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, keysOf(member)]));
}

test('`npm run -s sim` says where everything is in one line with exactly these keys', async () => {
  const sim = spawn('npm', ['run', '-s', 'sim', '--', '--speed', '60'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let said = '';
  sim.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  try {
    while (!said.includes('\n')) {
      expect(sim.exitCode).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const ssh = { host: 'string', port: 'number', hostKey: 'string' };
    const host = { name: 'string', uuid: 'string', xapi: { url: 'string', fingerprint: 'string' }, ssh };
    expect(said.trim().split('\n')).toHaveLength(1);
    expect(keysOf(JSON.parse(said))).toEqual({
      v: 'number',
      pools: [{ name: 'string', hosts: [host] }],
      xapiUser: 'string',
      xapiPassword: 'string',
      ssh: { user: 'string', password: 'string' },
      cloudstack: { url: 'string', apiKey: 'string', secretKey: 'string' },
      cloudstackDb: { host: 'string', port: 'number', user: 'string', password: 'string' },
      managementServers: [{ name: 'string', ssh }],
      slack: {
        apiUrl: 'string',
        page: 'string',
        botToken: 'string',
        appToken: 'string',
        signingSecret: 'string',
        channel: 'string',
        people: [{ id: 'string', name: 'string', roles: ['string'] }],
      },
      pager: { url: 'string' },
      control: 'string',
    });
  } finally {
    // the whole group: npm and the simulator below it
    process.kill(-sim.pid!, 'SIGKILL');
  }
}, 60_000);

test('a FILE makes the cloud, and --port-base its ports', async () => {
  const file = join(directory, 'pools.json');
  writeFileSync(
    file,
    JSON.stringify({ v: 1, pools: [{ name: 'pool-x', hosts: [{ name: 'x-1' }, { name: 'x-2' }] }] }),
  );
  const base = 20_000 + (process.pid % 20_000);
  const at = await announced(start('--pools', file, '--port-base', String(base)));

  expect(at.pools.map((pool) => [pool.name, pool.hosts.map((host) => host.name)])).toEqual([
    ['pool-x', ['x-1', 'x-2']],
  ]);
  expect(portsOf(at).toSorted((a, b) => a - b)).toEqual(portsOf(at).map((_, index) => base + index));
}, 30_000);

test.each([
  [['--speed', 'fast'], 2, '--speed'],
  [['--colour', 'red'], 2, '--colour'],
  [['--port-base', '80'], 2, '--port-base'],
  [['--pools', '/nowhere/at/all.json'], 3, '/nowhere/at/all.json'],
])(
  '%j ends it before anything listens, with a sentence on stderr and nothing on stdout',
  async (words, code, says) => {
    const sim = start(...words);

    expect(await sim.ended).toBe(code);
    expect(sim.stderr).toContain(says);
    expect(sim.stdout).toBe('');
  },
  30_000,
);

test('a FILE with an unknown key is refused with its path', async () => {
  const file = join(directory, 'bad.json');
  writeFileSync(
    file,
    JSON.stringify({ v: 1, pools: [{ name: 'pool-x', hosts: [{ name: 'x-1', verison: '6.5.0' }] }] }),
  );
  const sim = start('--pools', file);

  expect(await sim.ended).toBe(3);
  expect(sim.stderr).toContain('pools[0].hosts[0].verison: unknown key');
  expect(sim.stdout).toBe('');
}, 30_000);
