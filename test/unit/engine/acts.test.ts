/** What the engine promises about one act: what is on disk before it, and when it may be sent again. */
import { Unreachable } from '../../../src/domain/errors';
import type { PlannedLine } from '../../../src/domain/plan';
import { isHeld, shownPhase } from '../../../src/domain/lanes';
import type { Run } from '../../../src/domain/run';
import { Dead, requestsOf, toyRun, type Toy } from '../../support/toy-run';

const ONE = { machines: ['a'], before: ['lower'] } as const;
const stoppedCode = (run: Run): string | undefined =>
  Object.values(run.lines).find((line) => line.status === 'stopped')?.problem?.code;
const leave = (): 'leave' => 'leave';
const secondsBetween = (toy: Toy, verb: string): readonly number[] => {
  const at = toy.world.requests.filter((one) => one.verb === verb).map((one) => one.at);
  return at.slice(1).map((time, index) => (time - at[index]!) / 1000);
};

test('the usual story ends with everything done once, in order, and given back', async () => {
  const toy = await toyRun();
  const run = await toy.play([toy.worker()]);
  expect(run.phase).toBe('finished');
  expect(run.owed).toEqual([]);
  expect(toy.world.level).toBe(3);
  expect(toy.world.breaches).toEqual([]);
  expect(toy.errors).toEqual([]);
  expect(toy.world.requests.map(({ verb, on }) => `${verb} ${on}`)).toEqual([
    'level pool',
    'off a',
    'boot a',
    'on a',
    'off b',
    'boot b',
    'on b',
    'level pool',
  ]);
});

test('a line has its before-picture on disk before its first intent, and the intent before anything is sent', async () => {
  const toy = await toyRun(ONE);
  await toy.play([toy.worker()]);
  const entries = await toy.entries();
  for (const kind of ['lower', 'off', 'boot', 'on', 'raise']) {
    const of = entries
      .filter((entry) => 'line' in entry && entry.line.endsWith(kind))
      .map(({ type }) => type);
    expect(of.slice(0, 2)).toEqual(['LineBegan', 'ActIntended']);
    expect(of.indexOf('ActAnswered')).toBeGreaterThan(of.indexOf('ActIntended'));
  }
  // the world itself reads the disk at every request
  expect(toy.world.breaches).toEqual([]);
});

test.each(['level pool 1', 'off a 1', 'boot a 1', 'on a 1', 'level pool 2'])(
  'when the answer to %s is lost, the next look tells and nothing is sent again',
  async (request) => {
    const toy = await toyRun(ONE);
    toy.world.faults.set(request, 'lose-answer');
    const run = await toy.play([toy.worker()]);
    expect(run.phase).toBe('finished');
    expect(toy.world.requests).toHaveLength(5);
    expect(toy.world.breaches).toEqual([]);
  },
);

test('a lost request that may be repeated is sent again only after its settle time', async () => {
  const toy = await toyRun({ ...ONE, kinds: ['off', 'on'] });
  toy.world.faults.set('off a 1', 'lose-request').set('off a 2', 'lose-request');
  const run = await toy.play([toy.worker()]);
  expect(run.phase).toBe('finished');
  expect(secondsBetween(toy, 'off')).toHaveLength(2);
  for (const seconds of secondsBetween(toy, 'off')) expect(seconds).toBeGreaterThanOrEqual(30);
});

test('an act that never has an effect is tried maxActs times, then a person is asked', async () => {
  const toy = await toyRun({ ...ONE, kinds: ['off', 'on'] });
  toy.world.faults.set('off a every', 'lose-request');
  const run = await toy.play([toy.worker()], { answers: leave, until: isHeld });
  expect(requestsOf(toy, 'off')).toEqual({ a: 3 });
  expect(stoppedCode(run)).toBe('NO_EFFECT');
  expect(run.questions).toMatchObject([{ ask: { kind: 'retry' } }]);
  toy.world.faults.clear();
  const after = await toy.play([toy.worker()]);
  expect(after.phase).toBe('finished');
  expect(requestsOf(toy, 'off')).toEqual({ a: 4 });
});

test('what was proved not sent does not count, is tried again after five seconds, and owes nothing meanwhile', async () => {
  const toy = await toyRun({ ...ONE, kinds: ['off', 'on'] });
  for (const n of [1, 2, 3, 4, 5]) toy.world.faults.set(`off a ${n}`, 'not-sent');
  const owedThen: number[] = [];
  const run = await toy.play([toy.worker()], {
    until: (now) => {
      if (now.lines['a-01-off']?.acts['a']?.outcome === 'not-sent')
        owedThen.push(now.owed.filter((o) => o.on === 'a').length);
      return false;
    },
  });
  expect(run.phase).toBe('finished');
  expect(requestsOf(toy, 'off')).toEqual({ a: 6 });
  expect(run.lines['a-01-off']?.acts['a']).toMatchObject({ tries: 1, n: 6, outcome: 'answered' });
  for (const seconds of secondsBetween(toy, 'off')) expect(seconds).toBeGreaterThanOrEqual(5);
  expect(new Set(owedThen)).toEqual(new Set([0]));
});

describe('what cannot be taken back', () => {
  const lost = async (fault: 'lose-request' | 'late'): Promise<Toy> => {
    const toy = await toyRun(ONE);
    toy.world.faults.set('boot a 1', fault);
    await toy.play([toy.worker()], { answers: leave, until: isHeld });
    return toy;
  };

  test('is sent once and then asked about, whatever time passes', async () => {
    const toy = await lost('lose-request');
    await toy.play([toy.worker()], { answers: leave, still: 7200 });
    expect(requestsOf(toy, 'boot')).toEqual({ a: 1 });
    expect(stoppedCode(await toy.run())).toBe('NO_EFFECT');
  });

  test('one answer brings a fresh look and a second question that says how often it was tried', async () => {
    const toy = await lost('lose-request');
    await toy.answer('yes');
    await toy.play([toy.worker()], { answers: leave, still: 600 });
    const open = (await toy.run()).questions.filter((question) => !question.answer);
    expect(requestsOf(toy, 'boot')).toEqual({ a: 1 });
    expect(open).toHaveLength(1);
    expect(open[0]?.ask).toMatchObject({ kind: 'retry', subject: 'a', text: 'Once more: boot a?' });
    expect(open[0]?.ask.saw).toEqual([
      'a has not booted',
      'It was tried once already and cannot be taken back.',
    ]);
  });

  test('two answers allow exactly one more act', async () => {
    const toy = await lost('lose-request');
    toy.world.faults.set('boot a 2', 'lose-request');
    await toy.answer('yes');
    await toy.play([toy.worker()], { until: (run) => (run.lines['a-02-boot']?.acts['a']?.tries ?? 0) === 2 });
    await toy.play([toy.worker()], { answers: leave, still: 7200 });
    expect(requestsOf(toy, 'boot')).toEqual({ a: 2 });
    expect(stoppedCode(await toy.run())).toBe('NO_EFFECT');
    const run = await toy.play([toy.worker()]);
    expect(run.phase).toBe('finished');
    expect(requestsOf(toy, 'boot')).toEqual({ a: 3 });
    expect(toy.world.machines.get('a')?.boots).toBe(1);
  });

  test('a no to the second question holds the lane again, with who said it', async () => {
    const toy = await lost('lose-request');
    await toy.answer('yes');
    await toy.play([toy.worker()], {
      answers: leave,
      until: (run) => run.questions.some((q) => !q.answer && q.ask.subject === 'a'),
    });
    await toy.answer('no');
    const run = await toy.play([toy.worker()], { answers: leave, still: 600 });
    expect(stoppedCode(run)).toBe('DECLINED');
    expect(run.lines['a-02-boot']?.problem?.what).toContain('Bob');
    expect(requestsOf(toy, 'boot')).toEqual({ a: 1 });
  });

  test('when it arrives by itself after the settle time, the fresh look sees it and nobody is asked again', async () => {
    const toy = await lost('late');
    await toy.world.pass(1200);
    const run = await toy.play([toy.worker()]);
    expect(run.phase).toBe('finished');
    expect(requestsOf(toy, 'boot')).toEqual({ a: 1 });
    expect(run.questions).toHaveLength(1);
    expect(toy.world.breaches).toEqual([]);
  });
});

describe('a refusal', () => {
  test('holds the lane with its advice and is not repeated by itself', async () => {
    const toy = await toyRun(ONE);
    toy.world.faults.set('off a 1', 'refuse');
    const run = await toy.play([toy.worker()], { answers: leave, still: 7200 });
    expect(shownPhase(run)).toBe('held');
    expect(run.lines['a-01-off']?.problem).toMatchObject({ code: 'TOY_REFUSED', doThis: ['Ask a nicely.'] });
    expect(requestsOf(toy, 'off')).toEqual({ a: 1 });
    expect(run.owed.map((owed) => owed.what)).toEqual(['ha-off']);
  });

  test('that its worker did not live to act upon holds the lane all the same', async () => {
    const toy = await toyRun({ ...ONE, kinds: ['off', 'on'] });
    toy.world.faults.set('off a 1', 'refuse');
    let refused = false;
    // dies when the refusal is on disk, before the stop is
    const mortal = toy.worker({
      journal: (journal) => ({
        ...journal,
        append: async (run, seen, entry) => {
          if (refused) throw new Dead();
          const recorded = await journal.append(run, seen, entry);
          refused = entry.type === 'ActRefused';
          return recorded;
        },
        read: async (run, after) => {
          if (refused) throw new Dead();
          return journal.read(run, after);
        },
      }),
    });
    await toy.play([mortal], { until: () => refused });
    expect((await toy.entries()).at(-1)?.type).toBe('ActRefused');
    const run = await toy.play([toy.worker()], { answers: leave, still: 600 });
    expect(run.lines['a-01-off']).toMatchObject({ status: 'stopped', problem: { code: 'TOY_REFUSED' } });
    expect(requestsOf(toy, 'off')).toEqual({ a: 1 });
  });
});

describe('a worker', () => {
  test('that slept between its intent and the request sends nothing, and the act is made later', async () => {
    const toy = await toyRun({ ...ONE, kinds: ['off', 'on'] });
    const slept: string[] = [];
    const sleepy = toy.worker({
      journal: (journal) => ({
        ...journal,
        async append(run, seen, entry) {
          const recorded = await journal.append(run, seen, entry);
          if (entry.type === 'ActIntended' && entry.act.what === 'off a' && slept.length === 0) {
            slept.push(entry.act.what);
            toy.world.time.advanceTo(toy.world.time.now() + 11_000);
          }
          return recorded;
        },
      }),
    });
    const run = await toy.play([sleepy]);
    expect(slept).toEqual(['off a']);
    expect(run.phase).toBe('finished');
    expect((await toy.entries()).filter((entry) => entry.type === 'ActNotSent')).toMatchObject([
      { subject: 'a', n: 1 },
    ]);
    expect(requestsOf(toy, 'off')).toEqual({ a: 1 });
    expect(toy.world.breaches).toEqual([]);
  });

  test('that was told to stop begins no act, and the next one does', async () => {
    const toy = await toyRun({ ...ONE, kinds: ['off', 'on'] });
    const first = toy.worker();
    await first.stop(0);
    await toy.play([first], { still: 300 });
    expect(toy.world.requests).toEqual([]);
    expect((await toy.play([toy.worker()])).phase).toBe('finished');
  });

  test('that does not know a line, or only an older shape of it, holds it as made by a newer version', async () => {
    const unknown = await toyRun({ ...ONE, kinds: ['divine', 'on'] });
    const newer = await toyRun({ ...ONE, kinds: ['off'], v: 2 });
    for (const toy of [unknown, newer]) {
      const run = await toy.play([toy.worker()], { answers: leave, still: 300 });
      expect(stoppedCode(run)).toBe('NEWER_VERSION');
      expect(toy.world.requests.filter(({ verb }) => verb === 'off')).toEqual([]);
    }
  });
});

describe('patience', () => {
  test('a soft limit is told once and stops nothing; the hard limit holds the lane and asks', async () => {
    const toy = await toyRun({ ...ONE, kinds: ['prove'] });
    const began = toy.world.clock.now();
    const run = await toy.play([toy.worker()], { answers: leave, until: isHeld });
    const entries = await toy.journal.read(run.id);
    const at = (type: string): readonly number[] =>
      entries.filter(({ entry }) => entry.type === type).map((one) => Math.round((one.at - began) / 1000));
    expect(at('LineOverdue')).toEqual([600]);
    expect(at('LineStopped')).toEqual([1800]);
    expect(stoppedCode(run)).toBe('TOO_LONG');
  });

  test('“try again” starts it anew, and both limits are told again', async () => {
    const toy = await toyRun({ ...ONE, kinds: ['prove'] });
    await toy.play([toy.worker()], { answers: leave, until: isHeld });
    await toy.answer('yes');
    const again = toy.world.clock.now();
    await toy.play([toy.worker()], { answers: leave, until: isHeld });
    const late = (await toy.journal.read('run-1')).filter(
      ({ entry, at }) => entry.type === 'LineOverdue' && at > again,
    );
    expect(late.map(({ at }) => Math.round((at - again) / 1000))).toEqual([600]);
  });

  test('not seeing is told after a minute and holds the lane after five; nothing is sent meanwhile', async () => {
    const toy = await toyRun({ ...ONE, kinds: ['off', 'on'] });
    toy.world.blind.add('a');
    const began = toy.world.clock.now();
    const run = await toy.play([toy.worker()], { answers: leave, until: isHeld });
    expect(stoppedCode(run)).toBe('CANNOT_SEE');
    expect(requestsOf(toy, 'off')).toEqual({});
    expect((toy.world.clock.now() - began) / 1000).toBeGreaterThanOrEqual(300);
    expect((toy.world.clock.now() - began) / 1000).toBeLessThan(330);
    toy.world.blind.clear();
    expect((await toy.play([toy.worker()])).phase).toBe('finished');
  });

  test('silence that a line expects is waited for as long as the line allows', async () => {
    const toy = await toyRun({ ...ONE, kinds: ['off', 'boot', 'on'] });
    const run = await toy.play([toy.worker()], {
      until: (now) => now.lines['a-02-boot']?.acts['a'] !== undefined,
    });
    expect(run.phase).toBe('running');
    toy.world.blind.add('a');
    const from = toy.world.clock.now();
    const held = await toy.play([toy.worker()], { answers: leave, until: isHeld, still: 7200 });
    expect(stoppedCode(held)).toBe('TOO_LONG');
    expect((toy.world.clock.now() - from) / 1000).toBeGreaterThanOrEqual(1700);
    expect(held.lines['a-02-boot']?.waitingFor).toBe('XAPI on a does not answer, as expected');
  });

  test.each([
    ['CloudStack is silent, whose host is being taken away', 'CloudStack at 10.0.0.5', 'host', true],
    ['the master of a member is silent', 'XAPI on host-1', 'pool', false],
  ] as const)('the lane is held after five minutes when %s', async (_sentence, source, silence, master) => {
    const toy = await toyRun({ ...ONE, kinds: ['boot'] });
    const worker = toy.worker({
      steps: {
        boot: (step) => ({
          ...step,
          silence,
          observe: (world, args, look) =>
            look.line.before === undefined
              ? step.observe(world, args, look)
              : Promise.reject(new Unreachable(source, 'no answer')),
        }),
      },
      journal: (journal) => ({
        ...journal,
        plan: async (id) => {
          const plan = await journal.plan(id);
          const as = (line: PlannedLine) => ({ ...line, args: { ...(line.args as object), master } });
          return (
            plan && { ...plan, sections: plan.sections.map((one) => ({ ...one, lines: one.lines.map(as) })) }
          );
        },
      }),
    });
    const held = await toy.play([worker], { answers: leave, until: isHeld, still: 7200 });
    expect(stoppedCode(held)).toBe('CANNOT_SEE');
  });
});

test('a look that takes six seconds is a look all the same: a large pool does not stand still', async () => {
  const toy = await toyRun({ machines: ['a'], before: [], kinds: ['off'], after: [] });
  const worker = toy.worker({
    door: (door) => ({
      ...door,
      async machine(name) {
        toy.world.time.advanceTo(toy.world.time.now() + 6_000);
        return door.machine(name);
      },
    }),
  });
  for (let n = 0; n < 50; n++) await worker.tick('run-1');
  expect((await toy.run()).phase).toBe('finished');
});
