/** Where the benchmarks play: a simulator or the product in processes of their own, a directory of configuration between them. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose, type Composition } from '../../src/compose';
import { loadConfig } from '../../src/config';
import type { Announcement } from '../../src/sim/serve';
import type { PoolFile } from '../../src/sim/snapshot-file';
import type { LoopReport } from './loop-watch';

/** `dist/src` of the built tree this file was built into. */
const SRC = join(__dirname, '..', '..', 'src');
/** Longer than a process takes to end by itself, wall milliseconds. */
const END_MS = 20_000;
/** The simulator makes a key for every host before it answers, wall milliseconds. */
const SIM_MS = 120_000;

export interface Running {
  readonly process: ChildProcess;
  /** What it wrote to stderr. */
  said(): string;
  end(): Promise<void>;
}

export const directory = (): { readonly dir: string; readonly remove: () => void } => {
  const dir = mkdtempSync(join(tmpdir(), 'xsupgrade-bench-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
};

/** A worker that can be asked how its event loop fares (measured-worker.ts). */
export const startWorker = (dir: string): Running =>
  kept(
    fork(join(__dirname, 'measured-worker.js'), ['--config', dir], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    }),
  );

/** The simulator as `npm run sim` starts it, its configuration written to `dir`. */
export async function startSim(
  pool: PoolFile,
  dir: string,
  speed: number,
): Promise<Running & { readonly announcement: Announcement }> {
  const file = join(dir, 'snapshot.json');
  writeFileSync(file, JSON.stringify({ v: 1, pools: [pool] }));
  const child = spawn(
    process.execPath,
    [join(SRC, 'sim/main.js'), '--pools', file, '--speed', String(speed), '--write-config', dir],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const running = kept(child);
  let written = '';
  child.stdout?.on('data', (chunk: Buffer) => (written += chunk.toString()));
  await until(
    () => {
      if (child.exitCode !== null) throw new Error(`the simulator ended: ${running.said()}`);
      return written.endsWith('\n') ? true : undefined;
    },
    'the simulator’s announcement',
    SIM_MS,
  );
  return { ...running, announcement: JSON.parse(written) as Announcement };
}

/** Runs the CLI to its end. Wall milliseconds, exit code, what it printed and how its event loop fared. */
export async function cli(
  dir: string,
  ...words: readonly string[]
): Promise<{
  readonly ms: number;
  readonly code: number | null;
  readonly out: string;
  readonly loop: LoopReport;
}> {
  const from = performance.now();
  const child = spawn(
    process.execPath,
    ['-r', join(__dirname, 'measured-cli.js'), join(SRC, 'cli.js'), '--config', dir, ...words],
    { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] },
  );
  const printed = [child.stdio[1], child.stdio[3]].map((stream) => {
    const chunks: Buffer[] = [];
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
    return chunks;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out = '', report = ''] = printed.map((chunks) => Buffer.concat(chunks).toString());
  return { ms: performance.now() - from, code, out, loop: JSON.parse(report) as LoopReport };
}

/** What a worker started here says of its event loop since it was last asked. */
export async function reportOf({ process }: Running): Promise<LoopReport> {
  const report = new Promise<LoopReport>((resolve) =>
    process.once('message', (said) => resolve(said as LoopReport)),
  );
  process.send('report');
  return report;
}

/** Asks for a plan as Slack does, and waits until the worker has made it. Its id. */
export async function askedPlan({ journal, bell }: Composition, withinMs: number): Promise<string> {
  const asked = {
    id: 'ask-bench',
    kind: 'plan',
    pool: 'pool-a',
    args: {},
    by: { id: 'UANN', name: 'Ann' },
    askedAt: Date.now(),
  } as const;
  await journal.ask(asked);
  await bell.ring(asked.id);
  const answer = await until(
    async () => (await journal.request(asked.id))?.answer,
    'the plan asked for',
    withinMs,
  );
  const { plan } = answer as { readonly plan?: string };
  if (plan === undefined) throw new Error(`no plan: ${JSON.stringify(answer)}`);
  return plan;
}

/** The product's own composition in this process, on the same journal as the worker's. */
export const composed = (dir: string): Promise<Composition> => {
  const config = loadConfig(dir);
  return compose(() => config, { trouble: () => undefined });
};

/** Looks every few milliseconds until there is something to see. */
export async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  what: string,
  withinMs: number,
): Promise<T> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await pause(10);
  }
  throw new Error(`${what} was not seen within ${withinMs / 1000} s`);
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function kept(child: ChildProcess): Running {
  const written: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => void written.push(chunk.toString()));
  return {
    process: child,
    said: () => written.join(''),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
