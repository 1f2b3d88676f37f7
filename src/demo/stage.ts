/** The demo's stage: the pretend cloud served on loopback, its configuration in a directory, the product's own processes on it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCloud, type Cloud } from '../sim/cloud';
import { defaultHidden } from '../sim/default-pool';
import { poolOfPair, type Pair } from '../sim/pairs';
import { serveCloud, type ServedCloud } from '../sim/serve';
import { writeCatalogue } from '../sim/write-catalogue';
import { writeConfig } from '../sim/write-config';
import { migrateJournal } from '../adapters/journal/journal';
import { loadConfig } from '../config';
import type { DemoProcedure } from './asked';
import { startMariadb, startRedis } from './private-servers';

export interface Stage {
  readonly cloud: Cloud;
  /** What the story must put on every host, besides what it has; empty where nothing of the catalogue is. */
  readonly catalogue: readonly string[];
  readonly served: ServedCloud;
  /** Configuration directory: `--config` for every process and the CLI. */
  readonly dir: string;
  /** What the processes have written to stderr so far. */
  log(): string;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly speed: number;
  readonly real: boolean;
  readonly port?: number;
  readonly pair: Pair;
  readonly procedure: DemoProcedure;
}

/** Longer than a process takes to end by itself. Wall milliseconds. */
const END_MS = 20_000;

export async function openStage({ speed, real, port, pair, procedure }: StageOptions): Promise<Stage> {
  const cloud = makeCloud({ pools: [poolOfPair(pair)], hidden: defaultHidden });
  const served = await serveCloud(cloud, { speed, ...(port !== undefined && { portBase: port }) });
  const dir = mkdtempSync(join(tmpdir(), 'xsupgrade-demo-'));
  writeConfig(dir, cloud, served.announcement);
  const [host] = cloud.pools[0]!.hosts;
  const catalogue = procedure === 'hotfix' && host ? writeCatalogue(dir, host) : [];
  const servers = real ? await backends(dir) : [];
  const written: string[] = [];
  const names = real ? ['bot', 'worker', 'worker'] : ['main'];
  const processes = names.map((name) => begin(name, dir, written));
  return {
    cloud,
    served,
    catalogue,
    dir,
    log: () => written.join(''),
    async close() {
      await Promise.all(processes.map(end));
      await served.close();
      await Promise.all(servers.map((server) => server.stop()));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A MariaDB and a Redis of the demo's own; their addresses are added to .env. */
async function backends(dir: string) {
  const [mariadb, redis] = await Promise.all([startMariadb(), startRedis()]);
  appendFileSync(
    join(dir, '.env'),
    `XSUPGRADE_DATABASE_URL=${mariadb.url}\nXSUPGRADE_REDIS_URL=${redis.url}\n`,
  );
  await migrateJournal(loadConfig(dir).journal);
  return [mariadb, redis];
}

function begin(name: string, dir: string, written: string[]): ChildProcess {
  const child = spawn(process.execPath, [join(__dirname, '..', `${name}.js`), '--config', dir], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr?.on('data', (chunk: Buffer) => void written.push(chunk.toString()));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await ended;
  clearTimeout(timer);
}
