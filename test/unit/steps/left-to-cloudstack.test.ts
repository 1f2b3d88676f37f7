/** A host that CloudStack is left to empty: what it must not be left with, and where allocation stands meanwhile (seed 002; cs §6, §9.5). */
import { hostOf } from '../../../src/adapters/cloudstack/rows';
import { Cloud } from '../../../src/sim/cloud';
import { sidesOf } from '../../../src/sim/sides';
import { drainHost } from '../../../src/steps/drain-host';
import { enableHostAllocation } from '../../../src/steps/enable-host-allocation';
import { enterMaintenance } from '../../../src/steps/enter-maintenance';
import { evidenceFor, HOST, says } from '../../support/evidence';
import { worldInMemory } from '../../support/in-memory-world';
import { patiently } from '../../support/patiently';
import { smallPool } from '../../support/small-pool';

const ready = {
  resourceState: 'Enabled',
  state: 'Up',
  shelter: ['host-3'],
  preparing: [],
  transitions: [],
  residents: ['i-2-14-VM', 'r-4-VM'],
  servicesHeld: [],
  mixed: false,
};

describe('maintenance that moves VMs', () => {
  const asked = 'act: put host-2 into maintenance';
  test.each<readonly [sentence: string, args: object, change: object, expected: string]>([
    ['nothing CloudStack cannot move: asked for', { moves: 'all' }, { stuck: [] }, asked],
    ['a guest without tools: never', { moves: 'all' }, { stuck: ['i-2-13-VM'] }, 'stop: HOST_NOT_EMPTY'],
    [
      'versions differ, which it does not look at: never',
      { moves: 'all' },
      { stuck: [], mixed: true },
      'stop: HOST_NOT_EMPTY',
    ],
    ['where the plan empties the host, a VM on it is one too many', {}, {}, 'stop: HOST_NOT_EMPTY'],
    [
      'in maintenance with a VM still there: waits',
      { moves: 'all' },
      { resourceState: 'Maintenance', stuck: [] },
      'wait: In maintenance, but still there: i-2-14-VM, r-4-VM',
    ],
    [
      '2.2: allocation stays disabled through it',
      { moves: 'system', disabled: true },
      { resourceState: 'Disabled', stuck: [] },
      asked,
    ],
    [
      '2.2: allocation that somebody has enabled meanwhile',
      { moves: 'system', disabled: true },
      { stuck: [] },
      'stop: HOST_IN_WRONG_STATE',
    ],
    [
      'from 3.0 a Disabled host: never',
      { moves: 'system' },
      { resourceState: 'Disabled', stuck: [] },
      'stop: HOST_IN_WRONG_STATE',
    ],
  ])('%s', (_sentence, args, change, expected) => {
    expect(says(enterMaintenance, { args: { ...HOST, ...args }, now: { ...ready, ...change } })).toBe(
      expected,
    );
  });

  test.each([
    ['all', ['i-2-13-VM', 'appliance']],
    ['system', ['i-2-13-VM', 'i-2-14-VM', 'appliance']],
  ] as const)('%s: a guest without tools and a stranger are not for CloudStack', async (moves, stuck) => {
    const [guest] = smallPool.vms!;
    const appliance = { ...guest!, name: 'appliance', on: 'host-2', cloudstack: null };
    const cloud = new Cloud({ pools: [{ ...smallPool, vms: [...smallPool.vms!, appliance] }] });
    const pool = cloud.pools[0]!;
    const world = {
      ...worldInMemory({ cloud, ...sidesOf(cloud) }, pool, {}),
      others: { hostsInWork: async () => [], servicesHeld: async () => [] },
      lookAgain: () => Promise.reject(new Error('nothing is judged here')),
    };
    const host = pool.hosts[1]!;
    const args = { host: host.name, uuid: host.uuid, id: host.cs.id, master: false, moves };
    const evidence = evidenceFor('enter-maintenance', { args, now: {} });
    const look = enterMaintenance.step.observe(world, args, evidence);
    const seen = (await patiently(cloud, look)) as { readonly stuck: readonly string[] };
    expect(seen.stuck.toSorted()).toEqual([...stuck].toSorted());
  });
});

describe('users’ VMs only', () => {
  const vm = (name: string, kind: string) => ({
    name,
    uuid: name,
    id: name,
    kind,
    memoryMib: 256,
    state: 'Running',
  });
  const now = {
    left: [vm('r-4-VM', 'router'), vm('v-2-VM', 'cpvm')],
    version: '6.5.0',
    shelters: [],
    suitable: {},
    failed: {},
    pending: [],
  };
  const args = { ...HOST, stops: ['i-2-13-VM'], atOnce: 3 };

  test('what is left to CloudStack is not waited for', () => {
    expect(says(drainHost, { args: { ...args, only: 'user-vms' }, now })).toBe(
      'done: empty of users’ VMs but for i-2-13-VM',
    );
    expect(says(drainHost, { args, now })).toMatch(/^wait: 2 VMs left on host-2/);
  });
});

describe('allocation directly before maintenance is left', () => {
  const args = { ...HOST, leaving: true };
  test.each<readonly [sentence: string, now: Record<string, string>, expected: string]>([
    [
      '2.2, disabled beside maintenance: enabled',
      { resourceState: 'Maintenance', allocation: 'Disabled' },
      'act: enable allocation on host-2',
    ],
    [
      '2.2, enabled: done',
      { resourceState: 'Maintenance', allocation: 'Enabled' },
      'done: maintenance stands in its place: leaving it makes the host Enabled',
    ],
    [
      'from 3.0 it only looks',
      { resourceState: 'Maintenance' },
      'done: maintenance stands in its place: leaving it makes the host Enabled',
    ],
    [
      'somebody has left maintenance, and it is Disabled: enabled',
      { resourceState: 'Disabled' },
      'act: enable allocation on host-2',
    ],
  ])('%s', (_sentence, now, expected) => {
    expect(says(enableHostAllocation, { args, now })).toBe(expected);
  });

  test('a row of 2.2 tells both, a row of 3.0 one state', () => {
    const row = { id: '1', name: 'host-2', ipaddress: '10.0.0.2' };
    expect(hostOf({ ...row, state: 'Maintenance', allocationstate: 'Disabled' })).toMatchObject({
      resourceState: 'Maintenance',
      allocation: 'Disabled',
    });
    expect(hostOf({ ...row, state: 'Up', resourcestate: 'Maintenance' })).not.toHaveProperty('allocation');
  });
});
