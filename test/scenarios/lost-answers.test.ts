/** Answers and requests that get lost: the world is looked at, nothing is asked for twice that has happened once. */
import { endedWell, problemsIn, times, told } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story } from '../support/story';

/** Call, whom it concerns, and how often it goes out in a whole upgrade of the small pool. */
const CHANGES: readonly (readonly [call: string, on: string, usually: number])[] = [
  ['xapi:pool.disable_ha', 'pool-a', 1],
  ['ssh:systemctl stop cloudstack-usage', 'ms-1', 1],
  ['ssh:systemctl stop cloudstack-management', 'ms-1', 1],
  ['ssh:systemctl start cloudstack-management', 'ms-1', 1],
  ['ssh:systemctl start cloudstack-usage', 'ms-1', 1],
  ['cloudstack:detachIso', 'i-2-14-VM', 1],
  ['xapi:pool.sync_database', 'pool-a', 1],
  ['cloudstack:updateHost', 'host-1', 2],
  ['cloudstack:migrateVirtualMachine', 'i-2-10-VM', 3],
  ['cloudstack:migrateSystemVm', 'r-4-VM', 2],
  ['xapi:host.disable', 'host-1', 1],
  ['cloudstack:stopVirtualMachine', 'i-2-13-VM', 1],
  ['cloudstack:cancelHostMaintenance', 'host-2', 1],
  ['xapi:pool.enable_ha', 'pool-a', 1],
  ['xapi:pool.set_ha_host_failures_to_tolerate', 'pool-a', 1],
];

/** Of these a second try needs a person, once a look has shown that the first did not arrive. */
const ONE_WAY: readonly (readonly [call: string, on: string])[] = [
  ['cloudstack:prepareHostForMaintenance', 'host-1'],
  ['cloudstack:startVirtualMachine', 'i-2-13-VM'],
];

/** updateCluster, in the order of a whole upgrade. */
const CLUSTER = ['allocation off', 'Unmanaged', 'Managed', 'allocation on'];

const nameOf = (call: string): string => call.slice(call.indexOf(':') + 1);

test('with every answer lost once, every change is made exactly as often as without', async () => {
  const it = story({ pools: [smallPool] });
  for (const [call, on] of [...CHANGES, ...ONE_WAY]) it.cloud.faults.add([{ call, on, how: 'lose-answer' }]);
  const run = await told(it);
  endedWell(it, run);
  expect(it.cloud.faults.list().filter((fault) => fault.hits === 0)).toEqual([]);
  // XAPI shows a synchronisation nowhere, so it is made again: it may be made any number of times
  const usual = CHANGES.map(([call, on, n]) => [call, on, call === 'xapi:pool.sync_database' ? n + 1 : n]);
  expect(CHANGES.map(([call, on]) => [call, on, times(it, nameOf(call), on)])).toEqual(usual);
  expect(ONE_WAY.map(([call, on]) => times(it, nameOf(call), on))).toEqual([1, 1]);
  expect(await problemsIn(it, run.id)).toEqual([]);
  expect(run.questions.filter(({ ask }) => ask.kind === 'retry')).toEqual([]);
});

test('with every request lost once, every change is made once more, and not before its first try is surely over', async () => {
  const it = story({ pools: [smallPool] });
  for (const [call, on] of CHANGES) it.cloud.faults.add([{ call, on, how: 'lose-request' }]);
  const run = await told(it);
  endedWell(it, run);
  expect(it.cloud.faults.list().filter((fault) => fault.hits === 0)).toEqual([]);
  expect(CHANGES.map(([call, on]) => [call, on, times(it, nameOf(call), on)])).toEqual(
    CHANGES.map(([call, on, usually]) => [call, on, usually + 1]),
  );
  expect(await problemsIn(it, run.id)).toEqual([]);
});

test.each(ONE_WAY)(
  '%s of %s is sent again only when a person has looked and said once more',
  async (call, on) => {
    const it = story({ pools: [smallPool] });
    it.cloud.faults.add([{ call, on, how: 'lose-request' }]);
    const run = await told(it);
    endedWell(it, run);
    expect(times(it, nameOf(call), on)).toBe(2);
    expect(await problemsIn(it, run.id)).toEqual(['NO_EFFECT']);
    const asked = run.questions.filter(({ ask }) => ask.kind === 'retry');
    expect(asked.map(({ ask }) => [ask.text.startsWith('Once more:'), ask.subject])).toEqual([
      [false, undefined],
      [true, on],
    ]);
  },
);

test.each(CLUSTER.map((what, i) => [what, i + 1] as const))(
  'the cluster set to %s: a lost request is sent again',
  async (_what, nth) => {
    const it = story({ pools: [smallPool] });
    it.cloud.faults.add([{ call: 'cloudstack:updateCluster', nth, how: 'lose-request' }]);
    const run = await told(it);
    endedWell(it, run);
    expect(times(it, 'updateCluster', 'pool-a')).toBe(CLUSTER.length + 1);
  },
);

test('the cluster, with all answers lost: four changes and no more', async () => {
  const it = story({ pools: [smallPool] });
  it.cloud.faults.add([{ call: 'cloudstack:updateCluster', nth: 0, how: 'lose-answer' }]);
  const run = await told(it);
  endedWell(it, run);
  expect(times(it, 'updateCluster', 'pool-a')).toBe(CLUSTER.length);
});

test('a network and a VM for the test whose answers are lost are found again and removed', async () => {
  const it = story({ pools: [smallPool] });
  for (const call of ['createNetwork', 'deployVirtualMachine', 'destroyVirtualMachine', 'deleteNetwork'])
    it.cloud.faults.add([{ call: `cloudstack:${call}`, how: 'lose-answer' }]);
  const run = await told(it);
  endedWell(it, run);
  expect(it.pool.vms.filter((vm) => !smallPool.vms!.some(({ name }) => name === vm.name))).toEqual([]);
  expect(it.cloud.calls.filter(({ call }) => call === 'deployVirtualMachine')).toHaveLength(1);
});

test('host.enable that is lost on the way is asked again; the host is not left disabled', async () => {
  const it = story({ pools: [smallPool] });
  it.cloud.faults.add([
    { call: 'xapi:host.enable', on: 'host-1', how: 'lose-answer' },
    { call: 'xapi:host.enable', on: 'host-2', how: 'lose-request' },
  ]);
  endedWell(it, await told(it));
});

test.each(['html', 'truncate'])(
  'replies of every change that are %s (F7) are doubts like lost answers',
  async (how) => {
    const it = story({ pools: [smallPool] });
    for (const [call, on] of CHANGES) if (!call.startsWith('ssh:')) it.cloud.faults.add([{ call, on, how }]);
    const run = await told(it);
    endedWell(it, run);
    expect(it.cloud.faults.list().filter((fault) => fault.hits === 0)).toEqual([]);
  },
);

test('a backup without its configuration does not count: another one under another name does', async () => {
  const it = story({ pools: [smallPool] });
  it.cloud.faults.add([{ call: 'ssh:tar -c', how: 'refuse' }]);
  const run = await told(it);
  endedWell(it, run);
  expect(await problemsIn(it, run.id)).toEqual(['BACKUP_NOT_VERIFIED']);
  expect(run.lines['before-04-back-up-databases']?.saw).toMatch(/^verified: .*-2 on ms-1/);
});
