/** What was changed is owed back: by a run of its own for each thing, or taken over by a named person with a reason. */
import type { Owed } from '../../src/domain/obligation';
import type { Run } from '../../src/domain/run';
import { heldBy, told, truthOf } from '../support/outcome';
import { noSecondLook } from '../support/people';
import { smallPool } from '../support/small-pool';
import { BOB, story, type Story, type StoryOptions } from '../support/story';

const begun = (line: string) => (run: Run) => run.lines[line]?.status === 'begun';
const doneKind = (kind: string) => (run: Run) =>
  Object.values(run.lines).some((state) => state.line.kind === kind && state.status === 'done');

/** Aborted while this is so; a run in the middle of a block is held first, so that it ends where it stands. */
async function abandoned(
  options: StoryOptions,
  fault?: Parameters<Story['cloud']['faults']['add']>[0][number],
  until?: (run: Run) => boolean,
) {
  const it = story({ pools: [smallPool], answers: noSecondLook, ...options });
  if (fault) it.cloud.faults.add([fault]);
  const id = await it.start(await it.plan());
  await it.play(id, until ? { until } : {});
  await it.operator.abort(BOB, id, { reason: 'the window is over' });
  const run = await it.play(id);
  expect(run.phase).toBe('aborted');
  it.cloud.faults.clear();
  it.cloud.time.advanceTo(it.cloud.time.now() + 60_000);
  return { it, run };
}

async function givenBack(it: Story, what: Owed, on: string): Promise<void> {
  const { run } = await it.ask(it.operator.giveBack(BOB, 'pool-a', `${what}:${on}`));
  const ended = await it.play(run);
  expect({ phase: ended.phase, held: heldBy(ended) }).toEqual({ phase: 'finished', held: [] });
  expect((await it.operator.obligations(BOB, 'pool-a')).map((one) => one.id)).not.toContain(`${what}:${on}`);
}

test('HA, by a run of its own', async () => {
  const { it } = await abandoned({}, undefined, doneKind('disable-ha'));
  expect(it.pool.ha.on).toBe(false);
  await givenBack(it, 'ha-off', 'pool-a');
  expect(it.pool.ha).toMatchObject({ on: true, tolerates: 1, configuration: { timeout: '60' } });
  expect(it.cloud.violations).toEqual([]);
});

test('workload balancing', async () => {
  const { it } = await abandoned(
    { pools: [{ ...smallPool, wlb: { on: true, url: 'wlb.example:8012' } }] },
    undefined,
    doneKind('pause-wlb'),
  );
  expect(it.pool.wlb.on).toBe(false);
  await givenBack(it, 'wlb-paused', 'pool-a');
  expect(it.pool.wlb.on).toBe(true);
});

test('stopped services: all of them by the giving back of one', async () => {
  const { it, run } = await abandoned({}, { call: 'ssh:mysqldump', nth: 0, how: 'refuse', code: '1356' });
  expect(run.owed.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['services-stopped:management on ms-1', 'services-stopped:usage on ms-1']),
  );
  expect(truthOf(it).services).toEqual(['inactive inactive']);
  const { run: id } = await it.ask(
    it.operator.giveBack(BOB, 'pool-a', 'services-stopped:management on ms-1'),
  );
  expect((await it.play(id)).phase).toBe('finished');
  expect(truthOf(it).services).toEqual(['active active']);
});

test('allocation on a host', async () => {
  const { it } = await abandoned({}, undefined, begun('host-1-05-drain-host'));
  expect(it.host('host-1').cs.resourceState).toBe('Disabled');
  await givenBack(it, 'host-allocation-disabled', 'host-1');
  expect(it.host('host-1').cs.resourceState).toBe('Enabled');
});

test('allocation on the cluster', async () => {
  const { it } = await abandoned({}, undefined, doneKind('disable-cluster-allocation'));
  await givenBack(it, 'cluster-allocation-disabled', 'pool-a');
  expect(it.pool.cluster.allocationState).toBe('Enabled');
});

test('a VM that was stopped', async () => {
  const { it } = await abandoned({}, undefined, doneKind('stop-vms'));
  expect(it.vm('i-2-13-VM').power).toBe('Halted');
  await givenBack(it, 'vm-stopped', 'i-2-13-VM');
  expect(it.vm('i-2-13-VM')).toMatchObject({ power: 'Running', stops: 1, starts: 1 });
});

test('the master in maintenance, disabled, its cluster Unmanaged: each by itself, in this order', async () => {
  // disabled again and again by somebody else: the line gives up, the host is untouched
  const { it, run } = await abandoned({ handsAtHost: () => undefined }, undefined, undefined);
  expect(heldBy(run)).toHaveLength(1);
  expect(run.owed.map(({ what }) => what).sort()).toEqual([
    'cluster-allocation-disabled',
    'cluster-unmanaged',
    'ha-off',
    'host-disabled',
    'host-in-maintenance',
  ]);
  await givenBack(it, 'host-disabled', 'host-1');
  await givenBack(it, 'cluster-unmanaged', 'pool-a');
  await givenBack(it, 'host-in-maintenance', 'host-1');
  await givenBack(it, 'cluster-allocation-disabled', 'pool-a');
  await givenBack(it, 'ha-off', 'pool-a');
  expect(truthOf(it)).toMatchObject({
    cluster: 'Managed Enabled',
    ha: { on: true, tolerates: 1 },
    hosts: ['Up Enabled, enabled, live'],
    reboots: [0, 0],
  });
  expect(it.cloud.violations).toEqual([]);
});

test('a cluster is not managed again while its master is disabled: that giving back waits', async () => {
  const { it } = await abandoned({ handsAtHost: () => undefined });
  const { run } = await it.ask(it.operator.giveBack(BOB, 'pool-a', 'cluster-unmanaged:pool-a'));
  const ended = await it.play(run);
  expect(ended.phase).not.toBe('finished');
  expect(it.cloud.violations).toEqual([]);
  expect(it.pool.cluster.managedState).toBe('Unmanaged');
});

test.each([
  ['the test VM', 'test-vm', 'cloudstack:destroyVirtualMachine'],
  ['the test network', 'test-network', 'cloudstack:deleteNetwork'],
] as const)('%s', async (_name, what, call) => {
  const { it, run } = await abandoned({}, { call, nth: 0, how: 'refuse', code: '530' });
  const owed = run.owed.find((one) => one.what === what)!;
  await givenBack(it, what, owed.on);
});

test('taken over by a named person with a reason, it is owed no more; without a reason it is', async () => {
  const { it } = await abandoned({}, undefined, doneKind('disable-ha'));
  await expect(it.operator.takeOver(BOB, 'pool-a', 'ha-off:pool-a', ' ')).rejects.toMatchObject({
    problem: { code: 'REASON_NEEDED' },
  });
  await it.operator.takeOver(BOB, 'pool-a', 'ha-off:pool-a', 'HA moves to another SR tonight');
  expect(await it.operator.obligations(BOB, 'pool-a')).toEqual([]);
  expect(it.pool.ha.on).toBe(false);
  const plan = await it.plan();
  const kinds = plan.sections.flatMap(({ lines }) => lines.map(({ kind }) => kind));
  expect(kinds).not.toContain('restore-ha');
});

test('taken over in the middle of a run, the last line is content', async () => {
  const it = story({
    pools: [smallPool],
    answers: ({ ask }) => (ask.kind === 'retry' ? 'leave' : 'yes'),
  });
  it.cloud.faults.add([{ call: 'xapi:pool.enable_ha', nth: 0, how: 'refuse', code: 'HA_NOT_ENOUGH_SPACE' }]);
  const run = await told(it);
  expect(run.phase).not.toBe('finished');
  await it.operator.takeOver(BOB, 'pool-a', 'ha-off:pool-a', 'the state file gets a larger SR first');
  expect((await it.operator.obligations(BOB, 'pool-a')).map(({ what }) => what)).toEqual([]);
});

test('what nobody knows how to hold is refused in words', async () => {
  const { it } = await abandoned({}, undefined, doneKind('disable-ha'));
  await expect(it.operator.giveBack(BOB, 'pool-a', 'ha-off:pool-z')).rejects.toMatchObject({
    problem: { code: 'OBLIGATION_UNKNOWN' },
  });
});
