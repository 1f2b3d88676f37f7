/** The inventory over real TLS sockets: what XAPI's records say, and nothing that must stay secret. */
import { CHAP_PASSWORD } from '../../src/sim/credentials';
import { hostOf } from '../support/sim-xapi';
import { wireWorld, type WireWorld } from '../support/sim-xapi-wire';

let world: WireWorld;
beforeEach(async () => {
  world = await wireWorld({ speed: 600 });
});
afterEach(() => world.close());

test('the inventory as it is, through XML, with no secret and no reference in it', async () => {
  const seen = await world.client().inventory();
  const host = hostOf(world.cloud.pools[0]!, 'host-2');
  expect(seen.hosts.map(({ name }) => name)).toEqual(['host-1', 'host-2', 'host-3']);
  expect(seen.hosts[1]).toMatchObject({
    uuid: host.uuid,
    iqn: host.traits.iqn,
    edition: 'free',
    interfaces: [
      { device: 'eth0', network: 'management', management: true, mtu: 1500, ip: { mode: 'Static' } },
      { device: 'eth1', network: 'guest', management: false, ip: { mode: 'None' } },
    ],
  });
  const iscsi = seen.hosts[1]?.storage.find(({ type }) => type === 'lvmoiscsi');
  expect(iscsi?.config).toMatchObject({ target: '10.0.0.6', chappassword: '(secret, not recorded)' });
  expect(JSON.stringify(seen)).not.toMatch(new RegExp(`OpaqueRef|${CHAP_PASSWORD}`));
  expect(world.cloud.calls.filter(({ mutates, call }) => mutates && !call.startsWith('session.'))).toEqual(
    [],
  );
});
