/** The image, without a daemon: its COPY and RUN lines are replayed in empty directories, and its CMD is started. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const ROOT = join(__dirname, '../..');
/** npm ci and a build on two busy cores. */
const BUILD_MS = 300_000;

interface Instruction {
  readonly word: string;
  readonly rest: string;
}
const instructions: readonly Instruction[] = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line) => ({ word: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
const all = (word: string): readonly string[] =>
  instructions.filter((it) => it.word === word).map(({ rest }) => rest);

interface Stage {
  readonly name: string;
  readonly base: string;
  /** Stands for `/` of the stage. */
  readonly root: string;
  workdir: string;
  readonly env: Record<string, string>;
}

const directory = mkdtempSync(join(tmpdir(), 'xsupgrade-image-'));
const running: ChildProcess[] = [];
afterAll(async () => {
  await Promise.all(running.map(ended));
  rmSync(directory, { recursive: true, force: true });
});

const stages: Stage[] = [];
const last = (): Stage => stages.at(-1)!;
const inside = (stage: Stage, path: string): string =>
  join(stage.root, path.startsWith('/') ? path : join(stage.workdir, path));

/** Does what a builder would do with one line; users and volumes do not concern files. */
function replay({ word, rest }: Instruction): void {
  if (word === 'FROM') {
    const [base = '', , name = `stage-${stages.length}`] = rest.split(' ');
    const root = join(directory, name);
    mkdirSync(root);
    stages.push({ name, base, root, workdir: '/', env: {} });
  } else if (word === 'WORKDIR') {
    last().workdir = rest;
    mkdirSync(inside(last(), rest), { recursive: true });
  } else if (word === 'ENV') {
    const [key = '', value = ''] = rest.split('=');
    last().env[key] = value;
  } else if (word === 'COPY') copy(rest);
  else if (word === 'RUN') run(rest);
}

function copy(rest: string): void {
  const words = rest.split(' ');
  const flags = words.filter((word) => word.startsWith('--'));
  const paths = words.filter((word) => !word.startsWith('--'));
  const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
  const source = stages.find(({ name }) => name === from);
  const to = paths.at(-1) ?? '';
  for (const path of paths.slice(0, -1)) {
    const file = source === undefined ? join(ROOT, path) : inside(source, path);
    const target = inside(last(), to);
    cpSync(file, to.endsWith('/') && !statSync(file).isDirectory() ? join(target, basename(path)) : target, {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}

function run(command: string): void {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd: inside(last(), last().workdir),
    encoding: 'utf8',
    env: { ...outside(), ...last().env },
  });
  if (status !== 0) throw new Error(`RUN ${command} ended with ${status}\n${stdout}${stderr}`);
}

/** What a machine gives to npm (its cache, its registry), without what npm and jest put there for this run. */
function outside(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) => !/^(npm_(lifecycle|package)|JEST|NODE_ENV|XSUPGRADE|SLACK|TEST_)/.test(key),
    ),
  );
}

const command = (json: string): readonly string[] => JSON.parse(json) as readonly string[];
/** CMD and HEALTHCHECK are lists, so that a signal reaches Node and no shell. */
const cmd = (): readonly string[] => command(all('CMD')[0] ?? '[]');
const healthcheck = (): readonly string[] =>
  command(/CMD (\[.*\])$/.exec(all('HEALTHCHECK')[0] ?? '')?.[1] ?? '[]');

test('the base is one exact version, the same for building and running', () => {
  const bases = new Set(all('FROM').map((rest) => rest.split(' ')[0]));

  expect(bases.size).toBe(1);
  expect([...bases][0]).toMatch(/^node:24\.\d+\.\d+-[a-z]+-slim$/);
});

test('it runs as an ordinary user, says whether it is well, and is built from nothing that may be secret', () => {
  const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
  const copied = all('COPY')
    .filter((rest) => !rest.includes('--from='))
    .flatMap((rest) => rest.split(' ').slice(0, -1));

  expect(all('USER')).toEqual(['node']);
  expect(instructions.findIndex(({ word }) => word === 'USER')).toBeLessThan(
    instructions.findIndex(({ word }) => word === 'CMD'),
  );
  expect(healthcheck()[0]).toBe('node');
  expect(ignored[0]).toBe('*');
  expect([...copied].sort()).toEqual(
    ignored
      .slice(1)
      .map((line) => line.slice(1))
      .sort(),
  );
});

describe('replayed', () => {
  beforeAll(() => {
    for (const instruction of instructions) replay(instruction);
  }, BUILD_MS);

  test('the image holds the program and what it needs, and no tools of ours', () => {
    const app = inside(last(), '/app');

    expect(existsSync(join(app, 'dist/src/main.js'))).toBe(true);
    expect(existsSync(inside(last(), '/state'))).toBe(true);
    for (const tool of ['jest', 'typescript', 'prettier', 'knip'])
      expect(existsSync(join(app, 'node_modules', tool))).toBe(false);
    for (const name of ['test', '.env', 'pools.yaml']) expect(existsSync(join(app, name))).toBe(false);
  });

  test('its CMD without a configuration says what is missing and ends with 3', () => {
    const [, ...args] = cmd();
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: inside(last(), last().workdir),
      encoding: 'utf8',
      env: { ...outside(), ...last().env },
    });

    expect(stderr).toContain('There is no pools.yaml in /config.');
    expect(status).toBe(3);
  });

  test('its CMD with a configuration becomes well, and ends in time when it is told to', async () => {
    const config = inside(last(), '/config');
    await simulator(config);
    const [bot, worker] = [await freePort(), await freePort()];
    const env = {
      ...outside(),
      ...last().env,
      XSUPGRADE_CONFIG: config,
      XSUPGRADE_STATE_DIR: inside(last(), '/state'),
      XSUPGRADE_HEALTH_PORT_BOT: String(bot),
      XSUPGRADE_HEALTH_PORT_WORKER: String(worker),
    };
    const cwd = inside(last(), last().workdir);
    const [, ...args] = cmd();
    const program = spawn(process.execPath, args, { cwd, env, stdio: 'ignore' });
    running.push(program);

    const [, ...asking] = healthcheck();
    let seen = spawnSync(process.execPath, asking, { cwd, env, encoding: 'utf8' });
    while (seen.status !== 0 && program.exitCode === null) {
      await wallMs(500);
      seen = spawnSync(process.execPath, asking, { cwd, env, encoding: 'utf8' });
    }
    const told = performance.now();
    await ended(program);

    expect([seen.status, seen.stderr]).toEqual([0, '']);
    expect(program.exitCode).toBe(0);
    expect(performance.now() - told).toBeLessThan(20_000);
  }, 120_000);
});

/** The image's own simulator, whose configuration the CMD is given. Resolves when every port accepts. */
function simulator(config: string): Promise<void> {
  const sim = spawn(process.execPath, ['dist/src/sim/main.js', '--write-config', config], {
    cwd: inside(last(), '/app'),
    env: outside(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(sim);
  return new Promise((resolve, reject) => {
    sim.stdout?.once('data', () => resolve());
    sim.once('exit', (code) => reject(new Error(`the simulator ended with ${code}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve()).kill('SIGTERM');
  });
}

const wallMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
