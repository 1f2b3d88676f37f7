/** Recurring snapshots: a warning only of what is due in the time that an upgrade takes, in the zone that CloudStack keeps. */
import { cloudStackDb } from '../../../src/adapters/cloudstack-db';
import { dueInWords, dueWithin } from '../../../src/domain/recurring-snapshots';
import { lookAt } from './pool-files';
import { said, TARGET, withCloudStack } from './asking';

const row = (volume: string, every: number, schedule: string, timezone = 'GMT'): object => {
  return { volume, every, schedule, timezone, cluster: 'c-1' };
};

test('the database’s rows are told with their time', async () => {
  const db = cloudStackDb(async () => [
    row('ROOT-1', 0, '5'),
    row('ROOT-2', 1, '30:22', 'America/New_York'),
    row('ROOT-3', 2, '00:1:1'),
    row('ROOT-4', 3, '00:01:28'),
    row('ROOT-5', 9, '00:01:28'),
    { ...row('ROOT-6', 0, '5'), cluster: 'c-2' },
  ]);

  expect(await db.snapshotSchedules('c-1')).toEqual([
    'ROOT-1 hourly :05 GMT',
    'ROOT-2 daily 22:30 America/New_York',
    'ROOT-3 weekly Sunday 01:00 GMT',
    'ROOT-4 monthly 28 01:00 GMT',
    'ROOT-5 at times of its own',
  ]);
});

/** A Saturday evening in winter. */
const FROM = '2026-01-03T22:00:00.000Z';

test.each([
  ['each hour', 'ROOT-1 hourly :05 GMT', true],
  ['this night', 'ROOT-1 daily 01:00 GMT', true],
  ['at noon', 'ROOT-1 daily 12:00 GMT', false],
  ['this night in its own zone', 'ROOT-1 daily 19:00 America/New_York', true],
  ['tomorrow afternoon in its own zone', 'ROOT-1 daily 01:00 America/New_York', false],
  ['on the night to Sunday', 'ROOT-1 weekly Sunday 01:00 GMT', true],
  ['on another night', 'ROOT-1 weekly Monday 01:00 GMT', false],
  ['on this day of the month', 'ROOT-1 monthly 4 01:00 GMT', true],
  ['on another day of the month', 'ROOT-1 monthly 28 01:00 GMT', false],
  ['in a zone that nobody knows', 'ROOT-1 daily 12:00 Mars/Olympus', true],
  ['at a time that cannot be read', 'ROOT-1 daily', true],
])('in a night of six hours, %s', (_when, sentence, due) => {
  expect(dueWithin([sentence], FROM, 6 * 60).map((one) => one.sentence)).toEqual(due ? [sentence] : []);
});

test('what is due is told with its first time, in UTC', () => {
  expect(dueWithin(['ROOT-1 daily 19:00 America/New_York', 'ROOT-2'], FROM, 360).map(dueInWords)).toEqual([
    'ROOT-1 daily 19:00 America/New_York, first at 2026-01-04 00:00 UTC',
    'ROOT-2',
  ]);
});

describe('usage-jobs', () => {
  const SETTINGS = {
    'enable.usage.server': 'true',
    'usage.execution.timezone': 'GMT',
    'usage.stats.job.aggregation.range': '1440',
    'usage.stats.job.exec.time': '23:30',
  };
  const asked = (change: Readonly<Record<string, string>>) =>
    said('usage-jobs', {
      ...withCloudStack({ traits: { settings: { ...SETTINGS, ...change } } }),
      takenAt: FROM,
    });

  test.each([
    ['in the night', {}, /^warn pool-a: The usage job of CloudStack begins at 2026-01-03 23:30 UTC/],
    ['every hour', { 'usage.stats.job.aggregation.range': '60' }, /begins at 2026-01-03 22:30 UTC/],
    [
      'in its own zone',
      { 'usage.execution.timezone': 'America/New_York', 'usage.stats.job.exec.time': '18:30' },
      /begins at 2026-01-03 23:30 UTC/,
    ],
    ['at a time that cannot be read', { 'usage.stats.job.exec.time': 'soon' }, /cannot be read/],
  ])('a job %s is a warning with its time', (_when, change, words) => {
    expect(asked(change)).toEqual([expect.stringMatching(words)]);
  });

  test('in the middle of a run it is told only while services are still to be stopped', () => {
    const pool = { ...withCloudStack({ traits: { settings: SETTINGS } }), takenAt: FROM };

    expect(said('usage-jobs', pool, { toCome: ['stop-services', 'drain-host'] })).toHaveLength(1);
    expect(said('usage-jobs', pool, { toCome: ['drain-host'] })).toEqual([]);
  });

  test('a job at noon, or no usage server, is nothing to speak of', () => {
    expect(asked({ 'usage.stats.job.exec.time': '12:00' })).toEqual([]);
    expect(asked({ 'enable.usage.server': 'false' })).toEqual([]);
  });
});

describe('snapshot-schedules', () => {
  const schedules = ['ROOT-1 hourly :05 GMT', 'ROOT-2 monthly 28 01:00 GMT'];
  const pool = {
    ...withCloudStack({ openWork: { jobs: [], transitions: [], haWork: [], transfers: [], schedules } }),
    takenAt: FROM,
  };

  test('in the middle of a run it is told until versions differ: then it fails either way', () => {
    const [first, ...others] = pool.hosts;
    const begun = { ...pool, hosts: [{ ...first!, version: TARGET }, ...others] };

    expect(said('snapshot-schedules', pool, { toCome: ['drain-host'] })).toHaveLength(1);
    expect(said('snapshot-schedules', begun, { toCome: ['drain-host'] })).toEqual([]);
    expect(said('snapshot-schedules', begun)).toHaveLength(1);
  });

  test('warns of what is due, and only notes what is not', () => {
    expect(said('snapshot-schedules', pool)[0]).toMatch(/^warn cluster-a: .* are due within \d+ h; /);
    const openWork = { ...pool.cloudstack.openWork, schedules: schedules.slice(1) };
    const later = { ...pool, cloudstack: { ...pool.cloudstack, openWork } };
    expect(said('snapshot-schedules', later)[0]).toMatch(
      /^note cluster-a: .* begin later than \d+ h from now/,
    );
  });

  test('says nothing where hosts keep their version', () => {
    expect(said('snapshot-schedules', pool, { aim: 'reboot' })).toEqual([]);
  });
});

test.each(['snapshot-schedule', 'no-capability-row', 'no-guest-os-names'])(
  'a rolling reboot of %s hears nothing of an upgrade',
  async (pool) => {
    const { findings } = await lookAt(pool, '7.1.2', { aim: 'reboot' });
    const ofUpgrades = ['snapshot-schedules', 'hardware', 'guest-os-mappings', 'capability-rows'];

    expect(findings.filter(({ check }) => ofUpgrades.includes(check))).toEqual([]);
    expect(findings.map(({ check }) => check)).toContain('vm-backups');
  },
);
