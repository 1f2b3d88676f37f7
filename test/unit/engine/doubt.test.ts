/** When an act may go out again: a look that began before the far side can have shown the last one proves nothing. */
import type { LineState, SubjectActs } from '../../../src/domain/run';
import { mayAct } from '../../../src/engine/doubt';
import { steps } from '../../../src/steps';

const STEP = steps.get('enter-maintenance')!;
const ACT = { subject: 'host-1', what: 'put host-1 into maintenance', args: null };
const [SETTLE, FAR] = [120, 60];

/** Asked for at second 0; the look that decides began at `at`, pool seconds. */
function verdict(acts: Partial<SubjectActs>, at: number) {
  const was = { n: 1, seq: 5, intendedAt: 0, tries: 1, ...acts };
  const line = { acts: { 'host-1': was }, retries: 0, allowed: {} } as unknown as LineState;
  const now = { at: at * 1000, monotonic: at * 1000, firstSeenMonotonic: 0 };
  return mayAct(STEP, line, ACT, now, false);
}

test('the step of these cases settles in two minutes, one of them CloudStack’s own', () => {
  expect(STEP).toMatchObject({ settleSeconds: SETTLE, farDelaySeconds: FAR, maxActs: 1 });
});

test.each([
  ['answered at once, looked at within the settle time', 1, SETTLE - 1, 1],
  ['answered late, looked at before that answer', 300, 290, FAR + 10],
  ['answered late, looked at while the far side may still be busy', 300, 300 + FAR - 1, 1],
])('%s: nothing is concluded yet', (_case, answeredAt, at, againInSeconds) => {
  expect(verdict({ outcome: 'answered', settledAt: answeredAt * 1000 }, at)).toEqual({
    go: false,
    why: 'settling',
    againInSeconds,
  });
});

test.each([
  ['answered at once', 1, SETTLE],
  ['answered late', 300, 300 + FAR],
])('%s, and still nothing to be seen: no more is sent without a person', (_case, answeredAt, at) => {
  expect(verdict({ outcome: 'answered', settledAt: answeredAt * 1000 }, at)).toEqual({
    go: false,
    why: 'no more',
  });
});

test('without an answer the wall deadline must have passed as well', () => {
  const unknown = { n: 1, seq: 5, intendedAt: 0, tries: 1, outcome: 'lost' };
  const line = { acts: { 'host-1': unknown }, retries: 0, allowed: {} } as unknown as LineState;
  const now = { at: 500_000, monotonic: 1000, firstSeenMonotonic: 0 };
  expect(mayAct(STEP, line, ACT, now, false)).toMatchObject({ go: false, why: 'in doubt' });
});
