/** The settings of CloudStack: each that is read has a rule, each rule a pool that breaks it, and a remedy only where no restart is needed. */
import { RULED_SETTINGS } from '../../../src/checks/cloudstack-settings';
import { WATCHED_SETTINGS } from '../../../src/domain/cloudstack-calls';
import { CASES } from './pool-cases';
import { lookAt } from './pool-files';

const pools = CASES.filter(({ says }) => says.some((one) => one.includes('cloudstack-settings')));

const findingsOf = async (pool: string, target: string) =>
  (await lookAt(pool, target)).findings.filter(({ check }) => check === 'cloudstack-settings');

test('every setting that is read has a rule, and every rule is of one that is read', () => {
  expect([...RULED_SETTINGS].toSorted()).toEqual(WATCHED_SETTINGS);
});

test('every rule speaks of some pool', async () => {
  const broken = new Set<string>();
  for (const { pool, target } of pools)
    for (const { evidence } of await findingsOf(pool, target)) broken.add(evidence[0]!.split(' = ')[0]!);

  expect([...broken].toSorted()).toEqual(WATCHED_SETTINGS);
});

test('a setting that CloudStack reads when it starts is set by a person; a newer CloudStack heeds it at once', async () => {
  const [old] = await findingsOf('force-ha', '7.1.2');
  const [young] = await findingsOf('force-ha-4-22', '8.4.0');

  expect([old?.evidence, old?.remedy]).toEqual([['force.ha = true'], undefined]);
  expect(young?.remedy).toEqual({ kind: 'change-setting', args: { name: 'force.ha', to: 'false' } });
});
