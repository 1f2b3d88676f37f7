/** What is recorded and what is a loss: exactly what an upgrade does not change by itself, in sentences, and never a secret. */
import * as fc from 'fast-check';
import { withoutSecrets, type HostInventory, type Inventory } from '../../../src/domain/inventory';
import { inventoryFiles } from '../../../src/domain/inventory-files';
import { hostLosses, poolLosses } from '../../../src/domain/inventory-losses';

const ETH1: HostInventory['interfaces'][number] = {
  device: 'eth1',
  network: 'guest',
  networkUuid: 'n-1',
  mac: '02:00:00:00:00:01',
  mtu: 1500,
  management: false,
  ip: { mode: 'None', address: '', netmask: '', gateway: '', dns: '' },
  otherConfig: {},
};
const ETH0: HostInventory['interfaces'][number] = {
  ...ETH1,
  device: 'eth0',
  network: 'management',
  networkUuid: 'n-0',
  mac: '02:00:00:00:00:00',
  management: true,
  ip: {
    mode: 'Static',
    address: '10.0.0.11',
    netmask: '255.255.255.0',
    gateway: '10.0.0.1',
    dns: '10.0.0.2',
  },
};
const BOND0 = {
  ...ETH1,
  device: 'bond0',
  network: 'storage',
  networkUuid: 'n-2',
  mac: '02:00:00:00:00:02',
  mtu: 9000,
};
const VLAN = { ...ETH1, vlan: 100, network: 'backup', networkUuid: 'n-3' };

const HOST: HostInventory = {
  name: 'host-1',
  uuid: 'uuid-1',
  interfaces: [ETH0, ETH1, VLAN, BOND0],
  bonds: [{ device: 'bond0', cards: ['eth2', 'eth3'], mode: 'lacp' }],
  storage: [
    {
      sr: 'sr-nfs',
      name: 'nfs-primary',
      type: 'nfs',
      config: { server: '10.0.0.5', serverpath: '/export/primary' },
    },
    { sr: 'sr-iso', name: 'library', type: 'iso', config: { location: '10.0.0.5:/iso' } },
  ],
  multipathing: true,
  iqn: 'iqn.2015-01.com.example:one',
  edition: 'per-socket',
  powerOn: { mode: 'IPMI', config: {} },
  tags: ['rack-1', 'vmops-version-XenServer650Resource-4.11.3.0', 'cloud-heartbeat'],
  otherConfig: { boot_time: '1.', agent_start_time: '2.', 'acme-rack': 'r1' },
};
const POOL: Inventory = {
  v: 1,
  name: 'pool-a',
  uuid: 'uuid-pool',
  pool: {
    networks: [{ uuid: 'n-1', name: 'guest', bridge: 'xenbr1', mtu: 1500, tags: ['lan'], otherConfig: {} }],
    srs: [
      { uuid: 'sr-nfs', name: 'nfs-primary', type: 'nfs', shared: true },
      { uuid: 'sr-iso', name: 'library', type: 'iso', shared: true },
    ],
    tags: ['prod'],
    otherConfig: { rolling_upgrade_in_progress: 'true', owner: 'team-a' },
  },
  hosts: [HOST],
};

const lost = (change: Partial<HostInventory>): readonly string[] =>
  hostLosses(HOST, { ...HOST, ...change }).map(({ what }) => what);
const withCard = (
  card: HostInventory['interfaces'][number],
): readonly HostInventory['interfaces'][number][] =>
  HOST.interfaces.map((one) => (one.device === card.device && one.vlan === card.vlan ? card : one));

test('the same host has lost nothing', () => {
  expect(lost({})).toEqual([]);
});

const losses: readonly (readonly [what: string, change: Partial<HostInventory>, says: string])[] = [
  [
    'a bond, told of once and not as an interface too',
    { bonds: [], interfaces: [ETH0, ETH1, VLAN] },
    'host-1 no longer has the bond bond0 of eth2, eth3.',
  ],
  [
    'a card of a bond',
    { bonds: [{ device: 'bond0', cards: ['eth2'], mode: 'lacp' }] },
    'The bond bond0 of host-1 had eth2, eth3, now it has eth2.',
  ],
  [
    'the mode of a bond',
    { bonds: [{ device: 'bond0', cards: ['eth2', 'eth3'], mode: 'balance-slb' }] },
    'The mode of the bond bond0 of host-1 was lacp, now it is balance-slb.',
  ],
  [
    'a VLAN whose card is still there',
    { interfaces: [ETH0, ETH1, BOND0] },
    'host-1 no longer has the VLAN 100 on eth1 (network backup).',
  ],
  [
    'a card',
    { interfaces: [ETH0, VLAN, BOND0] },
    'host-1 no longer has the interface eth1 (02:00:00:00:00:01, network guest).',
  ],
  [
    'the place of a card',
    { interfaces: withCard({ ...ETH1, mac: '02:00:00:00:00:09' }) },
    'The hardware address of eth1 on host-1 was 02:00:00:00:00:01, now it is 02:00:00:00:00:09.',
  ],
  [
    'the network of a card',
    { interfaces: withCard({ ...ETH1, network: 'other', networkUuid: 'n-9' }) },
    'The network of eth1 on host-1 was guest, now it is other.',
  ],
  [
    'an MTU',
    { interfaces: withCard({ ...BOND0, mtu: 1500 }) },
    'The MTU of bond0 on host-1 was 9000, now it is 1500.',
  ],
  [
    'a fixed address',
    { interfaces: withCard({ ...ETH0, ip: { ...ETH0.ip, mode: 'DHCP', address: '10.0.0.99' } }) },
    'The address of eth0 on host-1 was Static 10.0.0.11 255.255.255.0 10.0.0.1 10.0.0.2, now it is DHCP.',
  ],
  [
    'the management interface',
    { interfaces: withCard({ ...ETH0, management: false }) },
    'eth0 is no longer the management interface of host-1.',
  ],
  [
    'a PBD',
    { storage: HOST.storage.filter(({ type }) => type !== 'nfs') },
    'host-1 no longer has a PBD of nfs-primary (nfs).',
  ],
  [
    'the path of a PBD',
    {
      storage: HOST.storage.map((one) =>
        one.type === 'nfs' ? { ...one, config: { server: '10.0.0.5', serverpath: '/export/other' } } : one,
      ),
    },
    'serverpath of the PBD of nfs-primary on host-1 was /export/primary, now it is /export/other.',
  ],
  [
    'the iSCSI name',
    { iqn: 'iqn.2018-05.com.example:new' },
    'The iSCSI name of host-1 was iqn.2015-01.com.example:one, now it is iqn.2018-05.com.example:new.',
  ],
  ['multipathing', { multipathing: false }, 'host-1 no longer uses multipathing.'],
  ['the licence', { edition: 'free' }, 'host-1 was licensed as per-socket and has fallen back to free.'],
  [
    'the power-on mode',
    { powerOn: { mode: '', config: {} } },
    'The power-on mode of host-1 was IPMI, now it is empty.',
  ],
  ['a tag', { tags: [] }, 'host-1 no longer has the tag rack-1.'],
  [
    'a setting of other_config',
    { otherConfig: { boot_time: '1.', agent_start_time: '2.' } },
    'acme-rack of host-1 was r1, now it is empty.',
  ],
];

test.each(losses)('%s that is gone or another is one sentence with what to do', (_, change, says) => {
  expect(lost(change)).toEqual([says]);
  expect(hostLosses(HOST, { ...HOST, ...change })[0]?.doThis).toMatch(/xe |interface-rename/);
});

const noLoss: readonly (readonly [what: string, change: Partial<HostInventory>])[] = [
  ['boot and agent times', { otherConfig: { 'acme-rack': 'r1', boot_time: '9.', agent_start_time: '9.' } }],
  ['what is new', { tags: [...HOST.tags, 'new'], otherConfig: { ...HOST.otherConfig, more: 'x' } }],
  ['CloudStack’s tags', { tags: ['rack-1', 'vmops-version-XenServer650Resource-4.11.3.0-other'] }],
  ['a licence under another name', { edition: 'enterprise-per-socket' }],
  ['a CD library that CloudStack has detached', { storage: HOST.storage.slice(0, 1) }],
  ['the hardware address of a bond', { interfaces: withCard({ ...BOND0, mac: '02:00:00:00:00:03' }) }],
  ['another name of the same network', { interfaces: withCard({ ...ETH1, network: 'tenants' }) }],
  [
    'a setting of a PBD that came with a newer storage manager',
    {
      storage: HOST.storage.map((one) =>
        one.type === 'nfs' ? { ...one, config: { ...one.config, nfsversion: '3' } } : one,
      ),
    },
  ],
];

test.each(noLoss)('%s: no loss', (_, change) => {
  expect(lost(change)).toEqual([]);
});

test('another address given by DHCP is no loss', () => {
  const dhcp = (address: string): HostInventory => ({
    ...HOST,
    interfaces: withCard({ ...ETH0, ip: { ...ETH0.ip, mode: 'DHCP', address } }),
  });
  expect(hostLosses(dhcp('10.0.0.20'), dhcp('10.0.0.21'))).toEqual([]);
});

test('a VLAN that CloudStack made may go with its last VM; one of that name with an address is missed', () => {
  const made = { ...VLAN, network: 'VLAN-5e4f2b1c-100' };
  const gone = (card: typeof VLAN): readonly string[] =>
    hostLosses(
      { ...HOST, interfaces: [ETH0, ETH1, card, BOND0] },
      { ...HOST, interfaces: [ETH0, ETH1, BOND0] },
    ).map(({ what }) => what);

  expect(gone(made)).toEqual([]);
  expect(gone({ ...made, ip: { ...VLAN.ip, mode: 'Static', address: '10.0.9.1' } })).toEqual([
    'host-1 no longer has the VLAN 100 on eth1 (network VLAN-5e4f2b1c-100).',
  ]);
  const [guest] = POOL.pool.networks;
  const before = { ...POOL.pool, networks: [{ ...guest!, uuid: 'n-9', name: made.network }] };
  expect(poolLosses('pool-a', 'uuid-pool', before, { ...before, networks: [] })).toEqual([]);
});

test('of the pool, networks, SRs, tags and settings are missed; XAPI’s own flag and CD libraries are not', () => {
  const now = { networks: [], srs: [], tags: [], otherConfig: {} };

  expect(poolLosses('pool-a', 'uuid-pool', POOL.pool, now).map(({ what }) => what)).toEqual([
    'pool-a no longer has the network guest.',
    'pool-a no longer has the SR nfs-primary (nfs).',
    'pool-a no longer has the tag prod.',
    'owner of pool-a was team-a, now it is empty.',
  ]);
  expect(poolLosses('pool-a', 'uuid-pool', POOL.pool, POOL.pool)).toEqual([]);
});

test('secrets are left out by their names and out of addresses, and that they were there is kept', () => {
  expect(
    withoutSecrets({
      chapuser: 'xenserver',
      chappassword: 'hunter2',
      incoming_chappassword: 'hunter2',
      cifspassword_secret: 'hunter2',
      power_on_password_secret: 'hunter2',
      'XenCenter.ApiKey': 'hunter2',
      password: '',
      location: 'http://ann:hunter2@10.0.0.5/iso',
      SCSIid: '36000',
      targetIQN: 'iqn.x',
    }),
  ).toEqual({
    chapuser: 'xenserver',
    chappassword: '(secret, not recorded)',
    incoming_chappassword: '(secret, not recorded)',
    cifspassword_secret: '(secret, not recorded)',
    power_on_password_secret: '(secret, not recorded)',
    'XenCenter.ApiKey': '(secret, not recorded)',
    password: '',
    location: 'http://ann:(secret, not recorded)@10.0.0.5/iso',
    SCSIid: '36000',
    targetIQN: 'iqn.x',
  });
});

test('a secret that is gone is missed like any other setting, and its command names none', () => {
  const iscsi = (config: Record<string, string>): HostInventory => ({
    ...HOST,
    storage: [{ sr: 'sr-1', name: 'iscsi', type: 'lvmoiscsi', config: withoutSecrets(config) }],
  });
  const [loss] = hostLosses(iscsi({ chappassword: 'hunter2' }), iscsi({}));

  expect(loss?.what).toBe(
    'chappassword of the PBD of iscsi on host-1 was (secret, not recorded), now it is empty.',
  );
  expect(loss?.doThis).toContain('device-config:chappassword=SECRET');
});

/** RFC 4180, read back. */
function rowsOf(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < csv.length; i++) {
    const c = csv[i]!;
    if (quoted && c === '"' && csv[i + 1] === '"') cell += csv[++i]!;
    else if (c === '"') quoted = !quoted;
    else if (!quoted && c === ',') {
      row.push(cell);
      cell = '';
    } else if (!quoted && c === '\r' && csv[i + 1] === '\n') {
      rows.push([...row, cell]);
      [row, cell] = [[], ''];
      i++;
    } else cell += c;
  }
  return rows;
}

const files = (inventory: Inventory) => inventoryFiles(inventory, '2026-03-01T12:00:00.000Z');

test('the files are JSON for programs and CSV with one fact a row', () => {
  const [json, csv] = files(POOL);

  expect(json).toMatchObject({ name: 'inventory-pool-a.json' });
  expect(JSON.parse(json!.content)).toEqual({ recordedAt: '2026-03-01T12:00:00.000Z', ...POOL });
  expect(csv).toMatchObject({ name: 'inventory-pool-a.csv' });
  const rows = rowsOf(csv!.content);
  expect(rows[0]).toEqual(['host', 'kind', 'name', 'field', 'value']);
  expect(rows).toContainEqual(['host-1', 'interface', 'eth1.100', 'network', 'backup']);
  expect(rows).toContainEqual(['host-1', 'bond', 'bond0', 'cards', 'eth2 eth3']);
  expect(rows).toContainEqual(['host-1', 'PBD', 'nfs-primary', 'device_config:server', '10.0.0.5']);
  expect(rows).toContainEqual(['pool-a', 'SR', 'nfs-primary', 'shared', 'true']);
});

test('whatever a name is, each row has five cells, says the same when read back, and none begins a formula', () => {
  const nasty = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\t=1',
      '"quoted"',
      "'=1+1",
      'a,b',
      'two\r\nlines',
      '=cmd|"/c calc"!A0',
    ),
  );
  fc.assert(
    fc.property(nasty, nasty, (tag, value) => {
      const host = { ...HOST, tags: [tag], otherConfig: { 'acme-rack': value } };
      const rows = rowsOf(files({ ...POOL, hosts: [host] })[1]!.content);
      expect(rows.every((row) => row.length === 5)).toBe(true);
      expect(rows.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
      const seen = rows.filter((row) => row[3] === 'tag' && row[0] === 'host-1').map((row) => row[4]);
      // an apostrophe of people's own stays as it is
      expect(seen).toEqual([/^[=+\-@\t\r]/.test(tag) ? `'${tag}` : tag]);
    }),
  );
});
