/** Killed at every call it makes, before and after the call took effect: what is left behind ends well, or asks. */
import { mortal, type Moment } from '../support/toy-mortal';
import { requestsOf, toyRun, type Toy } from '../support/toy-run';

/** No person says yes to a second try before the first has surely come or not: a quarter of an hour and more. */
async function finishedByOthers(toy: Toy, workers: number): Promise<void> {
  const heirs = Array.from({ length: workers }, () => toy.worker());
  const run = await toy.play(heirs, { together: workers > 1 });
  expect(run.phase).toBe('finished');
  expect(run.owed).toEqual([]);
}

const wellEnded = (toy: Toy): void => {
  expect(toy.world.breaches).toEqual([]);
  expect(toy.world.level).toBe(3);
  for (const machine of toy.world.machines.values()) expect(machine).toMatchObject({ on: true, boots: 1 });
};

async function seams(): Promise<number> {
  const toy = await toyRun();
  const counted = mortal();
  await toy.play([toy.worker(counted.wish)]);
  return counted.calls();
}

test.each<[Moment, number]>([
  ['before', 1],
  ['after', 1],
  ['before', 2],
  ['after', 3],
])(
  'a worker killed %s each of its calls leaves a run that %i others finish, and no machine boots twice',
  async (moment, heirs) => {
    const all = await seams();
    expect(all).toBeGreaterThan(100);
    const asked = new Map<string, number>();
    for (let seam = 1; seam <= all; seam++) {
      const toy = await toyRun();
      const victim = mortal(seam, moment);
      await toy.play([toy.worker(victim.wish)], { until: () => victim.calls() >= seam });
      await finishedByOthers(toy, heirs);
      wellEnded(toy);
      const retries = (await toy.run()).questions.filter((question) => question.ask.kind === 'retry').length;
      if (retries > 0) asked.set(victim.last(), (asked.get(victim.last()) ?? 0) + 1);
      // a person is asked only where the one-way act may or may not have left
      if (retries > 0)
        expect(victim.last()).toMatch(moment === 'before' ? /^send boot/ : /^append ActIntended/);
      if (retries === 0) expect(requestsOf(toy, 'boot')).toEqual({ a: 1, b: 1 });
    }
    expect([...asked.values()]).toEqual(moment === 'before' ? [1, 1] : [2]);
  },
);

test('a row of workers, each killed a few calls after the other, gets there all the same', async () => {
  for (const life of [13, 17, 29]) {
    const toy = await toyRun();
    for (let deaths = 0; deaths < 400; deaths++) {
      const victim = mortal(life, deaths % 2 === 0 ? 'before' : 'after');
      const run = await toy.play([toy.worker(victim.wish)], {
        until: () => victim.calls() >= life,
        still: 120,
      });
      if (run.phase === 'finished') break;
      await toy.world.pass(30);
    }
    expect((await toy.run()).phase).toBe('finished');
    wellEnded(toy);
  }
});
