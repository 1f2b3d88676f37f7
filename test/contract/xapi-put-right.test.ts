/** Changes that put right what pre-flight found, over real TLS sockets. */
import { uuidOf } from '../../src/sim/identity';
import type { SimPool } from '../../src/sim/model';
import { xapiWorld } from '../../src/sim/xapi/xapi-world';
import { hostOf, vmOf } from '../support/sim-xapi';
import { wireWorld, type WireWorld } from '../support/sim-xapi-wire';

/** A release with message.destroy_many. */
const NEWEST = { version: '8.4.0', platform: '3.4.0', brand: 'XenServer' };

let world: WireWorld;
let pool: SimPool;

beforeEach(async () => {
  world = await wireWorld({ speed: 600 });
  pool = world.cloud.pools[0]!;
});
afterEach(() => world.close());

const sent = (call: string): number => world.cloud.calls.filter((one) => one.call === call).length;

test('what puts right what pre-flight found, and what takes it back', async () => {
  const client = world.client();
  const vm = vmOf(pool, 'i-2-10-VM');
  const host = hostOf(pool, 'host-2');
  for (const on of [true, true, false, false]) {
    await client.setAutoPowerOn(on);
    expect((await client.pool()).autoPowerOn).toBe(on);
  }
  const blocked = { pool_migrate: 'BACKUP', start: 'BACKUP' };
  await client.blockOperations(vm.uuid, blocked);
  await client.blockOperations(vm.uuid, blocked);
  expect(vm.traits.blocked).toEqual(blocked);
  await client.allowOperations(vm.uuid, ['start', 'start_on']);
  expect(vm.traits.blocked).toEqual({ pool_migrate: 'BACKUP' });
  host.traits.maintenanceMode = true;
  await client.endMaintenanceMode(host.uuid);
  expect(host.traits.maintenanceMode).toBe(false);
});

test('the oldest messages go, one by one where the release knows no other way', async () => {
  const client = world.client();
  const { messages } = xapiWorld(world.cloud).of(pool);
  for (const at of [3000, 1000, 2000])
    messages.push({
      uuid: uuidOf('m', String(at)),
      name: 'ALARM',
      priority: 3,
      cls: 'Host',
      object: '',
      at,
      body: '',
    });
  const before = await client.messageCount();
  await client.destroyMessages(2);
  expect(await client.messageCount()).toBe(before - 2);
  expect(messages.map((one) => one.at).filter((at) => at <= 3000)).toEqual([3000]);
  expect([sent('message.destroy_many'), sent('message.destroy')]).toEqual([1, 2]);
});

test('a thousand messages are no request too long for XAPI to read', async () => {
  const { messages } = xapiWorld(world.cloud).of(pool);
  for (let n = 0; n < 1000; n++)
    messages.push({
      uuid: uuidOf('m', String(n)),
      name: 'ALARM',
      priority: 3,
      cls: 'Host',
      object: '',
      at: n,
      body: '',
    });
  for (const host of pool.hosts) Object.assign(host, NEWEST);
  const client = world.client();
  const before = await client.messageCount();
  await client.destroyMessages(1000);
  expect(await client.messageCount()).toBe(before - 1000);
  expect(sent('message.destroy')).toBe(0);
});
