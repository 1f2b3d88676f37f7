/** Progress renews patience; two texts that take turns are no progress. */
import type { Entry } from '../../../src/domain/journal';
import { outOfPatience } from '../../../src/engine/patience';
import { began, NOON, plan, runOf, waiting } from '../slack/story';

const MINUTE = 60_000;
const LINE = 'host-1-02-enter-maintenance';
const patience = { softSeconds: 120, hardSeconds: 300, byProgress: true } as const;
/** Entries are one minute apart; the look is one minute after the last of them. */
const looked = (...texts: readonly string[]) => {
  const entries: readonly Entry[] = [began(LINE), ...texts.map((text) => waiting(LINE, text))];
  const state = runOf(plan(['host-1']), ...entries).lines[LINE]!;
  return outOfPatience({ patience }, state, NOON + (entries.length + 1) * MINUTE);
};

test('a text that was never there before is progress, however long it goes on', () => {
  const texts = Array.from({ length: 30 }, (_, i) => `${30 - i} VMs are left`);
  expect(looked(...texts)).toEqual({ soft: false, hard: false, nextSeconds: 60 });
});

test('two texts that take turns run out of patience', () => {
  expect(looked('a', 'b', 'a')).toMatchObject({ soft: true, hard: false });
  expect(looked('a', 'b', 'a', 'b', 'a', 'b')).toMatchObject({ hard: true });
});
