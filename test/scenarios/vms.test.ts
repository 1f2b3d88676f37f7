/** What happens to the VMs: moved, stopped with consent and started once, never two routers of a pair together. */
import { defaultPool } from '../../src/sim/default-pool';
import type { SimVm } from '../../src/sim/model';
import type { VmFile } from '../../src/sim/snapshot-file';
import { hands } from '../../src/sim/xapi';
import { changes, endedWell, heldBy, rulesBroken, times, told, truthOf } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { story } from '../support/story';
import { withoutLines } from '../support/procedures';

const vmsOf = (change: (vm: VmFile) => VmFile): readonly VmFile[] => (smallPool.vms ?? []).map(change);

describe('a VM without guest tools, which no version moves safely', () => {
  const it = story({ pools: [smallPool] });

  test('is stopped and started again through CloudStack, each exactly once', async () => {
    endedWell(it, await told(it));
    expect(times(it, 'stopVirtualMachine', 'i-2-13-VM')).toBe(1);
    expect(times(it, 'startVirtualMachine', 'i-2-13-VM')).toBe(1);
    expect(it.vm('i-2-13-VM')).toMatchObject({ power: 'Running', stops: 1, starts: 1, migrations: 0 });
  });

  test('was named in the question about its host, with the longest time it may be down', async () => {
    const run = await it.run('run-1');
    const asked = run.questions.find(
      ({ line }) => line.startsWith('host-2') && line.endsWith('approve-host'),
    )!;
    expect(asked.ask.saw.join('\n')).toMatch(/i-2-13-VM will be stopped \(.*\).*down at most \d+ minutes/);
  });

  test('was down for less than that', async () => {
    const run = await it.run('run-1');
    const stop = run.placement.hosts.flatMap((host) => host.stops).find((one) => one.vm === 'i-2-13-VM')!;
    const stopped = Object.values(run.lines).find((state) => state.line.kind === 'stop-vms')!;
    const started = Object.values(run.lines).find((state) => state.line.kind === 'start-vms')!;
    expect((started.doneAt! - stopped.begunAt!) / 60_000).toBeLessThan(stop.downMinutes);
  });
});

test('a VM without tools on the master starts at once on another host, while all versions are still equal', async () => {
  const moved = vmsOf((vm) => (vm.name === 'i-2-13-VM' ? { ...vm, on: 'host-1' } : vm));
  const it = story({ pools: [{ ...smallPool, vms: [...moved] }] });
  endedWell(it, await told(it));
  const run = await it.run('run-1');
  expect(run.lines['host-1-07-start-vms']?.saw).toMatch(/i-2-13-VM on host-2/);
  // then host-2 itself is upgraded, and the VM is stopped there once more, as the consent said
  expect(it.vm('i-2-13-VM')).toMatchObject({ power: 'Running', starts: it.vm('i-2-13-VM').stops });
});

test('a start that CloudStack refuses is held, shown, and tried again when the host of the VM is back', async () => {
  const it = story({ pools: [smallPool] });
  it.cloud.faults.add([
    { call: 'cloudstack:startVirtualMachine', on: 'i-2-13-VM', how: 'refuse', code: '533' },
  ]);
  const run = await told(it);
  endedWell(it, run);
  const starts = Object.values(run.lines).filter((state) => state.line.kind === 'start-vms');
  expect(starts[0]?.saw).toMatch(/held until later: i-2-13-VM/);
  expect(starts[1]?.saw).toMatch(/running: i-2-13-VM/);
  expect(times(it, 'startVirtualMachine', 'i-2-13-VM')).toBe(2);
});

describe('CDs', () => {
  test('that CloudStack attached are detached by CloudStack, and the run says whose they were', async () => {
    const it = story({ pools: [smallPool] });
    const run = await told(it);
    endedWell(it, run);
    expect(changes(it)).toContain('detachIso i-2-14-VM');
    expect(changes(it)).not.toContain('VBD.eject i-2-14-VM');
    expect(run.lines['before-06-eject-cds']?.saw).toBe('ejected: debian-8.iso from i-2-14-VM');
  });

  test('that CloudStack knows nothing of are ejected in XAPI', async () => {
    const theirs = vmsOf((vm) => (vm.cd ? { ...vm, cd: { ...vm.cd, byCloudStack: false } } : vm));
    const it = story({ pools: [{ ...smallPool, vms: [...theirs] }] });
    endedWell(it, await told(it));
    expect(changes(it).filter((call) => call.startsWith('VBD.eject'))).toHaveLength(1);
    expect(changes(it)).not.toContain('detachIso i-2-14-VM');
  });

  test('would be lost on the way without that line: CloudStack would go on believing in the ISO', async () => {
    const it = story({ pools: [smallPool], procedure: withoutLines('eject-cds') });
    const whole = story({ pools: [smallPool] });
    for (const one of [it, whole]) expect((await told(one)).phase).toBe('finished');
    expect(it.vm('i-2-14-VM').cd).toBeUndefined();
    expect(it.vm('i-2-14-VM').cs?.isoId).toBeDefined();
    expect(whole.vm('i-2-14-VM').cs?.isoId).toBeUndefined();
  });
});

test('two routers of a redundant pair are never on one host and never both under way', async () => {
  const it = story();
  const pair = ['r-4-VM', 'r-5-VM'].map((name) => it.vm(name));
  const together: string[] = [];
  const isMoving = (vm: SimVm): boolean => vm.operation !== undefined || vm.cs?.state === 'Migrating';
  it.cloud.onChanged(() => {
    if (pair[0]!.on === pair[1]!.on) together.push(`both on ${pair[0]!.on}`);
    if (pair.every(isMoving)) together.push('both under way');
  });
  endedWell(it, await told(it));
  expect(together).toEqual([]);
  expect(pair.map((vm) => vm.migrations > 0)).toEqual([true, true]);
});

test('of four VMs of one host no more than three are under way at once, and system VMs only one by one', async () => {
  const more = [20, 21, 22, 23].map((id): VmFile => ({
    ...smallPool.vms![0]!,
    name: `i-2-${id}-VM`,
    memoryMib: 512,
  }));
  const it = story({ pools: [{ ...smallPool, vms: [...smallPool.vms!, ...more] }] });
  let [guests, others] = [0, 0];
  it.cloud.onChanged(() => {
    const moving = it.pool.vms.filter((vm) => vm.operation === 'pool_migrate');
    guests = Math.max(guests, moving.filter((vm) => vm.kind === 'guest').length);
    others = Math.max(others, moving.filter((vm) => vm.kind !== 'guest').length);
  });
  endedWell(it, await told(it));
  expect([guests, others]).toEqual([3, 1]);
});

test('a destination that says it has no memory (F9) is left, and the VM goes to the next approved host', async () => {
  const it = story({ pools: [{ ...defaultPool, wlb: { on: false } }] });
  it.cloud.faults.add([{ call: 'world:migration', on: 'i-2-11-VM', how: 'fail' }]);
  const run = await told(it);
  endedWell(it, run);
  const drain = run.lines['host-1-05-drain-host']!;
  expect(drain.acts['i-2-11-VM']).toMatchObject({ tries: 2 });
  expect(
    it.cloud.calls.filter(({ call, on }) => call === 'VM.pool_migrate' && on === 'i-2-11-VM').length,
  ).toBeGreaterThan(1);
});

test('a VM that no host can take any more holds the host before anything of it is changed, and a yes goes on once there is room', async () => {
  const it = story({
    pools: [smallPool],
    answers: (question, _run, { cloud, pool }) => {
      // between the approval of the run and the master: host-2 loses its memory to something else
      if (question.line.endsWith('approve-run')) hands.setMemory(cloud, pool.hosts[1]!, 3500);
      if (question.ask.kind === 'retry') hands.setMemory(cloud, pool.hosts[1]!, 16 * 1024);
      return 'yes';
    },
  });
  const run = await told(it);
  endedWell(it, run);
  const stopped = (await it.entries(run.id)).find((entry) => entry.type === 'LineStopped');
  expect(stopped).toMatchObject({ line: 'host-1-01-recheck-host', problem: { code: 'BLOCKED_NOW' } });
});

test('a VM that CloudStack does not know stops the drain with its name; nobody moves it behind its owner’s back', async () => {
  const it = story({
    pools: [smallPool],
    answers: (question, _run, { cloud, pool }) => {
      if (question.line === 'host-1-02-approve-host')
        hands.addVm(cloud, pool, { name: 'appliance', on: pool.hosts[0]!, memoryMib: 512 });
      return question.ask.kind === 'retry' ? 'leave' : 'yes';
    },
  });
  const plan = await it.plan();
  const run = await it.play(await it.start(plan), { still: 7200 });
  expect(run.phase).toBe('running');
  expect(heldBy(run)).toHaveLength(1);
  expect(JSON.stringify(Object.values(run.lines).find((state) => state.problem)?.problem)).toMatch(
    /appliance/,
  );
  expect(rulesBroken(it)).toEqual([]);
  expect(it.vm('appliance')).toMatchObject({ power: 'Running', on: 'host-1', migrations: 0, stops: 0 });
  expect(truthOf(it).reboots).toEqual([0, 0]);
});
