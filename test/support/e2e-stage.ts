/**
 * The product as it runs: the simulator, bots and workers as processes that a test may kill, people by the shell or by
 * Slack's socket, hands and faults by the control API, and the truth. Nothing is shared with them but files and ports.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeJournal, type OpenJournal } from '../../src/adapters/journal/journal';
import { loadConfig } from '../../src/config';
import type { Truth } from '../../src/demo/verdict';
import type { Recorded } from '../../src/domain/journal';
import type { Run } from '../../src/domain/run';
import { folds, type Folds } from '../../src/engine/fold';
import type { FaultSpec } from '../../src/sim/faults';
import type { Announcement } from '../../src/sim/serve';
import type { Acted, WorkspaceView } from '../../src/sim/slack/workspace';
import { ensureBuilt, ROOT } from './e2e-built';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One process of the product. */
export interface Process {
  readonly name: string;
  readonly pid: number;
  /** What it has written to stderr. */
  log(): string;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface CliAnswer {
  readonly code: number | null;
  /** Everything on stdout, which is one document. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly stderr: string;
}

export interface E2eOptions {
  /** Pool seconds a wall second. */
  readonly speed: number;
  /** Without Slack nothing waits for its limits on posting. */
  readonly slack?: boolean;
  /** Instead of SQLite and the embedded bell. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
}

export interface E2eStage {
  readonly at: Announcement;
  /** Configuration directory: `--config` for everything. */
  readonly dir: string;
  truth(): Promise<Truth>;
  /** What the stage was opened with. */
  readonly speed: number;
  setSpeed(speed: number): Promise<void>;
  world(...acts: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  fault(...specs: readonly FaultSpec[]): Promise<void>;
  clearFaults(): Promise<void>;
  slack(): Promise<WorkspaceView>;
  /** A person in Slack. */
  act(as: string, what: Readonly<Record<string, unknown>>): Promise<Acted>;
  /** Resolves when it says that it is ready. */
  begin(name: 'bot' | 'worker'): Promise<Process>;
  /** The shell, with `--json`. `as` undefined: the login of whoever runs the tests. */
  cli(as: string | undefined, ...words: readonly string[]): Promise<CliAnswer>;
  /** The same with another configuration directory. */
  cliIn(dir: string, as: string | undefined, ...words: readonly string[]): Promise<CliAnswer>;
  /** The newest fold, as a worker sees it; waits while the database is away. */
  run(id: string): Promise<Run>;
  entries(id: string): Promise<readonly Recorded[]>;
  close(): Promise<void>;
}

/** A process is ready within two seconds, on a loaded machine within ten. */
const READY_MS = 30_000;
const LOOK_MS = 50;

/** Looks until it gives something; `what` is what the failure says did not happen. Wall milliseconds. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  wall = READY_MS,
): Promise<T> {
  const end = performance.now() + wall;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > end) throw new Error(`Not within ${wall} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

export async function openE2e(options: E2eOptions): Promise<E2eStage> {
  await ensureBuilt();
  const dir = mkdtempSync(join(tmpdir(), 'xsupgrade-e2e-'));
  const children: ChildProcess[] = [];
  const sim = start(children, 'sim/main', '--speed', String(options.speed), '--write-config', dir);
  const line = await until('the simulator announces itself', () => {
    if (sim.child.exitCode !== null) throw new Error(`the simulator ended: ${sim.stderr()}`);
    return sim.stdout().includes('\n') && sim.stdout();
  });
  const at = JSON.parse(line) as Announcement;
  configure(dir, options);
  let reader: { readonly journal: OpenJournal; readonly folds: Folds } | undefined;

  async function ask<T>(
    path: string,
    body?: unknown,
    method = body === undefined ? 'GET' : 'POST',
  ): Promise<T> {
    const reply = await fetch(`${at.control.replace(/\/$/, '')}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as T;
  }

  async function reading<T>(read: (open: NonNullable<typeof reader>) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++)
      try {
        if (!reader) {
          const clock = { now: () => 0, monotonic: () => performance.now(), speed: () => 1 };
          const journal = await makeJournal(loadConfig(dir, {}).journal, clock);
          reader = { journal, folds: folds(journal) };
        }
        return await read(reader);
      } catch (error) {
        // a database that is being restarted
        if (tries > 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
  }

  const cliIn: E2eStage['cliIn'] = async (directory, as, ...words) => {
    const who = as === undefined ? [] : ['--as', as];
    const { ended, stdout, stderr } = start(
      children,
      'cli',
      ...words,
      ...who,
      '--json',
      '--config',
      directory,
    );
    const { code } = await ended;
    if (stdout() === '')
      throw new Error(`${words.join(' ')} ended with ${code} and printed nothing: ${stderr()}`);
    const document: unknown = JSON.parse(stdout());
    return { code, document: document as CliAnswer['document'], stderr: stderr() };
  };

  return {
    at,
    dir,
    truth: () => ask<Truth>('/truth'),
    clearFaults: async () => void (await ask('/faults', undefined, 'DELETE')),
    speed: options.speed,
    setSpeed: async (speed) => void (await ask('/clock', { speed })),
    world: async (...acts) => void (await ask('/world', acts)),
    fault: async (...specs) => void (await ask('/faults', specs)),
    slack: () => ask<WorkspaceView>('/slack'),
    act: (as, what) => ask<Acted>('/slack', { as, channel: at.slack.channel, ...what }),
    async begin(name) {
      const { child, ended, stderr } = start(children, name, '--config', dir);
      await until(`the ${name} is ready`, () => {
        if (child.exitCode !== null) throw new Error(`the ${name} ended: ${stderr()}`);
        return stderr().includes(`the ${name} is ready`);
      });
      const { pid = 0 } = child;
      return { name, pid, log: stderr, kill: (signal) => void child.kill(signal), ended };
    },
    cli: (as, ...words) => cliIn(dir, as, ...words),
    cliIn,
    run: (id) => reading((open) => open.folds.newest(id)),
    entries: (id) => reading((open) => open.journal.read(id)),
    async close() {
      await reader?.journal.close();
      const living = children.filter((child) => child.exitCode === null && child.signalCode === null);
      const ended = living.map((child) => new Promise((resolve) => child.once('exit', resolve)));
      for (const child of living) child.kill('SIGKILL');
      await Promise.all(ended);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function configure(dir: string, { slack, databaseUrl, redisUrl }: E2eOptions): void {
  const file = join(dir, '.env');
  if (slack !== true) {
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, lines.filter((line) => !line.startsWith('SLACK_')).join('\n'));
  }
  if (databaseUrl !== undefined) appendFileSync(file, `XSUPGRADE_DATABASE_URL=${databaseUrl}\n`);
  if (redisUrl !== undefined) appendFileSync(file, `XSUPGRADE_REDIS_URL=${redisUrl}\n`);
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
}

function start(children: ChildProcess[], name: string, ...words: readonly string[]): Started {
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'src', `${name}.js`), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  return {
    child,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    // 'close', not 'exit': what was written last has arrived then
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal }))),
  };
}
