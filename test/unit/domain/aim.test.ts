/** A plan asked for again is the same kind of plan: nothing that a person said the first time is forgotten. */
import { askedAs, changeOf, goalOf, purposeOf, wishOf } from '../../../src/domain/aim';
import type { Plan } from '../../../src/domain/plan';
import { askedFor } from '../../../src/procedures/asked';
import { planOf } from '../../support/plans';

const upgrade = planOf('p-1');
const HOSTS = upgrade.snapshot.hosts.map(({ name }) => name);
const reboot = (order: readonly string[]): Plan =>
  planOf('p-2', { procedure: 'rolling-reboot', placement: { ...upgrade.placement, order } });

test('an upgrade is asked for with its version, and with what boots its hosts', () => {
  const automatic = { url: 'http://media.example/7.1.2', byHand: ['host-2'] };
  expect(wishOf(upgrade)).toEqual({ to: upgrade.target });
  expect(askedAs(upgrade)).toBe(`${upgrade.pool} --to ${upgrade.target}`);
  expect(wishOf({ ...upgrade, automatic })).toEqual({
    to: upgrade.target,
    automatic: automatic.url,
    byHand: ['host-2'],
  });
  expect(askedAs({ ...upgrade, automatic })).toBe(
    `${upgrade.pool} --to 7.1.2 --automatic http://media.example/7.1.2 --by-hand host-2`,
  );
  expect(askedAs({ ...upgrade, automatic: { ...automatic, repartition: ['host-1'] } })).toMatch(
    / --by-hand host-2 --repartition host-1$/,
  );
});

test('how many hosts may be away is asked for again as it was', () => {
  const waves = { ...upgrade, placement: { ...upgrade.placement, maxDown: 4 } };
  expect(wishOf(waves)).toEqual({ to: upgrade.target, maxDown: 4 });
  expect(askedAs(waves)).toBe(`${upgrade.pool} --to 7.1.2 --max-down 4`);
  expect(askedFor('pool-a', { reboot: true, maxDown: 2 })).toMatchObject({ maxDown: 2 });
});

test('a reboot stays a reboot, of the same hosts', () => {
  expect(wishOf(reboot(HOSTS))).toEqual({ reboot: true });
  expect(wishOf(reboot(['host-2']))).toEqual({ reboot: true, hosts: ['host-2'] });
  expect(askedAs(reboot(HOSTS))).toBe(`${upgrade.pool} --reboot`);
  expect(askedAs(reboot(['host-2']))).toBe(`${upgrade.pool} --reboot --hosts host-2`);
  expect(askedFor('pool-a', wishOf(reboot(['host-2'])), '7.1.2')).toMatchObject({
    procedure: { name: 'rolling-reboot' },
    hosts: ['host-2'],
  });
});

test('what people read names the version where there is one, and the reboot where there is none', () => {
  const words = (of: Plan) => [purposeOf(of), goalOf(of), changeOf(of, '6.5.0')];
  expect(words(upgrade)).toEqual(['pool-a to 7.1.2', '7.1.2', '6.5.0 → 7.1.2']);
  expect(words(reboot(HOSTS))).toEqual(['the rolling reboot of pool-a', 'rolling reboot', 'rolling reboot']);
});
