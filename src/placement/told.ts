/** A try as a placement: names for numbers, moves in the order in which the drain makes them, and why each goes where. */
import type { HostPlacement, PlannedMove, PlannedStop } from '../domain/plan';
import type { VmKind } from '../domain/pool';
import { emptyingMinutes, hostMinutes } from './minutes';
import { crowdedWords, misfitWords } from './misfits';
import { onPaper, fits } from './pack';
import { arrive, leave, limitOf, type PoolInNumbers, type Standing } from './pool-in-numbers';
import { fullest } from './tries';
import { back, emptied, type Stop, type Turn } from './turn';

/** User VMs, then routers, then SSVM and CPVM: what a user notices least goes last (cs §9.5). */
const TURN: Readonly<Record<VmKind, number>> = { guest: 0, router: 1, ssvm: 2, cpvm: 3 };

/** Approved beside the planned one: enough to go on with when some are full, few enough to be read. */
const MOST_CANDIDATES = 8;

export interface Told {
  readonly hosts: readonly HostPlacement[];
  readonly misfits: readonly string[];
  readonly crowded: readonly string[];
  /** Minutes that each host takes to be emptied, half of all times. */
  readonly emptying: readonly number[];
}

export function told(numbers: PoolInNumbers, turns: readonly Turn[]): Told {
  const standing = numbers.fresh();
  const fitsAll = turns.every(({ homeless }) => homeless.length === 0);
  const misfits: string[] = [];
  const crowded: string[] = [];
  const emptying: number[] = [];
  const hosts = turns.map((turn): HostPlacement => {
    const { host } = turn;
    const first = !standing.done.some(Boolean);
    const order = inDrainOrder(numbers, [...turn.moves.keys()]);
    const moves = order.map((at) => moveTold(numbers, standing, turn, at, first));
    const minutes = emptyingMinutes(
      order.map((at) => ({ kind: numbers.vms[at]!.seen.kind, mib: numbers.vms[at]!.mib })),
      numbers.rules.movesAtOnce,
    );
    emptying.push(minutes);
    // the moves are made already; only the stops are left
    emptied(numbers, standing, { ...turn, moves: new Map() });
    const stops = turn.stops.map((stop) => stopTold(numbers, standing, host, stop));
    const full = (at: number): boolean => isCrowded(numbers, standing, host, at);
    for (const at of inDrainOrder(numbers, turn.homeless))
      if (!full(at)) misfits.push(misfitWords(numbers, standing, host, at));
    const tooMany = inDrainOrder(numbers, turn.homeless).filter(full);
    if (tooMany.length > 0) crowded.push(crowdedWords(numbers, standing, host, tooMany));
    const away = fitsAll
      ? { away: whileAway(numbers, standing, host), minutes: hostMinutes(minutes, numbers.rules.awayMinutes) }
      : {};
    back(numbers, standing, turn);
    return { host: numbers.hosts[host]!.name, moves, stops, ...away };
  });
  return { hosts, misfits, crowded, emptying };
}

function inDrainOrder({ vms }: PoolInNumbers, all: readonly number[]): readonly number[] {
  return all.toSorted(
    (a, b) => TURN[vms[a]!.seen.kind] - TURN[vms[b]!.seen.kind] || vms[b]!.mib - vms[a]!.mib || a - b,
  );
}

function moveTold(
  numbers: PoolInNumbers,
  standing: Standing,
  { host, moves }: Turn,
  at: number,
  first: boolean,
): PlannedMove {
  const { hosts, vms } = numbers;
  const to = moves.get(at)!;
  const paper = onPaper(numbers, standing, host);
  const others = hosts
    .flatMap((_host, other) => (other !== to && fits(paper, at, other, 'same-or-more') ? [other] : []))
    .toSorted(
      (a, b) =>
        Number(standing.done[b]) - Number(standing.done[a]) || standing.room[b]! - standing.room[a]! || a - b,
    );
  leave(numbers, standing, at);
  arrive(numbers, standing, at, to);
  return {
    vm: vms[at]!.seen.name,
    to: hosts[to]!.name,
    candidates: [to, ...others].slice(0, MOST_CANDIDATES).map((one) => hosts[one]!.name),
    memoryMib: vms[at]!.mib,
    why: whyThere(numbers, standing, host, to, { others, first }),
  };
}

function whyThere(
  { runs, rules }: PoolInNumbers,
  { done }: Standing,
  from: number,
  to: number,
  { others, first }: { readonly others: readonly number[]; readonly first: boolean },
): string {
  const had = rules.turns ? 'has had its turn' : 'upgraded';
  const once = done[to] ? `${had}: it stays there` : 'it moves once more';
  if (!runs[from]![to])
    return `the only room is where the CPU shows fewer features, so XAPI may refuse the move; ${once}`;
  if (others.length === 0) return `the only host that can take it now; ${once}`;
  if (done[to]) return once;
  const none = rules.turns ? 'no host has had its turn yet' : 'no host is upgraded yet';
  const full = rules.turns
    ? 'no host that has had its turn has room for it'
    : 'no upgraded host has room for it';
  return `${first ? none : full}; ${once}`;
}

function stopTold(
  numbers: PoolInNumbers,
  standing: Standing,
  host: number,
  { at, because, startOn }: Stop,
): PlannedStop {
  const { hosts, vms, rules, forward, missing } = numbers;
  const { seen, nail, sees } = vms[at]!;
  const open = hosts.flatMap((_host, to) =>
    to !== host && standing.takes[to] && (standing.upgraded[to] || forward[host]![to]) ? [to] : [],
  );
  const names = (all: readonly number[]): string => all.map((one) => hosts[one]!.name).join(', ');
  const why: Readonly<Record<Stop['because'], () => string>> = {
    nailed: () => nail!.cause,
    unseen: () =>
      `needs what no other host has: ${open.map((to) => `${hosts[to]!.name} lacks ${missing(seen, hosts[to]!.name).join(', ')}`).join('; ')}`,
    partner: () =>
      `its redundant partner runs on ${names(open.filter((to) => sees[to]))}, and both may not be on one host`,
  };
  return {
    vm: seen.name,
    why: why[because](),
    startOn: startOn.slice(0, MOST_CANDIDATES).map((to) => hosts[to]!.name),
    downMinutes: rules.minutesPerHost,
  };
}

/** Some host has the memory, and CloudStack lets none of those carry one more. */
function isCrowded(numbers: PoolInNumbers, standing: Standing, host: number, at: number): boolean {
  const unlimited = { ...onPaper(numbers, standing, host), guests: standing.guests.map(() => 0) };
  return numbers.hosts.some(
    (_host, to) => fits(unlimited, at, to, 'any') && standing.guests[to]! >= limitOf(numbers, standing, to),
  );
}

function whileAway(
  numbers: PoolInNumbers,
  standing: Standing,
  host: number,
): NonNullable<HostPlacement['away']> {
  const { hosts, reserve } = numbers;
  const most = fullest(numbers, standing, host);
  const cover = hosts.reduce(
    (sum, _host, at) =>
      at !== host && standing.upgraded[at] && standing.takes[at]
        ? sum + Math.max(0, standing.room[at]! + reserve[at]!)
        : sum,
    0,
  );
  return {
    fullest: { host: hosts[most.host]?.name ?? hosts[host]!.name, used: Math.round(most.used * 1e4) / 1e4 },
    coverMib: cover,
  };
}
