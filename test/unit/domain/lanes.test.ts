/** Which lanes may move, and where a pause or an abort takes effect. */
import type { Entry } from '../../../src/domain/journal';
import {
  allDone,
  blockEnd,
  inBlock,
  isHeld,
  laneState,
  movable,
  shownPhase,
  stoppedLines,
} from '../../../src/domain/lanes';
import { isOver, mayBecome, PHASES } from '../../../src/domain/phases';
import { linesOf } from '../../../src/domain/plan';
import { BOB, toyPlan } from '../../support/toy-run';
import { asked, began, done, stopped, told } from '../../support/toy-journal';

const PAUSE: Entry = { type: 'PauseRequested', by: BOB, now: false };
const PAUSE_NOW: Entry = { type: 'PauseRequested', by: BOB, now: true, reason: 'smoke' };
const ABORT: Entry = { type: 'AbortRequested', by: BOB };
const ready = [done('before-01-approve'), done('before-02-lower')];
const ids = (run: Parameters<typeof movable>[0]) => movable(run).map((state) => state.line.id);
const meant = (line: string): Entry => ({
  type: 'ActIntended',
  line,
  act: { subject: 'a', what: 'switch a off', args: null },
  n: 1,
  owes: [],
  worker: 'w-1',
});
const SIDE_BY_SIDE = { machines: ['a', 'b'], atOnce: 2 };

test('a line moves when all it comes after are done', () => {
  expect(ids(told([]))).toEqual(['before-01-approve']);
  expect(ids(told(ready))).toEqual(['a-01-off']);
  expect(ids(told(ready, SIDE_BY_SIDE))).toEqual(['a-01-off', 'b-01-off']);
});

test('a stopped line does not move; another lane that has begun does, one that has not does not', () => {
  const held = [...ready, began('a-01-off'), stopped('a-01-off')];
  expect(ids(told([...held, began('b-01-off')], SIDE_BY_SIDE))).toEqual(['b-01-off']);
  expect(ids(told(held, SIDE_BY_SIDE))).toEqual([]);
});

test('while pausing or aborting only blocks in hand go on', () => {
  for (const wish of [PAUSE, ABORT]) {
    // it has looked, and nothing was meant yet: there the wish takes effect
    expect(ids(told([...ready, began('a-01-off'), wish], SIDE_BY_SIDE))).toEqual([]);
    expect(ids(told([...ready, began('a-01-off'), meant('a-01-off'), wish], SIDE_BY_SIDE))).toEqual([
      'a-01-off',
    ]);
    expect(ids(told([...ready, began('a-01-off'), done('a-01-off'), wish], SIDE_BY_SIDE))).toEqual([
      'a-02-boot',
    ]);
    expect(ids(told([began('before-01-approve'), wish]))).toEqual([]);
  }
});

test.each<Entry>([PAUSE_NOW, { type: 'RunAborted' }, { type: 'RunFinished' }])(
  'nothing moves after $type',
  (entry) => {
    expect(ids(told([...ready, began('a-01-off'), entry]))).toEqual([]);
  },
);

test('a block is in hand from its first act to its last line done, and its end is known', () => {
  const planned = told(ready);
  const mid = told([...ready, done('a-01-off')]);
  expect(inBlock(planned, planned.lines['a-01-off']!)).toBe(false);
  expect(inBlock(mid, mid.lines['a-02-boot']!)).toBe(true);
  expect(inBlock(mid, mid.lines['b-01-off']!)).toBe(false);
  expect(blockEnd(planned, 'a')).toBeUndefined();
  expect(blockEnd(mid, 'a')?.id).toBe('a-04-on');
  expect(blockEnd(mid, 'pool')).toBeUndefined();
});

test('a run is held when a line is stopped and no lane can move', () => {
  const one = [...ready, began('a-01-off'), stopped('a-01-off')];
  expect(isHeld(told(one))).toBe(true);
  expect(shownPhase(told(one))).toBe('held');
  expect(isHeld(told([...one, began('b-01-off')], SIDE_BY_SIDE))).toBe(false);
  expect(isHeld(told([...one, PAUSE_NOW]))).toBe(false);
  expect(stoppedLines(told(one)).map((state) => state.line.id)).toEqual(['a-01-off']);
});

test('a question about a problem holds like a stop, but its line goes on looking', () => {
  const problem = { code: 'X', what: 'It is gone.', why: 'Who knows.', doThis: ['Look.'] };
  const question = asked('a-01-off', 'q1', { kind: 'accept-loss', problem });
  const held = [...ready, began('a-01-off'), question];
  expect(ids(told(held, SIDE_BY_SIDE))).toEqual(['a-01-off']);
  expect([isHeld(told(held, SIDE_BY_SIDE)), laneState(told(held), 'a')]).toEqual([true, 'held']);
  expect(isHeld(told([...held, began('b-01-off')], SIDE_BY_SIDE))).toBe(false);
  expect(isHeld(told([...held, { type: 'QuestionWithdrawn', question: 'q1', why: 'It is back.' }]))).toBe(
    false,
  );
  const plain = [...ready, began('a-01-off'), asked('a-01-off', 'q1')];
  expect(ids(told(plain, SIDE_BY_SIDE))).toEqual(['a-01-off', 'b-01-off']);
  expect(isHeld(told(plain))).toBe(false);
});

test('a lane’s state in a word', () => {
  expect(laneState(told([]), 'a')).toBe('not begun');
  expect(laneState(told([...ready, began('a-01-off')]), 'a')).toBe('waiting');
  expect(laneState(told([began('before-01-approve'), asked('before-01-approve', 'q1')]), 'pool')).toBe(
    'asking',
  );
  expect(laneState(told([...ready, began('a-01-off'), stopped('a-01-off')]), 'a')).toBe('held');
  const all = linesOf(toyPlan()).map((line) => done(line.id));
  expect(laneState(told(all), 'a')).toBe('done');
  expect([allDone(told(all)), allDone(told(all.slice(1)))]).toEqual([true, false]);
});

test('an ended run becomes nothing else; every other phase leads somewhere, and only to phases there are', () => {
  for (const phase of PHASES) {
    expect([phase, mayBecome[phase].length === 0]).toEqual([phase, isOver(phase)]);
    for (const next of mayBecome[phase]) expect(PHASES).toContain(next);
  }
});
