/** The checks in the middle of a run: what our own work causes (versions that differ, HA off, allocation disabled) is no finding. */
import type { PoolFile } from '../../src/sim/snapshot-file';
import { smallPool } from '../support/small-pool';
import { story } from '../support/story';

/** Its usage job begins in every hour of the run: a warning while services are still to be stopped. */
const countsEveryHour: PoolFile = {
  ...smallPool,
  cloudstack: {
    ...smallPool.cloudstack,
    traits: {
      ...smallPool.cloudstack?.traits,
      settings: {
        ...smallPool.cloudstack?.traits?.settings,
        'enable.usage.server': 'true',
        'usage.execution.timezone': 'GMT',
        'usage.stats.job.aggregation.range': '60',
        'usage.stats.job.exec.time': '00:15',
      },
    },
  },
};

test('before every host the checks say nothing: neither a block nor a warning of what the run itself did', async () => {
  const warned: string[] = [];
  const it = story({
    pools: [countsEveryHour],
    answers: (question) => {
      if (!question.line.endsWith('approve-run'))
        warned.push(...question.ask.saw.filter((seen) => seen.startsWith('Warning:')));
      return 'yes';
    },
  });
  const plan = await it.plan();
  const id = await it.start(plan);

  const run = await it.play(id);

  expect(plan.findings).toContainEqual(expect.objectContaining({ check: 'usage-jobs', severity: 'warn' }));
  const looks = (await it.entries(id)).flatMap((entry) =>
    entry.type === 'LineDone' && entry.line.endsWith('-recheck-host') ? [entry.saw] : [],
  );
  expect(run.phase).toBe('finished');
  expect(looks).toEqual(['nothing blocks host-1', 'nothing blocks host-2']);
  expect(warned).toEqual([]);
  expect(it.cloud.violations).toEqual([]);
}, 120_000);

test('a host that somebody else upgrades between the plan and its turn is not begun: nothing of it is touched', async () => {
  const it = story({ pools: [smallPool], answers: ({ ask }) => (ask.kind === 'retry' ? 'leave' : 'yes') });
  const id = await it.start(await it.plan());
  await it.play(id, { until: (run) => run.lines['host-1-16-enable-host']?.status === 'done' });
  const { version, build, platform } = it.host('host-1');
  Object.assign(it.host('host-2'), { version, build, platform });

  const run = await it.play(id);

  expect(run.lines['host-2-01-recheck-host']).toMatchObject({
    status: 'stopped',
    problem: { code: 'UPGRADED_BY_OTHERS' },
  });
  const acts = await it.entries(id);
  expect(acts.filter((one) => one.type === 'ActIntended' && one.line.startsWith('host-2'))).toEqual([]);
  expect(it.host('host-2').reboots).toBe(0);
  expect(it.cloud.violations).toEqual([]);
}, 120_000);
