/** Hosts patched one after the other: each hotfix once, one reboot or none, whatever gets lost on the way. */
import { writeFileSync } from 'node:fs';
import { inHotfixRun } from '../../src/domain/problems-hotfix-run';
import type { Run } from '../../src/domain/run';
import type { PoolFile } from '../../src/sim/snapshot-file';
import { hands } from '../../src/sim/xapi';
import { changes, endedWell, heldBy, problemsIn, told, times, truthOf } from '../support/outcome';
import { patchStory } from '../support/patch-story';
import { folder } from '../support/patches';
import { smallPool } from '../support/small-pool';
import { BOB, type Story, type StoryOptions } from '../support/story';

const files = folder('6.5.0');
afterAll(() => files.remove());

const hotfix = (name: string, guidance: readonly string[], more: object = {}) =>
  files.artefact({ name, guidance, ...more });
const FIRST = hotfix('XS65E001', ['reboot']);
const SECOND = {
  ...hotfix('XS65E002', ['restart-toolstack'], { requires: ['XS65E001'] }),
  requires: ['XS65E001'],
};
const BOTH = [FIRST, SECOND];

/** Five hosts, one small VM each. */
const five: PoolFile = {
  ...smallPool,
  hosts: [1, 2, 3, 4, 5].map((n) => ({ ...smallPool.hosts![0]!, name: `host-${n}` })),
  vms: [],
};

/** A held line is left to the test. */
const leave: Partial<StoryOptions> = {
  answers: ({ ask }) => (ask.kind === 'retry' ? 'leave' : 'yes'),
};
const onPool = (it: Story): readonly string[] =>
  changes(it).filter((call) => /pool_patch|restart_agent|host\.reboot/.test(call));
const isDone = (run: Run, lane: string, kind: string): boolean =>
  Object.values(run.lines).some(
    ({ line, status }) => line.lane === lane && line.kind === kind && status === 'done',
  );
const saw = (run: Run, kind: string): readonly (string | undefined)[] =>
  Object.values(run.lines).flatMap(({ line, saw: said }) => (line.kind === kind ? [said] : []));
const problemOf = (run: Run) => Object.values(run.lines).find(({ problem }) => problem)?.problem;
/** Nothing but the control domain, Maintenance, disabled: where a host may rest. */
const rests = ({ pool }: Story, name: string) => {
  const host = pool.hosts.find((one) => one.name === name)!;
  return [host.cs.resourceState, host.enabled, pool.vms.filter((vm) => vm.on === host.name).length];
};
const untouched = (it: Story): void => {
  expect(
    changes(it).filter((call) =>
      /updateHost|Maintenance|host\.disable|migrate|stopVirtual|reboot/.test(call),
    ),
  ).toEqual([]);
  expect(truthOf(it)).toMatchObject({ hosts: ['Up Enabled, enabled, live'], down: [] });
};

test('a host has all its hotfixes in their order, one reboot however many, and its VMs back', async () => {
  const it = patchStory(BOTH);
  const home = it.pool.vms.filter(({ tools }) => tools).map(({ name, on }) => [name, on]);
  const run = await told(it);
  endedWell(it, run, '6.5.0');
  expect(onPool(it)).toEqual([
    'PUT /pool_patch_upload pool-a',
    'PUT /pool_patch_upload pool-a',
    'pool_patch.apply host-1',
    'pool_patch.apply host-1',
    'host.reboot host-1',
    'pool_patch.apply host-2',
    'pool_patch.apply host-2',
    'host.reboot host-2',
    'pool_patch.pool_clean pool-a',
    'pool_patch.pool_clean pool-a',
    'pool_patch.destroy pool-a',
    'pool_patch.destroy pool-a',
  ]);
  expect(it.pool.patching.known.filter(({ staged }) => staged)).toEqual([]);
  expect(it.pool.hosts.map(({ hotfixes }) => hotfixes)).toEqual([
    ['XS65E001', 'XS65E002'],
    ['XS65E001', 'XS65E002'],
  ]);
  expect(it.pool.vms.filter(({ tools }) => tools).map(({ name, on }) => [name, on])).toEqual(home);
  expect([
    times(it, 'stopVirtualMachine', 'i-2-13-VM'),
    times(it, 'startVirtualMachine', 'i-2-13-VM'),
  ]).toEqual([1, 1]);
});

test.each<readonly [asks: string, guidance: readonly string[], late: readonly string[], follows: string[]]>([
  ['nothing', [], [], []],
  [
    'a restart of the toolstack',
    ['restart-toolstack'],
    [],
    ['host.restart_agent host-1', 'host.restart_agent host-2'],
  ],
  ['a reboot only once it is applied', [], ['restartHost'], ['host.reboot host-1', 'host.reboot host-2']],
  ['what nobody knows', ['restartEverything'], [], ['host.reboot host-1', 'host.reboot host-2']],
])('a hotfix that asks for %s is followed by just that', async (_asks, guidance, lateGuidance, follows) => {
  const it = patchStory([
    hotfix(`XS65E1${guidance.length}${lateGuidance.length}`, guidance, { lateGuidance }),
  ]);
  const run = await told(it);
  expect([it.errors, it.cloud.violations, run.phase, run.owed]).toEqual([[], [], 'finished', []]);
  expect(onPool(it).filter((call) => call.startsWith('host.'))).toEqual(follows);
  expect(truthOf(it).reboots).toEqual(follows.some((call) => call.includes('reboot')) ? [1, 1] : [0, 0]);
});

test('a hotfix that one host has already is applied to the others only, and that is said', async () => {
  const it = patchStory(BOTH);
  const plan = await it.plan();
  it.host('host-2').hotfixes = ['XS65E001'];
  const run = await it.play(await it.start(plan));
  expect([it.errors, it.cloud.violations, run.phase, run.owed]).toEqual([[], [], 'finished', []]);
  expect(onPool(it).filter((call) => /pool_patch.apply|^host/.test(call))).toEqual([
    'pool_patch.apply host-1',
    'pool_patch.apply host-1',
    'host.reboot host-1',
    'pool_patch.apply host-2',
    'host.restart_agent host-2',
  ]);
  expect(saw(run, 'apply-hotfixes')).toEqual([
    'applied: XS65E001, XS65E002',
    'applied: XS65E002; there already: XS65E001',
  ]);
});

test('the answers of upload, apply, restart and reboot are lost: nothing is asked for twice that has happened', async () => {
  const it = patchStory(BOTH);
  const calls = [
    'xapi:pool_patch.apply',
    'xapi:host.reboot',
    'cloudstack:startVirtualMachine',
    'cloudstack:stopVirtualMachine',
  ];
  it.cloud.faults.add(calls.map((call) => ({ call, how: 'lose-answer' })));
  const run = await told(it);
  endedWell(it, run, '6.5.0');
  expect(it.cloud.faults.list().filter(({ hits }) => hits === 0)).toEqual([]);
  expect(['pool_patch.apply', 'host.reboot'].map((call) => times(it, call, 'host-1'))).toEqual([2, 1]);
  expect(await problemsIn(it, run.id)).toEqual([]);
});

test('a request to apply that is lost goes out again only when a person has looked and said once more', async () => {
  const it = patchStory(BOTH);
  it.cloud.faults.add([{ call: 'xapi:pool_patch.apply', on: 'host-2', how: 'lose-request' }]);
  const run = await told(it);
  endedWell(it, run, '6.5.0');
  expect(await problemsIn(it, run.id)).toEqual(['NO_EFFECT']);
  expect(run.questions.map(({ ask }) => ask.subject).filter(Boolean)).toEqual(['host-2 XS65E001']);
});

describe('what goes wrong is told in a sentence, and the pool rests in a state that is named', () => {
  test('a hotfix that fails on host 3 of 5 holds that host, and the two after it are not begun', async () => {
    const it = patchStory(BOTH, { pools: [five], ...leave });
    it.cloud.faults.add([{ call: 'world:patch', on: 'host-3', nth: 2, how: 'fail' }]);
    const id = await it.start(await it.plan());
    const held = await it.play(id);
    expect(heldBy(held)).toEqual(['HOTFIX_FAILED']);
    const { what, why } = problemOf(held)!;
    expect(what).toBe('XS65E002 has not been applied to host-3.');
    expect(why).toContain('installation of package xen-hypervisor failed');
    expect(why).toContain(
      'Applied so far: XS65E001. host-3 stays in CloudStack Maintenance, disabled in XAPI and empty',
    );
    expect(JSON.stringify(problemOf(held))).not.toContain('OpaqueRef');
    expect(rests(it, 'host-3')).toEqual(['Maintenance', false, 0]);
    expect(onPool(it).filter((call) => /host-[45]/.test(call))).toEqual([]);
    expect(it.cloud.violations).toEqual([]);
  });

  test('the same, once the cause is gone and somebody has said so, ends as if nothing had been', async () => {
    const it = patchStory(BOTH);
    it.cloud.faults.add([{ call: 'world:patch', on: 'host-2', nth: 2, how: 'fail' }]);
    const run = await told(it);
    endedWell(it, run, '6.5.0');
    expect(await problemsIn(it, run.id)).toEqual(['HOTFIX_FAILED']);
    expect(run.questions.map(({ ask }) => ask.text)).toContain('Once more: apply XS65E002 to host-2?');
    expect(times(it, 'pool_patch.apply', 'host-2')).toBe(3);
    expect(times(it, 'host.reboot', 'host-2')).toBe(1);
  });

  test('a cause that is removed is seen when somebody presses Try again, not before, and the words say so', async () => {
    let ready = false;
    const it = patchStory(BOTH, { answers: ({ ask }) => (ask.kind === 'retry' && !ready ? 'leave' : 'yes') });
    const plan = await it.plan();
    const { dom0 } = it.host('host-2');
    it.host('host-2').dom0 = { ...dom0, freeMib: { ...dom0.freeMib, root: 0 } };
    const id = await it.start(plan);
    expect(problemOf(await it.play(id))!.doThis[0]).toBe(
      'Remove the cause, then press Try again: all of them are asked anew.',
    );
    it.host('host-2').dom0 = dom0;
    it.cloud.time.advanceTo(it.cloud.time.now() + 600_000);
    expect(heldBy(await it.play(id))).toEqual(['PRECHECK_FAILED']);
    ready = true;
    const run = await it.play(id);
    endedWell(it, run, '6.5.0');
  });

  test('no problem of a hotfix run promises that its line ends by itself', () => {
    const texts = [
      inHotfixRun.notStaged('H', 'pool-a', 'why.', []),
      inHotfixRun.precheckFailed('pool-a', ['H on host-1: no.']),
      inHotfixRun.hotfixFailed('host-1', 'H', 'why.', [], [], 'out of service'),
      inHotfixRun.hotfixGone('host-1', ['H']),
      inHotfixRun.stillPending('host-1', ['a reboot']),
    ].map(({ doThis }) => doThis.join(' '));
    expect(texts.filter((text) => !text.includes('press Try again') || /by itself/.test(text))).toEqual([]);
  });

  test('a file with another checksum is refused before any host is touched, and nothing is owed for it', async () => {
    const wrong = hotfix('XS65E050', ['reboot']);
    const it = patchStory([wrong], leave);
    writeFileSync(wrong.file, Buffer.alloc(wrong.bytes, 7));
    const run = await it.play(await it.start(await it.plan()));
    expect(heldBy(run)).toEqual(['HOTFIX_NOT_STAGED']);
    expect(problemOf(run)!.why).toMatch(/SHA-256 .*No host has been touched/);
    expect(run.owed).toEqual([]);
    untouched(it);
  });

  test('a hotfix for another version is refused by its pre-check, before any host is touched', async () => {
    const it = patchStory([files.artefact({ name: 'XS70E001', versions: ['7.0.0'] })], leave);
    const run = await it.play(await it.start(await it.plan()));
    expect(heldBy(run)).toEqual(['PRECHECK_FAILED']);
    expect(problemOf(run)!.why).toMatch(
      /XS70E001 on host-1: .*7\.0\.0.*XS70E001 on host-2: .*7\.0\.0.*No host has been touched/,
    );
    untouched(it);
  });

  test('a full disk is named before any host is touched', async () => {
    const it = patchStory(BOTH, leave);
    const plan = await it.plan();
    const { dom0 } = it.host('host-2');
    it.host('host-2').dom0 = { ...dom0, freeMib: { ...dom0.freeMib, root: 0 } };
    const run = await it.play(await it.start(plan));
    expect(heldBy(run)).toEqual(['PRECHECK_FAILED']);
    expect(problemOf(run)!.why).toMatch(
      /^XS65E001 on host-2: XS65E001 needs 200000 bytes on the host; 0 are free/,
    );
    untouched(it);
  });
});

test('an aborted run owes the files that it has brought; giving back removes them, and no other', async () => {
  const it = patchStory([FIRST]);
  const id = await it.start(await it.plan());
  await it.play(id, { until: (run) => isDone(run, 'pool', 'stage-hotfixes') });
  await it.operator.abort(BOB, id);
  const run = await it.play(id);
  expect([run.phase, run.owed.map(({ what, on }) => `${what} ${on}`)]).toEqual([
    'aborted',
    ['hotfixes-staged XS65E001'],
  ]);
  const back = await it.ask(it.operator.giveBack(BOB, 'pool-a', 'hotfixes-staged:XS65E001'));
  const given = await it.play(back.run);
  expect([given.phase, given.owed, it.errors]).toEqual(['finished', [], []]);
  expect(onPool(it)).toEqual([
    'PUT /pool_patch_upload pool-a',
    'pool_patch.pool_clean pool-a',
    'pool_patch.destroy pool-a',
  ]);
  expect(it.pool.patching.known).toEqual([]);
});

test('aborted while a host is held half patched: given back, it serves once somebody has read what it wants; the next plan takes it from there', async () => {
  const it = patchStory(BOTH, leave);
  const later = (): void => it.cloud.time.advanceTo(it.cloud.time.now() + 60_000);
  it.cloud.faults.add([{ call: 'world:patch', on: 'host-2', nth: 2, how: 'fail' }]);
  const id = await it.start(await it.plan());
  await it.play(id);
  await it.operator.abort(BOB, id);
  expect((await it.play(id)).phase).toBe('aborted');
  for (const owed of ['host-disabled:host-2', 'host-in-maintenance:host-2']) {
    later();
    const { run } = await it.ask(it.operator.giveBack(BOB, 'pool-a', owed));
    const given = await it.play(run);
    expect([owed, given.phase]).toEqual([owed, 'finished']);
    // and nobody has let it serve without having read what it still wants
    expect(given.questions.map(({ ask }) => ask.text)).toEqual([
      'Done? Decide whether host-2 serves although it still wants a reboot',
    ]);
    expect(given.questions[0]!.ask.saw[0]).toContain('XS65E001. They want a reboot.');
  }
  later();
  const plan = await it.plan();
  expect(plan.findings.filter(({ severity }) => severity === 'block')).toEqual([]);
  expect(plan.sections.flatMap(({ host }) => host ?? [])).toEqual(['host-2']);
  const run = await it.play(await it.start(plan));
  endedWell(it, run, '6.5.0');
  expect(it.pool.hosts.map(({ hotfixes }) => hotfixes)).toEqual([
    ['XS65E001', 'XS65E002'],
    ['XS65E001', 'XS65E002'],
  ]);
  expect(it.pool.patching.known.filter(({ staged }) => staged)).toEqual([]);
});

describe('moving back', () => {
  const second = { ...smallPool.vms![0]!, name: 'i-2-11-VM' };
  const more: PoolFile = { ...smallPool, vms: [...smallPool.vms!, second] };

  test('a VM that cannot come home is named, and the patched host is none the worse', async () => {
    const it = patchStory(BOTH, { pools: [more] });
    it.cloud.faults.add([
      { call: 'cloudstack:migrateVirtualMachine', on: 'i-2-11-VM', nth: 2, how: 'refuse', code: '431' },
    ]);
    const run = await told(it);
    endedWell(it, run, '6.5.0');
    expect(await problemsIn(it, run.id)).toEqual([]);
    expect(saw(run, 'move-back')[0]).toMatch(/left where they are: i-2-11-VM \(CloudStack says: /);
  });

  test('a VM that somebody has stopped meanwhile is left alone and reported', async () => {
    const it = patchStory(BOTH, { pools: [more] });
    const id = await it.start(await it.plan());
    await it.play(id, { until: (run) => isDone(run, 'host-1', 'reboot-after-hotfixes') });
    const vm = it.vm('i-2-11-VM');
    await it.ask(hands.stopVm(it.cloud, vm));
    const run = await it.play(id);
    expect([run.phase, run.owed]).toEqual(['finished', []]);
    expect(saw(run, 'move-back')[0]).toContain('i-2-11-VM (somebody has stopped it meanwhile)');
    expect(times(it, 'startVirtualMachine', 'i-2-11-VM')).toBe(0);
  });
});
