/** The automatic installer behind the lines that hands fulfil otherwise: nothing partitioned anew, nothing rebooted twice. */
import type { FaultSpec } from '../../src/sim/faults';
import { pairNamed, poolOfPair, type Pair } from '../../src/sim/pairs';
import type { Run } from '../../src/domain/run';
import type { SimHost } from '../../src/sim/model';
import { hands } from '../../src/sim/xapi';
import { endedWell, heldBy, problemsIn, rulesBroken, times, told, truthOf } from '../support/outcome';
import { noSecondLook } from '../support/people';
import { flush } from '../support/sim-xapi';
import { smallPool } from '../support/small-pool';
import { BOB, story, type Story, type StoryOptions } from '../support/story';

const MEDIA = 'http://media.example/xenserver-7.1.2';

const tale = (options: StoryOptions = {}, ...faults: readonly FaultSpec[]): Story => {
  const it = story({ pools: [smallPool], automatic: { url: MEDIA, byHand: [] }, ...options });
  it.cloud.faults.add(faults);
  return it;
};
const nobodyBoots: StoryOptions['handsAtHost'] = (host) => {
  throw new Error(`somebody was asked to boot ${host.name}`);
};
const disks = (it: Story) =>
  it.pool.hosts.map(({ name, dom0, pbds }) => [name, dom0.disk.layout, pbds.map((pbd) => pbd.sr)]);
/** How often the installer was prepared, and how often the host was told to reboot. */
const done = (it: Story, host: string) => [
  times(it, 'host.call_plugin main', host),
  times(it, 'host.reboot', host),
];

/** Somebody touches /var/preserve/safe2upgrade. */
const mark = (host: SimHost): unknown => (host.dom0 = { ...host.dom0, safe2upgrade: true });

/** Played until something holds it; in the moment when the guard of this host is done, somebody does this. */
async function held(it: Story, does: (host: SimHost) => unknown, name = 'host-1'): Promise<Run> {
  const worker = it.worker(({ journal, world }) => ({
    world,
    journal: {
      ...journal,
      append: (run, seen, entry) => {
        const guard = entry.type === 'LineDone' && entry.line.endsWith('keep-partitions');
        if (guard && entry.line.startsWith(name)) does(it.host(name));
        return journal.append(run, seen, entry);
      },
    },
  }));
  return it.play(await it.start(await it.plan()), { workers: [worker] });
}

describe('a whole upgrade', () => {
  test.each(['4.11.3-xs6.5', '4.11.3-xs7.1', '4.19.3-xs7.1', '4.22.1-xs8.2'])(
    '%s: each host is prepared once and rebooted once, and keeps its partitions and its local storage',
    async (name) => {
      const pair: Pair = pairNamed(name)!;
      const it = story({
        pools: [poolOfPair(pair)],
        cloudStackVersion: pair.cloudStack,
        target: pair.to,
        automatic: { url: `http://media.example/xs-${pair.to}/`, byHand: [] },
        handsAtHost: nobodyBoots,
      });
      const before = disks(it);
      const run = await told(it);
      endedWell(it, run, pair.to);
      expect(disks(it)).toEqual(before);
      for (const { name: host, prepared, dom0 } of it.pool.hosts)
        expect([done(it, host), prepared, dom0.safe2upgrade]).toEqual([[1, 1], false, false]);
    },
  );

  test('planning asks every host and changes none', async () => {
    const it = tale();
    const plan = await it.plan();
    expect(it.cloud.calls.filter((call) => call.mutates && call.call.startsWith('host.'))).toEqual([]);
    for (const { name } of it.pool.hosts)
      expect(
        it.cloud.calls.some((call) => call.call === 'host.call_plugin testUrl' && call.on === name),
      ).toBe(true);
    expect(plan.automatic).toEqual({ url: MEDIA, byHand: [] });
  });

  test('by hand and automatic in one plan: the host that is named is booted by a person', async () => {
    const booted: string[] = [];
    const it = tale({
      automatic: { url: MEDIA, byHand: ['host-2'] },
      handsAtHost: (host, { cloud }) => {
        booted.push(host.name);
        hands.bootIso(cloud, host, '7.1.2');
      },
    });
    endedWell(it, await told(it));
    expect(booted).toEqual(['host-2']);
    expect([done(it, 'host-1'), done(it, 'host-2')]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });
});

describe('the plugin and its answer', () => {
  test('fails after it has written its entry: the entry counts, the host installs once', async () => {
    const it = tale({ handsAtHost: nobodyBoots }, { call: 'world:prepare', on: 'host-1', how: 'fail' });
    endedWell(it, await told(it));
    expect(done(it, 'host-1')).toEqual([1, 1]);
  });

  test('its answer is lost: the line waits until it has surely ended, and the mark that came last is removed', async () => {
    const it = tale({}, { call: 'xapi:host.call_plugin main', on: 'host-2', how: 'lose-answer' });
    endedWell(it, await told(it));
    expect([done(it, 'host-2'), times(it, 'rm', 'host-2')]).toEqual([[1, 1], 1]);
  });

  test('its request is lost: it is asked once more, and the host rebooted once', async () => {
    const it = tale({}, { call: 'xapi:host.call_plugin main', on: 'host-2', how: 'lose-request' });
    endedWell(it, await told(it));
    expect(done(it, 'host-2')).toEqual([2, 1]);
  });

  test('the answer to the reboot is lost: the host is not told again', async () => {
    const it = tale({}, { call: 'xapi:host.reboot', on: 'host-2', how: 'lose-answer' });
    endedWell(it, await told(it));
    expect(done(it, 'host-2')).toEqual([1, 1]);
  });
});

describe('the guard', () => {
  test('a mark that comes back between the guard and the reboot holds the line: nothing is rebooted', async () => {
    const it = tale({ answers: noSecondLook });
    const run = await held(it, mark);
    expect(heldBy(run)).toEqual(['WOULD_REPARTITION']);
    expect([it.host('host-1').reboots, rulesBroken(it)]).toEqual([0, []]);
  });

  test('an entry that somebody took back holds the line: a reboot would do nothing but reboot', async () => {
    const it = tale({ answers: noSecondLook });
    const run = await held(it, (host) => (host.boot = {}));
    expect(heldBy(run)).toEqual(['INSTALLER_GONE']);
    expect(it.host('host-1').reboots).toBe(0);
  });
});

describe('an installer that fails', () => {
  const failed: FaultSpec = { call: 'world:installer', on: 'host-1', how: 'fail' };

  test('leaves the old system: INSTALLER_FAILED, out of service, no member touched', async () => {
    const it = tale({ answers: noSecondLook }, failed);
    const run = await told(it);
    expect(heldBy(run)).toEqual(['INSTALLER_FAILED']);
    expect([done(it, 'host-1'), done(it, 'host-2')]).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect([it.host('host-1').cs.resourceState, it.pool.cluster.managedState]).toEqual([
      'Maintenance',
      'Unmanaged',
    ]);
    expect(rulesBroken(it)).toEqual([]);
  });

  test('then booted by hand and looked at again: the run goes on to its end', async () => {
    let booted = false;
    const it = tale(
      {
        answers: (question, _run, { cloud, pool }) => {
          if (question.ask.kind !== 'retry') return 'yes';
          const host = pool.hosts[0]!;
          if (!booted) hands.bootIso(cloud, host, '7.1.2');
          booted = true;
          return host.version === '7.1.2' ? 'yes' : 'leave';
        },
      },
      failed,
    );
    const run = await told(it);
    expect([run.phase, await problemsIn(it, run.id), run.owed]).toEqual([
      'finished',
      ['INSTALLER_FAILED'],
      [],
    ]);
    expect(truthOf(it)).toMatchObject({ versions: ['7.1.2'], reboots: [2, 1] });
    expect(rulesBroken(it)).toEqual([]);
  });

  test('then aborted and planned anew: the host is prepared and rebooted once more', async () => {
    const it = story({ answers: noSecondLook, automatic: { url: MEDIA, byHand: [] } });
    it.cloud.faults.add([{ ...failed, on: 'host-2' }]);
    const first = await told(it);
    await it.operator.abort(BOB, first.id, { reason: 'a second plan' });
    expect((await it.play(first.id)).phase).toBe('aborted');
    const run = await told(it);
    expect([run.phase, heldBy(run), run.owed]).toEqual(['finished', [], []]);
    expect(done(it, 'host-2')).toEqual([2, 2]);
    expect(truthOf(it)).toMatchObject({
      versions: ['7.1.2'],
      reboots: [1, 2, 1],
      cluster: 'Managed Enabled',
    });
    expect(rulesBroken(it)).toEqual([]);
  });

  test('on the master, aborted and its cluster managed again: planned anew, it is upgraded before any member', async () => {
    const it = story({ answers: noSecondLook, automatic: { url: MEDIA, byHand: [] } });
    it.cloud.faults.add([failed]);
    const first = await told(it);
    await it.operator.abort(BOB, first.id, { reason: 'a second plan' });
    expect((await it.play(first.id)).phase).toBe('aborted');
    it.cloud.time.advanceTo(it.cloud.time.now() + 60_000);
    const managed = await it.ask(it.operator.giveBack(BOB, 'pool-a', 'cluster-unmanaged:pool-a'));
    expect((await it.play(managed.run)).phase).toBe('finished');
    // a cluster that is Managed again connects its hosts first: until then a plan is blocked by them
    it.cloud.time.advanceTo(it.cloud.time.now() + 300_000);
    const run = await told(it);
    expect([run.phase, heldBy(run), run.owed, rulesBroken(it)]).toEqual(['finished', [], [], []]);
    expect(truthOf(it)).toMatchObject({ versions: ['7.1.2'], reboots: [2, 1, 1] });
  });

  test('another entry boots first: the installer still waits, the host stays out of service, its next boot installs', async () => {
    let looked = false;
    const it = tale(
      {
        answers: (question, _run, { cloud, pool }) => {
          if (question.ask.kind !== 'retry') return 'yes';
          const host = pool.hosts[0]!;
          if (!looked) {
            expect([host.prepared, host.cs.resourceState]).toEqual([true, 'Maintenance']);
            host.enabled = false;
            hands.powerOff(cloud, host);
            hands.powerOn(cloud, host);
          }
          looked = true;
          return host.version === '7.1.2' ? 'yes' : 'leave';
        },
      },
      { call: 'world:boot-entry', on: 'host-1', how: 'fail' },
    );
    const run = await told(it);
    expect([run.phase, await problemsIn(it, run.id)]).toEqual(['finished', ['INSTALLER_FAILED']]);
    expect([done(it, 'host-1'), rulesBroken(it)]).toEqual([[1, 1], []]);
  });

  test('stands still: people are told after 50 minutes, and the line is held after two hours with what to look at', async () => {
    const it = tale({ answers: noSecondLook }, { call: 'world:installer', on: 'host-1', how: 'never' });
    const run = await told(it);
    expect(heldBy(run)).toEqual(['INSTALLER_STANDS']);
    expect(rulesBroken(it)).toEqual([]);
  });

  test('72 % for an hour and more is waited out', async () => {
    const it = tale({
      pools: [smallPool],
      hidden: { 'pool-a': { messages: { 'host-1': 10_000 } } },
    });
    endedWell(it, await told(it));
  });
});

describe('aborted with an installer prepared', () => {
  async function abandoned(more: StoryOptions = {}, host = 'host-1'): Promise<Story> {
    const it = story({ answers: noSecondLook, automatic: { url: MEDIA, byHand: [] }, ...more });
    const { id } = await held(it, mark, host);
    await it.operator.abort(BOB, id, { reason: 'the window is over' });
    expect((await it.play(id)).phase).toBe('aborted');
    it.cloud.time.advanceTo(it.cloud.time.now() + 60_000);
    return it;
  }

  test('it is owed, and the host neither enabled nor taken out of maintenance before it is given back', async () => {
    const it = await abandoned();
    const host = it.host('host-1');
    expect(host.prepared).toBe(true);
    const owed = await it.ask(it.operator.obligations(BOB, 'pool-a'));
    for (const what of ['host-disabled', 'host-in-maintenance'])
      expect(owed.find((one) => one.id === `${what}:host-1`)).toMatchObject({ canBeGivenBack: false });
    await expect(it.ask(it.operator.giveBack(BOB, 'pool-a', 'host-in-maintenance:host-1'))).rejects.toThrow();

    const { run } = await it.ask(it.operator.giveBack(BOB, 'pool-a', 'installer-prepared:host-1'));
    const ended = await it.play(run);
    expect([ended.phase, heldBy(ended)]).toEqual(['finished', []]);
    expect([host.prepared, host.boot, host.dom0.safe2upgrade]).toEqual([false, {}, false]);
    const left = await it.ask(it.operator.obligations(BOB, 'pool-a'));
    expect(left.map(({ id }) => id)).not.toContain('installer-prepared:host-1');
    expect(left.find((one) => one.id === 'host-disabled:host-1')).toMatchObject({ canBeGivenBack: true });
    expect(rulesBroken(it)).toEqual([]);
  });

  test.each(['bios', 'efi'] as const)('the one-shot kind is taken back as well, by %s', async (firmware) => {
    const pair = pairNamed('4.22.1-xs8.2')!;
    const it = await abandoned({
      pools: [poolOfPair(pair)],
      cloudStackVersion: pair.cloudStack,
      target: pair.to,
      automatic: { url: `http://media.example/xs-${pair.to}`, byHand: [] },
      ...(firmware === 'efi' && { hidden: { 'pool-a': { efi: ['host-1'] } } }),
    });
    expect([it.host('host-1').firmware, it.host('host-1').boot.installer]).toEqual([firmware, 'once']);
    const { run } = await it.ask(it.operator.giveBack(BOB, 'pool-a', 'installer-prepared:host-1'));
    expect((await it.play(run)).phase).toBe('finished');
    expect([it.host('host-1').prepared, it.host('host-1').boot.installer]).toEqual([false, undefined]);
  });

  test('in the middle of the plugin: nothing is given back before it has surely ended, and what it wrote is taken back', async () => {
    const it = story({ answers: noSecondLook, automatic: { url: MEDIA, byHand: [] } });
    it.cloud.faults.add([{ call: 'xapi:host.call_plugin main', on: 'host-1', how: 'slow:600' }]);
    const id = await it.start(await it.plan());
    await it.play(id, { until: () => times(it, 'host.call_plugin main', 'host-1') === 1 });
    // dom0 does not answer: the line is held while the plugin downloads
    it.cloud.faults.add([{ call: 'ssh:cat', on: 'host-1', nth: 0, how: 'refuse' }]);
    await it.play(id, { until: (run) => heldBy(run).length > 0 });
    await it.operator.abort(BOB, id, { reason: 'the window is over' });
    expect((await it.play(id)).phase).toBe('aborted');
    it.cloud.faults.clear();
    const host = it.host('host-1');
    expect([host.prepared, host.boot, host.dom0.safe2upgrade]).toEqual([false, {}, false]);

    const { run } = await it.ask(it.operator.giveBack(BOB, 'pool-a', 'installer-prepared:host-1'));
    expect((await it.play(run)).phase).toBe('finished');
    for (let minute = 0; minute < 20; minute++) {
      it.cloud.time.advanceTo(it.cloud.time.now() + 60_000);
      await flush();
    }
    expect([host.prepared, host.boot, host.dom0.safe2upgrade]).toEqual([false, {}, false]);
    expect(it.cloud.calls.filter(({ call, on }) => call.startsWith('sed') && on === 'host-1')).toHaveLength(
      1,
    );
    expect(rulesBroken(it)).toEqual([]);
  });

  test('a new plan prepares it anew, installs once, and nothing is owed at its end', async () => {
    const it = await abandoned({}, 'host-2');
    const plan = await it.plan();
    expect(plan.sections.flatMap(({ lines }) => lines.map(({ kind }) => kind))).toContain(
      'take-back-installer',
    );
    const run = await it.play(await it.start(plan));
    expect([run.phase, run.owed, rulesBroken(it)]).toEqual(['finished', [], []]);
    expect(done(it, 'host-2')).toEqual([2, 1]);
  });
});
