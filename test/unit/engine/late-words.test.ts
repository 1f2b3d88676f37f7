/** Words that come late, looks that fail, questions that have lost their reason. */
import { foldRun } from '../../../src/domain/fold-run';
import type { Entry } from '../../../src/domain/journal';
import { isHeld } from '../../../src/domain/lanes';
import { owedBy } from '../../../src/domain/owed';
import { upgradeByHand } from '../../../src/steps/upgrade-by-hand';
import type { AnyStep } from '../../../src/steps/step';
import { Unreachable } from '../../../src/domain/errors';
import { HOST, evidenceFor, says } from '../../support/evidence';
import {
  answered,
  asked,
  began,
  done,
  intended,
  outcome,
  recorded,
  refused,
  stopped,
  told,
} from '../../support/toy-journal';
import { emptyWorld, toyPlan, toyRun, toyStarted } from '../../support/toy-run';
import { settled } from '../../support/toy-world';

const OFF = 'a-01-off';
const owes = [{ what: 'host-disabled' as const, on: 'a', before: { on: true } }];
const leave = (): 'leave' => 'leave';

describe('a late word about an older try', () => {
  const [one, two] = [intended(OFF, 'a', 1, owes), intended(OFF, 'a', 2, owes)];
  test.each<readonly [string, readonly Entry[], number]>([
    [
      'the first was not sent, the second was',
      [one, two, outcome('ActAnswered', OFF, 'a', 2), outcome('ActNotSent', OFF, 'a', 1)],
      1,
    ],
    ['the first was refused, the second was not', [one, two, refused(OFF, 'a', 1)], 1],
    [
      'neither was sent',
      [one, two, outcome('ActNotSent', OFF, 'a', 2), outcome('ActNotSent', OFF, 'a', 1)],
      0,
    ],
    [
      'neither was sent, told in order',
      [one, two, outcome('ActNotSent', OFF, 'a', 1), outcome('ActNotSent', OFF, 'a', 2)],
      0,
    ],
  ])('owes what the other try has opened: %s', (_sentence, entries, open) => {
    expect(owedBy([recorded([toyStarted(toyPlan()), ...entries])])).toHaveLength(open);
  });

  test('puts no refusal on the newer one', () => {
    const line = told([began(OFF), one, two, outcome('ActAnswered', OFF, 'a', 2), refused(OFF, 'a', 1)])
      .lines[OFF];
    expect(line?.acts['a']).toMatchObject({ n: 2, outcome: 'answered' });
    expect(line?.acts['a']).not.toHaveProperty('refusal');
  });

  test('a worker stopped past the settle time and woken again closes no obligation of its heir', async () => {
    const toy = await toyRun({ machines: ['a'], before: ['lower'] });
    let wake: (() => void) | undefined;
    const sleeper = toy.worker({
      laneGraceMs: 1,
      journal: (kept) => ({
        ...kept,
        async append(run, seen, entry) {
          const intent = await kept.append(run, seen, entry);
          if (entry.type === 'ActIntended' && entry.act.what === 'off a' && !wake)
            await new Promise<void>((resolve) => (wake = resolve));
          return intent;
        },
      }),
    });
    await toy.play([sleeper], { until: () => wake !== undefined });
    await toy.play([toy.worker()], {
      until: (run) => run.lines[OFF]?.status === 'done',
    });
    wake?.();
    for (let turn = 0; turn < 20; turn++) await settled();
    expect((await toy.entries()).at(-1)).toMatchObject({
      type: 'ActNotSent',
      n: 1,
    });
    expect(toy.world.machines.get('a')?.on).toBe(false);
    expect((await toy.run()).owed.map((owed) => owed.id)).toContain('host-disabled:a');
  });
});

test('a line that goes on, and a line that is done, have no problem any more', () => {
  const again = told([began(OFF), stopped(OFF), asked(OFF, 'q1', { kind: 'retry' }), answered('q1')]);
  expect(again.lines[OFF]).not.toHaveProperty('problem');
  expect(told([began(OFF), stopped(OFF), done(OFF)]).lines[OFF]).not.toHaveProperty('problem');
});

test('an entry that a newer version wrote is refused in words, not misread', () => {
  const plan = toyPlan();
  const newer = { code: 'NEWER_VERSION' };
  const problemOf = (entries: Parameters<typeof foldRun>[1]): unknown => {
    try {
      return foldRun(plan, entries);
    } catch (error) {
      return (error as { readonly problem?: unknown }).problem;
    }
  };
  expect(problemOf(recorded([toyStarted(plan), began(OFF)]).map((one) => ({ ...one, v: 2 })))).toMatchObject(
    newer,
  );
  const unknown = { type: 'HostBlessed', line: OFF } as unknown as Entry;
  expect(problemOf(recorded([toyStarted(plan), unknown]))).toMatchObject(newer);
});

describe('the soft limit', () => {
  test('of a line is told although not seeing was told before it', async () => {
    const toy = await toyRun({
      machines: ['a'],
      before: ['lower'],
      kinds: ['prove'],
    });
    toy.world.blind.add('a');
    await toy.play([toy.worker()], {
      answers: leave,
      until: (run) => run.lines['a-01-prove']?.overdue === true,
    });
    toy.world.blind.clear();
    await toy.play([toy.worker()], { answers: leave, until: isHeld });
    expect((await toy.entries()).filter((entry) => entry.type === 'LineOverdue')).toMatchObject([
      { softSeconds: 60 },
      { softSeconds: 600 },
    ]);
  });

  test('of a line whose patience progress renews is told for each stall', async () => {
    const toy = await toyRun({
      machines: ['a'],
      before: ['lower'],
      kinds: ['prove'],
      after: [],
    });
    let said = 'one';
    const byProgress = (step: AnyStep): AnyStep => ({
      ...step,
      patience: { ...step.patience, byProgress: true },
      decide: () => ({ do: 'wait', for: said }),
    });
    const worker = toy.worker({ steps: { prove: byProgress } });
    await toy.play([worker], {
      answers: leave,
      until: (run) => run.lines['a-01-prove']?.overdue === true,
    });
    said = 'two';
    await toy.play([worker], { answers: leave, until: isHeld });
    expect((await toy.entries()).filter((entry) => entry.type === 'LineOverdue')).toHaveLength(2);
  });
});

test('looks so slow that nothing is touched on their word are told, and hold the lane in the end', async () => {
  const toy = await toyRun({
    machines: ['a'],
    before: [],
    kinds: ['off'],
    after: [],
  });
  const worker = toy.worker({
    door: (door) => ({
      ...door,
      async machine(name) {
        toy.world.time.advanceTo(toy.world.time.now() + 31_000);
        return door.machine(name);
      },
    }),
  });
  const run = await toy.play([worker], {
    answers: leave,
    until: (now) => isHeld(now) || toy.world.time.now() - now.startedAt > 3_600_000,
  });
  expect(isHeld(run)).toBe(true);
  expect((await toy.entries()).map((entry) => entry.type)).toContain('LineOverdue');
  expect(toy.world.requests).toEqual([]);
});

test.each(['decide', 'observe'] as const)(
  'a step whose %s fails as nobody expected holds its lane in words; others go on',
  async (part) => {
    const toy = await toyRun({
      machines: ['a', 'b'],
      before: [],
      kinds: ['off', 'boot'],
      after: [],
      atOnce: 2,
    });
    const broken = (step: AnyStep): AnyStep => ({
      ...step,
      [part]: () => {
        throw new TypeError('x is undefined');
      },
    });
    const run = await toy.play([toy.worker({ steps: { boot: broken } })], {
      answers: leave,
      until: isHeld,
    });
    expect(Object.values(run.lines).map((line) => line.problem?.code ?? line.status)).toEqual([
      'done',
      'UNEXPECTED',
      'done',
      'UNEXPECTED',
    ]);
    expect(toy.errors.length).toBeGreaterThan(0);
  },
);

test('a line that stops while it asks withdraws its question and offers “try again” instead', async () => {
  const toy = await toyRun({ machines: ['a'] });
  const blocked = {
    code: 'BLOCKED_NOW',
    what: 'HA is on again.',
    why: 'Somebody enabled it.',
    doThis: [],
  };
  let blocks = false;
  const worker = toy.worker({
    steps: {
      approve: (step) => ({
        ...step,
        decide: (evidence) => (blocks ? { do: 'stop', problem: blocked } : step.decide(evidence)),
      }),
    },
  });
  await toy.play([worker], { answers: leave, still: 60 });
  blocks = true;
  const run = await toy.play([worker], { answers: leave, still: 60 });
  expect(run.questions).toMatchObject([
    { ask: { kind: 'approve' }, withdrawn: 'HA is on again.' },
    { ask: { kind: 'retry' } },
  ]);
});

describe('upgrade-by-hand', () => {
  const args = { ...HOST, address: '10.0.0.2', from: '6.5.0', to: '7.1.2' };
  const ready = {
    answers: true,
    live: true,
    enabled: false,
    residents: 0,
    version: '6.5.0',
    bootTime: 100,
    tags: [],
    resourceState: 'Maintenance',
    managedState: 'Managed',
  };
  test('one lost answer of the master does not mean that a member has gone down', () => {
    const silent = {
      ...ready,
      answers: false,
      live: false,
      version: '',
      bootTime: 0,
    };
    expect(says(upgradeByHand, { args, before: ready, now: silent })).toMatch(/^wait: /);
  });
  test('silence is no before-picture: with it as the first look the line could never end', async () => {
    const lost = () => Promise.reject(new Unreachable('XAPI on host-1', 'no answer'));
    const world = emptyWorld();
    const deaf = {
      ...world,
      pool: { ...world.pool, clusterId: 'c' },
      xen: { ...world.xen, hosts: lost, pool: lost },
      cloudStack: {
        ...world.cloudStack,
        hosts: async () => [
          {
            id: 'cs-2',
            name: 'host-2',
            address: '',
            state: 'Up',
            resourceState: 'Maintenance',
            hypervisorVersion: '6.5.0',
          },
        ],
        cluster: async () => ({
          id: 'c',
          name: 'c',
          managedState: 'Managed',
          allocationState: 'Enabled',
        }),
      },
    };
    const { line, run, at } = evidenceFor('upgrade-by-hand', {
      args,
      now: ready,
    });
    const { before: _none, ...planned } = line;
    await expect(upgradeByHand.step.observe(deaf, args, { line: planned, run, at })).rejects.toBeInstanceOf(
      Unreachable,
    );
    const asMaster = { ...args, master: true };
    await expect(upgradeByHand.step.observe(deaf, asMaster, { line, run, at })).resolves.toMatchObject({
      answers: false,
    });
    // of a member the master tells: when it is silent, nobody sees
    const asMember = { ...args, master: false };
    await expect(upgradeByHand.step.observe(deaf, asMember, { line, run, at })).rejects.toBeInstanceOf(
      Unreachable,
    );
  });
});
