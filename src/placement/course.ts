/**
 * When each host's turn comes: which hosts it waits for, and at which minute it is expected. Hosts are drained in the listed
 * order, one at a time, and only onto hosts that are back or still to come; upgraded hosts never lose a VM. So whatever
 * takes longer than expected, every order of events that the waits allow passes through the same states (planning §4.4).
 */
import { emptyingMinutes, type Pace } from './minutes';
import type { PoolInNumbers } from './pool-in-numbers';
import type { Turn } from './turn';

/**
 * Hosts that are drained at the same time: emptying one takes ten minutes on 10 GbE and an upgrade thirty (planning §3), so
 * one after the other keeps up to three installers busy; six migrations are what a management server bears (planning §7).
 */
const drainsAtOnce = (maxDown: number): number => (maxDown > 2 ? 2 : 1);

/** Numbers of turns, not of hosts. */
export interface Waits {
  readonly afterBack: readonly number[];
  readonly afterEmpty: readonly number[];
  readonly downAfterBack: readonly number[];
  /** Turns whose hosts are back for sure when this one begins, and when it goes down, whatever takes how long. */
  readonly backAtBegin: ReadonlySet<number>;
  readonly backAtDown: ReadonlySet<number>;
}

/** Minutes since the first host began. */
export interface Span {
  readonly begin: number;
  /** Its last VM has left it. */
  readonly empty: number;
  /** It is in maintenance. */
  readonly down: number;
  readonly back: number;
  /** Turns, this one among them, that wait for one another in a row: the last of them could not be earlier. */
  readonly inRow: number;
}

export interface Course {
  readonly waits: readonly Waits[];
  readonly spans: readonly Span[];
  /** Waits and minutes of one more turn, the next in the order. */
  add(turn: Turn): Span;
  /** The minute at which the next turn may begin, if it goes to hosts that are back by then. */
  soonest(): number;
}

export function courseOf(numbers: PoolInNumbers, pace: Pace): Course {
  const { hosts, pool, rules, vms } = numbers;
  const waits: Waits[] = [];
  const spans: Span[] = [];
  const turnOf = new Map<number, number>();
  const parked = new Set<number>();
  let alone = 0;
  const spanFor = (wait: Waits, emptying: number): Span =>
    spanOf(wait, spans, { emptying: pace.slower * emptying, away: pace.away, maxDown: rules.maxDown });
  const add = (turn: Turn): Span => {
    const now = waits.length;
    if (now === 0 && hosts[turn.host]!.name === pool.master) alone = 1;
    const targets = [...turn.moves.values(), ...turn.stops.flatMap(({ startOn }) => startOn.slice(0, 1))];
    const wait = waitsOf(waits, {
      byItself: turn.parkedMib > 0,
      // what has no place is looked for once everybody is back
      targets: new Set(
        turn.homeless.length > 0 ? waits.keys() : targets.flatMap((host) => turnOf.get(host) ?? []),
      ),
      alone,
      parked,
      maxDown: rules.maxDown,
    });
    const span = spanFor(
      wait,
      emptyingMinutes(
        [...turn.moves.keys()].map((at) => ({ kind: vms[at]!.seen.kind, mib: vms[at]!.mib })),
        rules.movesAtOnce,
      ),
    );
    turnOf.set(turn.host, now);
    if (turn.parkedMib > 0) parked.add(now);
    waits.push(wait);
    spans.push(span);
    return span;
  };
  const soonest = (): number =>
    spanFor(waitsOf(waits, { targets: new Set(), byItself: false, alone, parked, maxDown: rules.maxDown }), 0)
      .begin;
  return { waits, spans, add, soonest };
}

interface Wish {
  /** Turns whose hosts it needs as destinations. */
  readonly targets: ReadonlySet<number>;
  /** It gives VMs to hosts that have not had their turn: nobody is drained beside it. */
  readonly byItself: boolean;
  /** The first member's turn. */
  readonly alone: number;
  readonly parked: ReadonlySet<number>;
  readonly maxDown: number;
}

/**
 * The master by itself, then one member by itself, then as many as may be away: one of them, the last before it; several,
 * whoever is ready when one is back, which the run counts. Only what is not waited for anyway is named, so that people
 * read few names.
 */
function waitsOf(before: readonly Waits[], { targets, byItself, alone, parked, maxDown }: Wish): Waits {
  const now = before.length;
  const withAllBefore = (known: Set<number>, other: number): void => {
    for (const one of [other, ...before[other]!.backAtDown]) known.add(one);
  };
  // two drains side by side each wait for what the first of them waits for: then only the order of events differs
  const wanted = new Set([...targets, ...(before.at(-1)?.backAtBegin ?? [])]);
  // nobody is drained while the master is away
  if (now === alone && now > 0) wanted.add(0);
  // one at a time: no more than one host is empty and waits
  if (maxDown === 1 && now > alone + 1) wanted.add(now - 2);
  // all but the last one are empty; those before the last three were so when these began
  const inTurn = drainsAtOnce(maxDown) === 1 || byItself || now - 1 <= alone || parked.has(now - 1);
  const emptyFirst = (inTurn ? [now - 1, now - 2, now - 3] : [now - 2, now - 3])
    .slice(0, drainsAtOnce(maxDown) === 1 ? 1 : 3)
    .filter((other) => other >= 0);
  const backAtBegin = new Set(emptyFirst.flatMap((other) => [...before[other]!.backAtBegin]));
  const afterBack: number[] = [];
  for (const other of [...wanted].toSorted((a, b) => b - a)) {
    if (backAtBegin.has(other)) continue;
    afterBack.push(other);
    withAllBefore(backAtBegin, other);
  }
  const afterEmpty = emptyFirst.filter((other) => !backAtBegin.has(other));
  const backAtDown = new Set(backAtBegin);
  const slot = now <= alone ? -1 : maxDown === 1 ? now - 1 : alone;
  const downAfterBack = slot >= 0 && !backAtDown.has(slot) ? [slot] : [];
  for (const other of downAfterBack) withAllBefore(backAtDown, other);
  return { afterBack, afterEmpty, downAfterBack, backAtBegin, backAtDown };
}

function spanOf(
  { afterBack, afterEmpty, downAfterBack }: Waits,
  spans: readonly Span[],
  { emptying, away, maxDown }: { readonly emptying: number; readonly away: number; readonly maxDown: number },
): Span {
  const backOf = (other: number): Moment => ({ at: spans[other]!.back, inRow: spans[other]!.inRow });
  const first = latest([
    ...afterBack.map(backOf),
    ...afterEmpty.map((other) => ({ at: spans[other]!.empty, inRow: spans[other]!.inRow - 1 })),
  ]);
  const slot = [...spans.keys()].map(backOf).toSorted((a, b) => b.at - a.at)[maxDown - 1];
  const down = latest([
    { at: first.at + emptying, inRow: first.inRow },
    ...downAfterBack.map(backOf),
    ...(slot ? [slot] : []),
  ]);
  return {
    begin: first.at,
    empty: first.at + emptying,
    down: down.at,
    back: down.at + away,
    inRow: down.inRow + 1,
  };
}

interface Moment {
  readonly at: number;
  readonly inRow: number;
}

const latest = (all: readonly Moment[]): Moment =>
  all.reduce((most, one) => (one.at > most.at ? one : most), { at: 0, inRow: 0 });
