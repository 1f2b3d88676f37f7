/**
 * Proof before the start: a try is carried out again on a fresh pool, VM by VM, with sums of its own. A placement is only
 * given out when this finds nothing; the packing and this would both have to be wrong in the same way.
 */
import type { PoolInNumbers } from './pool-in-numbers';
import type { Waits } from './course';
import type { Turn } from './turn';

/** The first rule that is broken, in words; undefined where all are kept. */
export function brokenBy(
  numbers: PoolInNumbers,
  turns: readonly Turn[],
  waits: readonly Waits[],
): string | undefined {
  const { vms, hosts, left, limit, pool, reserve } = numbers;
  const { on, upgraded, takes } = numbers.fresh();
  const nameOf = (host: number): string => hosts[host]?.name ?? `host number ${host}`;
  const used = hosts.map((_host, at) => vms.reduce((sum, vm) => sum + (vm.on === at ? vm.mib : 0), 0));
  const most = hosts.map((host, at) => used[at]! + host.memoryMib.free - reserve[at]!);
  const guests = hosts.map((_host, at) => vms.filter((vm) => vm.on === at && vm.counts).length);

  const seats = (host: number): number => (upgraded[host] ? limit.once : limit.now)[host]!;
  const change = (at: number, host: number, by: 1 | -1): void => {
    used[host]! += by * vms[at]!.mib;
    if (vms[at]!.counts) guests[host]! += by;
    on[at] = by > 0 ? host : -1;
  };
  const put = (at: number, to: number): string | undefined => {
    change(at, to, 1);
    const { name } = vms[at]!.seen;
    if (used[to]! > most[to]!) return `${name} is too much for ${nameOf(to)}`;
    if (vms[at]!.counts && guests[to]! > seats(to)) return `${name} is one too many for ${nameOf(to)}`;
    if (!vms[at]!.sees[to]) return `${nameOf(to)} lacks what ${name} needs`;
    if (vms[at]!.partners.some((partner) => on[partner] === to)) return `${name} meets its partner`;
    return undefined;
  };

  if (turns.length !== left.length || new Set(turns.map(({ host }) => host)).size !== left.length)
    return 'not every host has one turn';
  if (left.some((host) => nameOf(host) === pool.master) && nameOf(turns[0]!.host) !== pool.master)
    return 'the master is not the first';
  const turnOf = new Map(turns.map(({ host }, at) => [host, at]));
  for (const [now, { host, moves, stops, homeless }] of turns.entries()) {
    const { isBack, isEmpty } = surelyBefore(waits, now);
    const isAway = (to: number): boolean => {
      const turn = turnOf.get(to);
      return turn !== undefined && turn < now && !isBack.has(turn);
    };
    if (now > 0 && nameOf(turns[0]!.host) === pool.master && !isBack.has(0))
      return `${nameOf(host)} does not wait for the master`;
    const beside = turns.filter((_turn, other) => other < now && !isEmpty.has(other));
    if (beside.length > 1) return `${nameOf(host)} is drained beside ${beside.length} others`;
    for (const other of beside.length > 0 ? [turns[now]!, ...beside] : [])
      if ([...other.moves.values()].some((to) => turnOf.has(to) && !isBack.has(turnOf.get(to)!)))
        return `${nameOf(other.host)} is drained beside another onto a host whose turn is to come`;
    if (homeless.length > 0) return `${nameOf(host)} is not emptied`;
    const here = vms.filter((vm) => on[vm.at] === host).map((vm) => vm.at);
    const told = [...moves.keys(), ...stops.map(({ at }) => at)].toSorted((a, b) => a - b);
    if (here.join() !== told.join()) return `${nameOf(host)} has other VMs than its turn`;
    for (const at of told) change(at, host, -1);
    for (const [at, to] of moves) {
      const { name } = vms[at]!.seen;
      if (to === host || !takes[to]) return `${nameOf(to)} takes no VMs`;
      if (isAway(to)) return `${nameOf(to)} may be away when ${name} comes`;
      if (!upgraded[to] && !numbers.forward[host]![to]) return `${name} goes to an older host`;
      if (vms[at]!.nail) return `${name} cannot move`;
      const wrong = put(at, to);
      if (wrong !== undefined) return wrong;
    }
    const mixed = upgraded.some((done, at) => done && at !== host);
    for (const { at, startOn } of stops) {
      const [to] = startOn;
      if (to === undefined) continue;
      if (to === host || !takes[to] || isAway(to) || (mixed && !upgraded[to]))
        return `${nameOf(to)} starts no VMs`;
      const wrong = put(at, to);
      if (wrong !== undefined) return wrong;
    }
    upgraded[host] = true;
    takes[host] = true;
    for (const { at, startOn } of stops) if (startOn.length === 0) change(at, host, 1);
  }
  return undefined;
}

/** Turns whose hosts are back, and are empty, whenever this one begins: found by walking back along every wait. */
function surelyBefore(
  waits: readonly Waits[],
  turn: number,
): { readonly isBack: ReadonlySet<number>; readonly isEmpty: ReadonlySet<number> } {
  const isBack = new Set<number>();
  const isEmpty = new Set<number>();
  const seen = new Set<string>();
  const walk = (at: number, what: 'begin' | 'empty' | 'down' | 'back'): void => {
    if (seen.has(`${what}${at}`)) return;
    seen.add(`${what}${at}`);
    if (what === 'back') {
      isBack.add(at);
      walk(at, 'down');
    } else if (what === 'down') {
      walk(at, 'empty');
      for (const other of waits[at]!.downAfterBack) walk(other, 'back');
    } else if (what === 'empty') {
      isEmpty.add(at);
      walk(at, 'begin');
    } else {
      for (const other of waits[at]!.afterBack) walk(other, 'back');
      for (const other of waits[at]!.afterEmpty) walk(other, 'empty');
    }
  };
  walk(turn, 'begin');
  return { isBack, isEmpty };
}
