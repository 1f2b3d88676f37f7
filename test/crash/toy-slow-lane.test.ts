/**
 * Twelve lanes, one of which looks ten times slower than the others: it holds nobody up, and is not left behind. Wall
 * time is pool time here, the engine's own deadlines too, so that its two seconds of grace are part of the story.
 */
import { chance } from '../support/toy-chance';
import { RUN, toyRun } from '../support/toy-run';
import { settled } from '../support/toy-world';

const LANES = Array.from({ length: 12 }, (_none, n) => `m${n + 1}`);
/** Seconds of a healthy look, and of one ten times slower: still younger than a look may be. */
const LOOK_SECONDS = 0.4;
const SLOW_SECONDS = 4;
const SEEDS = 1000;
/** Time goes on in such steps, milliseconds. */
const STEP_MS = 100;

beforeEach(() =>
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'Date', 'performance'] }),
);
afterEach(() => jest.useRealTimers());

interface Told {
  /** Seconds after which each fast lane, and the slow one, had its last line done. */
  readonly fast: readonly number[];
  readonly slow: number;
}

async function told(seed: number, atOnce: number, laneGraceMs?: number): Promise<Told> {
  const next = chance(seed);
  const slow = LANES[Math.floor(next() * LANES.length)]!;
  const toy = await toyRun({ machines: LANES, atOnce, before: ['lower'], kinds: ['off', 'on'], after: [] });
  for (const name of LANES)
    toy.world.slow.set(name, name === slow ? SLOW_SECONDS : LOOK_SECONDS * (0.25 + 1.5 * next()));
  const began = toy.world.clock.now();
  const worker = toy.worker(laneGraceMs === undefined ? {} : { laneGraceMs });
  let rung = 0;
  let ticking = false;
  let wakeAt = began;
  const tick = async (seen: number): Promise<void> => {
    const then = await worker.tick(RUN);
    const moved = then === 'again' || (await toy.journal.lastSeq(RUN)) !== seen;
    wakeAt = toy.world.clock.now() + (moved ? 0 : then === 'idle' ? 60_000 : then.inSeconds * 1000);
    ticking = false;
  };
  for (let step = 0; step < 6000 && (await toy.run()).phase !== 'finished'; step++) {
    const now = toy.world.clock.now();
    if (!ticking && (wakeAt <= now || toy.rings.length > rung)) {
      ticking = true;
      rung = toy.rings.length;
      const before = await toy.journal.lastSeq(RUN);
      void tick(before);
    }
    await settled();
    toy.world.time.advanceTo(now + STEP_MS);
    jest.advanceTimersByTime(STEP_MS);
    await settled();
  }
  const run = await toy.run();
  const where = `seed ${seed}, slow ${slow}`;
  expect([where, run.phase, toy.world.breaches, toy.errors]).toEqual([where, 'finished', [], []]);
  const end = (name: string): number => ((run.lines[`${name}-02-on`]?.doneAt ?? Infinity) - began) / 1000;
  return { fast: LANES.filter((name) => name !== slow).map(end), slow: end(slow) };
}

test('in 1,000 seeds none starves and no more than three machines are ever off', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { fast, slow } = await told(seed, 3);
    // four turns of three machines, one of them with the slow lane; a starved lane would never be here
    expect([seed, Math.max(...fast, slow) < 60]).toEqual([seed, true]);
  }
}, 400_000);

test('eleven lanes do not wait for the twelfth: all of them are through before it is', async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { fast, slow } = await told(seed, 12);
    expect([seed, Math.max(...fast) < slow - 4]).toEqual([seed, true]);
  }
});

test('control: with a tick that waits for its slowest lane they do wait', async () => {
  const patient = await told(1, 12, 60_000);
  const graceful = await told(1, 12);
  expect(Math.max(...patient.fast)).toBeGreaterThan(Math.max(...graceful.fast) + 3);
});
