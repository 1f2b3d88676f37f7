/** What an ended run leaves behind: plans that know nothing of it, obligations, and the master of that time. */
import type { Run } from '../../src/domain/run';
import { heldBy } from '../support/outcome';
import { noSecondLook } from '../support/people';
import { smallPool } from '../support/small-pool';
import { ANN, BOB, story, type Story, type StoryOptions } from '../support/story';

const doneKind = (kind: string) => (run: Run) =>
  Object.values(run.lines).some((state) => state.line.kind === kind && state.status === 'done');

const begin = (options: StoryOptions = {}): Story =>
  story({ pools: [smallPool], answers: noSecondLook, ...options });

async function abandon(it: Story, id: string, until?: (run: Run) => boolean): Promise<void> {
  await it.play(id, until ? { until } : {});
  await it.operator.abort(BOB, id, { reason: 'the window is over' });
  expect((await it.play(id)).phase).toBe('aborted');
}

test('a plan that was made while a run was under way is not started once that run has upgraded the master', async () => {
  const it = begin();
  const first = await it.plan();
  const id = await it.start(first);
  it.cloud.time.advanceTo(it.cloud.time.now() + 60_000);
  const beside = await it.plan();
  await abandon(it, id, doneKind('leave-maintenance'));
  expect(it.host('host-1').reboots).toBe(1);
  await expect(it.operator.start(ANN, beside.id)).rejects.toMatchObject({
    problem: { code: 'PLAN_OVERTAKEN' },
  });
});

test('what two runs changed one after the other is owed no more once it has been taken over, whoever opened it', async () => {
  const it = begin();
  const { srs } = it.pool.ha;
  await abandon(it, await it.start(await it.plan()), doneKind('disable-ha'));
  // somebody switches HA on by hand, so that the next run switches it off again
  it.pool.ha.on = true;
  it.pool.ha.srs = srs;
  await abandon(it, await it.start(await it.plan()), doneKind('disable-ha'));
  await it.operator.takeOver(BOB, 'pool-a', 'ha-off:pool-a', 'HA moves to another SR tonight');
  expect(await it.operator.obligations(BOB, 'pool-a')).toEqual([]);
});

test('a cluster whose master has changed since it was unmanaged is not managed again', async () => {
  const it = begin({ handsAtHost: () => undefined });
  await abandon(it, await it.start(await it.plan()));
  expect(it.pool.cluster.managedState).toBe('Unmanaged');
  it.pool.master = 'host-2';
  const { run } = await it.ask(it.operator.giveBack(BOB, 'pool-a', 'cluster-unmanaged:pool-a'));
  const ended = await it.play(run);
  expect(heldBy(ended)).toHaveLength(1);
  expect(it.pool.cluster.managedState).toBe('Unmanaged');
  expect(it.cloud.violations).toEqual([]);
});

test('a backup of a run that upgraded nothing does not count for the next one', async () => {
  const it = begin();
  await abandon(it, await it.start(await it.plan()), doneKind('start-services'));
  const kinds = (await it.plan()).sections.flatMap(({ lines }) => lines.map(({ kind }) => kind));
  expect(kinds).toContain('back-up-databases');
});

test('an upgrade that installed the master by itself is half-way: its backup and its inventory count for the next plan', async () => {
  const it = begin({ automatic: { url: 'http://media.example/xs-7.1.2', byHand: [] } });
  const first = await it.start(await it.plan());
  await abandon(it, first, doneKind('leave-maintenance'));
  expect(it.host('host-1').version).toBe('7.1.2');
  const plan = await it.plan();
  const kinds = plan.sections.flatMap(({ lines }) => lines.map(({ kind }) => kind));
  expect(kinds.filter((kind) => ['stop-services', 'back-up-databases'].includes(kind))).toEqual([]);
  const second = await it.run(await it.start(plan));
  const recorded = Object.values((await it.run(first)).lines).find(
    ({ line }) => line.kind === 'record-inventory',
  );
  expect(second.recorded?.inventory).toEqual(recorded?.before);
});
