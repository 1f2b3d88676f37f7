/**
 * Tries: whole orders of hosts, each carried through to the end on paper. As long as every host fits, any order is as good
 * (planning B4), so the listed one is tried first and others only where it costs more than it must.
 */
import { sizeOf, type Packing } from './pack';
import { back, emptied, turnOf, wholeTurn, type Turn } from './turn';
import { courseOf, type Course, type Span, type Waits } from './course';
import { usualPace } from './minutes';
import type { PoolInNumbers, Standing } from './pool-in-numbers';

export interface Try {
  readonly turns: readonly Turn[];
  readonly homelessMib: number;
  /** VMs that are stopped though they could move. */
  readonly partnerStops: number;
  readonly moves: number;
  readonly movedMib: number;
  /** Highest share of any other host's memory in use while a host is away. */
  readonly peak: number;
  /** Until the last host is back, half of all times. */
  readonly minutes: number;
  readonly spans: readonly Span[];
  readonly waits: readonly Waits[];
}

/** Hosts in the order in which they are preferred, and how their VMs are packed. */
export interface Way {
  readonly prefer: readonly number[];
  readonly how: Packing;
  /** Nobody may change this order. */
  readonly fixed: boolean;
  /** How full hosts may be for the next one to be drained early; absent: none is. */
  readonly cap?: number;
}

/** Carries a way through to the end: the next host is drained early where it fits, else once all that are away are back. */
export function attempt(numbers: PoolInNumbers, { prefer, how, fixed, cap }: Way): Try {
  const standing = numbers.fresh();
  const course = courseOf(numbers, usualPace(numbers.rules.awayMinutes));
  const turns: Turn[] = [];
  const waiting = [...prefer];
  let away: readonly Turn[] = [];
  let peak = 0;
  const backOf = (turn: Turn): number => course.spans[turns.indexOf(turn)]!.back;
  const bringBack = (until: number): void => {
    for (const turn of away) if (backOf(turn) <= until) back(numbers, standing, turn);
    away = away.filter((turn) => backOf(turn) > until);
  };
  while (waiting.length > 0) {
    bringBack(course.soonest());
    let turn: Turn | undefined;
    while (away.length > 0 && !turn) {
      turn = isMasters(numbers, away[0]!.host)
        ? undefined
        : early(numbers, standing, fixed ? waiting.slice(0, 1) : waiting, how, cap);
      if (!turn) bringBack(Math.min(...away.map(backOf)));
    }
    turn ??=
      fixed || (turns.length === 0 && isMasters(numbers, waiting[0]!))
        ? turnOf(numbers, standing, waiting[0]!, how)
        : cheapest(numbers, standing, waiting, how);
    waiting.splice(waiting.indexOf(turn.host), 1);
    emptied(numbers, standing, turn);
    peak = Math.max(peak, fullest(numbers, standing, turn.host).used);
    turns.push(turn);
    course.add(turn);
    away = [...away, turn];
  }
  return summed(numbers, turns, peak, course);
}

/** The first that goes to hosts that are back as a whole. */
function early(
  numbers: PoolInNumbers,
  standing: Standing,
  waiting: readonly number[],
  how: Packing,
  cap: number | undefined,
): Turn | undefined {
  // where nobody has had a turn yet, all of it would move once more
  if (cap === undefined || !standing.done.some(Boolean)) return undefined;
  for (const host of waiting.slice(0, QUICK_LOOKS)) {
    const turn = wholeTurn(numbers, standing, host, how, cap);
    if (turn) return turn;
  }
  return undefined;
}

/** Turns that were found in another way, carried out for their figures. */
export function tryOf(numbers: PoolInNumbers, turns: readonly Turn[]): Try {
  const standing = numbers.fresh();
  const course = courseOf(numbers, usualPace(numbers.rules.awayMinutes));
  let peak = 0;
  for (const turn of turns) {
    emptied(numbers, standing, turn);
    peak = Math.max(peak, fullest(numbers, standing, turn.host).used);
    back(numbers, standing, turn);
    course.add(turn);
  }
  return summed(numbers, turns, peak, course);
}

function summed(numbers: PoolInNumbers, turns: readonly Turn[], peak: number, course: Course): Try {
  return {
    turns,
    homelessMib: turns.reduce((sum, turn) => sum + sizeOf(numbers, turn.homeless), 0),
    partnerStops: turns.flatMap(({ stops }) => stops).filter(({ because }) => because === 'partner').length,
    moves: turns.reduce((sum, turn) => sum + turn.moves.size, 0),
    movedMib: turns.reduce((sum, turn) => sum + sizeOf(numbers, turn.moves.keys()), 0),
    peak,
    minutes: Math.max(0, ...course.spans.map((span) => span.back)),
    spans: course.spans,
    waits: course.waits,
  };
}

const isMasters = ({ hosts, pool }: PoolInNumbers, host: number): boolean =>
  hosts[host]!.name === pool.master;

/** So many of those that cost least at a quick look are looked at closely. */
const CLOSE_LOOKS = 3;
/** So many hosts are looked at before the best of them is taken: in the order in which they are preferred. */
const QUICK_LOOKS = 16;

/** The first that goes to upgraded hosts as a whole; where none does, the one that leaves least behind. */
function cheapest(
  numbers: PoolInNumbers,
  standing: Standing,
  waiting: readonly number[],
  how: Packing,
): Turn {
  const quick: Turn[] = [];
  for (const host of waiting.slice(0, QUICK_LOOKS)) {
    const turn = turnOf(numbers, standing, host, how, true);
    if (costOf(numbers, turn) === 0) return turn;
    quick.push(turn);
  }
  return leastCost(
    numbers,
    quick
      .map((turn) => ({ turn, cost: costOf(numbers, turn) }))
      .toSorted((a, b) => a.cost - b.cost)
      .slice(0, CLOSE_LOOKS)
      .map(({ turn }) => turnOf(numbers, standing, turn.host, how)),
  );
}

function leastCost(numbers: PoolInNumbers, turns: readonly Turn[]): Turn {
  return turns.reduce((best, turn) => (costOf(numbers, turn) < costOf(numbers, best) ? turn : best));
}

/** A VM stopped for its partner is worse than any number of moves, one without a place worse than that. */
const costOf = (numbers: PoolInNumbers, { homeless, stops, parkedMib }: Turn): number =>
  sizeOf(numbers, homeless) * 1e12 +
  stops.filter(({ because }) => because === 'partner').length * 1e9 +
  parkedMib;

/** The fullest host beside the one that is away; all of its memory counts, Xen's and dom0's too. */
export function fullest(
  { hosts, reserve }: PoolInNumbers,
  { room }: Pick<Standing, 'room'>,
  away: number,
): { readonly host: number; readonly used: number } {
  let most = { host: -1, used: 0 };
  for (const [at, { memoryMib }] of hosts.entries()) {
    if (at === away) continue;
    const used = (memoryMib.total - room[at]! - reserve[at]!) / memoryMib.total;
    if (used > most.used || most.host < 0) most = { host: at, used };
  }
  return most;
}

/** Equal pools get equal ways: the shuffled ones come from fixed numbers. */
export function* ways(numbers: PoolInNumbers, cap: number): Generator<Way> {
  const { left, hosts, rules } = numbers;
  const packings = ['level', 'tight', 'one'] as const;
  if (rules.order) {
    for (const how of packings) yield { prefer: left, how, fixed: true, cap };
    for (const how of packings) yield { prefer: left, how, fixed: true };
    return;
  }
  const start = numbers.fresh();
  const load = (host: number): number =>
    [...start.here[host]!].reduce((sum, at) => sum + numbers.vms[at]!.mib, 0);
  const size = (host: number): number => hosts[host]!.memoryMib.total;
  const by = (cost: (host: number) => number): readonly number[] =>
    masterStays(
      numbers,
      left.toSorted((a, b) => cost(a) - cost(b) || a - b),
    );
  // what brings most room comes first (planning B4); then the empty ones, the large ones, the full ones
  const orders = [
    left,
    by((host) => load(host) - size(host)),
    by(load),
    by((host) => -size(host)),
    by((host) => -load(host)),
  ];
  for (const how of ['level', 'tight'] as const)
    for (const prefer of orders) yield { prefer, how, fixed: false, cap };
  yield { prefer: left, how: 'one', fixed: false, cap };
  yield { prefer: left, how: 'level', fixed: true };
  for (let seed = 1; ; seed++)
    yield {
      prefer: masterStays(numbers, shuffled(left, seed)),
      how: packings[seed % 3]!,
      fixed: seed % 4 === 3,
      ...(seed % 2 === 0 && { cap }),
    };
}

const masterStays = (numbers: PoolInNumbers, order: readonly number[]): readonly number[] => [
  ...order.filter((host) => isMasters(numbers, host)),
  ...order.filter((host) => !isMasters(numbers, host)),
];

/** Fisher and Yates with a fixed series of numbers (Lehmer's, modulus 2^31 − 1). */
function shuffled(all: readonly number[], seed: number): readonly number[] {
  const mixed = [...all];
  let state = seed * 48_271;
  for (let at = mixed.length - 1; at > 0; at--) {
    state = (state * 48_271) % 2_147_483_647;
    const other = state % (at + 1);
    [mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!];
  }
  return mixed;
}
