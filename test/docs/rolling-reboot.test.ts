/** docs/runbooks/rolling-reboot.md and the plans of a rolling reboot have the same lines in the same order, both ways. */
import type { Plan } from '../../src/domain/plan';
import { rollingReboot } from '../../src/procedures/rolling-reboot';
import { healthyPool } from '../support/snapshots';
import {
  anyPool,
  everything,
  FROM,
  HA,
  headingsOf,
  MASTER_ONLY,
  planFor,
  promisedBy,
  titles,
  type Wish,
} from './planned';

describe('rolling reboot', () => {
  const REBOOT = 'docs/runbooks/rolling-reboot.md';
  const lines = headingsOf(REBOOT);
  const said = promisedBy(REBOOT);
  const plan = ({ pool, plan: more }: Wish): Promise<Plan> =>
    planFor({
      ...(pool && { pool }),
      plan: { procedure: rollingReboot, target: FROM, remedies: [], ...more },
    });
  const CONDITIONS: readonly (readonly [only: string, wish: Wish])[] = [
    ['Only where HA is on.', { pool: everything({ ha: { ...HA, on: false } }) }],
    ['Only where workload balancing is on.', { pool: everything({ wlb: { on: false, url: '' } }) }],
    ['Only where a VM of HOST cannot move.', { pool: everything({ vms: healthyPool().vms }) }],
  ];

  test('a pool that has everything has every line of the runbook, in its order, and no other', async () => {
    const { sections } = await plan({});

    expect(sections.map((section) => anyPool(section.title))).toEqual([
      'Before the first host',
      'HOST',
      'HOST',
      'HOST',
      'After the last host',
    ]);
    expect(titles(sections.at(0))).toEqual(said('Before the first host'));
    expect(titles(sections.at(1))).toEqual(said('HOST'));
    expect(titles(sections.at(2))).toEqual(said('HOST', MASTER_ONLY));
    expect(titles(sections.at(-1))).toEqual(said('After the last host'));
  });

  test.each(CONDITIONS)('%s Otherwise the plan has all lines but these', async (only, wish) => {
    const { sections } = await plan(wish);

    expect(titles(sections.at(0))).toEqual(said('Before the first host', only));
    expect(titles(sections.at(1))).toEqual(said('HOST', only));
    expect(titles(sections.at(-1))).toEqual(said('After the last host', only));
  });

  test('the runbook names no condition that is not tried here', () => {
    const named = new Set([...lines.values()].flat().flatMap(({ only }) => only ?? []));

    expect([...named].sort()).toEqual([...CONDITIONS.map(([only]) => only), MASTER_ONLY].sort());
  });

  test('with hosts named, only these have a section, the master first', async () => {
    const { sections } = await plan({ plan: { hosts: ['host-3', 'host-1'] } });

    expect(sections.flatMap(({ host }) => host ?? [])).toEqual(['host-1', 'host-3']);
  });
});
