/**
 * Every safety number and every “first on disk” has a story that fails without it. Each test tells one story twice: as it
 * is, and with the promise taken out; the world must report the second.
 */
import type { Journal } from '../../../src/ports';
import type { Entry } from '../../../src/domain/journal';
import type { AnyStep } from '../../../src/steps/step';
import { toyRun, type Toy, type ToyOptions, type WorkerWish } from '../../support/toy-run';

/** Longer than anything late is on its way, seconds. */
const WHATEVER_IS_LATE = 1000;

interface Story {
  readonly options: ToyOptions;
  readonly prepare?: (toy: Toy) => void;
}

async function told(
  { options, prepare }: Story,
  wish: WorkerWish = {},
  people: 'yes' | 'leave' = 'leave',
): Promise<Toy> {
  const toy = await toyRun(options);
  prepare?.(toy);
  await toy.play([toy.worker(wish)], {
    answers: () => people,
    still: 3000,
    until: () => toy.world.breaches.length > 4,
  });
  await toy.world.pass(WHATEVER_IS_LATE);
  return toy;
}

const step = (kind: string, change: Partial<AnyStep>): WorkerWish => ({
  steps: { [kind]: (was) => ({ ...was, ...change }) },
});

/** A journal whose entries are changed, or lost, on their way to the disk. */
const journal = (change: (entry: Entry) => Entry | undefined): WorkerWish => ({
  journal: (kept): Journal => ({
    ...kept,
    async append(run, seen, entry) {
      const changed = change(entry);
      if (changed) return kept.append(run, seen, changed);
      return { run, seq: seen + 1, at: 0, v: 1, entry };
    },
  }),
});

const ALONE = { machines: ['a'], before: ['lower'], after: [] } as const;

test('settleSeconds: what shows only after a minute is pressed once; without the settle time it is pressed twice', async () => {
  const story: Story = { options: { ...ALONE, kinds: ['press'] } };
  expect((await told(story)).world.breaches).toEqual([]);
  expect(
    (await told(story, step('press', { settleSeconds: 0, farDelaySeconds: 0 }))).world.breaches,
  ).toContain('press a: pressed twice');
});

test('settleSeconds after a lost answer: the same, although the call’s own deadline has passed', async () => {
  const story: Story = {
    options: { ...ALONE, kinds: ['press'] },
    prepare: (toy) => toy.world.faults.set('press a 1', 'lose-answer'),
  };
  expect((await told(story)).world.breaches).toEqual([]);
  expect(
    (await told(story, step('press', { settleSeconds: 0, farDelaySeconds: 0 }))).world.breaches,
  ).toContain('press a: pressed twice');
});

test('maxActs: a boot that arrives late is not repeated by itself; with three tries allowed the machine boots twice', async () => {
  const story: Story = { options: ALONE, prepare: (toy) => toy.world.faults.set('boot a 1', 'late') };
  expect((await told(story)).world.breaches).toEqual([]);
  expect((await told(story, step('boot', { maxActs: 3 }))).world.breaches).toContain('boot a: booted twice');
});

test('the second question: one “try again” does not boot again what may yet arrive; counted as a plain retry it does', async () => {
  const once = async (wish: WorkerWish): Promise<Toy> => {
    const toy = await toyRun(ALONE);
    toy.world.faults.set('boot a 1', 'late');
    const worker = toy.worker(wish);
    let answered = 0;
    // the person says yes to the first question only, without waiting for what is on its way
    await toy.play([worker], { answers: () => (answered++ === 0 ? 'yes' : 'leave'), still: 3000 });
    await toy.world.pass(WHATEVER_IS_LATE);
    return toy;
  };
  expect((await once({})).world.breaches).toEqual([]);
  // any limit but one is a plain limit: once by itself, once more for each “try again”
  const mutated = await once({ steps: { boot: (was) => ({ ...was, maxActs: 0.99 }) } });
  expect(mutated.world.breaches).toContain('boot a: booted twice');
});

test('intent before act: a journal that says it wrote the intent and did not is reported at the first request', async () => {
  const story: Story = { options: ALONE };
  expect((await told(story)).world.breaches).toEqual([]);
  const toy = await toyRun(ALONE);
  const volatile = journal((entry) => (entry.type === 'ActIntended' ? undefined : entry));
  // what became of the act has no intent to belong to: the fold refuses such a journal too
  await expect(toy.play([toy.worker(volatile)])).rejects.toThrow('never intended');
  expect(toy.world.breaches).toContain('level pool: sent without an intent on disk');
});

test('before-picture: when it is not kept, a machine that has booted looks as if it had not, and boots twice', async () => {
  const story: Story = { options: ALONE };
  expect((await told(story, {}, 'yes')).world.breaches).toEqual([]);
  const forgetful = journal((entry) => (entry.type === 'LineBegan' ? { ...entry, before: null } : entry));
  const toy = await told(story, forgetful, 'yes');
  expect(toy.world.breaches).toContain('boot a: booted twice');
  expect(toy.world.breaches).toContain('boot a: sent without a before-picture on disk');
});

test('the before-picture of what is owed: taken from a later look, the level is given back wrong', async () => {
  const story: Story = {
    options: { ...ALONE, kinds: [], after: ['raise', 'settle-account'] },
    // the first request never left, and meanwhile somebody else has changed the level
    prepare: (toy) => {
      toy.world.faults.set('level pool 1', 'not-sent');
      toy.world.time.in(2, () => {
        toy.world.level = 1;
      });
    },
  };
  expect((await told(story)).world.level).toBe(3);
  const now = (was: AnyStep): AnyStep => ({
    ...was,
    owes: (act, evidence) => was.owes?.(act, { ...evidence, before: evidence.now }) ?? [],
  });
  expect((await told(story, { steps: { lower: now } })).world.level).toBe(1);
});

test('ten seconds to send: a worker that slept longer sends nothing; without the deadline the world reports it', async () => {
  const slept = async (clock: (toy: Toy) => WorkerWish): Promise<Toy> => {
    const toy = await toyRun({ ...ALONE, kinds: ['off'] });
    let once = false;
    const sleepy: WorkerWish = {
      journal: (kept) => ({
        ...kept,
        async append(run, seen, entry) {
          const recorded = await kept.append(run, seen, entry);
          if (entry.type === 'ActIntended' && !once) {
            once = true;
            toy.world.time.advanceTo(toy.world.time.now() + 11_000);
          }
          return recorded;
        },
      }),
    };
    await toy.play([toy.worker({ ...sleepy, ...clock(toy) })]);
    return toy;
  };
  expect((await slept(() => ({}))).world.breaches).toEqual([]);
  // a clock of wall time that stands still knows no deadline
  const still = await slept((toy) => ({ clock: { ...toy.world.clock, monotonic: () => 0 } }));
  expect(still.world.breaches).toContain('level pool: sent too late after its intent');
});
