/** Limits that a pool has taught: from the slowest host seen, never below the step's own. */
import { lastedIn, learned, slowestOf, wereAway } from '../../../src/domain/host-times';
import type { LineState } from '../../../src/domain/run';

const MINUTE = 60_000;
const OWN = { softSeconds: 3000, hardSeconds: 7200 };

function line(host: string, kind: string, minutes: number, change: Partial<LineState> = {}): LineState {
  const id = `${host}-12-${kind}`;
  return {
    line: { id, lane: host, kind, v: 1, title: kind, args: null, after: [] },
    status: 'done',
    begunAt: 0,
    doneAt: minutes * MINUTE,
    notes: [],
    overdue: false,
    acts: {},
    retries: 0,
    allowed: {},
    ...change,
  };
}
const runOf = (...lines: readonly LineState[]) => ({
  lines: Object.fromEntries(lines.map((one) => [one.line.id, one])),
});

test('the slowest host counts, of this run and of earlier ones', () => {
  const run = {
    ...runOf(line('host-1', 'await-host', 24), line('host-2', 'await-host', 31)),
    lasted: { 'await-host': 600 },
  };
  expect(lastedIn(run)).toEqual({ 'await-host': 31 * 60 });
  expect(slowestOf([lastedIn(run), { 'await-host': 7200, 'prove-upgrade': 60 }])).toEqual({
    'await-host': 7200,
    'prove-upgrade': 60,
  });
});

test('half as long again is usual, three times as long holds; a quick pool keeps the limits of the step', () => {
  expect(learned(OWN, runOf(line('host-1', 'await-host', 80)), 'await-host')).toEqual({
    softSeconds: 80 * 90,
    hardSeconds: 80 * 180,
  });
  expect(learned(OWN, runOf(line('host-1', 'await-host', 10)), 'await-host')).toEqual(OWN);
  expect(learned(OWN, runOf(line('host-1', 'await-host', 80)), 'prove-upgrade')).toEqual(OWN);
});

test('what is not over, and what a person had to let go on, teaches nothing', () => {
  const run = runOf(
    line('host-1', 'await-host', 300, { retries: 1 }),
    line('host-2', 'await-host', 300, { status: 'begun' }),
    line('host-3', 'drain-host', 300),
  );
  expect(lastedIn(run)).toEqual({});
});

test('people read how long each host was away', () => {
  expect(wereAway(runOf(line('host-1', 'await-host', 24)))).toEqual(['host-1 was away for 24 min.']);
});
