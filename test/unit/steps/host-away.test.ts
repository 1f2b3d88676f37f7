/** Lines that take a host away and bring it back: what must be true in the tick that acts, and what is believed. */
import { Refused } from '../../../src/domain/errors';
import { awaitHost } from '../../../src/steps/await-host';
import { awaitMembers } from '../../../src/steps/await-members';
import { awaitUp } from '../../../src/steps/await-up';
import { disableHost } from '../../../src/steps/disable-host';
import { disableHostAllocation } from '../../../src/steps/disable-host-allocation';
import { enableHost } from '../../../src/steps/enable-host';
import { enableHostAllocation } from '../../../src/steps/enable-host-allocation';
import { enterMaintenance } from '../../../src/steps/enter-maintenance';
import { leaveMaintenance } from '../../../src/steps/leave-maintenance';
import { manageCluster } from '../../../src/steps/manage-cluster';
import { unmanageCluster } from '../../../src/steps/unmanage-cluster';
import { upgradeByHand } from '../../../src/steps/upgrade-by-hand';
import { emptyWorld } from '../../support/toy-run';
import { evidenceFor, HOST, MASTER, says, secondsAgo } from '../../support/evidence';

const refusing = (code: string) => ({
  ...emptyWorld(),
  cloudStack: {
    ...emptyWorld().cloudStack,
    setManaged: () => Promise.reject(new Refused({ code, what: 'no', why: 'so', doThis: [] })),
  },
});

test.each(['CS_UNMANAGE_CONNECTING', 'CS_UNMANAGE_TIMEOUT'])(
  'an unmanaging that ends as %s was begun: it stays owed, and the line is held with the reason',
  async (code) => {
    const args = { ...MASTER, cluster: 'pool-a' };
    const now = { managedState: 'PrepareUnmanagedError', resourceState: 'Maintenance', connecting: [] };
    const act = { subject: 'pool-a', what: '', args: null };
    const receipt = await unmanageCluster.step.act?.(
      refusing(code),
      act,
      evidenceFor('unmanage-cluster', { args, now }),
    );
    expect(receipt).toEqual({ gaveUp: 'so' });
    const acts = { 'pool-a': { receipt: { gaveUp: 'so' } } };
    expect(says(unmanageCluster, { args, now, acts })).toBe('stop: TOO_LONG');
    // a person says so: once more
    const line = { patienceFrom: secondsAgo(-60) };
    expect(says(unmanageCluster, { args, now, acts, line })).toBe('act: unmanage cluster pool-a');
  },
);

test('an unmanaging that is refused outright has done nothing', async () => {
  const evidence = evidenceFor('unmanage-cluster', { args: { ...MASTER, cluster: 'pool-a' }, now: {} });
  const act = { subject: 'pool-a', what: '', args: null };
  await expect(unmanageCluster.step.act?.(refusing('CS_KEY_REFUSED'), act, evidence)).rejects.toBeInstanceOf(
    Refused,
  );
});

type Row = readonly [sentence: string, change: object, expected: string];

describe('disable-host', () => {
  const member = {
    enabled: true,
    residents: 0,
    masterUuid: 'uuid-1',
    bootTime: 100,
    resourceState: 'Maintenance',
    managedState: 'Managed',
  };
  const master = { ...member, managedState: 'Unmanaged' };
  test.each<Row>([
    ['in maintenance and empty: it is disabled', {}, 'act: disable host-2 in XAPI'],
    ['already disabled: nothing is done', { enabled: false }, 'done: host-2 is disabled in XAPI'],
    ['not in maintenance: never', { resourceState: 'Enabled' }, 'stop: NOT_SAFE'],
    ['only preparing: never', { resourceState: 'PrepareForMaintenance' }, 'stop: NOT_SAFE'],
    ['maintenance failed: never', { resourceState: 'ErrorInMaintenance' }, 'stop: NOT_SAFE'],
    [
      'its cluster Unmanaged: CloudStack cannot mind',
      { resourceState: 'Enabled', managedState: 'Unmanaged' },
      'act: disable host-2 in XAPI',
    ],
    [
      'a cluster on its way to Unmanaged is not Unmanaged',
      { resourceState: 'Enabled', managedState: 'PrepareUnmanaged' },
      'stop: NOT_SAFE',
    ],
    ['a VM lives on it: never', { residents: 1 }, 'stop: NOT_SAFE'],
    ['that has become the master: never', { masterUuid: 'uuid-2' }, 'stop: MASTER_MOVED'],
  ])('a member %s', (_sentence, change, expected) => {
    expect(says(disableHost, { args: HOST, now: { ...member, ...change } })).toBe(expected);
  });
  test.each<Row>([
    ['with its cluster Unmanaged: it is disabled', {}, 'act: disable host-1 in XAPI'],
    ['with its cluster Managed: never, even in maintenance', { managedState: 'Managed' }, 'stop: NOT_SAFE'],
    ['that is no longer the master: never', { masterUuid: 'uuid-3' }, 'stop: MASTER_MOVED'],
    ['with a VM on it: never', { residents: 2 }, 'stop: NOT_SAFE'],
  ])('the master %s', (_sentence, change, expected) => {
    expect(says(disableHost, { args: MASTER, now: { ...master, ...change } })).toBe(expected);
  });
  test('owes it back as it was at the first look', () => {
    const wish = { args: HOST, before: member, now: { ...member, enabled: false } };
    const act = { subject: 'host-2', what: '', args: null };
    expect(disableHost.step.owes?.(act, evidenceFor('disable-host', wish))).toEqual([
      { what: 'host-disabled', on: 'host-2', before: { enabled: true } },
    ]);
  });
});

describe('enter-maintenance', () => {
  const ready = {
    resourceState: 'Enabled',
    state: 'Up',
    shelter: ['host-3'],
    preparing: [],
    transitions: [],
    residents: [],
    servicesHeld: [],
    mixed: false,
  };
  const refused = { status: 2, error: 'no suitable host' };
  test.each<Row>([
    ['empty, Enabled, another host Up: it is asked for', {}, 'act: put host-2 into maintenance'],
    ['no other host Up and Enabled: never', { shelter: [] }, 'stop: NO_OTHER_HOST'],
    [
      'another host preparing or in error: waits',
      { preparing: ['host-3 is PrepareForMaintenance'] },
      'wait: Another host is preparing: host-3 is PrepareForMaintenance',
    ],
    [
      'a VM on it in transition: waits',
      { transitions: ['i-2-5-VM is Starting'] },
      'wait: In transition: i-2-5-VM is Starting',
    ],
    [
      'services held by another run: waits',
      { servicesHeld: ['management on ms-1 (pool-b)'] },
      'wait: Another run is stopping services: management on ms-1 (pool-b)',
    ],
    ['a VM came after the drain: never', { residents: ['i-2-5-VM'] }, 'stop: HOST_NOT_EMPTY'],
    ['Disabled: CloudStack would refuse it', { resourceState: 'Disabled' }, 'stop: HOST_IN_WRONG_STATE'],
    [
      'under way: waits',
      { resourceState: 'PrepareForMaintenance' },
      'wait: CloudStack prepares host-2; still there: nothing',
    ],
    ['failed: stops', { resourceState: 'ErrorInMaintenance' }, 'stop: MAINTENANCE_FAILED'],
    [
      'a move failed and CloudStack 4.14 or newer tries it again: waits',
      { resourceState: 'ErrorInPrepareForMaintenance' },
      'wait: CloudStack tries again to move what is left away from host-2',
    ],
    ['in maintenance and empty: done', { resourceState: 'Maintenance' }, 'done: in maintenance and empty'],
    [
      'in maintenance and not empty: waits',
      { resourceState: 'Maintenance', residents: ['r-4-VM'] },
      'wait: In maintenance, but still there: r-4-VM',
    ],
  ])('%s', (_sentence, change, expected) => {
    expect(says(enterMaintenance, { args: HOST, now: { ...ready, ...change } })).toBe(expected);
  });
  test('a job that failed with a reason after being asked holds the lane', () => {
    expect(
      says(enterMaintenance, { args: HOST, now: { ...ready, job: refused }, acts: { 'host-2': {} } }),
    ).toBe('stop: MAINTENANCE_REFUSED');
  });
  test('a job that failed without a result means unknown: the state is read, nothing is concluded', () => {
    expect(
      says(enterMaintenance, { args: HOST, now: { ...ready, job: { status: 2 } }, acts: { 'host-2': {} } }),
    ).toBe('act: put host-2 into maintenance');
  });
  test('after a person looked, the old refusal does not hold it again', () => {
    const wish = {
      args: HOST,
      now: { ...ready, job: refused },
      acts: { 'host-2': { intendedAt: secondsAgo(60) } },
    };
    expect(says(enterMaintenance, wish)).toBe('act: put host-2 into maintenance');
  });
  test('may be asked for once, and never again without a person', () => {
    expect(enterMaintenance.step.maxActs).toBe(1);
  });
});

describe('unmanage-cluster', () => {
  const args = { ...MASTER, cluster: 'cluster-a' };
  const ready = { managedState: 'Managed', resourceState: 'Maintenance', connecting: [] };
  test.each<Row>([
    ['the master in maintenance, nobody connecting: unmanaged', {}, 'act: unmanage cluster cluster-a'],
    ['the master not in maintenance: never', { resourceState: 'Enabled' }, 'stop: HOST_IN_WRONG_STATE'],
    [
      'a host connecting: waits',
      { connecting: ['host-3 is Connecting'] },
      'wait: A host is still connecting: host-3 is Connecting',
    ],
    ['on its way: waits', { managedState: 'PrepareUnmanaged' }, 'wait: CloudStack disconnects the hosts'],
    [
      'Unmanaged: done',
      { managedState: 'Unmanaged', resourceState: 'Enabled' },
      'done: the cluster is Unmanaged',
    ],
  ])('%s', (_sentence, change, expected) => {
    expect(says(unmanageCluster, { args, now: { ...ready, ...change } })).toBe(expected);
  });
});

describe('manage-cluster', () => {
  const args = { cluster: 'cluster-a', master: 'host-1', masterUuid: 'uuid-1' };
  const ready = { managedState: 'Unmanaged', notLive: [], masterUuid: 'uuid-1', masterEnabled: true };
  test.each<Row>([
    ['every member live, the old master enabled: managed', {}, 'act: manage cluster cluster-a'],
    ['a member not live: waits', { notLive: ['host-3'] }, 'wait: Not live yet: host-3'],
    ['another master: never', { masterUuid: 'uuid-2' }, 'stop: MASTER_MOVED'],
    [
      'another master, and a member not live: never',
      { masterUuid: 'uuid-2', notLive: ['host-1'] },
      'stop: MASTER_MOVED',
    ],
    [
      'the master not enabled: waits',
      { masterEnabled: false },
      'wait: XAPI does not yet show host-1 enabled',
    ],
    ['Managed: done', { managedState: 'Managed', notLive: ['host-3'] }, 'done: the cluster is Managed'],
  ])('%s', (_sentence, change, expected) => {
    expect(says(manageCluster, { args, now: { ...ready, ...change } })).toBe(expected);
  });
});

describe('leave-maintenance', () => {
  const args = { ...HOST, to: '7.1.2' };
  const ready = { state: 'Up', resourceState: 'Maintenance', live: true, enabled: true, version: '7.1.2' };
  test.each<Row>([
    ['Up, live, enabled, on the target: it leaves', {}, 'act: take host-2 out of maintenance'],
    [
      'not Up in CloudStack: waits',
      { state: 'Disconnected' },
      'wait: CloudStack has host-2 as Disconnected; waiting for Up',
    ],
    ['not live in XAPI: waits', { live: false }, 'wait: host-2 is not live in XAPI'],
    ['not enabled in XAPI: waits', { enabled: false }, 'wait: host-2 is not enabled in XAPI'],
    ['the old version: never', { version: '6.5.0' }, 'stop: OTHER_VERSION'],
    ['Disabled instead: a person looks', { resourceState: 'Disabled' }, 'stop: HOST_IN_WRONG_STATE'],
    ['Enabled and sound: done', { resourceState: 'Enabled' }, 'done: host-2 is Enabled and Up'],
    [
      'Enabled and not connected: waits',
      { resourceState: 'Enabled', state: 'Alert' },
      'wait: host-2 is Enabled and Alert',
    ],
    [
      'Enabled and not enabled in XAPI: waits',
      { resourceState: 'Enabled', enabled: false },
      'wait: host-2 is Enabled and Up',
    ],
  ])('%s', (_sentence, change, expected) => {
    expect(says(leaveMaintenance, { args, now: { ...ready, ...change } })).toBe(expected);
  });
});

describe('upgrade-by-hand', () => {
  const args = { ...HOST, address: '10.0.0.2', from: '6.5.0', to: '7.1.2' };
  const ready = {
    answers: true,
    live: true,
    enabled: false,
    residents: 0,
    version: '6.5.0',
    bootTime: 100,
    tags: [],
    resourceState: 'Maintenance',
    managedState: 'Managed',
  };
  const boot =
    /^wait: host-2 \(10\.0\.0\.2\) is empty, in maintenance and disabled\. Boot it from the 7\.1\.2 ISO/;
  test('empty, disabled, in maintenance: a person is told to boot it', () => {
    expect(says(upgradeByHand, { args, now: ready })).toMatch(boot);
  });
  test.each<Row>([
    ['enabled in XAPI again', { enabled: true }, 'stop: NOT_SAFE'],
    ['a VM on it', { residents: 1 }, 'stop: NOT_SAFE'],
    ['no longer in maintenance', { resourceState: 'Enabled' }, 'stop: NOT_SAFE'],
  ])('%s: nobody is told to boot it', (_sentence, change, expected) => {
    expect(says(upgradeByHand, { args, before: ready, now: { ...ready, ...change } })).toBe(expected);
  });
  test('the master with its cluster Managed: nobody is told to boot it', () => {
    const master = { ...args, ...MASTER };
    expect(says(upgradeByHand, { args: master, now: ready })).toBe('stop: NOT_SAFE');
    expect(says(upgradeByHand, { args: master, now: { ...ready, managedState: 'Unmanaged' } })).toMatch(
      /^wait: host-1 /,
    );
  });
  test.each<Row>([
    ['another boot time', { bootTime: 200 }, 'done: host-2 has rebooted'],
    ['no heartbeat any more', { live: false }, 'done: host-2 is down'],
  ])('%s ends the line', (_sentence, change, expected) => {
    expect(says(upgradeByHand, { args, before: ready, now: { ...ready, ...change } })).toBe(expected);
  });
  test('the silence of the master is the master going, once it has lasted longer than a lost answer', () => {
    const master = { ...args, ...MASTER };
    const unmanaged = { ...ready, managedState: 'Unmanaged' };
    const silent = { args: master, before: unmanaged, now: { ...unmanaged, answers: false, live: false } };
    const since = (seconds: number) => ({
      waitingFor: 'host-1 does not answer; looking again before anybody boots it',
      waitingSince: secondsAgo(seconds),
    });
    expect(says(upgradeByHand, silent)).toBe(
      'wait: host-1 does not answer; looking again before anybody boots it',
    );
    expect(says(upgradeByHand, { ...silent, line: since(59) })).toMatch(/^wait/);
    expect(says(upgradeByHand, { ...silent, line: since(60) })).toBe('done: host-1 is down');
  });
});

describe('await-host', () => {
  const earlier = { 'upgrade-by-hand': { before: { bootTime: 100 } } };
  const back = { answers: true, live: true, bootTime: 200, otherKey: false };
  test.each<Row>([
    ['live with another boot time', {}, 'done: host-2 is back, away for 0 min'],
    [
      'live with the old boot time: it has not gone yet',
      { bootTime: 100 },
      'wait: host-2 is away: installer and reboot',
    ],
    ['no boot time at all', { bootTime: 0 }, 'wait: host-2 is away: installer and reboot'],
    ['another boot time and no heartbeat', { live: false }, 'wait: host-2 is away: installer and reboot'],
    ['silent', { answers: false, live: false, bootTime: 0 }, 'wait: host-2 is away: installer and reboot'],
    [
      'another certificate: back, and asked about next',
      { answers: false, otherKey: true },
      'done: host-2 is back and shows another certificate',
    ],
  ])('%s', (_sentence, change, expected) => {
    expect(says(awaitHost, { args: HOST, now: { ...back, ...change }, earlier })).toBe(expected);
  });
});

describe('await-members', () => {
  const all = { masterUuid: 'uuid-1', notLive: [], hosts: 3 };
  test.each<Row>([
    ['all live, the same master', {}, 'done: all 3 hosts are live, host-1 is the master'],
    ['one not live', { notLive: ['host-3'] }, 'wait: Not live yet: host-3'],
    ['another master', { masterUuid: 'uuid-3' }, 'stop: MASTER_MOVED'],
  ])('%s', (_sentence, change, expected) => {
    expect(says(awaitMembers, { args: MASTER, now: { ...all, ...change } })).toBe(expected);
  });
});

test.each([
  ['Up', 'done: host-2 is Up, hypervisor version 7.1.2'],
  ['Disconnected', 'wait: CloudStack has host-2 as Disconnected'],
  ['Alert', 'wait: CloudStack has host-2 as Alert'],
])('await-up: %s', (state, expected) => {
  const now = { state, resourceState: 'Maintenance', hypervisorVersion: '7.1.2' };
  expect(says(awaitUp, { args: HOST, now })).toBe(expected);
});

test.each([
  [true, true, 'done: host-2 is enabled and live'],
  [false, true, 'act: enable host-2 in XAPI'],
  [true, false, 'act: enable host-2 in XAPI'],
])('enable-host: enabled %s, live %s', (enabled, live, expected) => {
  expect(says(enableHost, { args: HOST, now: { enabled, live } })).toBe(expected);
});

test.each([
  ['Enabled', 'act: disable allocation on host-2', 'done: the host is Enabled'],
  ['Disabled', 'done: allocation is disabled', 'act: enable allocation on host-2'],
  ['Maintenance', 'done: the host is in maintenance already', 'done: the host is in maintenance already'],
  ['PrepareForMaintenance', 'stop: HOST_IN_WRONG_STATE', 'done: the host is in maintenance already'],
  ['ErrorInMaintenance', 'stop: HOST_IN_WRONG_STATE', 'stop: HOST_IN_WRONG_STATE'],
])('host allocation: a host that is %s', (resourceState, disabling, enabling) => {
  expect(says(disableHostAllocation, { args: HOST, now: { resourceState, state: 'Up' } })).toBe(disabling);
  expect(says(enableHostAllocation, { args: HOST, now: { resourceState } })).toBe(enabling);
});
