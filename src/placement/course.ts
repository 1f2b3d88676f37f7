/**
 * When each host's turn comes: which hosts it waits for, and at which minute it is expected. Hosts are drained in the listed
 * order, one at a time, and only onto hosts that are back or still to come; upgraded hosts never lose a VM. So whatever
 * takes longer than expected, every order of events that the waits allow passes through the same states (planning §4.4).
 */
import { emptyingMinutes, type Pace } from './minutes';
import type { PoolInNumbers } from './pool-in-numbers';
import type { Turn } from './turn';

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
}

export function courseOf(numbers: PoolInNumbers, pace: Pace): Course {
  const { hosts, pool, rules, vms } = numbers;
  const waits: Waits[] = [];
  const spans: Span[] = [];
  const turnOf = new Map<number, number>();
  let alone = 0;
  const add = (turn: Turn): Span => {
    const now = waits.length;
    if (now === 0 && hosts[turn.host]!.name === pool.master) alone = 1;
    const targets = [...turn.moves.values(), ...turn.stops.flatMap(({ startOn }) => startOn.slice(0, 1))];
    const wait = waitsOf(waits, {
      // what has no place is looked for once everybody is back
      targets: new Set(
        turn.homeless.length > 0 ? waits.keys() : targets.flatMap((host) => turnOf.get(host) ?? []),
      ),
      alone,
      maxDown: rules.maxDown,
    });
    const span = spanOf(wait, spans, {
      emptying:
        pace.slower *
        emptyingMinutes(
          [...turn.moves.keys()].map((at) => ({ kind: vms[at]!.seen.kind, mib: vms[at]!.mib })),
          rules.movesAtOnce,
        ),
      away: pace.away,
    });
    turnOf.set(turn.host, now);
    waits.push(wait);
    spans.push(span);
    return span;
  };
  return { waits, spans, add };
}

/**
 * The master by itself, then one member by itself, then as many as may be away. Only what is not waited for anyway is
 * named, so that people read few names.
 */
function waitsOf(
  before: readonly Waits[],
  {
    targets,
    alone,
    maxDown,
  }: { readonly targets: ReadonlySet<number>; readonly alone: number; readonly maxDown: number },
): Waits {
  const now = before.length;
  const last = before.at(-1);
  const backAtBegin = new Set(last?.backAtDown);
  // nobody is drained while the master is away
  const wanted = [...targets, ...(now === alone && now > 0 ? [0] : [])].toSorted((a, b) => b - a);
  const afterBack: number[] = [];
  for (const other of wanted) {
    if (backAtBegin.has(other)) continue;
    afterBack.push(other);
    for (const one of [other, ...before[other]!.backAtDown]) backAtBegin.add(one);
  }
  const afterEmpty = now > 0 && !backAtBegin.has(now - 1) ? [now - 1] : [];
  const backAtDown = new Set(backAtBegin);
  const slot = now === alone + 1 ? alone : now > alone ? now - maxDown : -1;
  const downAfterBack = slot >= 0 && !backAtDown.has(slot) ? [slot] : [];
  for (const other of downAfterBack)
    for (const one of [other, ...before[other]!.backAtDown]) backAtDown.add(one);
  return { afterBack, afterEmpty, downAfterBack, backAtBegin, backAtDown };
}

function spanOf(
  { afterBack, afterEmpty, downAfterBack }: Waits,
  spans: readonly Span[],
  { emptying, away }: { readonly emptying: number; readonly away: number },
): Span {
  const first = latest([
    ...afterBack.map((other) => ({ at: spans[other]!.back, inRow: spans[other]!.inRow })),
    ...afterEmpty.map((other) => ({ at: spans[other]!.down, inRow: spans[other]!.inRow - 1 })),
  ]);
  const empty = first.at + emptying;
  const down = latest([
    { at: empty, inRow: first.inRow },
    ...downAfterBack.map((other) => ({ at: spans[other]!.back, inRow: spans[other]!.inRow })),
  ]);
  return { begin: first.at, empty, down: down.at, back: down.at + away, inRow: down.inRow + 1 };
}

interface Moment {
  readonly at: number;
  readonly inRow: number;
}

const latest = (all: readonly Moment[]): Moment =>
  all.reduce((most, one) => (one.at > most.at ? one : most), { at: 0, inRow: 0 });
