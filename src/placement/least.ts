/** The least that any placement must cost: what ours is shown beside (planning B1, B8). */
import { emptyingMinutes, usualPace } from './minutes';
import type { PoolInNumbers, Standing } from './pool-in-numbers';

export interface Least {
  readonly moves: number;
  readonly movedMib: number;
  /** Share of memory that some host must reach while another is away. */
  readonly peak: number;
  /** Until the last host is back: the first one emptied, and every host away, as many at a time as the memory bears. */
  readonly minutes: number;
}

/** `stopped`: VMs that are stopped in some turn; what is stopped need not move. */
export function leastOf(numbers: PoolInNumbers, stopped: ReadonlySet<number> = new Set()): Least {
  const start = numbers.fresh();
  const moves = (at: number): boolean => !stopped.has(at) && mustMove(numbers, at);
  const leaving = numbers.left.flatMap((host) => [...start.here[host]!].filter(moves));
  const again = onceMore(numbers, start, moves);
  return {
    moves: leaving.length + again.moves,
    movedMib: leaving.reduce((sum, at) => sum + numbers.vms[at]!.mib, 0) + again.movedMib,
    peak: leastPeak(numbers, start),
    minutes: leastMinutes(numbers, start),
  };
}

/** Planning B7. */
function leastMinutes({ left, vms, hosts, reserve, rules }: PoolInNumbers, start: Standing): number {
  const [first] = left;
  if (first === undefined) return 0;
  const { away } = usualPace(rules.awayMinutes);
  const emptying = emptyingMinutes(
    [...start.here[first]!]
      .filter((at) => !vms[at]!.nail)
      .map((at) => ({ kind: vms[at]!.seen.kind, mib: vms[at]!.mib })),
    rules.movesAtOnce,
  );
  // so many of the smallest may be away while the others hold everything
  const most = hosts.map((host, at) => host.memoryMib.total - reserve[at]!).toSorted((a, b) => a - b);
  let spare = hosts.reduce((sum, _host, at) => sum + start.room[at]!, 0);
  let together = 0;
  for (const mib of most) {
    spare -= mib;
    if (spare < 0 || together === rules.maxDown) break;
    together += 1;
  }
  const others = left.length - 1;
  return emptying + away * (1 + Math.ceil(others / Math.max(1, together)));
}

/** It is moved and not stopped: some other host has what it needs. */
const mustMove = ({ vms, hosts }: PoolInNumbers, at: number): boolean => {
  const vm = vms[at]!;
  return !vm.nail && hosts.some((_host, to) => to !== vm.on && vm.sees[to]);
};

/**
 * VMs that may live on some hosts only: while none of those is upgraded, whatever leaves the first of them goes to one
 * that is not, and moves again. The master is the first of all it belongs to.
 */
function onceMore(
  numbers: PoolInNumbers,
  start: Standing,
  moves: (at: number) => boolean,
): { readonly moves: number; readonly movedMib: number } {
  const { vms, hosts, left, pool } = numbers;
  const sum = { moves: 0, movedMib: 0 };
  for (const number of new Set(vms.map((vm) => vm.class))) {
    const members = vms.filter((vm) => vm.class === number);
    const sees = members[0]!.sees;
    if (hosts.some((_host, at) => sees[at] && start.done[at])) continue;
    const first = left.find((host) => hosts[host]!.name === pool.master && sees[host]);
    const starts = first === undefined ? left.filter((host) => sees[host]) : [first];
    const there = starts.map((host) => members.filter((vm) => vm.on === host && moves(vm.at)));
    const mib = there.map((all) => all.reduce((total, vm) => total + vm.mib, 0));
    if (there.length === 0) continue;
    sum.moves += Math.min(...there.map((all) => all.length));
    sum.movedMib += Math.min(...mib);
  }
  return sum;
}

/** While a host is away the others hold everything that moves; and what is fuller at the start stays so until its turn. */
function leastPeak({ hosts, vms, left, pool, reserve }: PoolInNumbers, start: Standing): number {
  if (hosts.length < 2 || left.length === 0) return 0;
  const used = hosts.map((host, at) => host.memoryMib.total - start.room[at]! - reserve[at]!);
  const stays = hosts.map((_host, at) =>
    [...start.here[at]!].reduce((sum, vm) => sum + (vms[vm]!.nail ? vms[vm]!.mib : 0), 0),
  );
  const base = hosts.map(
    (_host, at) => used[at]! - [...start.here[at]!].reduce((sum, vm) => sum + vms[vm]!.mib, 0),
  );
  const allUsed = used.reduce((sum, mib) => sum + mib, 0);
  const allMib = hosts.reduce((sum, host) => sum + host.memoryMib.total, 0);
  // held VMs are down while their host is away, so no more than its movable ones is counted
  const spread = left.map(
    (host) =>
      (allUsed - stays.reduce((sum, mib) => sum + mib, 0) - base[host]!) /
      (allMib - hosts[host]!.memoryMib.total),
  );
  const shares = hosts.map((host, at) => used[at]! / host.memoryMib.total);
  const master = left.find((host) => hosts[host]!.name === pool.master);
  const others =
    master === undefined
      ? shares.toSorted((a, b) => b - a).slice(1)
      : shares.filter((_share, at) => at !== master);
  return Math.max(0, ...spread, ...others);
}
