/** The product's XAPI client over real TLS sockets: how it fails. */
import { NotSent, Refused, Unreachable } from '../../src/domain/errors';
import { hands } from '../../src/sim/xapi';
import { xapiWorld } from '../../src/sim/xapi/xapi-world';
import type { SimPool } from '../../src/sim/model';
import { hostOf } from '../support/sim-xapi';
import { wireWorld, type WireWorld } from '../support/sim-xapi-wire';

let world: WireWorld;
let pool: SimPool;

beforeEach(async () => {
  world = await wireWorld({ speed: 600 });
  pool = world.cloud.pools[0]!;
});
afterEach(() => world.close());

const caught = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const codeOf = (error: unknown): string =>
  error instanceof Refused ? error.code : `not refused: ${String(error)}`;
const sent = (call: string): number => world.cloud.calls.filter((one) => one.call === call).length;
const soon = async (test: () => boolean): Promise<void> => {
  for (const end = Date.now() + 10_000; !test() && Date.now() < end;)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(test()).toBe(true);
};

describe('how it fails', () => {
  test('after a toolstack restart a read logs in again by itself (F4, F5)', async () => {
    const client = world.client();
    await client.pool();
    const { sessions } = xapiWorld(world.cloud).of(pool);
    sessions.clear();
    expect((await client.pool()).name).toBe('pool-a');
    expect(sent('session.login_with_password')).toBe(2);
  });

  test('many reads that lose one session log in once', async () => {
    const client = world.client();
    await client.pool();
    xapiWorld(world.cloud).of(pool).sessions.clear();
    expect(await client.hosts()).toHaveLength(3);
    expect(sent('session.login_with_password')).toBe(2);
  });

  test('a change whose session was gone is not repeated: the world must be looked at', async () => {
    const client = world.client();
    await client.hosts();
    await client.disableHa();
    const { sessions } = xapiWorld(world.cloud).of(pool);
    sessions.clear();
    const error = await caught(client.disableHost(hostOf(pool, 'host-2').uuid));
    expect(error).toBeInstanceOf(Unreachable);
    expect(sent('host.disable')).toBe(0);
  });

  test.each(['lose-request', 'lose-answer', 'truncate', 'html'])(
    '%s of a change is an unknown outcome, asked once',
    async (how) => {
      const client = world.client();
      await client.pool();
      world.cloud.faults.add([{ call: 'xapi:pool.set_wlb_enabled', how }]);
      expect(await caught(client.setWlbEnabled(true))).toBeInstanceOf(Unreachable);
      expect(sent('pool.set_wlb_enabled')).toBe(1);
      expect(pool.wlb.on).toBe(how === 'lose-answer' || how === 'truncate');
    },
  );

  test('an answer that never comes ends at the wall deadline (F6, F57)', async () => {
    const client = world.client({ readSeconds: 1, actSeconds: 1 });
    await client.pool();
    world.cloud.faults.add([{ call: 'xapi:pool.set_wlb_enabled', how: 'hang' }]);
    const start = performance.now();
    expect(await caught(client.setWlbEnabled(true))).toBeInstanceOf(Unreachable);
    expect(performance.now() - start).toBeLessThan(2500);
  });

  test('a closed port is proof that nothing was sent', async () => {
    const client = world.client();
    world.drive.setSpeed(600);
    hands.bootIso(world.cloud, hostOf(pool, 'host-1'));
    await soon(() => hostOf(pool, 'host-1').phase === 'installer');
    world.drive.setSpeed(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const error = await caught(world.client({ only: 'host-1' }).setWlbEnabled(true));
    expect(error).toBeInstanceOf(NotSent);
    await client.close();
  });

  test('a host that is still booting refuses to be enabled with that very code', async () => {
    world.cloud.faults.add([
      { call: 'xapi:host.enable', on: 'host-2', how: 'refuse', code: 'HOST_STILL_BOOTING' },
    ]);
    const error = await caught(world.client().enableHost(hostOf(pool, 'host-2').uuid));
    expect(codeOf(error)).toBe('HOST_STILL_BOOTING');
  });

  test("through the master's upgrade: silence, then the new version, the same master, members live again (F4, F26, F56)", async () => {
    const client = world.client();
    const before = (await client.hosts()).find((host) => host.name === 'host-1')!;
    pool.cluster.managedState = 'Unmanaged';
    await client.disableHa();
    for (const vm of pool.vms) if (vm.on === 'host-1') vm.on = 'host-3';
    await client.disableHost(before.uuid);
    hands.bootIso(world.cloud, hostOf(pool, 'host-1'));
    const failures = new Set<string>();
    let after = before;
    for (
      const end = Date.now() + 20_000;
      Date.now() < end && !(after.version === '7.1.2' && after.enabled);
    ) {
      try {
        const hosts = await client.hosts();
        after = hosts.find((host) => host.name === 'host-1')!;
      } catch (error) {
        failures.add(error instanceof Error ? error.name : '');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    expect(after).toMatchObject({
      version: '7.1.2',
      platform: '2.2.0',
      build: '158137c',
      live: true,
      enabled: true,
      hotfixes: [],
    });
    expect(after.bootTime).toBeGreaterThan(before.bootTime);
    expect([...failures].filter((name) => name !== 'NotSent' && name !== 'Unreachable')).toEqual([]);
    const seen = await client.pool();
    expect(seen).toMatchObject({ masterUuid: before.uuid, rollingUpgradeFlag: true });
    await soon(() => pool.hosts.every((host) => host.live));
    expect(world.cloud.violations).toEqual([]);
    // Through an outage of half an hour the password was not hammered.
    expect(sent('session.login_with_password')).toBeLessThan(60);
  });

  test('the session is given back at the end', async () => {
    const client = world.client();
    await client.pool();
    await client.close();
    expect(sent('session.logout')).toBe(1);
  });
});
