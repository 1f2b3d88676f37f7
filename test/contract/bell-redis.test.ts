/** What the bell does with a Redis that is emptied, stopped, restarted or set up wrongly. */
import { Redis } from 'ioredis';
import { makeBell, type OpenBell } from '../../src/adapters/bell/bell';
import { startRedis, type PrivateServer } from '../../src/demo/private-servers';
import { describeWith } from '../support/backends';
import { clock, ringFromAnotherProcess, until, wallMs } from '../support/bell-contract';

describeWith('redis-server', 'the bell on a Redis that is emptied', () => {
  let server: PrivateServer;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(() => server.stop());

  test('a Redis that was emptied in between is rung as before, at once and later', async () => {
    const bell = await makeBell({ redisUrl: server.url, sqliteFile: '', prefix: 'flushed' }, clock);
    const answered: string[] = [];
    await bell.listen(async (run) => void answered.push(run));
    await bell.ring('run-1', 10_000);
    await bell.ring('run-2');
    await until(() => answered.length === 1);

    await flush(server);
    await bell.ring('run-1');
    await bell.ring('run-2', 5);
    await until(() => answered.length === 3);

    expect(answered).toEqual(['run-2', 'run-1', 'run-2']);
    await bell.close();
  });

  test('a Redis that is emptied during a tick is rung as before', async () => {
    const troubles: unknown[] = [];
    const bell = await makeBell({ redisUrl: server.url, sqliteFile: '', prefix: 'flushed-2' }, clock, (e) =>
      troubles.push(e),
    );
    let ticks = 0;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await bell.listen(async () => {
      ticks++;
      if (ticks === 1) await held;
    });
    await bell.ring('run-1');
    await until(() => ticks === 1);

    await flush(server);
    release();
    await bell.ring('run-1');
    await until(() => ticks === 2);

    expect(ticks).toBe(2);
    await bell.close();
  });
});

describeWith('redis-server', 'the bell on a Redis of its own', () => {
  test('one that may drop rings when it is full is refused', async () => {
    const server = await startRedis({ 'maxmemory-policy': 'allkeys-lru' });

    await expect(makeBell({ redisUrl: server.url, sqliteFile: '' }, clock)).rejects.toMatchObject({
      problem: { code: 'REDIS_MAY_FORGET', what: "The Redis server's maxmemory-policy is allkeys-lru." },
    });

    await server.stop();
  });

  test('one that does not answer is out of reach, and its password is not told', async () => {
    const refused = await makeBell({ redisUrl: 'redis://:hunter2@127.0.0.1:1', sqliteFile: '' }, clock).catch(
      (e: unknown) => e,
    );

    expect(refused).toMatchObject({ name: 'Unreachable', source: 'Redis' });
    expect(JSON.stringify(refused, Object.getOwnPropertyNames(refused))).not.toContain('hunter2');
  });

  test('while it is away this process rings itself, the outage is told once, and closing does not wait for it', async () => {
    const server = await startRedis();
    const troubles: unknown[] = [];
    const bell = await makeBell({ redisUrl: server.url, sqliteFile: '' }, clock, (error) =>
      troubles.push(error),
    );
    const answered: string[] = [];
    await bell.listen(async (run) => void answered.push(run));

    await server.stop();
    await bell.ring('now, without Redis');
    await bell.ring('later, without Redis', 5);
    await until(() => answered.length === 2);
    await expect(bell.check()).rejects.toThrow('Redis: ');
    const start = performance.now();
    await bell.close();

    expect(answered).toEqual(['now, without Redis', 'later, without Redis']);
    expect(troubles).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  test('one that was restarted is rung as before', async () => {
    const server = await startRedis();
    const bell = await makeBell({ redisUrl: server.url, sqliteFile: '' }, clock);
    const answered: string[] = [];
    await bell.listen(async (run) => void answered.push(run));
    await bell.ring('run-1');
    await until(() => answered.length === 1);

    await server.restart();
    await reachable(bell);
    await ringFromAnotherProcess({ redisUrl: server.url, sqliteFile: '' }, 'run-2');
    await until(() => answered.length === 2);

    expect(answered).toEqual(['run-1', 'run-2']);
    await bell.close();
    await server.stop();
  });
});

async function reachable(bell: OpenBell): Promise<void> {
  for (;;) {
    try {
      return await bell.check();
    } catch {
      await wallMs(10);
    }
  }
}

async function flush(server: PrivateServer): Promise<void> {
  const redis = new Redis(server.url.replace('unix:', ''));
  await redis.flushall();
  redis.disconnect();
}
