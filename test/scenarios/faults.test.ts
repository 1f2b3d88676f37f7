/** What goes wrong in the field (xapi §13, cs §15): seen, said, and never made worse. */
import { hands } from '../../src/sim/xapi';
import { endedWell, heldBy, problemsIn, rulesBroken, told, truthOf } from '../support/outcome';
import { noSecondLook } from '../support/people';
import { smallPool } from '../support/small-pool';
import { RawClient, ref } from '../support/sim-xapi';
import { story, type Story } from '../support/story';

/** Hosts that the story has touched: their CloudStack row or XAPI's was asked to change. */
const touched = (it: Story): readonly string[] =>
  it.pool.hosts
    .map(({ name }) => name)
    .filter((name) => it.cloud.calls.some((call) => call.mutates && call.on === name));

describe('the installer leaves the old version', () => {
  test('on the master: SAME_VERSION, no member is touched, the cluster stays Unmanaged until somebody has looked', async () => {
    const it = story({ pools: [smallPool], answers: noSecondLook });
    it.cloud.faults.add([{ call: 'world:installer', on: 'host-1', how: 'same-version' }]);
    const run = await told(it);
    expect(heldBy(run)).toEqual(['SAME_VERSION']);
    expect(touched(it)).toEqual(['host-1']);
    expect(it.pool.cluster.managedState).toBe('Unmanaged');
    expect(run.owed.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['ha-off', 'cluster-unmanaged', 'host-in-maintenance', 'host-disabled']),
    );
    expect(rulesBroken(it)).toEqual([]);
  });

  test('installed again by hand and looked at again, the run goes on to the end', async () => {
    let again = false;
    const it = story({
      pools: [smallPool],
      answers: (question, _run, { cloud, pool }) => {
        if (question.ask.kind !== 'retry') return 'yes';
        const master = pool.hosts[0]!;
        if (!again) hands.bootIso(cloud, master, '7.1.2');
        again = true;
        return master.version === '7.1.2' ? 'yes' : 'leave';
      },
    });
    it.cloud.faults.add([{ call: 'world:installer', on: 'host-1', how: 'same-version' }]);
    const run = await told(it);
    expect(run.phase).toBe('finished');
    expect(await problemsIn(it, run.id)).toEqual(['SAME_VERSION']);
    expect(truthOf(it)).toMatchObject({ versions: ['7.1.2'], reboots: [2, 1], cluster: 'Managed Enabled' });
  });

  test('on a member: no later host, and the master goes on serving', async () => {
    const it = story({ answers: noSecondLook });
    it.cloud.faults.add([{ call: 'world:installer', on: 'host-2', how: 'same-version' }]);
    const run = await told(it);
    expect(heldBy(run)).toEqual(['SAME_VERSION']);
    expect(touched(it)).toEqual(['host-1', 'host-2']);
    expect(it.host('host-1').cs).toMatchObject({ state: 'Up', resourceState: 'Enabled' });
    expect(rulesBroken(it)).toEqual([]);
  });
});

test('an evacuation that stalls: EVACUATION_STALLED, asked for once, over when the stall is', async () => {
  const it = story({
    pools: [smallPool],
    answers: ({ ask }, _run, { cloud }) => {
      if (ask.kind === 'retry') cloud.faults.clear();
      return 'yes';
    },
  });
  it.cloud.faults.add([{ call: 'world:evacuation', on: 'host-1', how: 'stall' }]);
  const run = await told(it);
  endedWell(it, run);
  expect(await problemsIn(it, run.id)).toEqual(['EVACUATION_STALLED']);
  expect(it.cloud.calls.filter(({ call }) => call === 'prepareHostForMaintenance')).toHaveLength(2);
});

test('a maintenance that CloudStack refuses: MAINTENANCE_REFUSED with its words, then once more by a person', async () => {
  const it = story({ pools: [smallPool] });
  it.cloud.faults.add([
    { call: 'cloudstack:prepareHostForMaintenance', on: 'host-1', how: 'refuse', code: '530' },
  ]);
  const run = await told(it);
  endedWell(it, run);
  expect((await problemsIn(it, run.id))[0]).toBe('MAINTENANCE_REFUSED');
});

test('an evacuation that CloudStack gives up: the host is not asked a second time by us', async () => {
  const it = story({ pools: [smallPool], answers: noSecondLook });
  it.cloud.faults.add([{ call: 'world:evacuation', on: 'host-1', how: 'fail' }]);
  const run = await told(it);
  expect(heldBy(run)).toEqual(['MAINTENANCE_FAILED']);
  expect(it.cloud.calls.filter(({ call }) => call === 'prepareHostForMaintenance')).toHaveLength(1);
  expect(it.host('host-1').reboots).toBe(0);
});

test('the master does not come back: MASTER_NOT_BACK after two hours, and nobody promotes another', async () => {
  const it = story({ pools: [smallPool], answers: noSecondLook });
  it.cloud.faults.add([{ call: 'world:installer', on: 'host-1', how: 'never' }]);
  const run = await told(it);
  expect(heldBy(run)).toEqual(['MASTER_NOT_BACK']);
  expect(it.pool.master).toBe('host-1');
  expect(touched(it)).toEqual(['host-1']);
  expect((await it.entries(run.id)).filter((entry) => entry.type === 'LineOverdue')).not.toEqual([]);
  expect(rulesBroken(it)).toEqual([]);
});

test('a master that comes back late, after the run has given up waiting, is taken on by one yes', async () => {
  const it = story({ pools: [smallPool] });
  it.cloud.faults.add([{ call: 'world:installer', on: 'host-1', how: 'stall' }]);
  const run = await told(it);
  endedWell(it, run);
  expect(await problemsIn(it, run.id)).toContain('MASTER_NOT_BACK');
});

test('xapi of the master restarts in the middle of the drain (F4): the moves are found again, none is made twice', async () => {
  const it = story({ pools: [smallPool] });
  let cut = false;
  it.cloud.onChanged(() => {
    if (cut || it.vm('i-2-10-VM').operation !== 'pool_migrate') return;
    cut = true;
    it.cloud.time.in(2, () => void it.ask(restartToolstack(it)));
  });
  const run = await told(it);
  expect(cut).toBe(true);
  endedWell({ ...it, cloud: withoutRaw(it) }, run);
});

test('the session is evicted by somebody else’s logins (F5): reads log in again', async () => {
  const it = story({ pools: [smallPool] });
  it.cloud.faults.add([{ call: 'xapi:VM.get_all_records', nth: 9, how: 'refuse', code: 'SESSION_INVALID' }]);
  endedWell(it, await told(it));
  expect(it.cloud.faults.list().map(({ hits }) => hits)).toEqual([1]);
});

test('the session is gone when a change is asked for (F5): the change is not repeated before a look', async () => {
  const it = story({ pools: [smallPool] });
  it.cloud.faults.add([{ call: 'xapi:host.disable', on: 'host-1', how: 'refuse', code: 'SESSION_INVALID' }]);
  endedWell(it, await told(it));
});

test('reads that answer in HTML or break off (F7) are waited out, and told', async () => {
  const it = story({ pools: [smallPool] });
  it.cloud.faults.add([
    { call: 'xapi:host.get_all_records', nth: 20, how: 'html' },
    { call: 'xapi:VM.get_all_records', nth: 25, how: 'truncate' },
    { call: 'cloudstack:listHosts', nth: 30, how: 'html' },
    { call: 'cloudstack:listVirtualMachines', nth: 30, how: 'truncate' },
  ]);
  const run = await told(it);
  endedWell(it, run);
  expect(it.cloud.faults.list().map(({ hits }) => hits)).toEqual([1, 1, 1, 1]);
});

test('a source that stays silent holds the run within minutes: unknown is unsafe', async () => {
  const it = story({ pools: [smallPool], answers: noSecondLook });
  it.cloud.faults.add([{ call: 'cloudstack:listClusters', nth: 0, how: 'html' }]);
  const plan = await it.plan();
  expect(plan.verdict).toBe('blocked');
  it.cloud.faults.clear();
  it.cloud.time.advanceTo(it.cloud.time.now() + 1000);
  const id = await it.start(await it.plan());
  await it.play(id, { until: (run) => run.lines['host-1-02-approve-host']?.status === 'done' });
  it.cloud.faults.add([{ call: 'cloudstack:listHosts', nth: 0, how: 'html' }]);
  const run = await it.play(id);
  expect(heldBy(run)).toHaveLength(1);
  expect(it.cloud.calls.filter(({ call }) => call === 'updateHost')).toEqual([]);
});

test('an SR that the boot leaves unplugged (F33) is plugged by the run, and told', async () => {
  const it = story({ pools: [smallPool] });
  it.cloud.faults.add([
    { call: 'xapi:PBD.plug', on: 'host-2', how: 'refuse', code: 'SR_BACKEND_FAILURE_73' },
  ]);
  const run = await told(it);
  endedWell(it, run);
  expect(it.cloud.calls.filter(({ call }) => call === 'PBD.plug')).toHaveLength(1);
  expect(it.host('host-2').pbds.every((pbd) => pbd.attached)).toBe(true);
});

test('an SR that cannot be plugged holds the host out of service', async () => {
  const it = story({ pools: [smallPool], answers: noSecondLook });
  it.cloud.faults.add([
    { call: 'xapi:PBD.plug', on: 'host-2', nth: 0, how: 'refuse', code: 'SR_BACKEND_FAILURE_73' },
  ]);
  const run = await told(it);
  expect(heldBy(run)).toHaveLength(1);
  expect(it.host('host-2').cs.resourceState).toBe('Maintenance');
  expect(
    it.cloud.calls.filter(({ call, on }) => call === 'cancelHostMaintenance' && on === 'host-2'),
  ).toEqual([]);
});

test('a database dump that breaks off (F51) does not count; the run holds until one is whole', async () => {
  const it = story({ pools: [smallPool] });
  it.cloud.faults.add([{ call: 'xapi:GET /pool/xmldbdump', how: 'truncate' }]);
  const run = await told(it);
  endedWell(it, run);
  expect(await problemsIn(it, run.id)).toEqual(['DUMP_BAD']);
  expect(run.lines['before-08-dump-database']?.saw).toMatch(/-2\.xml/);
});

test.each([
  ['a view cannot be dumped', '1356', 'BACKUP_FAILED'],
  ['routines are missing', 'no-routines', 'BACKUP_NOT_VERIFIED'],
  ['one database is missing', 'one-database', 'BACKUP_NOT_VERIFIED'],
])(
  'a backup is refused when %s; another one is made before CloudStack is started again',
  async (_what, code, problem) => {
    const it = story({ pools: [smallPool] });
    it.cloud.faults.add([{ call: 'ssh:mysqldump', how: 'refuse', code }]);
    const run = await told(it);
    endedWell(it, run);
    expect(await problemsIn(it, run.id)).toEqual([problem]);
    const calls = it.cloud.calls.filter(({ face }) => face === 'ssh').map(({ call }) => call);
    expect(calls.filter((call) => call === 'mysqldump')).toHaveLength(2);
    expect(calls.indexOf('systemctl start cloudstack-management')).toBeGreaterThan(
      calls.lastIndexOf('mysqldump'),
    );
  },
);

test('the schema restart after an upgrade (F56): a host that answers once is not believed', async () => {
  const it = story({ pools: [smallPool] });
  const run = await told(it);
  endedWell(it, run);
  const seen = run.lines['host-1-13-prove-upgrade']!.notes.map(
    ({ note }) => (note as { good: boolean }).good,
  );
  // good, away again, then good three times over thirty seconds
  expect(seen.indexOf(false)).toBeGreaterThan(seen.indexOf(true));
  expect(seen.slice(-3)).toEqual([true, true, true]);
});

test('a member that somebody switches off while the master is away: the cluster stays Unmanaged until it is live again', async () => {
  const it = story({
    handsAtHost: (host, told_) => {
      hands.bootIso(told_.cloud, host, '7.1.2');
      if (host.name !== 'host-1') return;
      const member = told_.host('host-3');
      told_.cloud.time.in(600, () => {
        hands.powerOff(told_.cloud, member);
        told_.cloud.time.in(2400, () => hands.powerOn(told_.cloud, member));
      });
    },
  });
  const id = await it.start(await it.plan());
  const run = await it.play(id, { until: (now) => now.lines['host-1-18-manage-cluster']?.status === 'done' });
  expect(rulesBroken(it).filter((rule) => rule === 'managed-too-early')).toEqual([]);
  expect(
    run.lines['host-1-18-manage-cluster']!.doneAt! - run.lines['host-1-08-unmanage-cluster']!.doneAt!,
  ).toBeGreaterThan(3000_000);
});

/** The person at the console of the master: service xapi restart. */
async function restartToolstack(it: Story): Promise<void> {
  const raw = new RawClient(it.cloud, it.pool, 'console');
  await raw.login();
  await raw.call('host.restart_agent', ref(it.host('host-1')));
}

/** What the person at the console did is theirs: restarting xapi of a host in service is an offence, and not ours. */
function withoutRaw(it: Story): Story['cloud'] {
  const ours = it.cloud.violations.filter(({ by }) => by !== 'console');
  return Object.assign(Object.create(it.cloud) as Story['cloud'], { violations: ours });
}
