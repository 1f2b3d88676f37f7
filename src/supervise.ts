/** Keeps child processes running: each is started again with back-off, and all are ended together. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Log } from './log';

export interface Supervised {
  readonly name: string;
  /** Script and its arguments; run by this very Node. */
  readonly script: readonly string[];
}

export interface Supervision {
  /** Ends every child: SIGTERM, and SIGKILL for those that are left near the end of the twenty seconds. */
  stop(): Promise<void>;
  /** Process ids of the children that run now, by name. */
  pids(): Readonly<Record<string, number>>;
}

export interface Patience {
  /** Before the first restart; doubled with each one after it. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** A child that ran so long was well: the next restart is a first one again. */
  readonly wellMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly endMs: number;
}

/**
 * Half a second keeps a crashed bot from being missed by a person, thirty spare a machine on which nothing can work.
 * Twenty seconds from SIGTERM to the end are promised to whoever stops us; two are kept for the killing.
 */
export const PATIENCE: Patience = { firstMs: 500, longestMs: 30_000, wellMs: 60_000, endMs: 18_000 };

export function supervise(
  children: readonly Supervised[],
  log: Log,
  patience: Patience = PATIENCE,
): Supervision {
  const running = new Map<string, ChildProcess>();
  const timers = new Set<NodeJS.Timeout>();
  let stopping = false;

  const start = ({ name, script }: Supervised, tries: number): void => {
    const child = spawn(process.execPath, script, { stdio: ['ignore', 'inherit', 'inherit'] });
    const startedAt = performance.now();
    running.set(name, child);
    log.info({ child: name, pid: child.pid }, `${name} started`);
    child.once('error', (error) => log.error({ child: name, err: error }, `${name} cannot be started`));
    child.once('close', (code, signal) => {
      running.delete(name);
      if (stopping) return;
      const failures = performance.now() - startedAt >= patience.wellMs ? 0 : tries;
      const delay = Math.min(patience.firstMs * 2 ** failures, patience.longestMs);
      log.warn({ child: name, code, signal, againInMs: delay }, `${name} ended and is started again`);
      const timer = setTimeout(() => {
        timers.delete(timer);
        start({ name, script }, failures + 1);
      }, delay);
      timers.add(timer);
    });
  };
  for (const child of children) start(child, 0);

  return {
    pids: () => Object.fromEntries([...running].map(([name, child]) => [name, child.pid ?? 0])),
    stop: async () => {
      stopping = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([...running].map(([name, child]) => end(name, child, log, patience.endMs)));
    },
  };
}

function end(name: string, child: ChildProcess, log: Log, endMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      log.error({ child: name }, `${name} did not end within ${endMs} ms and is killed`);
      child.kill('SIGKILL');
    }, endMs);
    child.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
