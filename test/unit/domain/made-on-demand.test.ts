/** A tenant's VLAN that is on one host only: CloudStack makes it where it moves a VM, so only strangers are bound by it. */
import type { PifSnapshot, Snapshot } from '../../../src/domain/pool';
import { missingIn } from '../../../src/domain/movability';
import { place, simpleRules } from '../../../src/placement';
import { breachesOf } from '../../support/placement-checker';
import { healthyPool, hostOf, vmOf, withHost, withVms } from '../../support/snapshots';
import { said, TARGET } from '../checks/asking';

const TENANT = 'VLAN-5e4f2b1c-1d2e-4f30-8a41-0c5d6e7f8091-100';
const card = (device: string, network: string, vlan?: number): PifSnapshot => ({
  device,
  network,
  attached: true,
  management: false,
  ...(vlan !== undefined && { vlan }),
});
const withPif = (pool: Snapshot, host: string, pif: PifSnapshot): Snapshot =>
  withHost(pool, host, { pifs: [...hostOf(host).pifs, pif] });

/** On host-1 alone, with two VMs: one of CloudStack, one that it does not know. */
const known = vmOf('i-2-10-VM', 'host-1', { networks: [TENANT] });
const stranger = vmOf('appliance', 'host-1', { networks: [TENANT], cloudstack: null });
const onOneHost = withVms(withPif(healthyPool(), 'host-1', card('eth1', TENANT, 100)), known);

test.each([
  ['of a VM that CloudStack knows is no missing network', known, []],
  ['of a VM that it does not know is one', stranger, [`network ${TENANT}`]],
] as const)('such a VLAN %s', (_whose, vm, lacks) => {
  const pool = withVms(onOneHost, vm);

  expect(missingIn(pool)(vm, 'host-2')).toEqual(lacks);
});

test.each([
  ['up to 3.0 its name has the tag only', 'VLAN100', 'eth1', []],
  ['another name is a network of people', 'backup', 'eth1', ['network backup']],
  ['no host can make it without the card under it', TENANT, 'eth7', [`network ${TENANT}`]],
])('%s', (_rule, network, device, lacks) => {
  const vm = vmOf('i-2-10-VM', 'host-1', { networks: [network] });
  const pool = withVms(withPif(healthyPool(), 'host-1', card(device, network, 100)), vm);

  expect(missingIn(pool)(vm, 'host-2')).toEqual(lacks);
});

test('a network without a tag is never made, whatever its name', () => {
  const vm = vmOf('i-2-10-VM', 'host-1', { networks: ['VLAN100'] });
  const pool = withVms(withPif(healthyPool(), 'host-1', card('eth2', 'VLAN100')), vm);

  expect(missingIn(pool)(vm, 'host-2')).toEqual(['network VLAN100']);
});

test('the checks say nothing of it; of a card that one host lacks they do', () => {
  expect(said('same-networks', onOneHost)).toEqual([]);
  expect(said('vms-can-move', onOneHost)).toEqual([]);
  expect(said('same-networks', withPif(healthyPool(), 'host-1', card('eth2', 'storage')))).toEqual([
    'warn pool-a: The network storage does not reach host-2, host-3.',
  ]);
});

test('XAPI’s own refusal of such a VLAN is no news of a VM that CloudStack moves', () => {
  const refused = { 'host-1': { 'i-2-10-VM': ['VM_REQUIRES_NETWORK', 'i-2-10-VM', TENANT] } };

  expect(said('vms-can-move', onOneHost, { evacuation: refused })).toEqual([]);
  expect(said('vms-can-move', healthyPool(), { evacuation: refused })).toHaveLength(1);
});

test('the placement moves the one and stops the other', () => {
  const pool = withVms(onOneHost, stranger);
  const placement = place(pool, simpleRules(TARGET));
  const [turn] = placement.hosts;

  expect(turn?.host).toBe('host-1');
  expect(turn?.moves.map(({ vm }) => vm)).toContain(known.name);
  expect(turn?.stops.map(({ vm }) => vm)).toEqual([stranger.name]);
  const { reserve, minutesPerHost } = simpleRules(TARGET);
  expect(breachesOf(pool, placement, { target: TARGET, reserve, minutesPerHost })).toEqual([]);
});
