/** Many workers on one run, no lease between them: the insert at seen + 1 is the only lock, and it is enough. */
import type { AnyStep } from '../../src/steps/step';
import { chance, hurried, troubled } from '../support/toy-chance';
import { requestsOf, toyRun, type Toy, type ToyOptions } from '../support/toy-run';

const SEEDS = 1000;

/** Appends that lost against somebody else's, over all seeds: without races the test would show nothing. */
let lostRaces = 0;

async function told(options: ToyOptions, workers: number, seed: number, trouble: boolean): Promise<Toy> {
  const next = chance(seed);
  const toy = await toyRun(options);
  if (trouble) troubled(toy.world, next);
  const crew = Array.from({ length: workers }, () => {
    const wish = hurried(next);
    return toy.worker({
      ...wish,
      journal: (kept) => {
        const slow = wish.journal?.(kept) ?? kept;
        return {
          ...slow,
          append: (run, seen, entry) =>
            slow.append(run, seen, entry).catch((error: unknown) => {
              lostRaces += 1;
              throw error;
            }),
        };
      },
    });
  });
  const run = await toy.play(crew, { together: true });
  const where = `seed ${seed}, ${workers} workers`;
  expect([where, run.phase, toy.world.breaches, toy.errors]).toEqual([where, 'finished', [], []]);
  return toy;
}

beforeEach(() => {
  lostRaces = 0;
});

test.each([2, 3])(
  '%i workers tick the same run at the same time: each act is sent exactly once, in 1,000 seeds',
  async (workers) => {
    const once = Object.fromEntries(['a', 'b'].map((name) => [name, 1]));
    for (let seed = 1; seed <= SEEDS; seed++) {
      const toy = await told({}, workers, seed, false);
      for (const verb of ['off', 'boot', 'on'])
        expect([seed, verb, requestsOf(toy, verb)]).toEqual([seed, verb, once]);
      expect([seed, requestsOf(toy, 'level')]).toEqual([seed, { pool: 2 }]);
    }
    expect(lostRaces).toBeGreaterThan(SEEDS);
  },
  120_000,
);

test('three workers, four lanes at once, two machines off at most, requests and answers lost: no limit is broken', async () => {
  for (let seed = 1; seed <= 300; seed++) {
    const toy = await told({ machines: ['a', 'b', 'c', 'd'], atOnce: 2 }, 3, seed, true);
    for (const machine of toy.world.machines.values())
      expect([seed, machine.boots, machine.on]).toEqual([seed, 1, true]);
    expect([seed, toy.world.level]).toEqual([seed, 3]);
  }
  expect(lostRaces).toBeGreaterThan(300);
}, 400_000);

test('control: without the limit in decide the same crew breaks it, and the world says so', async () => {
  const toy = await toyRun({ machines: ['a', 'b', 'c', 'd'], atOnce: 2 });
  await toy.play([toy.worker({ steps: { off: withoutLimit } })], { still: 600 });
  expect(toy.world.breaches).toContain('off c: more than 2 machines are off');
});

/** Keeps the step, forgets what it was told of other lanes. */
const withoutLimit = (step: AnyStep): AnyStep => ({
  ...step,
  decide: (evidence) => step.decide({ ...evidence, args: { ...(evidence.args as object), limit: 1000 } }),
});
