/** How long a run still takes, from what its plan said and what its own hosts took. */
import type { Entry } from '../../../src/domain/journal';
import type { Plan } from '../../../src/domain/plan';
import { foldRun } from '../../../src/domain/fold-run';
import type { Run } from '../../../src/domain/run';
import { paceOf, timeLeft, waitedForPeople } from '../../../src/domain/time-left';
import { NOON, answered, ask, asked, began, done, plan, record } from '../slack/story';

const HOSTS = ['host-1', 'host-2', 'host-3'];

/** Thirty minutes a host, planned one after the other or with `all` minutes in all. */
function planned(all = 90): Plan {
  const made = plan(HOSTS);
  const one = { p50: 30, p90: 36 };
  const hosts = HOSTS.map((host) => ({ host, moves: [], stops: [], minutes: one }));
  const figures = { moves: 0, leastMoves: 0, movedMib: 0, leastMib: 0, stops: 0, peak: 0, leastPeak: 0 };
  return {
    ...made,
    placement: { ...made.placement, hosts, figures: { ...figures, minutes: { p50: all, p90: all * 1.2 } } },
  };
}

type Moment = readonly [minute: number, entry: Entry];

const run = (made: Plan, ...moments: readonly Moment[]): Run => {
  const entries = record(
    moments.map(([, entry]) => entry),
    made,
  );
  return foldRun(
    made,
    entries.map((one, i) => ({ ...one, at: NOON + (i === 0 ? 0 : moments[i - 1]![0]) * 60_000 })),
  );
};

const over = (line: string): Entry => done(line, 'so');
const [asks, enters, upgrades] = ['01-ask-for-host', '02-enter-maintenance', '03-upgrade-host'];

/** The whole of a host from one minute to another. */
const host = (name: string, from: number, until: number): Moment[] => [
  [from, began(`${name}-${asks}`)],
  [from, over(`${name}-${asks}`)],
  [from, began(`${name}-${enters}`)],
  [from, over(`${name}-${enters}`)],
  [from, began(`${name}-${upgrades}`)],
  [until, over(`${name}-${upgrades}`)],
];

test('before the first host it is what the plan said', () => {
  expect(timeLeft(run(planned()))).toEqual({ p50: 90, p90: 108 });
});

test('a host that took twice its minutes makes the two that are left twice as long', () => {
  const seen = run(planned(), ...host('host-1', 0, 60));
  expect(paceOf(seen)).toBe(2);
  expect(timeLeft(seen)?.p50).toBe(120);
});

test('one host that stood for a day is no pace: four times is the most that is believed', () => {
  expect(paceOf(run(planned(), ...host('host-1', 0, 24 * 60)))).toBe(4);
});

test('minutes in which people were asked are nobody’s pace', () => {
  const line = `host-1-${asks}`;
  const seen = run(
    planned(),
    [0, began(line)],
    [0, asked(line, 'q1', ask('approve', 'Upgrade host-1?'))],
    [45, answered('q1', 'yes')],
    [45, over(line)],
    ...host('host-1', 45, 75).slice(2),
  );
  expect(waitedForPeople(seen) / 60_000).toBe(45);
  expect(paceOf(seen)).toBe(1);
});

test('a host in hand counts what it has taken, and never as nothing while it is not back', () => {
  const upTo = (minute: number) =>
    timeLeft(
      run(
        planned(),
        ...host('host-1', 0, 30),
        [30, began(`host-2-${asks}`)],
        [minute, over(`host-2-${asks}`)],
      ),
    )!;
  expect(upTo(40).p50).toBe(50);
  expect(upTo(300).p50).toBe(33);
});

test('hosts that overlap take less together: the plan’s own ratio stays', () => {
  expect(timeLeft(run(planned(60), ...host('host-1', 0, 30)))?.p50).toBe(40);
});

test('a plan without minutes, and a run that is over, say nothing', () => {
  expect(timeLeft(run(plan(HOSTS)))).toBeUndefined();
  const all = HOSTS.flatMap((name, i) => host(name, 30 * i, 30 * i + 30));
  expect(timeLeft(run(planned(), ...all, [90, { type: 'RunFinished' }]))).toBeUndefined();
});
