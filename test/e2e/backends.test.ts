/** One run on MariaDB and Redis with two workers: what servers and workers do to it, each on its own host. */
import { startMariadb, startRedis, type PrivateServer } from '../../src/demo/private-servers';
import type { Truth } from '../../src/demo/verdict';
import { Redis } from 'ioredis';
import { describeWith } from '../support/backends';
import { endedWell, isAsked, isAt, isDraining, played, started } from '../support/e2e-people';
import { openE2e, until, type E2eStage, type Process } from '../support/e2e-stage';

describeWith('mariadb-server', 'on MariaDB', () => {
  describeWith('redis-server', 'and Redis, with two workers', () => {
    let stage: E2eStage;
    let before: Truth;
    let run: string;
    let mariadb: PrivateServer;
    let redis: PrivateServer;
    let workers: Process[];

    beforeAll(async () => {
      [mariadb, redis] = await Promise.all([startMariadb(), startRedis()]);
      stage = await openE2e({ speed: 400, databaseUrl: mariadb.url, redisUrl: redis.url });
      before = await stage.truth();
      expect(await stage.cli(undefined, 'migrate')).toMatchObject({ code: 0 });
      workers = await Promise.all([stage.begin('worker'), stage.begin('worker')]);
      run = await started(stage);
    }, 300_000);
    afterAll(async () => {
      await stage.close();
      await Promise.all([mariadb.stop(), redis.stop()]);
    });

    /** The worker that meant to act last: its process id is part of its name. */
    async function acting(): Promise<Process> {
      const intents = (await stage.entries(run)).flatMap(({ entry }) =>
        entry.type === 'ActIntended' ? [entry.worker] : [],
      );
      const found = workers.find(({ pid }) => intents.at(-1)?.startsWith(`worker-${pid}-`));
      if (!found) throw new Error(`no worker of this test meant ${String(intents.at(-1))}`);
      return found;
    }
    test('SIGTERM in mid-drain: it ends within 20 s and begins nothing more; the other one goes on', async () => {
      await played(stage, run, { to: isDraining('host-1') });
      const told = await acting();
      const from = performance.now();
      told.kill('SIGTERM');
      await until('the worker has heard it', () => told.log().includes('no new act is begun'));
      const heard = (await stage.run(run)).seq;
      const { code } = await told.ended;

      expect(code).toBe(0);
      expect(performance.now() - from).toBeLessThan(20_000);
      workers = [...workers.filter((one) => one !== told), await stage.begin('worker')];
      await played(stage, run, { to: (one) => isAt(one, 'host-1', 'await-host') });
      const entries = await stage.entries(run);
      const late = entries.filter(
        ({ entry, seq }) =>
          seq > heard && entry.type === 'ActIntended' && entry.worker.startsWith(`worker-${told.pid}-`),
      );
      expect(late).toEqual([]);
    }, 300_000);

    test('Redis is emptied while the master is away: the run goes on', async () => {
      const client = new Redis(redis.url.slice('unix:'.length));
      expect(await client.flushall()).toBe('OK');
      client.disconnect();

      const on = await played(stage, run, { to: (one) => isAsked(one, 'host-2') });

      expect(on.phase).toBe('running');
    }, 300_000);

    test('MariaDB is restarted in mid-drain: the run goes on and no VM is moved twice', async () => {
      await played(stage, run, { to: isDraining('host-2') });
      // an act whose outcome could not be written is in doubt for 40 s of the wall: minutes here, not hours
      await stage.setSpeed(30);
      await mariadb.restart();

      await played(stage, run, { to: (one) => isAsked(one, 'host-3') });

      const moved = (await stage.truth()).calls.filter(
        ({ call, ok }) => ok && /^migrate(VirtualMachine|SystemVm)$/.test(call),
      );
      const intents = (await stage.entries(run)).filter(
        ({ entry }) => entry.type === 'ActIntended' && entry.act.what.startsWith('migrate '),
      );
      expect(moved.length).toBeGreaterThan(0);
      expect(moved.length).toBeLessThanOrEqual(intents.length);
    }, 300_000);

    test('the acting worker stands still past every settle time, then wakes up: it does nothing that was done meanwhile', async () => {
      await played(stage, run, { to: isDraining('host-3') });
      const asleep = await acting();
      asleep.kill('SIGSTOP');
      const from = Date.parse((await stage.truth()).at);
      const later = await played(stage, run, {
        to: (one) => isAt(one, 'host-3', 'upgrade-by-hand'),
        leave: ['host-3'],
      });
      // longer than any settle time of a drain, of maintenance and of disabling: 120 s of pool time
      await until(
        'ten more minutes of pool time',
        async () => Date.parse((await stage.truth()).at) - from > 600_000,
      );
      asleep.kill('SIGCONT');

      const over = await played(stage, later.id);

      await endedWell(stage, over, before);
      const asked = (await stage.truth()).calls.filter(({ call }) => call === 'prepareHostForMaintenance');
      expect(asked).toHaveLength(3);
    }, 300_000);
  });
});
