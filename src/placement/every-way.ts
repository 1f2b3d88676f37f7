/**
 * Every way of a small pool, cheapest first: what it finds is the best there is, and when it finds nothing there is
 * nothing. Only where nothing but memory, storage and versions decides, and only as far as `MOST_STATES`.
 */
import { limitOf, mayGo, type PoolInNumbers, type Standing } from './pool-in-numbers';
import type { Turn } from './turn';

/** Four hosts and eight VMs mostly have a few thousand states; more than this would be felt, half a second. */
const MOST_STATES = 60_000;
const MOST_HOSTS = 4;
const MOST_VMS = 10;

interface State {
  readonly on: readonly number[];
  /** Bit by host. */
  readonly done: number;
  readonly movedMib: number;
  /** What must still be moved at least. */
  readonly atLeast: number;
  readonly turn?: Turn;
  readonly before?: State;
}

export const isSmall = ({ hosts, vms, equalCpus }: PoolInNumbers): boolean =>
  equalCpus &&
  hosts.length <= MOST_HOSTS &&
  vms.length <= MOST_VMS &&
  vms.every((vm) => !vm.nail && vm.partners.length === 0 && vm.sees.filter(Boolean).length > 1);

/** Turns with the fewest bytes; `none`: there are none; `too-many`: not all were looked at. */
export function everyWay(numbers: PoolInNumbers): readonly Turn[] | 'none' | 'too-many' {
  const { left, hosts, pool, rules } = numbers;
  const begin = numbers.fresh();
  const bit = (host: number): number => 1 << host;
  const goal = left.reduce((mask, host) => mask | bit(host), 0);
  const master = left.find((host) => hosts[host]!.name === pool.master);
  const queue = queueOf();
  const seen = new Set<string>();
  queue.add({ on: begin.on, done: 0, movedMib: 0, atLeast: remaining(numbers, begin.on, 0) });
  while (queue.added() < MOST_STATES) {
    const state = queue.next();
    if (!state) return 'none';
    if (state.done === goal) return turnsUpTo(state);
    const open = left.filter((host) => !(state.done & bit(host)));
    const next = state.done === 0 && master !== undefined ? [master] : rules.order ? open.slice(0, 1) : open;
    for (const host of next)
      for (const on of emptyings(numbers, state, host)) {
        const moves = new Map(
          numbers.vms.filter((vm) => state.on[vm.at] === host).map((vm) => [vm.at, on[vm.at]!]),
        );
        const moved = [...moves.keys()].reduce((sum, at) => sum + numbers.vms[at]!.mib, 0);
        const key = `${state.done | bit(host)}:${on.join()}:${state.movedMib + moved}`;
        if (seen.has(key)) continue;
        seen.add(key);
        queue.add({
          on,
          done: state.done | bit(host),
          movedMib: state.movedMib + moved,
          atLeast: remaining(numbers, on, state.done | bit(host)),
          turn: { host, moves, stops: [], homeless: [], parkedMib: 0 },
          before: state,
        });
      }
  }
  return 'too-many';
}

const remaining = ({ left, vms }: PoolInNumbers, on: readonly number[], done: number): number =>
  vms.reduce((sum, vm) => sum + (left.includes(on[vm.at]!) && !(done & (1 << on[vm.at]!)) ? vm.mib : 0), 0);

/** Every way to put what is on this host onto the others. */
function emptyings(numbers: PoolInNumbers, state: State, host: number): readonly (readonly number[])[] {
  const fresh = numbers.fresh();
  const isDone = (at: number): boolean => (state.done & (1 << at)) !== 0;
  const standing: Standing = {
    ...fresh,
    upgraded: fresh.upgraded.map((was, at) => was || isDone(at)),
    takes: fresh.takes.map((was, at) => was || isDone(at)),
    done: fresh.done.map((was, at) => was || isDone(at)),
  };
  const room = numbers.hosts.map(
    (_host, at) =>
      fresh.room[at]! +
      numbers.vms.reduce(
        (sum, vm) => sum + (vm.on === at ? vm.mib : 0) - (state.on[vm.at] === at ? vm.mib : 0),
        0,
      ),
  );
  const guests = numbers.hosts.map(
    (_host, at) => numbers.vms.filter((vm) => vm.counts && state.on[vm.at] === at).length,
  );
  const seats = numbers.hosts.map((_host, at) => limitOf(numbers, standing, at));
  const leaving = numbers.vms
    .filter((vm) => state.on[vm.at] === host)
    .toSorted((a, b) => b.mib - a.mib || a.at - b.at);
  const found: (readonly number[])[] = [];
  const on = [...state.on];
  const place = (index: number): void => {
    const vm = leaving[index];
    if (!vm) {
      found.push([...on]);
      return;
    }
    for (const to of numbers.hosts.keys()) {
      if (room[to]! < vm.mib || (vm.counts && guests[to]! >= seats[to]!)) continue;
      if (!mayGo(numbers, standing, vm, host, to, 'any')) continue;
      room[to]! -= vm.mib;
      if (vm.counts) guests[to]! += 1;
      on[vm.at] = to;
      place(index + 1);
      room[to]! += vm.mib;
      if (vm.counts) guests[to]! -= 1;
    }
    on[vm.at] = host;
  };
  place(0);
  return found;
}

function turnsUpTo(state: State): readonly Turn[] {
  const turns: Turn[] = [];
  for (let at: State | undefined = state; at?.turn; at = at.before) turns.push(at.turn);
  return turns.toReversed();
}

/** Least bytes first, those that must still come included; of equals the one that is further. A binary heap. */
function queueOf(): { add(state: State): void; next(): State | undefined; readonly added: () => number } {
  const heap: State[] = [];
  let added = 0;
  const change = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  return {
    added: () => added,
    add(state) {
      added += 1;
      heap.push(state);
      for (let at = heap.length - 1; at > 0;) {
        const up = (at - 1) >> 1;
        if (!before(heap[at]!, heap[up]!)) break;
        change(at, up);
        at = up;
      }
    },
    next() {
      const first = heap[0];
      const last = heap.pop();
      if (heap.length === 0 || !last) return first;
      heap[0] = last;
      for (let at = 0; ;) {
        const below = [2 * at + 1, 2 * at + 2].filter((one) => one < heap.length);
        const least = below.reduce((best, one) => (before(heap[one]!, heap[best]!) ? one : best), at);
        if (least === at) return first;
        change(at, least);
        at = least;
      }
    },
  };
}

const before = (a: State, b: State): boolean =>
  (a.movedMib + a.atLeast - b.movedMib - b.atLeast || b.movedMib - a.movedMib) < 0;
