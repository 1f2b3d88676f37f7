/** Lanes beside each other: what a stop, a pause and an abort hold, and what they let go on. */
import { isHeld, laneState, shownPhase } from '../../../src/domain/lanes';
import type { Entry } from '../../../src/domain/journal';
import type { Run } from '../../../src/domain/run';
import { BOB, requestsOf, toyRun, type Toy } from '../../support/toy-run';

const leave = (): 'leave' => 'leave';
const pause = (now = false): Entry => ({
  type: 'PauseRequested',
  by: BOB,
  now,
  ...(now && { reason: 'smoke in the rack' }),
});
const resume: Entry = { type: 'RunResumed', by: BOB };
const abort: Entry = { type: 'AbortRequested', by: BOB };
const sent = (toy: Toy): readonly string[] => toy.world.requests.map(({ verb, on }) => `${verb} ${on}`);
const stateOf = (run: Run, lane: string) => laneState(run, lane);

/** Two machines, one after the other; stands where `a` is off and not yet booted. */
async function inMidBlock(): Promise<Toy> {
  const toy = await toyRun({ before: ['lower'] });
  await toy.play([toy.worker()], { until: (run) => run.lines['a-01-off']?.status === 'done' });
  expect(sent(toy)).toEqual(['level pool', 'off a']);
  return toy;
}

describe('a stop', () => {
  test('in one lane does not stop the others, which finish what they have in hand', async () => {
    const toy = await toyRun({ machines: ['a', 'b', 'c'], before: ['lower'], atOnce: 3 });
    toy.world.faults.set('boot a 1', 'refuse');
    const run = await toy.play([toy.worker()], { answers: leave, still: 600 });
    expect(['a', 'b', 'c'].map((lane) => stateOf(run, lane))).toEqual(['held', 'done', 'done']);
    expect(shownPhase(run)).toBe('held');
    expect(run.phase).toBe('running');
  });

  test('lets no new machine begin; after “try again” the others do', async () => {
    const toy = await toyRun({ machines: ['a', 'b', 'c'], before: ['lower'], atOnce: 1 });
    toy.world.faults.set('boot a 1', 'refuse');
    const early = new Set<string>();
    const run = await toy.play([toy.worker()], {
      answers: leave,
      still: 600,
      until: (now) => {
        for (const lane of ['b', 'c']) if (now.lines[`${lane}-01-off`]?.status !== 'planned') early.add(lane);
        return false;
      },
    });
    // b and c had looked before a was refused: what they have begun is only a look, and they wait for room
    expect(sent(toy)).toEqual(['level pool', 'off a', 'boot a']);
    expect(stateOf(run, 'a')).toBe('held');
    expect([...early].toSorted()).toEqual(['b', 'c']);
    expect((await toy.play([toy.worker()])).phase).toBe('finished');
    expect(requestsOf(toy, 'boot')).toEqual({ a: 2, b: 1, c: 1 });
  });

  test('before others were begun keeps them from beginning, whatever room there is', async () => {
    const toy = await toyRun({ machines: ['a', 'b'], before: ['lower'], atOnce: 2 });
    toy.world.blind.add('b');
    toy.world.faults.set('off a 1', 'refuse');
    await toy.play([toy.worker()], {
      answers: leave,
      until: (run) => run.lines['a-01-off']?.status === 'stopped',
    });
    toy.world.blind.clear();
    const run = await toy.play([toy.worker()], { answers: leave, still: 600 });
    expect(run.lines['b-01-off']?.status).toBe('planned');
    expect(stateOf(run, 'b')).toBe('not begun');
    expect(isHeld(run)).toBe(true);
  });

  test('in the lane of the pool lets no machine begin', async () => {
    const toy = await toyRun({ before: ['lower'] });
    toy.world.faults.set('level pool 1', 'refuse');
    const run = await toy.play([toy.worker()], { answers: leave, still: 600 });
    expect(['a', 'b'].map((lane) => stateOf(run, lane))).toEqual(['not begun', 'not begun']);
    expect(sent(toy)).toEqual(['level pool']);
  });
});

describe('a pause', () => {
  test('takes effect at the end of the block in hand, and resuming goes on from there', async () => {
    const toy = await inMidBlock();
    await toy.say(pause());
    const run = await toy.play([toy.worker()], { still: 600 });
    expect(run.phase).toBe('paused');
    expect(sent(toy)).toEqual(['level pool', 'off a', 'boot a', 'on a']);
    expect((await toy.entries()).at(-1)?.type).toBe('RunPaused');
    await toy.play([toy.worker()], { still: 7200 });
    expect(sent(toy)).toHaveLength(4);
    await toy.say(resume);
    expect((await toy.play([toy.worker()])).phase).toBe('finished');
    expect(toy.world.breaches).toEqual([]);
  });

  test('between blocks takes effect at once', async () => {
    const toy = await toyRun({ machines: ['a'] });
    await toy.play([toy.worker()], { answers: leave, still: 60 });
    await toy.say(pause());
    expect((await toy.play([toy.worker()], { still: 60 })).phase).toBe('paused');
    expect(toy.world.requests).toEqual([]);
  });

  test('“now” holds at once, in the middle of a block; what was sent is still written down', async () => {
    const toy = await inMidBlock();
    await toy.say(pause(true));
    const run = await toy.play([toy.worker()], { still: 7200 });
    expect(run.phase).toBe('paused');
    expect(sent(toy)).toEqual(['level pool', 'off a']);
    expect(stateOf(run, 'a')).toBe('waiting');
    await toy.say(resume);
    expect((await toy.play([toy.worker()])).phase).toBe('finished');
  });

  test('that was long uses up no patience', async () => {
    const toy = await toyRun({ machines: ['a'], before: ['lower'], kinds: ['prove'] });
    await toy.play([toy.worker()], { still: 300 });
    await toy.say(pause(true));
    await toy.world.pass(7200);
    await toy.say(resume);
    const from = toy.world.clock.now();
    await toy.play([toy.worker()], { answers: leave, until: isHeld });
    expect((toy.world.clock.now() - from) / 1000).toBeGreaterThanOrEqual(1799);
  });

  test('of a run that goes wrong meanwhile shows as held, and resuming does not lose the pause’s end', async () => {
    const toy = await inMidBlock();
    toy.world.faults.set('boot a 1', 'refuse');
    await toy.say(pause());
    const run = await toy.play([toy.worker()], { answers: leave, still: 600 });
    expect([run.phase, shownPhase(run)]).toEqual(['pausing', 'held']);
    const after = await toy.play([toy.worker()], { still: 600 });
    expect(after.phase).toBe('paused');
    expect(sent(toy)).toEqual(['level pool', 'off a', 'boot a', 'boot a', 'on a']);
  });
});

describe('an abort', () => {
  test('goes to the end of the block in hand, begins nothing more, and leaves what is owed on the account', async () => {
    const toy = await inMidBlock();
    await toy.say(abort);
    const run = await toy.play([toy.worker()], { still: 600 });
    expect(run.phase).toBe('aborted');
    expect(sent(toy)).toEqual(['level pool', 'off a', 'boot a', 'on a']);
    expect(run.owed).toMatchObject([{ what: 'ha-off', on: 'pool', before: { level: 3 } }]);
    expect((await toy.journal.openRuns()).length).toBe(0);
  });

  test('of a held run ends it where it stands; nothing moves any more', async () => {
    const toy = await inMidBlock();
    toy.world.faults.set('boot a 1', 'refuse');
    await toy.play([toy.worker()], { answers: leave, until: isHeld });
    await toy.say(abort);
    const run = await toy.play([toy.worker()], { answers: leave, still: 600 });
    expect(run.phase).toBe('aborted');
    expect(run.owed.map((owed) => owed.id)).toEqual(['ha-off:pool', 'host-disabled:a']);
    const last = await toy.journal.lastSeq(run.id);
    await toy.worker().tick(run.id);
    expect(await toy.journal.lastSeq(run.id)).toBe(last);
  });

  test('of a paused run is carried out too', async () => {
    const toy = await inMidBlock();
    await toy.say(pause(true));
    await toy.say(abort);
    const run = await toy.play([toy.worker()], { still: 600 });
    expect(run.phase).toBe('aborted');
    expect(sent(toy)).toEqual(['level pool', 'off a', 'boot a', 'on a']);
  });
});
