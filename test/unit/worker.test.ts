/** The worker's own loop, on its embedded backends and with nobody at the other end: it hears, answers in words, and lets go. */
import { openSqliteFile } from '../../src/adapters/sqlite';
import { compose, type Composition } from '../../src/compose';
import { loadConfig, type Config } from '../../src/config';
import type { Json } from '../../src/domain/json';
import { makeLog } from '../../src/log';
import { startWorker, type Worker } from '../../src/worker';
import { directory, DOT_ENV, YAML } from '../support/config-sample';

const ANN = { id: 'U0000000A', name: 'Ann' };
/** What a ring takes is milliseconds; so long only where something is broken. */
const SEEN_WITHIN_MS = 20_000;

let config: Config;
let other: Composition;
let worker: Worker | undefined;
let said: string[];

beforeEach(async () => {
  // nobody is told in Slack, and every address is one where nothing listens: discard, off on every machine of today
  const away = YAML.replace(/:(4431|4432|8080)\b/g, ':9');
  const quiet = `${DOT_ENV.replace(/SLACK_.*\n/g, '')}XSUPGRADE_HEALTH_PORT_WORKER=0\n`;
  config = loadConfig(directory(away, quiet), {});
  other = await compose(() => config, { trouble: () => undefined });
  said = [];
});
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
  await other.close();
});

async function start(): Promise<void> {
  const log = makeLog({
    process: 'worker',
    level: 'info',
    secrets: () => [],
    sink: (line) => said.push(line),
  });
  worker = await startWorker(() => config, log);
}

async function stop(): Promise<void> {
  await worker?.stop();
  worker = undefined;
}

/** Rings that wait, each with whether it is for later than now. */
function ringsFor(run: string): readonly unknown[] {
  const db = openSqliteFile(config.bell.sqliteFile, 'NORMAL');
  try {
    return db.prepare('select due_ms > ? as later from rings where run_id = ?').all([Date.now(), run]);
  } finally {
    db.close();
  }
}

const ask = (id: string): Promise<void> =>
  other.journal.ask({ id, kind: 'plan', pool: 'pool-a', args: {}, by: ANN, askedAt: Date.now() });

async function answered(id: string): Promise<Json | undefined> {
  const seen = async (): Promise<Json | undefined> => (await other.journal.request(id))?.answer;
  await until(async () => (await seen()) !== undefined);
  return seen();
}

async function until(look: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + SEEN_WITHIN_MS; !(await look()) && Date.now() < end;)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

test('a plan that is asked for is answered by whoever hears the ring, in words where the pool cannot be read', async () => {
  await start();

  await ask('ask-1');
  await other.bell.ring('ask-1');

  expect(await answered('ask-1')).toMatchObject({ problem: { code: 'POOL_UNREAD' } });
});

test('what was asked for while no worker was there is carried out by the next one that starts', async () => {
  await ask('ask-1');

  await start();

  expect(await answered('ask-1')).toMatchObject({ problem: { code: 'POOL_UNREAD' } });
});

test('a ring that cannot be answered is said and rung again later, and the next one is answered', async () => {
  await start();

  await other.bell.ring('run-that-never-was');
  await until(() => said.length > 0 && ringsFor('run-that-never-was').length > 0);
  await ask('ask-1');
  await other.bell.ring('ask-1');

  expect(ringsFor('run-that-never-was')).toEqual([{ later: 1 }]);
  expect(said.filter((line) => line.includes('rung again soon')).map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 'error', run: 'run-that-never-was' }),
  ]);
  expect(await answered('ask-1')).toBeDefined();
});

test('a worker that has stopped answers nothing more; the one after it does', async () => {
  await start();
  await stop();

  await ask('ask-1');
  await other.bell.ring('ask-1');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect((await other.journal.request('ask-1'))?.answer).toBeUndefined();

  await start();
  expect(await answered('ask-1')).toBeDefined();
});
