/** Packing: which of the VMs that leave a host goes where. Several ways, each one deterministic; the caller keeps the best. */
import { type CpuRule, limitOf, mayGo, type PoolInNumbers, type Standing } from './pool-in-numbers';

/**
 * `level`: to the host that is least full afterwards, so that peaks stay low. `tight`: to the host with the least room
 * left, so that room for big ones stays whole. `one`: all to one host, if it holds them.
 */
export type Packing = 'level' | 'tight' | 'one';

/** One host being emptied, on paper: what has been given away of the others' room so far. */
export interface Emptying {
  readonly numbers: PoolInNumbers;
  readonly standing: Standing;
  readonly from: number;
  readonly room: number[];
  readonly guests: number[];
  /** VM → host, this turn's alone. */
  readonly gone: Map<number, number>;
}

/** `cap`: the share of its memory up to which a host is filled; 1: as far as its reserve allows. */
export const onPaper = (numbers: PoolInNumbers, standing: Standing, from: number, cap = 1): Emptying => ({
  numbers,
  standing,
  from,
  room: standing.room.map((mib, at) => {
    const beyond = numbers.hosts[at]!.memoryMib.total * (1 - cap) - numbers.reserve[at]!;
    return cap < 1 && beyond > 0 ? mib - beyond : mib;
  }),
  guests: [...standing.guests],
  gone: new Map(),
});

export function fits(paper: Emptying, at: number, to: number, cpu: CpuRule): boolean {
  const { numbers, standing, from, room, guests } = paper;
  const vm = numbers.vms[at]!;
  return (
    room[to]! >= vm.mib &&
    mayGo(numbers, standing, vm, from, to, cpu) &&
    (!vm.counts || guests[to]! < limitOf(numbers, standing, to)) &&
    !vm.partners.some((partner) => isOn(paper, partner, to))
  );
}

/** Where a VM is, or will be when this turn's moves are made. */
export const isOn = ({ gone, standing }: Emptying, at: number, host: number): boolean =>
  (gone.get(at) ?? standing.on[at]) === host;

export function give(paper: Emptying, at: number, to: number): void {
  const vm = paper.numbers.vms[at]!;
  paper.room[to]! -= vm.mib;
  if (vm.counts) paper.guests[to]! += 1;
  paper.gone.set(at, to);
}

function takeBack(paper: Emptying, at: number): void {
  const vm = paper.numbers.vms[at]!;
  const to = paper.gone.get(at)!;
  paper.room[to]! += vm.mib;
  if (vm.counts) paper.guests[to]! -= 1;
  paper.gone.delete(at);
}

/** Gives away what fits and returns what does not. `vms`: big ones first, they have the fewest places (xapi §10.2). */
export function pack(
  paper: Emptying,
  vms: readonly number[],
  onto: readonly number[],
  how: Packing,
  cpu: CpuRule,
): readonly number[] {
  const single = how === 'one' ? holdsAll(paper, vms, onto, cpu) : undefined;
  const over: number[] = [];
  const placed: number[] = [];
  for (const at of vms) {
    const to = single ?? choose(paper, at, onto, how, cpu);
    if (to === undefined) over.push(at);
    else {
      give(paper, at, to);
      placed.push(at);
    }
  }
  return over.length === 0 || placed.length === 0 ? over : swapped(paper, placed, over, onto, cpu);
}

function choose(
  paper: Emptying,
  at: number,
  onto: readonly number[],
  how: Packing,
  cpu: CpuRule,
): number | undefined {
  const { numbers, room } = paper;
  const { mib } = numbers.vms[at]!;
  let best: number | undefined;
  let least = Infinity;
  for (const host of onto) {
    const left = room[host]! - mib;
    if (left < 0) continue;
    const cost = how === 'tight' ? left : -left / numbers.hosts[host]!.memoryMib.total;
    if (cost < least && fits(paper, at, host, cpu)) {
      least = cost;
      best = host;
    }
  }
  return best;
}

/** The tightest host that holds them all. */
function holdsAll(
  paper: Emptying,
  vms: readonly number[],
  onto: readonly number[],
  cpu: CpuRule,
): number | undefined {
  const { numbers, standing, room, guests } = paper;
  const sum = sizeOf(numbers, vms);
  const counted = vms.filter((at) => numbers.vms[at]!.counts).length;
  const together = new Set(vms);
  if (vms.some((at) => numbers.vms[at]!.partners.some((partner) => together.has(partner)))) return undefined;
  return onto
    .filter(
      (host) =>
        room[host]! >= sum &&
        guests[host]! + counted <= limitOf(numbers, standing, host) &&
        vms.every((at) => fits(paper, at, host, cpu)),
    )
    .toSorted((a, b) => room[a]! - room[b]! || a - b)[0];
}

export const sizeOf = ({ vms }: PoolInNumbers, all: Iterable<number>): number => {
  let sum = 0;
  for (const at of all) sum += vms[at]!.mib;
  return sum;
};

/** Each change makes what is left over smaller; the number only bounds the work of one turn. */
const MOST_CHANGES = 60;

/** One that has no place changes with a smaller one that has. Returns what is left over then. */
function swapped(
  paper: Emptying,
  placed: readonly number[],
  over: readonly number[],
  onto: readonly number[],
  cpu: CpuRule,
): readonly number[] {
  const { vms } = paper.numbers;
  const settled = new Set(placed);
  const done: number[] = [];
  const waiting = [...over];
  for (let changes = 0; waiting.length > 0 && changes < MOST_CHANGES; changes++) {
    const at = waiting.shift()!;
    const place = choose(paper, at, onto, 'tight', cpu);
    if (place !== undefined) {
      give(paper, at, place);
      settled.add(at);
      continue;
    }
    const other = [...settled]
      .filter((one) => vms[one]!.mib < vms[at]!.mib)
      .toSorted((a, b) => vms[a]!.mib - vms[b]!.mib || a - b)
      .find((one) => changesWith(paper, at, one, cpu));
    if (other === undefined) {
      done.push(at);
      continue;
    }
    settled.delete(other);
    settled.add(at);
    waiting.push(other);
  }
  return [...done, ...waiting];
}

/** Puts the larger one where the smaller one was, if it fits there then. */
function changesWith(paper: Emptying, larger: number, smaller: number, cpu: CpuRule): boolean {
  const host = paper.gone.get(smaller)!;
  const { vms } = paper.numbers;
  if (paper.room[host]! + vms[smaller]!.mib < vms[larger]!.mib) return false;
  takeBack(paper, smaller);
  const may = fits(paper, larger, host, cpu);
  give(paper, may ? larger : smaller, host);
  return may;
}
