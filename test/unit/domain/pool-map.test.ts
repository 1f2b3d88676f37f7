/** The pool map: both views side by side, and every disagreement on it is a finding of a check. */
import { differenceText, planText } from '../../../src/cli/plan-text';
import { poolMap } from '../../../src/domain/pool-map';
import { planDifference } from '../../../src/domain/plan-difference';
import { planOf } from '../../support/plans';
import { healthyPool, hostOf, vmOf, withHost, withVms } from '../../support/snapshots';
import { said } from '../checks/asking';

const cs = hostOf('host-2').cloudstack!;
const differing = (pool: ReturnType<typeof healthyPool>): readonly string[] => {
  const { hosts, vms } = poolMap(pool);
  return [...hosts, ...vms].filter((row) => !row.same).map((row) => row.name);
};

test('a healthy pool is the same on both sides', () => {
  expect(differing(healthyPool())).toEqual([]);
  expect(poolMap(healthyPool()).hosts[0]).toEqual({
    name: 'host-1',
    xapi: 'master, live, enabled, 6.5.0',
    cloudstack: 'Up, Enabled, 6.5.0',
    same: true,
  });
});

test.each([
  [
    'a host in maintenance',
    withHost(healthyPool(), 'host-2', { cloudstack: { ...cs, resourceState: 'Maintenance' } }),
  ],
  ['a disabled host', withHost(healthyPool(), 'host-2', { enabled: false })],
  [
    'another version',
    withHost(healthyPool(), 'host-2', { cloudstack: { ...cs, hypervisorVersion: '6.2.0' } }),
  ],
  ['a VM elsewhere', withVms(healthyPool(), vmOf('i-2-10-VM', 'host-1', { cloudstack: { on: 'host-2' } }))],
  ['a VM stopped', withVms(healthyPool(), vmOf('i-2-10-VM', 'host-1', { cloudstack: { state: 'Stopped' } }))],
  ['a VM not known', withVms(healthyPool(), vmOf('stranger', 'host-1', { cloudstack: null }))],
  ['a paused VM', withVms(healthyPool(), vmOf('i-2-10-VM', 'host-1', { power: 'Paused' }))],
])('%s differs on the map, and a check says so', (_what, pool) => {
  const [name, ...more] = differing(pool);
  const found = [...said('hosts-ready', pool), ...said('same-machines', pool)];

  expect(more).toEqual([]);
  expect(found.filter((finding) => finding.includes(` ${name}: `))).toHaveLength(1);
});

test('a terminal shows every host with both views, and of the VMs those that differ', () => {
  const snapshot = withVms(healthyPool(), vmOf('stranger', 'host-1', { cloudstack: null }));
  const shown = planText(planOf('plan-1', { snapshot }));

  expect(shown).toMatch(/\n +host-1 +master, live, enabled, 6\.5\.0 +Up, Enabled, 6\.5\.0\n/);
  expect(shown).toMatch(/≠ +stranger +Running on host-1 +not known\n/);
  expect(shown).toContain(
    `Both sides say the same of ${snapshot.vms.length - 1} of ${snapshot.vms.length} VMs.`,
  );
  expect(differenceText(planDifference(planOf('plan-1'), planOf('plan-2', { snapshot })))).toContain(
    'host-1',
  );
});
