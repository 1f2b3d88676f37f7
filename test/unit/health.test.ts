/** Health: alive is one thing, able to work another. */
import { notOlderThan, serveHealth, type Check, type Health } from '../../src/health';

let health: Health | undefined;
afterEach(() => health?.close());

async function get(
  path: string,
  checks: Readonly<Record<string, Check>>,
): Promise<{ status: number; body: unknown }> {
  health = await serveHealth(0, checks);
  const response = await fetch(`http://127.0.0.1:${health.port}${path}`);
  return { status: response.status, body: await response.json() };
}

test('a process that answers is alive, whatever its surroundings are like', async () => {
  const seen = await get('/healthz', {
    database: () => Promise.reject(new Error('the journal: ECONNREFUSED')),
  });

  expect(seen).toEqual({ status: 200, body: { ok: true } });
});

test('it is ready when every check is well', async () => {
  const seen = await get('/readyz', { database: async () => undefined, 'last tick': async () => '3 s ago' });

  expect(seen).toEqual({
    status: 200,
    body: { ok: true, checks: { database: { ok: true }, 'last tick': { ok: true, says: '3 s ago' } } },
  });
});

test('one check that fails makes it not ready, and says why; the others are still asked', async () => {
  const seen = await get('/readyz', {
    database: () => Promise.reject(new Error('the journal: ECONNREFUSED')),
    bell: async () => undefined,
  });

  expect(seen).toEqual({
    status: 503,
    body: {
      ok: false,
      checks: { database: { ok: false, says: 'the journal: ECONNREFUSED' }, bell: { ok: true } },
    },
  });
});

test('a check that never answers is an answer as well', async () => {
  const seen = await get('/readyz', { socket: () => new Promise(() => undefined) });

  expect(seen).toMatchObject({
    status: 503,
    body: { checks: { socket: { ok: false, says: 'no answer within 2000 ms' } } },
  });
});

test('anything else is not found', async () => {
  expect((await get('/metrics', {})).status).toBe(404);
});

test('a port that is taken is an error and not silence', async () => {
  health = await serveHealth(0, {});

  await expect(serveHealth(health.port, {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('the last tick may be so old and no older', async () => {
  const now = 100_000;

  await expect(
    notOlderThan(
      60,
      () => 40_000,
      () => now,
    )(),
  ).resolves.toBe('60 s ago');
  await expect(
    notOlderThan(
      60,
      () => 30_000,
      () => now,
    )(),
  ).rejects.toThrow('70 s ago, and it should not be more than 60 s');
  await expect(
    notOlderThan(
      60,
      () => undefined,
      () => now,
    )(),
  ).resolves.toBe('not yet');
});
