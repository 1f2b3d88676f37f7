/** What was seen of backups: the oldest first, whoever has made them, and never a list that nobody reads. */
import type { VmSnapshot } from '../../../src/domain/pool';
import { healthyPool } from '../../support/snapshots';
import { findings } from './asking';
import { lookAt } from './pool-files';

const evidenceOf = (vms: readonly VmSnapshot[]): readonly string[] =>
  findings('vm-backups', { ...healthyPool(), takenAt: '2026-01-20T00:00:00.000Z', vms })[0]?.evidence ?? [];

const guest = healthyPool().vms.find(({ kind }) => kind === 'guest')!;
const named = (name: string, backedUpAt?: string, snapshotAt?: string): VmSnapshot => ({
  ...guest,
  name,
  traits: { ...guest.traits!, ...(snapshotAt !== undefined && { snapshotAt }) },
  cloudstack: { ...guest.cloudstack!, displayName: 'web', ...(backedUpAt !== undefined && { backedUpAt }) },
});

test('who was never backed up comes first, then the oldest; of two snapshots the newer one counts', () => {
  const [, ...told] = evidenceOf([
    named('young', '2026-01-19T12:00:00.000Z'),
    named('old', '2026-01-01T00:00:00.000Z'),
    named('both', '2026-01-01T00:00:00.000Z', '2026-01-10T00:00:00.000Z'),
    named('never'),
  ]);

  expect(told).toEqual([
    'never (web): never seen',
    'old (web): volume snapshot in CloudStack of 2026-01-01 00:00 UTC, 19 days old',
    'both (web): snapshot in XAPI, on the storage of the VM of 2026-01-10 00:00 UTC, 10 days old',
    'young (web): volume snapshot in CloudStack of 2026-01-19 12:00 UTC, less than a day old',
  ]);
});

test('a long list is cut, and says how much of it is not told', () => {
  const many = Array.from({ length: 50 }, (_, index) =>
    named(`vm-${index}`, new Date(Date.UTC(2026, 0, 1, index)).toISOString()),
  );
  const evidence = evidenceOf([...many, named('never')]);

  expect(evidence).toHaveLength(22);
  expect(evidence[1]).toBe('never (web): never seen');
  expect(evidence.at(-1)).toBe('and 31 more; never seen of 1 in all, the others are younger');
});

test('where nothing was seen at all it is one sentence', () => {
  expect(evidenceOf([named('a'), named('b')]).slice(1)).toEqual([
    'seen in CloudStack and XAPI: no snapshot of any of them',
  ]);
});

test('what CloudStack and XAPI have of the guests is asked, with one list each of CloudStack’s two', async () => {
  const { snapshot, findings: all } = await lookAt('backups-old', '7.1.2');

  expect(
    snapshot.vms.map(({ name, cloudstack, traits }) => [name, cloudstack?.backedUpAt, traits?.snapshotAt]),
  ).toEqual(
    expect.arrayContaining([
      ['i-2-10-VM', '2025-12-01T01:00:00.000Z', undefined],
      ['i-2-11-VM', undefined, '2025-12-24T12:00:00.000Z'],
      ['i-2-12-VM', undefined, undefined],
    ]),
  );
  expect(
    all
      .find(({ check }) => check === 'vm-backups')
      ?.evidence.slice(1)
      .map((one) => one.split(' ')[0]),
  ).toEqual(['i-2-12-VM', 'i-2-10-VM', 'i-2-11-VM']);
});

test('a refused list of snapshots stops nothing: all guests are unseen', async () => {
  const fault = { call: 'cloudstack:listSnapshots', how: 'refuse', code: '432', nth: 0 };
  const { findings: all, unread } = await lookAt('backups-not-told', '7.1.2', { faults: [fault] });

  expect(unread).toEqual([]);
  expect(all.find(({ check }) => check === 'vm-backups')?.evidence).toContain(
    'seen in CloudStack and XAPI: no snapshot of any of them',
  );
  expect(all.find(({ check }) => check === 'api-key')).toMatchObject({
    severity: 'note',
    evidence: ['listApis: no listSnapshots'],
  });
});
