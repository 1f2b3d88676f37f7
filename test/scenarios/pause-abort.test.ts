/** Pause, resume, abort: at the end of the block in hand, at once only with a reason, and nothing is forgotten. */
import type { Run } from '../../src/domain/run';
import { changes, endedWell, heldBy, told, truthOf, upgraded } from '../support/outcome';
import { noSecondLook } from '../support/people';
import { smallPool } from '../support/small-pool';
import { ANN, BOB, story, type Story } from '../support/story';

const done = (line: string) => (run: Run) => run.lines[line]?.status === 'done';
const begun = (line: string) => (run: Run) => run.lines[line]?.status === 'begun';

async function upTo(it: Story, when: (run: Run) => boolean): Promise<string> {
  const id = await it.start(await it.plan());
  await it.play(id, { until: when });
  return id;
}

const later = (it: Story): void => it.cloud.time.advanceTo(it.cloud.time.now() + 60_000);

test('a pause during a drain stops before the host is taken away; nothing goes out until somebody resumes', async () => {
  const it = story({ pools: [smallPool] });
  const id = await upTo(it, begun('host-1-05-drain-host'));
  expect(await it.operator.pause(ANN, id)).toMatchObject({ run: id });
  const paused = await it.play(id, { still: 3600 });
  expect(paused.phase).toBe('paused');
  const sent = changes(it).length;
  await it.play(id, { still: 3600 });
  expect(changes(it)).toHaveLength(sent);
  await it.operator.resume(BOB, id);
  endedWell(it, await it.play(id));
});

test('a pause in the middle of a host’s maintenance takes effect when the host is back in service, and says so', async () => {
  const it = story({ pools: [smallPool] });
  const id = await upTo(it, begun('host-1-10-upgrade-by-hand'));
  const answer = await it.operator.pause(ANN, id);
  expect(answer).toMatchObject({
    phase: 'pausing',
    effectAfter: expect.stringContaining('host-1 out of maintenance') as string,
  });
  const run = await it.play(id, { still: 3600 });
  expect(run.phase).toBe('paused');
  expect(run.lines['host-1-22-leave-maintenance']?.status).toBe('done');
  expect(it.host('host-1').cs).toMatchObject({ state: 'Up', resourceState: 'Enabled' });
  expect(it.pool.cluster.managedState).toBe('Managed');
  expect(it.host('host-2').reboots).toBe(0);
});

test('services that are stopped for the backup are never paused on: CloudStack is back first', async () => {
  const it = story({ pools: [smallPool] });
  const id = await upTo(it, begun('before-04-back-up-databases'));
  await it.operator.pause(ANN, id);
  const run = await it.play(id, { still: 3600 });
  expect(run.phase).toBe('paused');
  expect(run.lines['before-05-start-services']?.status).toBe('done');
  expect(truthOf(it).services).toEqual(['active active']);
});

test('“pause now” needs a reason and holds at once, also while the cluster is Unmanaged', async () => {
  const it = story({ pools: [smallPool] });
  const id = await upTo(it, done('host-1-08-unmanage-cluster'));
  await expect(it.operator.pause(ANN, id, { now: true })).rejects.toMatchObject({
    problem: { code: 'REASON_NEEDED' },
  });
  expect(await it.operator.pause(ANN, id, { now: true, reason: 'smoke in the rack' })).toMatchObject({
    phase: 'paused',
  });
  const sent = changes(it).length;
  const run = await it.play(id, { still: 3600 });
  expect(run.phase).toBe('paused');
  expect(changes(it)).toHaveLength(sent);
  expect(it.host('host-1').reboots).toBe(0);
  await it.operator.resume(BOB, id);
  endedWell(it, await it.play(id));
});

test('the same again changes nothing', async () => {
  const it = story({ pools: [smallPool] });
  const id = await upTo(it, begun('host-1-05-drain-host'));
  for (let n = 0; n < 3; n++) await it.operator.pause(ANN, id);
  for (let n = 0; n < 3; n++) await it.operator.resume(BOB, id);
  const entries = await it.entries(id);
  expect(entries.filter(({ type }) => type === 'PauseRequested')).toHaveLength(1);
  expect(entries.filter(({ type }) => type === 'RunResumed')).toHaveLength(1);
});

describe('aborted after the master', () => {
  const it = story({ pools: [smallPool] });
  let id = '';

  test('the host in hand is brought back first; then the run is over and owes exactly what the pool shows changed', async () => {
    id = await upTo(it, begun('host-1-13-prove-upgrade'));
    await it.operator.abort(BOB, id, { reason: 'the window is over' });
    const run = await it.play(id);
    expect(run.phase).toBe('aborted');
    expect(it.host('host-1').cs).toMatchObject({ state: 'Up', resourceState: 'Enabled' });
    expect(run.owed.map(({ what, on }) => `${what} ${on}`).sort()).toEqual([
      'cluster-allocation-disabled pool-a',
      'ha-off pool-a',
    ]);
    expect(truthOf(it)).toMatchObject({ ha: { on: false }, cluster: 'Managed Disabled', reboots: [1, 0] });
  });

  test('HA cannot be given back while versions differ, and the answer says why; the allocation can', async () => {
    const owed = await it.operator.obligations(BOB, 'pool-a');
    const by = Object.fromEntries(owed.map(({ what, canBeGivenBack, why }) => [what, [canBeGivenBack, why]]));
    expect(by['ha-off']).toEqual([false, 'XAPI allows HA only while all hosts run one version.']);
    expect(by['cluster-allocation-disabled']).toEqual([true, undefined]);
    await expect(it.operator.giveBack(BOB, 'pool-a', 'ha-off:pool-a')).rejects.toMatchObject({
      problem: { code: 'NOT_YET' },
    });
  });

  test('a second plan finishes the pool: only the hosts that are left, the backup from before, HA as it was at the very beginning', async () => {
    later(it);
    const plan = await it.plan();
    expect(plan.verdict).toBe('go');
    expect(plan.sections.flatMap(({ host }) => host ?? [])).toEqual(['host-2']);
    const kinds = plan.sections.flatMap(({ lines }) => lines.map(({ kind }) => kind));
    expect(kinds).not.toContain('back-up-databases');
    expect(kinds).not.toContain('dump-database');
    const run = await it.play(await it.start(plan));
    endedWell(it, run);
    expect(it.cloud.calls.filter(({ call }) => call === 'mysqldump')).toHaveLength(1);
    expect(it.pool.ha).toMatchObject({ on: true, tolerates: 1, configuration: { timeout: '60' } });
  });
});

test('a run that is held in the middle of a host is aborted there, and the next plan brings the host back', async () => {
  const it = story({ pools: [smallPool], answers: noSecondLook });
  it.cloud.faults.add([
    { call: 'cloudstack:cancelHostMaintenance', on: 'host-1', nth: 0, how: 'refuse', code: '431' },
  ]);
  const id = await it.start(await it.plan());
  const held = await it.play(id);
  expect(heldBy(held)).toHaveLength(1);
  await it.operator.abort(BOB, id);
  expect((await it.play(id)).phase).toBe('aborted');
  it.cloud.faults.clear();
  later(it);
  const plan = await it.plan();
  expect(plan.sections.flatMap(({ host, title }) => (host === undefined ? [] : [title]))).toEqual([
    'host-1, already on 7.1.2',
    'host-2',
  ]);
  endedWell(it, await it.play(await it.start(plan)));
});

test('aborted before anything was changed, nothing is owed and the pool is free', async () => {
  const it = story({ pools: [smallPool], answers: () => 'leave' });
  const id = await upTo(it, (run) => run.questions.length > 0);
  await it.operator.abort(BOB, id);
  const run = await it.play(id);
  expect([run.phase, run.owed]).toEqual(['aborted', []]);
  later(it);
  expect(await it.start(await it.plan())).not.toBe(id);
});

test('a plan made before another run ended is not started any more', async () => {
  const it = story({ pools: [smallPool] });
  const early = await it.plan();
  later(it);
  const id = await upTo(it, done('before-02-disable-ha'));
  await it.operator.abort(BOB, id);
  await it.play(id);
  await expect(it.start(early)).rejects.toMatchObject({ problem: { code: 'PLAN_OVERTAKEN' } });
});

test('a pool half-way to the target, done by hand, gets a plan for what is left', async () => {
  const [first, second] = smallPool.hosts!;
  const it = story({
    pools: [
      {
        ...smallPool,
        ha: { on: false },
        hosts: [{ ...first!, version: '7.1.2' }, second!],
        vms: smallPool.vms!.filter(({ name }) => name !== 'i-2-13-VM'),
      },
    ],
  });
  const run = await told(it);
  expect(run.plan.sections.flatMap(({ host }) => host ?? [])).toEqual(['host-2']);
  expect(run.phase).toBe('finished');
  expect(it.cloud.violations).toEqual([]);
  expect(truthOf(it)).toEqual({
    ...upgraded(it),
    ha: { on: false, tolerates: it.pool.ha.tolerates },
    reboots: [0, 1],
  });
});
