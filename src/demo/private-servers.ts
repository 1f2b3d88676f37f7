/** Redis and MariaDB for tests: private, on Unix sockets in a directory of their own, gone when stopped (stack §7). */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchPath } from '../config';

export interface PrivateServer {
  /** What the product takes: `unix:/path` or `mysql://root@localhost/DATABASE?socketPath=/path`. */
  readonly url: string;
  readonly pid: number;
  /** Ends it as an operator would, and takes its files away. */
  stop(): Promise<void>;
  /** Ends it and starts it again on the same files and socket. */
  restart(): Promise<void>;
}

/** The program of that name; undefined where there is none. */
export function binary(name: string): string | undefined {
  return searchPath()
    .map((place) => join(place, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const needed = (name: string): string => {
  const found = binary(name);
  if (found === undefined) throw new Error(`${name} is not on this machine`);
  return found;
};

/** Starts a Redis in 10 to 30 ms; `settings` are options of its command line, for example maxmemory-policy. */
export function startRedis(settings: Readonly<Record<string, string>> = {}): Promise<PrivateServer> {
  const dir = mkdtempSync(join(tmpdir(), 'xsupgrade-redis-'));
  const socket = join(dir, 'r.sock');
  const options = {
    port: '0',
    unixsocket: socket,
    dir,
    save: '',
    appendonly: 'no',
    'maxmemory-policy': 'noeviction',
    ...settings,
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  return serve({
    dir,
    socket,
    url: `unix:${socket}`,
    start: () => spawn(needed('redis-server'), args, { stdio: 'ignore' }),
  });
}

/** Starts a MariaDB in 0.3 s, the first one on a machine in 1 s. It is as durable as the journal asks for. */
export function startMariadb(settings: Readonly<Record<string, string>> = {}): Promise<PrivateServer> {
  const template = mariadbTemplate();
  const dir = mkdtempSync(join(tmpdir(), 'xsupgrade-mariadb-'));
  cpSync(template, join(dir, 'data'), { recursive: true });
  const socket = join(dir, 'm.sock');
  const options = {
    datadir: join(dir, 'data'),
    socket,
    'pid-file': join(dir, 'm.pid'),
    'performance-schema': 'OFF',
    'innodb-buffer-pool-size': '64M',
    'innodb-doublewrite': '0',
    'innodb-flush-log-at-trx-commit': '1',
    'sync-binlog': '1',
    'default-time-zone': '+00:00',
    'character-set-server': 'utf8mb4',
    ...settings,
  };
  const args = [
    '--no-defaults',
    ...asRoot(),
    '--skip-networking',
    '--skip-log-bin',
    ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
  ];
  return serve({
    dir,
    socket,
    url: `mysql://root@localhost/mysql?socketPath=${encodeURIComponent(socket)}`,
    start: () => spawn(needed('mariadbd'), args, { stdio: 'ignore' }),
  });
}

const asRoot = (): readonly string[] => (process.getuid?.() === 0 ? ['--user=root'] : []);

/** An initialised data directory, made once for each version of the server and each user and then copied. */
function mariadbTemplate(): string {
  const version = execFileSync(needed('mariadbd'), ['--no-defaults', '--version'], { encoding: 'utf8' });
  const [, number = 'unknown'] = /Ver (\S+)/.exec(version) ?? [];
  const template = join(tmpdir(), `xsupgrade-mariadb-template-${number}-${process.getuid?.() ?? 0}`);
  if (existsSync(template)) return template;
  const making = mkdtempSync(join(tmpdir(), 'xsupgrade-mariadb-making-'));
  execFileSync(
    needed('mariadb-install-db'),
    [
      '--no-defaults',
      ...asRoot(),
      `--datadir=${join(making, 'data')}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
    ],
    { stdio: 'ignore' },
  );
  try {
    renameSync(join(making, 'data'), template);
  } catch (error) {
    // another jest made it in the meantime
    if (!existsSync(template)) throw error;
  }
  rmSync(making, { recursive: true, force: true });
  return template;
}

/** A private server on a loaded machine answers within a second; twenty is a machine in trouble. */
const START_MS = 20_000;

async function serve(it: {
  readonly dir: string;
  readonly socket: string;
  readonly url: string;
  readonly start: () => ChildProcess;
}): Promise<PrivateServer> {
  let child = await started(it);
  return {
    url: it.url,
    get pid() {
      return child.pid ?? 0;
    },
    stop: async () => {
      await ended(child);
      rmSync(it.dir, { recursive: true, force: true });
    },
    restart: async () => {
      await ended(child);
      child = await started(it);
    },
  };
}

async function started(it: {
  readonly socket: string;
  readonly start: () => ChildProcess;
}): Promise<ChildProcess> {
  const child = it.start();
  const died = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${child.spawnfile} ended with ${code} while starting`)));
  });
  died.catch(() => undefined);
  const deadline = performance.now() + START_MS;
  while (!(await Promise.race([accepts(it.socket), died]))) {
    if (performance.now() > deadline)
      throw new Error(`${child.spawnfile} does not accept within ${START_MS} ms`);
  }
  return child;
}

/** Looks every 5 ms, because a Redis is there after 10. */
function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => setTimeout(resolve, 5, false));
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve()).kill('SIGTERM');
  });
}
