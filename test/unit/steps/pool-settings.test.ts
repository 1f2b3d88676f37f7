/** What is changed for the whole pool, and given back as it was. */
import { clearVmopsTag } from '../../../src/steps/clear-vmops-tag';
import { createTestNetwork } from '../../../src/steps/create-test-network';
import { createTestVm } from '../../../src/steps/create-test-vm';
import { disableClusterAllocation } from '../../../src/steps/disable-cluster-allocation';
import { disableHa } from '../../../src/steps/disable-ha';
import { dumpDatabase } from '../../../src/steps/dump-database';
import { enableClusterAllocation } from '../../../src/steps/enable-cluster-allocation';
import { expectOneVersion } from '../../../src/steps/expect-one-version';
import { listGuestTools } from '../../../src/steps/list-guest-tools';
import { pauseWlb } from '../../../src/steps/pause-wlb';
import { plugStorage } from '../../../src/steps/plug-storage';
import { removeTestNetwork } from '../../../src/steps/remove-test-network';
import { removeTestVm } from '../../../src/steps/remove-test-vm';
import { restoreHa } from '../../../src/steps/restore-ha';
import { resumeWlb } from '../../../src/steps/resume-wlb';
import { settleAccount } from '../../../src/steps/settle-account';
import { syncDatabase } from '../../../src/steps/sync-database';
import { AT, evidenceFor, HOST, says, secondsAgo } from '../../support/evidence';

const POOL = { pool: 'pool-a' };
const ha = {
  on: true,
  srs: ['sr-1', 'sr-2'],
  tolerates: 1,
  configuration: { timeout: '60' },
  allowOvercommit: false,
};

describe('HA', () => {
  const off = { ...ha, on: false, srs: [], tolerates: 0 };
  test('goes off with its configuration owed; without a state file nobody could give it back', () => {
    expect(says(disableHa, { args: POOL, now: ha })).toBe('act: disable HA of pool-a');
    expect(says(disableHa, { args: POOL, now: { ...ha, srs: [] } })).toBe('stop: UNKNOWN_BEFORE');
    expect(says(disableHa, { args: POOL, before: ha, now: off })).toBe('done: HA is off; it tolerated 1');
    const evidence = evidenceFor('disable-ha', { args: POOL, before: ha, now: off });
    expect(disableHa.step.owes?.({ subject: 'pool-a', what: '', args: null }, evidence)).toEqual([
      { what: 'ha-off', on: 'pool-a', before: ha },
    ]);
  });

  const restored = (now: object): string =>
    says(restoreHa, {
      args: { ...POOL, before: ha },
      now: { ...off, versions: ['7.1.2'], notLive: [], ...now },
    });
  test('comes back with its first configuration, and is done only when it is the same', () => {
    expect(restored({})).toBe('act: enable HA of pool-a');
    expect(restored({ on: true, srs: ['sr-2', 'sr-1'], tolerates: 0 })).toBe('act: let HA tolerate 1 again');
    expect(restored({ on: true, srs: ['sr-2', 'sr-1'], tolerates: 1 })).toBe(
      'done: HA is on and tolerates 1, as before',
    );
  });
  test('does not come back while versions differ or a host is not live', () => {
    expect(restored({ versions: ['6.5.0', '7.1.2'] })).toBe(
      'wait: HA needs one version everywhere; there are 6.5.0, 7.1.2',
    );
    expect(restored({ notLive: ['host-3'] })).toBe('wait: HA needs every host live; not live: host-3');
  });
});

test('WLB is paused and resumed, never deconfigured', () => {
  expect(says(pauseWlb, { args: POOL, now: { on: true } })).toBe('act: pause workload balancing');
  expect(says(pauseWlb, { args: POOL, now: { on: false } })).toBe('done: workload balancing is paused');
  expect(says(resumeWlb, { args: POOL, now: { on: false } })).toBe('act: resume workload balancing');
  expect(says(resumeWlb, { args: POOL, now: { on: true } })).toBe('done: workload balancing is on');
});

test('cluster allocation is disabled while versions differ, and enabled again', () => {
  const args = { ...POOL, cluster: 'cluster-a', clusterId: 'c' };
  const at = (allocationState: string) => ({ args, now: { allocationState } });
  expect(says(disableClusterAllocation, at('Enabled'))).toBe('act: disable allocation on cluster-a');
  expect(says(disableClusterAllocation, at('Disabled'))).toBe('done: allocation is Disabled');
  expect(says(enableClusterAllocation, at('Disabled'))).toBe('act: enable allocation on cluster-a');
  expect(says(enableClusterAllocation, at('Enabled'))).toBe('done: allocation is Enabled');
});

describe('the dump of the pool’s database', () => {
  const args = { ...POOL, path: '/d/pool-a' };
  const dump = { bytes: 9, sha256: 'abcdef0123456789', hosts: 3, vms: 12, whole: true };
  const seen = { path: '/d/pool-a-1.xml', rollingUpgradeFlag: false, hosts: 3, vms: 12 };
  test.each([
    ['is taken', {}, 'act: dump the database of pool-a'],
    [
      'is never taken, nor counted, in a mixed pool',
      { rollingUpgradeFlag: true, dump },
      'stop: DUMP_IN_MIXED_POOL',
    ],
    ['that is a stub is refused', { dump: { ...dump, whole: false } }, 'stop: DUMP_BAD'],
    ['that lacks a host is refused', { dump: { ...dump, hosts: 2 } }, 'stop: DUMP_BAD'],
    ['that is whole counts', { dump }, 'done: 3 hosts and 12 VMs in /d/pool-a-1.xml, sha256 abcdef012345…'],
  ])('%s', (_sentence, more, expected) => {
    expect(says(dumpDatabase, { args, now: { ...seen, ...more } })).toBe(expected);
  });
});

test('the database is pushed to live members only, and its answer is what counts', () => {
  expect(says(syncDatabase, { args: POOL, now: { notLive: ['host-3'] } })).toBe('wait: not live: host-3');
  expect(says(syncDatabase, { args: POOL, now: { notLive: [] } })).toBe(
    'act: synchronise the database of pool-a',
  );
  expect(
    says(syncDatabase, { args: POOL, now: { notLive: [] }, acts: { 'pool-a': { outcome: 'lost' } } }),
  ).toMatch(/^act: /);
  expect(says(syncDatabase, { args: POOL, now: { notLive: [] }, acts: { 'pool-a': {} } })).toBe(
    'done: every member has the database',
  );
});

describe('plug-storage', () => {
  const args = { ...HOST, srs: [{ uuid: 'sr-1', name: 'nfs' }], pifs: ['eth1'] };
  const whole = {
    pbds: [{ uuid: 'pbd-1', sr: 'sr-1', attached: true }],
    pifs: [{ device: 'eth1', attached: true }],
  };
  const loose = { ...whole, pbds: [{ uuid: 'pbd-1', sr: 'sr-1', attached: false }] };
  const old = { line: { begunAt: secondsAgo(61) } };
  test.each([
    ['all attached', whole, old, 'done: 1 SRs and 1 interfaces are attached as before'],
    [
      'an SR loose within the first minute: the boot attaches it',
      loose,
      {},
      'wait: Still being attached: nfs',
    ],
    ['an SR loose after a minute', loose, old, 'act: plug nfs on host-2'],
    ['an SR that is gone', { ...whole, pbds: [] }, old, 'stop: STORAGE_GONE'],
    ['an interface down', { ...whole, pifs: [] }, old, 'wait: Not attached: eth1'],
    [
      'one more that was never attached',
      { ...whole, pbds: [...whole.pbds, { uuid: 'p', sr: 'x', attached: false }] },
      old,
      /^done: /,
    ],
  ])('%s', (_sentence, now, more, expected) => {
    expect(says(plugStorage, { args, now, ...more })).toMatch(expected);
  });
});

test('an interface that is gone altogether is left to the line that compares the inventory, where there is one', () => {
  const args = { ...HOST, srs: [], pifs: ['bond0', 'eth1'] };
  const now = { pbds: [], pifs: [{ device: 'eth1', attached: true }] };
  const compared = { earlier: { 'compare-inventory': {} } };
  expect(says(plugStorage, { args, now })).toBe('wait: Not attached: bond0');
  expect(says(plugStorage, { args, now, ...compared })).toBe(
    'done: 0 SRs and 1 interfaces are attached as before; no longer there: bond0',
  );
  const down = { ...now, pifs: [...now.pifs, { device: 'bond0', attached: false }] };
  expect(says(plugStorage, { args, now: down, ...compared })).toBe('wait: Not attached: bond0');
});

describe('a vmops-version tag', () => {
  const tags = ['vmops-version-4.11'];
  const earlier = { 'upgrade-by-hand': { before: { tags } } };
  test.each([
    ['that is not there is not removed', { tags: [], bootTime: 200 }, 'done: there is none'],
    [
      'with scripts older than the boot lies',
      { tags, bootTime: 200, scriptsAt: 100 },
      'act: remove the tag vmops-version-4.11 from host-2',
    ],
    [
      'with fresh scripts stays',
      { tags, bootTime: 200, scriptsAt: 300 },
      'done: the tag was set after this boot',
    ],
    [
      'without SSH lies when it was there before the boot',
      { tags, bootTime: 200 },
      'act: remove the tag vmops-version-4.11 from host-2',
    ],
    [
      'without SSH stays when it is a new one',
      { tags: ['vmops-version-4.12'], bootTime: 200 },
      'done: the tag was set after this boot',
    ],
  ])('%s', (_sentence, now, expected) => {
    expect(says(clearVmopsTag, { args: HOST, now, earlier })).toBe(expected);
  });
});

test('one version everywhere, and XAPI’s flag gone', () => {
  const args = { ...POOL, to: '7.1.2' };
  const seen = { versions: ['7.1.2'], others: [], rollingUpgradeFlag: false };
  expect(says(expectOneVersion, { args, now: seen })).toBe('done: every host runs 7.1.2');
  expect(says(expectOneVersion, { args, now: { ...seen, rollingUpgradeFlag: true } })).toMatch(
    /^wait: XAPI still says/,
  );
  expect(says(expectOneVersion, { args, now: { ...seen, others: ['host-3 runs 6.5.0'] } })).toBe(
    'stop: STILL_MIXED',
  );
});

test('guest tools are advice, never a blocker', () => {
  expect(says(listGuestTools, { args: POOL, now: { without: ['a'], withTools: 2 } })).toBe(
    'done: 2 guests with tools of the old version; without tools: a',
  );
});

describe('the test VM and its network', () => {
  const args = { name: 'test-1', network: 'net-1', templateId: 't', offeringId: 'o', zoneId: 'z' };
  const HOST_3 = { id: 'cs-3', name: 'host-3' };
  test.each([
    ['no VM yet', { networkId: 'n', host: HOST_3 }, {}, 'act: deploy test-1 on host-3'],
    ['nowhere to start it', { networkId: 'n' }, {}, 'wait: No host is Up and Enabled'],
    ['no network yet', {}, {}, 'wait: the test network is not there yet'],
    ['starting', { networkId: 'n', state: 'Starting' }, {}, 'wait: test-1 is Starting'],
    ['running', { networkId: 'n', state: 'Running', on: 'host-3' }, {}, 'done: test-1 runs on host-3'],
    ['failed', { networkId: 'n', error: 'no capacity' }, { acts: { 'test-1': {} } }, 'stop: TEST_VM_FAILED'],
    [
      'failed, and a person looked',
      { networkId: 'n', error: 'x', host: HOST_3 },
      { acts: { 'test-1': { intendedAt: AT - 9 } } },
      'act: deploy test-1 on host-3',
    ],
  ])('%s', (_sentence, now, more, expected) => {
    expect(says(createTestVm, { args, now, ...more })).toBe(expected);
  });
  test('the network is made, and both are taken away', () => {
    const net = { name: 'net-1', offeringId: 'o', zoneId: 'z' };
    expect(says(createTestNetwork, { args: net, now: {} })).toBe('act: create network net-1');
    expect(says(createTestNetwork, { args: net, now: { id: 'n', state: 'Implemented' } })).toBe(
      'done: net-1 is Implemented',
    );
    expect(says(createTestNetwork, { args: net, now: { id: 'n', state: 'Shutdown' } })).toBe(
      'wait: net-1 is Shutdown',
    );
    expect(says(removeTestVm, { args, now: { id: 'v', state: 'Running' } })).toBe('act: expunge test-1');
    expect(says(removeTestVm, { args, now: { id: 'v', state: 'Expunging' } })).toBe(
      'wait: test-1 is Expunging',
    );
    expect(says(removeTestVm, { args, now: {} })).toBe('done: test-1 is gone');
    expect(says(removeTestNetwork, { args: net, now: { id: 'n' } })).toBe('act: delete network net-1');
    expect(says(removeTestNetwork, { args: net, now: {} })).toBe('done: net-1 is gone');
  });
});

test('a run is never green with anything owed', () => {
  expect(says(settleAccount, { args: POOL, now: null })).toBe('done: nothing is owed');
  expect(says(settleAccount, { args: POOL, now: null, owed: [{ what: 'ha-off', on: 'pool-a' }] })).toBe(
    'stop: STILL_OWED',
  );
});
