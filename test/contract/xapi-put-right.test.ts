/** Changes that put right what pre-flight found, over real TLS sockets. */
import net from 'node:net';
import { wireTransport } from '../../src/adapters/xapi/wire';
import { xapiPool } from '../../src/adapters/xapi/xapi-pool';
import { Refused, Unreachable } from '../../src/domain/errors';
import { uuidOf } from '../../src/sim/identity';
import type { SimPool } from '../../src/sim/model';
import { XAPI_PASSWORD, XAPI_USER } from '../../src/sim/xapi';
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

describe('an act of several calls', () => {
  const refuse = (call: string, nth: number): void =>
    void world.cloud.faults.add([
      { call: `xapi:${call}`, nth, how: 'refuse', code: 'OPERATION_NOT_ALLOWED' },
    ]);

  test('that is refused at once has done nothing', async () => {
    const vm = vmOf(pool, 'i-2-10-VM');
    vm.traits.blocked = { pool_migrate: 'BACKUP', start: 'BACKUP' };
    refuse('VM.remove_from_blocked_operations', 1);
    const allowed = world.client().allowOperations(vm.uuid, ['pool_migrate', 'start']);
    await expect(allowed).rejects.toBeInstanceOf(Refused);
    expect(vm.traits.blocked).toEqual({ pool_migrate: 'BACKUP', start: 'BACKUP' });
  });

  test('that is refused half-way is in doubt: what is done is still owed', async () => {
    const client = world.client();
    const vm = vmOf(pool, 'i-2-10-VM');
    vm.traits.blocked = { pool_migrate: 'BACKUP', start: 'BACKUP' };
    refuse('VM.remove_from_blocked_operations', 2);
    await expect(client.allowOperations(vm.uuid, ['pool_migrate', 'start'])).rejects.toBeInstanceOf(
      Unreachable,
    );
    expect(vm.traits.blocked).toEqual({ start: 'BACKUP' });
    refuse('VM.add_to_blocked_operations', 1);
    await expect(client.blockOperations(vm.uuid, { start: 'BACKUP' })).rejects.toBeInstanceOf(Unreachable);
    refuse('pool.add_to_other_config', 1);
    await expect(client.setAutoPowerOn(true)).rejects.toBeInstanceOf(Unreachable);
  });

  test('messages that go one by one are in doubt once the first has gone', async () => {
    xapiWorld(world.cloud)
      .of(pool)
      .messages.push(
        ...[1000, 2000].map((at) => ({
          uuid: uuidOf('m', String(at)),
          name: 'ALARM',
          priority: 3,
          cls: 'Host',
          object: '',
          at,
          body: '',
        })),
      );
    refuse('message.destroy', 2);
    await expect(world.client().destroyMessages(2, 0)).rejects.toBeInstanceOf(Unreachable);
  });
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
  await client.destroyMessages(2, 0);
  expect(await client.messageCount()).toBe(before - 2);
  expect(messages.map((one) => one.at).filter((at) => at <= 3000)).toEqual([3000]);
  expect([sent('message.destroy_many'), sent('message.destroy')]).toEqual([1, 2]);
});

test('the newest messages stay, however many were to go', async () => {
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
  await client.destroyMessages(before, before - 1);
  expect(await client.messageCount()).toBe(before - 1);
  expect(messages.some((one) => one.at === 1000)).toBe(false);
  await client.destroyMessages(2, before);
  expect(await client.messageCount()).toBe(before - 1);
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
  await client.destroyMessages(1000, 0);
  expect(await client.messageCount()).toBe(before - 1000);
  expect(sent('message.destroy')).toBe(0);
});

/** Something between the product and the master that counts who knocks. */
async function counted(): Promise<{
  readonly address: string;
  readonly knocks: () => number;
  close(): Promise<void>;
}> {
  const master = new URL(world.endpoint(hostOf(pool, 'host-1').name).url);
  let knocks = 0;
  const sockets = new Set<net.Socket>();
  const relay = net.createServer((near) => {
    knocks++;
    const far = net.connect(Number(master.port), master.hostname);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((open) => void relay.listen(0, '127.0.0.1', open));
  const { port } = relay.address() as net.AddressInfo;
  return {
    address: `https://127.0.0.1:${port}`,
    knocks: () => knocks,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => void relay.close(closed));
    },
  };
}

test('messages that go one by one go over one connection: a handshake each would take half an hour', async () => {
  const { messages } = xapiWorld(world.cloud).of(pool);
  for (let n = 0; n < 60; n++)
    messages.push({
      uuid: uuidOf('m', String(n)),
      name: 'ALARM',
      priority: 3,
      cls: 'Host',
      object: '',
      at: n,
      body: '',
    });
  const door = await counted();
  const { uuid, name, address } = hostOf(pool, 'host-1');
  const fingerprint = world.endpoint(name).fingerprint();
  const transport = wireTransport({ nameOf: () => address });
  const client = xapiPool({
    pool: pool.name,
    hosts: [{ uuid, name, address: door.address, fingerprint }],
    user: XAPI_USER,
    password: XAPI_PASSWORD,
    transport,
  });
  const before = await client.messageCount();
  const knocked = door.knocks();
  await client.destroyMessages(60, 0);
  expect(sent('message.destroy')).toBe(60);
  // one that asks for the way of newer releases, one for the series
  expect(door.knocks() - knocked).toBeLessThanOrEqual(2);
  expect(await client.messageCount()).toBe(before - 60);
  await client.close();
  transport.close();
  await door.close();
});
