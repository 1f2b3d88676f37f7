/** Seed 000 as it happened: three hosts from 6.5.0 to 7.1.2 under CloudStack 4.11.3, the master first. */
import { defaultPool } from '../../src/sim/default-pool';
import { changes, endedWell, told } from '../support/outcome';
import { story } from '../support/story';

const PLAN = 'pool-a-20260115-060000-8b2420';

const whole = [
  // before the first host
  'pool.disable_ha pool-a',
  'systemctl stop cloudstack-usage ms-1',
  'systemctl stop cloudstack-management ms-1',
  'mysqldump ms-1',
  'tar -c ms-1',
  'systemctl start cloudstack-management ms-1',
  'systemctl start cloudstack-usage ms-1',
  'detachIso i-2-14-VM',
  'pool.sync_database pool-a',
  'updateCluster pool-a', // allocation off while versions differ
  // the master
  'updateHost host-1',
  'migrateVirtualMachine i-2-11-VM',
  'migrateVirtualMachine i-2-10-VM',
  'migrateVirtualMachine i-2-17-VM',
  'migrateSystemVm r-4-VM',
  'updateHost host-1', // allocation on, directly before maintenance
  'prepareHostForMaintenance host-1',
  'updateCluster pool-a', // Unmanaged
  'host.disable host-1',
  'host.enable host-1',
  'updateCluster pool-a', // Managed
  'cancelHostMaintenance host-1',
  'migrateVirtualMachine i-2-11-VM', // the smoke test
  'migrateSystemVm r-4-VM',
  // host-2, with the VM that cannot move
  'updateHost host-2',
  'migrateVirtualMachine i-2-12-VM',
  'migrateVirtualMachine i-2-14-VM',
  'migrateSystemVm s-1-VM',
  'stopVirtualMachine i-2-13-VM',
  'startVirtualMachine i-2-13-VM',
  'updateHost host-2',
  'prepareHostForMaintenance host-2',
  'host.disable host-2',
  'host.enable host-2',
  'cancelHostMaintenance host-2',
  'migrateVirtualMachine i-2-16-VM',
  'migrateSystemVm r-5-VM',
  // host-3
  'updateHost host-3',
  'migrateVirtualMachine i-2-10-VM',
  'migrateVirtualMachine i-2-15-VM',
  'migrateVirtualMachine i-2-17-VM',
  'migrateSystemVm v-2-VM',
  'updateHost host-3',
  'prepareHostForMaintenance host-3',
  'host.disable host-3',
  'host.enable host-3',
  'cancelHostMaintenance host-3',
  'migrateVirtualMachine i-2-10-VM', // the canary
  // after the last host
  'updateCluster pool-a',
  `createNetwork xsupgrade-${PLAN}`,
  'deployVirtualMachine host-3', // the test VM, on a host of this very pool
  'destroyVirtualMachine i-2-1149-VM',
  `deleteNetwork xsupgrade-${PLAN}`,
  'pool.enable_ha pool-a',
  'pool.set_ha_host_failures_to_tolerate pool-a',
];

/** HOST_STILL_BOOTING is asked again; how often is a matter of seconds. */
const once = (calls: readonly string[]): readonly string[] =>
  calls.filter((call, i) => !call.startsWith('host.enable') || calls[i - 1] !== call);

describe('three hosts of seed 000', () => {
  const it = story();

  test('are upgraded one by one, the master first, with exactly the changes of the runbook in its order', async () => {
    const before = it.pool.vms.map((vm) => [vm.name, vm.power]);
    const run = await told(it);
    endedWell(it, run);
    expect(once(changes(it))).toEqual(whole);
    expect(it.pool.vms.map((vm) => [vm.name, vm.power])).toEqual(before);
  });

  test('have HA on the same state file, with the same configuration, as before', () => {
    expect(it.pool.ha).toEqual({
      on: true,
      srs: [it.pool.srs.find((sr) => sr.name === 'iscsi-primary')!.uuid],
      tolerates: 1,
      configuration: { timeout: '60' },
      allowOvercommit: false,
    });
  });

  test('had their cluster Unmanaged only while the master was away', async () => {
    const run = await it.run('run-1');
    const done = (line: string): number => run.lines[line]?.doneAt ?? 0;
    expect(Object.keys(run.lines).filter((id) => id.includes('manage-cluster'))).toEqual([
      'host-1-08-unmanage-cluster',
      'host-1-18-manage-cluster',
    ]);
    expect(done('host-1-07-enter-maintenance')).toBeLessThan(done('host-1-08-unmanage-cluster'));
    expect(done('host-1-18-manage-cluster')).toBeLessThan(done('host-1-22-leave-maintenance'));
  });

  test('were each asked about by name, and nobody asked anything else but for the keys of host-2', async () => {
    const run = await it.run('run-1');
    expect(run.questions.map(({ ask }) => `${ask.kind}: ${ask.text}`)).toEqual([
      'approve: Upgrade pool-a from 6.5.0 to 7.1.2?',
      'approve: Upgrade host-1, the pool master?',
      'approve: Upgrade host-2?',
      'accept-key: host-2 came back with another certificate and SSH host key. Are they its own?',
      'approve: Upgrade host-3?',
    ]);
  });

  test('told the approver of the run what CloudStack cannot do meanwhile', async () => {
    const run = await it.run('run-1');
    expect(run.questions[0]!.ask.saw.join('\n')).toMatch(
      /CloudStack is down for everybody[\s\S]*no new VM[\s\S]*Unmanaged/,
    );
  });
});

test('workload balancing that was on is paused, never deconfigured, and on again at the end', async () => {
  const it = story({ pools: [{ ...defaultPool, wlb: { on: true, url: 'wlb.example:8012' } }] });
  const run = await told(it);
  expect(run.phase).toBe('finished');
  expect(it.cloud.violations).toEqual([]);
  expect(changes(it).filter((call) => call.includes('wlb'))).toEqual([
    'pool.set_wlb_enabled pool-a',
    'pool.set_wlb_enabled pool-a',
  ]);
  expect(it.pool.wlb).toEqual({ on: true, url: 'wlb.example:8012' });
});

test('WLB and HA that were off stay off, and no line speaks of them', async () => {
  const it = story({ pools: [{ ...defaultPool, ha: { on: false } }] });
  const plan = await it.plan();
  const kinds = plan.sections.flatMap((section) => section.lines.map((line) => line.kind));
  expect(kinds).not.toContain('disable-ha');
  expect(kinds).not.toContain('restore-ha');
  expect(kinds).not.toContain('pause-wlb');
  const run = await it.play(await it.start(plan));
  expect(run.phase).toBe('finished');
  expect(it.pool.ha.on).toBe(false);
});
