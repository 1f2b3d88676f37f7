/** A try as a placement: names for numbers, moves in the order in which the drain makes them, and why each goes where. */
import type { HostPlacement, PlannedMove, PlannedStop, Turn as TurnTold } from '../domain/plan';
import { ownerOf } from '../domain/owner-words';
import type { VmKind } from '../domain/pool';
import type { Waits } from './course';
import { hostMinutes, tenths } from './minutes';
import { crowdedWords, misfitWords } from './misfits';
import { onPaper, fits } from './pack';
import { arrive, leave, limitOf, type PoolInNumbers, type Standing } from './pool-in-numbers';
import { fullest, type Try } from './tries';
import { back, emptied, type Stop, type Turn } from './turn';

/** User VMs, then routers, then SSVM and CPVM: what a user notices least goes last (cs §9.5). */
const TURN: Readonly<Record<VmKind, number>> = { guest: 0, router: 1, ssvm: 2, cpvm: 3 };

/** Approved beside the planned one: enough to go on with when some are full, few enough to be read. */
const MOST_CANDIDATES = 8;

export interface Told {
  readonly hosts: readonly HostPlacement[];
  readonly misfits: readonly string[];
  readonly crowded: readonly string[];
  /** Absent where no host overlaps with another. */
  readonly turns?: readonly TurnTold[];
  readonly peak: number;
}

export function told(numbers: PoolInNumbers, { turns, waits, spans }: Try): Told {
  const standing = numbers.fresh();
  const fitsAll = turns.every(({ homeless }) => homeless.length === 0);
  const misfits: string[] = [];
  const crowded: string[] = [];
  const isBack = new Set<number>();
  const bringBack = (all: ReadonlySet<number>): void => {
    for (const one of all) {
      if (isBack.has(one)) continue;
      isBack.add(one);
      back(numbers, standing, turns[one]!);
    }
  };
  const aways: Away[] = [];
  /** Beside those that are back when the next one begins: what is back before this one goes down. */
  const surelyBack = (turn: number): readonly Turn[] =>
    [...waits[turn]!.backAtDown].filter((one) => !isBack.has(one)).map((one) => turns[one]!);
  const hosts = turns.map((turn, now): HostPlacement => {
    const { host } = turn;
    bringBack(waits[now]!.backAtBegin);
    const first = !standing.done.some(Boolean);
    standing.takes[host] = false;
    const order = inDrainOrder(numbers, [...turn.moves.keys()]);
    const moves = order.map((at) => moveTold(numbers, standing, turn, at, first));
    const emptying = spans[now]!.empty - spans[now]!.begin;
    // the moves are made already; only the stops are left
    emptied(numbers, standing, { ...turn, moves: new Map() });
    const stops = turn.stops.map((stop) => stopTold(numbers, standing, host, stop));
    const full = (at: number): boolean => isCrowded(numbers, standing, host, at);
    for (const at of inDrainOrder(numbers, turn.homeless))
      if (!full(at)) misfits.push(misfitWords(numbers, standing, host, at));
    const tooMany = inDrainOrder(numbers, turn.homeless).filter(full);
    if (tooMany.length > 0) crowded.push(crowdedWords(numbers, standing, host, tooMany));
    for (const other of [...turns.keys()].slice(0, now + 1)) {
      if (isBack.has(other)) continue;
      const seen = whileAway(numbers, standing, turns[other]!.host, surelyBack(other));
      aways[other] = worse(aways[other], seen);
    }
    return {
      host: numbers.hosts[host]!.name,
      moves,
      stops,
      ...(fitsAll && {
        minutes: hostMinutes(emptying, numbers.rules.awayMinutes),
        expected: {
          begin: tenths(spans[now]!.begin),
          empty: tenths(spans[now]!.empty),
          down: tenths(spans[now]!.down),
          back: tenths(spans[now]!.back),
        },
      }),
    };
  });
  return {
    hosts: fitsAll ? hosts.map((one, at) => ({ ...one, away: aways[at]! })) : hosts,
    misfits,
    crowded,
    peak: Math.max(0, ...aways.map(({ fullest: { used } }) => used)),
    ...(waits.some(({ backAtBegin }, at) => at > 0 && !backAtBegin.has(at - 1)) && {
      turns: turnsTold(numbers, turns, waits),
    }),
  };
}

function turnsTold(
  { hosts }: PoolInNumbers,
  turns: readonly Turn[],
  waits: readonly Waits[],
): readonly TurnTold[] {
  const names = (all: readonly number[]): readonly string[] => all.map((at) => hosts[turns[at]!.host]!.name);
  return waits.map(({ afterBack, afterEmpty, downAfterBack }, at) => ({
    host: names([at])[0]!,
    afterBack: names(afterBack),
    afterEmpty: names(afterEmpty),
    downAfterBack: names(downAfterBack),
  }));
}

type Away = NonNullable<HostPlacement['away']>;

const worse = (one: Away | undefined, other: Away): Away =>
  one === undefined
    ? other
    : {
        fullest: other.fullest.used > one.fullest.used ? other.fullest : one.fullest,
        coverMib: Math.min(one.coverMib, other.coverMib),
      };

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
    owner: ownerOf(seen),
    why: why[because](),
    startOn: startOn
      .filter((to) => standing.takes[to])
      .slice(0, MOST_CANDIDATES)
      .map((to) => hosts[to]!.name),
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

/** At this moment; `others`: hosts that are back by then though the next one is drained without waiting for them. */
function whileAway(numbers: PoolInNumbers, standing: Standing, host: number, others: readonly Turn[]): Away {
  const { hosts, reserve, vms } = numbers;
  const room = [...standing.room];
  for (const turn of others)
    for (const { at, startOn } of turn.stops) if (startOn.length === 0) room[turn.host]! -= vms[at]!.mib;
  const works = (at: number): boolean =>
    (standing.upgraded[at]! && standing.takes[at]!) || others.some((turn) => turn.host === at);
  const most = fullest(numbers, { room }, host);
  const cover = hosts.reduce(
    (sum, _host, at) => (at !== host && works(at) ? sum + Math.max(0, room[at]! + reserve[at]!) : sum),
    0,
  );
  return {
    fullest: { host: hosts[most.host]?.name ?? hosts[host]!.name, used: Math.round(most.used * 1e4) / 1e4 },
    coverMib: cover,
  };
}
