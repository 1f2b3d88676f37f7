/** One host's turn: where each of its VMs goes, which are stopped, and which have no place. Planning it changes nothing. */
import { onPaper, fits, give, isOn, pack, sizeOf, type Emptying, type Packing } from './pack';
import { arrive, leave, mayGo, type PoolInNumbers, type Standing, type VmInNumbers } from './pool-in-numbers';

export interface Turn {
  readonly host: number;
  /** VM → host. */
  readonly moves: ReadonlyMap<number, number>;
  readonly stops: readonly Stop[];
  /** VMs for which no host has room; they stay where they are, so the turn cannot be taken. */
  readonly homeless: readonly number[];
  /** MiB that went to hosts whose own turn is still to come: they move once more. */
  readonly parkedMib: number;
}

export interface Stop {
  readonly at: number;
  readonly because: 'nailed' | 'unseen' | 'partner';
  /** Hosts that may start it while its own is away, best first; empty: it waits for its own. */
  readonly startOn: readonly number[];
}

/**
 * `quick`: one way of packing, as good as it gets. Else the other ways are tried too while something has no place on
 * upgraded hosts.
 */
export function turnOf(
  numbers: PoolInNumbers,
  standing: Standing,
  host: number,
  how: Packing,
  quick = false,
): Turn {
  const takers = numbers.hosts.flatMap((_host, at) => (standing.takes[at] && at !== host ? [at] : []));
  const onto = [
    takers.filter((at) => standing.done[at]),
    takers.filter((at) => !standing.done[at]),
  ] as const satisfies readonly (readonly number[])[];
  const [movable, stopped] = sorted(numbers, standing, host);
  let best = emptiedSo(numbers, standing, host, movable, onto, how);
  for (const other of quick ? [] : (['tight', 'one', 'level'] as const)) {
    if (best.over.length === 0 && best.parkedMib === 0) break;
    if (other === how) continue;
    const next = emptiedSo(numbers, standing, host, movable, onto, other);
    if ((next.overMib - best.overMib || next.parkedMib - best.parkedMib) < 0) best = next;
  }
  const { paper, over, parkedMib } = best;
  const moves = new Map(paper.gone);
  // a router for which every host is its partner's is stopped; there is no better place than none
  const alone = over.filter((at) => onlyPartners(paper, at));
  return {
    host,
    moves,
    stops: starts(paper, [...stopped, ...alone.map((at): Stopped => ({ at, because: 'partner' }))]),
    homeless: over.filter((at) => !alone.includes(at)),
    parkedMib,
  };
}

/**
 * The turn of a host that goes as a whole to hosts that have had theirs, or undefined: nobody is filled beyond `cap`, moved
 * twice, or stopped for want of a host that is only away.
 */
export function wholeTurn(
  numbers: PoolInNumbers,
  standing: Standing,
  host: number,
  how: Packing,
  cap: number,
): Turn | undefined {
  const paper = onPaper(numbers, standing, host, cap);
  const done = numbers.hosts.flatMap((_host, at) =>
    standing.takes[at] && standing.done[at] && at !== host ? [at] : [],
  );
  const [movable, stopped] = sorted(numbers, standing, host);
  if (stopped.some(({ because }) => because === 'unseen')) return undefined;
  const most = done.reduce((sum, at) => sum + Math.max(0, paper.room[at]!), 0);
  if (sizeOf(numbers, movable) > most) return undefined;
  let over = movable;
  for (const cpu of numbers.equalCpus ? (['any'] as const) : (['same-or-more', 'any'] as const))
    over = pack(paper, over, done, how, cpu);
  if (over.length > 0) return undefined;
  const moves = new Map(paper.gone);
  const stops = starts(paper, stopped);
  const held = stops.some(
    ({ at, startOn }) => startOn.length === 0 && numbers.vms[at]!.nail?.startsElsewhere === true,
  );
  return held ? undefined : { host, moves, stops, homeless: [], parkedMib: 0 };
}

interface Emptied {
  readonly paper: Emptying;
  readonly over: readonly number[];
  readonly overMib: number;
  readonly parkedMib: number;
}

/** Hosts that have had their turn first: what goes there moves once. */
function emptiedSo(
  numbers: PoolInNumbers,
  standing: Standing,
  host: number,
  movable: readonly number[],
  [done, waiting]: readonly [readonly number[], readonly number[]],
  how: Packing,
): Emptied {
  const paper = onPaper(numbers, standing, host);
  let over = movable;
  for (const cpu of numbers.equalCpus ? (['any'] as const) : (['same-or-more', 'any'] as const)) {
    over = pack(paper, over, done, how, cpu);
    over = pack(paper, over, waiting, how === 'one' ? 'level' : how, cpu);
  }
  const parked = done.length === 0 ? [] : [...paper.gone].filter(([, to]) => !standing.done[to]);
  return {
    paper,
    over,
    overMib: sizeOf(numbers, over),
    parkedMib: sizeOf(
      numbers,
      parked.map(([at]) => at),
    ),
  };
}

type Stopped = Pick<Stop, 'at' | 'because'>;

/** Those that may be moved, big ones first, and those that must be stopped wherever there is room. */
function sorted(
  numbers: PoolInNumbers,
  standing: Standing,
  host: number,
): readonly [readonly number[], readonly Stopped[]] {
  const movable: number[] = [];
  const stopped: Stopped[] = [];
  const open = numbers.hosts.flatMap((_host, at) =>
    at !== host && standing.takes[at] && (standing.upgraded[at] || numbers.forward[host]![at]) ? [at] : [],
  );
  for (const at of standing.here[host]!) {
    const because = causeOf(numbers.vms[at]!, open);
    if (because) stopped.push({ at, because });
    else movable.push(at);
  }
  const bigFirst = (a: number, b: number): number => numbers.vms[b]!.mib - numbers.vms[a]!.mib || a - b;
  return [movable.toSorted(bigFirst), stopped.toSorted((a, b) => bigFirst(a.at, b.at))];
}

/** Without any open host it has no place; that is no reason to stop it. */
function causeOf(vm: VmInNumbers, open: readonly number[]): Stop['because'] | undefined {
  if (vm.nail) return 'nailed';
  return open.length === 0 || open.some((at) => vm.sees[at]) ? undefined : 'unseen';
}

function onlyPartners(paper: Emptying, at: number): boolean {
  const { numbers, standing, from } = paper;
  const vm = numbers.vms[at]!;
  // for a guest that stands apart from others nobody has agreed to a stop: it has no place, and that is told
  if (vm.partners.length === 0 || vm.seen.kind === 'guest') return false;
  const open = numbers.hosts.flatMap((_host, to) =>
    mayGo(numbers, standing, vm, from, to, 'any') ? [to] : [],
  );
  return open.length > 0 && open.every((to) => vm.partners.some((partner) => isOn(paper, partner, to)));
}

/** While another host is upgraded XAPI starts VMs on upgraded ones only (xapi §4.2); before that, on any. */
function starts(paper: Emptying, stopped: readonly Stopped[]): readonly Stop[] {
  const { numbers, standing, from, room } = paper;
  const mixed = standing.upgraded.some((done, at) => done && at !== from);
  return stopped.map(({ at, because }) => {
    const elsewhere = because === 'nailed' && numbers.vms[at]!.nail!.startsElsewhere;
    const startOn = elsewhere
      ? numbers.hosts
          .flatMap((_host, to) =>
            (!mixed || standing.upgraded[to]) && fits(paper, at, to, 'any') ? [to] : [],
          )
          .toSorted((a, b) => room[b]! - room[a]! || a - b)
      : [];
    if (startOn[0] !== undefined) give(paper, at, startOn[0]);
    return { at, because, startOn };
  });
}

/** The first half: all that leaves has left, the host is away and takes nothing. */
export function emptied(numbers: PoolInNumbers, standing: Standing, turn: Turn): void {
  standing.takes[turn.host] = false;
  for (const [at, to] of turn.moves) {
    leave(numbers, standing, at);
    arrive(numbers, standing, at, to);
  }
  for (const { at, startOn } of turn.stops) {
    leave(numbers, standing, at);
    if (startOn[0] !== undefined) arrive(numbers, standing, at, startOn[0]);
  }
}

/** The host is upgraded and takes VMs again; what was held runs on it, and its memory is in use there (planning §1.1). */
export function back(numbers: PoolInNumbers, standing: Standing, { host, stops }: Turn): void {
  standing.upgraded[host] = true;
  standing.done[host] = true;
  standing.takes[host] = true;
  for (const { at, startOn } of stops) if (startOn.length === 0) arrive(numbers, standing, at, host);
}
