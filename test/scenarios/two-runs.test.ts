/** Two pools on one CloudStack: its services belong to both, so they are stopped only while nobody has a host in work. */
import type { Run } from '../../src/domain/run';
import { rulesBroken, truthOf, upgraded } from '../support/outcome';
import { secondPool, smallPool } from '../support/small-pool';
import { BOB, story, type Story } from '../support/story';

const both = () => story({ pools: [smallPool, secondPool] });
const serviceLines = (run: Run) =>
  Object.values(run.lines).filter(({ line }) => /stop-services|start-services/.test(line.kind));

async function startBoth(it: Story): Promise<readonly [string, string]> {
  const [a, b] = [await it.plan('pool-a'), await it.plan('pool-b')];
  expect([a.verdict, b.verdict]).toEqual(['go', 'go']);
  return [await it.start(a), await it.start(b)];
}

test('both are upgraded at the same time; the services are never stopped while the other has a host in work', async () => {
  const it = both();
  const ids = await startBoth(it);
  await it.play(ids);
  const runs = await Promise.all(ids.map((id) => it.run(id)));
  expect(runs.map(({ phase }) => phase)).toEqual(['finished', 'finished']);
  expect(it.errors).toEqual([]);
  expect(rulesBroken(it)).toEqual([]);
  for (const pool of it.cloud.pools) expect(truthOf(it, pool)).toEqual(upgraded(it, pool));
});

test('with two workers at once it is no different', async () => {
  const it = both();
  const ids = await startBoth(it);
  await it.play(ids, { workers: [it.worker(), it.worker()], together: true });
  const runs = await Promise.all(ids.map((id) => it.run(id)));
  expect(runs.map(({ phase }) => phase)).toEqual(['finished', 'finished']);
  expect(rulesBroken(it)).toEqual([]);
});

test('a run that comes later waits with its backup until the first has no host in work', async () => {
  const it = both();
  const first = await it.start(await it.plan('pool-a'));
  await it.play(first, { until: (run) => run.lines['host-1-07-enter-maintenance']?.status === 'begun' });
  const second = await it.start(await it.plan('pool-b'));
  await it.play([second, first], {
    until: (run) => run.plan.pool === 'pool-b' && serviceLines(run)[0]?.status === 'begun',
  });
  const waiting = serviceLines(await it.run(second))[0]!;
  expect(waiting.waitingFor ?? '').toMatch(/^(Another run has hosts in work: host-1 of pool-a|$)/);
  const stops = () =>
    it.cloud.calls.filter(({ call }) => call === 'systemctl stop cloudstack-management').length;
  expect(stops()).toBe(1);
  await it.play([second, first]);
  expect(rulesBroken(it)).toEqual([]);
  expect((await it.run(second)).phase).toBe('finished');
});

test('no host of one is prepared while the other holds the services stopped', async () => {
  const it = both();
  const [a, b] = await startBoth(it);
  it.cloud.faults.add([{ call: 'ssh:mysqldump', nth: 2, how: 'refuse', code: '1356' }]);
  await it.play([a, b]);
  const at = (what: RegExp): readonly number[] =>
    it.cloud.calls.filter(({ call, mutates }) => mutates && what.test(call)).map(({ n }) => n);
  const stops = at(/systemctl stop cloudstack-management/);
  const starts = at(/systemctl start cloudstack-management/);
  const prepared = at(/prepareHostForMaintenance/);
  for (const [i, stop] of stops.entries())
    expect(prepared.filter((n) => n > stop && n < (starts[i] ?? Infinity))).toEqual([]);
  expect(rulesBroken(it)).toEqual([]);
});

test('people of one pool see and change nothing of the other', async () => {
  const it = both();
  const [a] = await startBoth(it);
  await it.play(a, { until: (run) => run.lines['before-02-disable-ha']?.status === 'done' });
  expect((await it.operator.obligations(BOB, 'pool-a')).map(({ what }) => what)).toEqual(['ha-off']);
  expect(await it.operator.obligations(BOB, 'pool-b')).toEqual([]);
});
