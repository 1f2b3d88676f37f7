/**
 * Proof before the start: a try is carried out again on a fresh pool, VM by VM, with sums of its own. A placement is only
 * given out when this finds nothing; the packing and this would both have to be wrong in the same way.
 */
import type { PoolInNumbers } from './pool-in-numbers';
import type { Turn } from './turn';

/** The first rule that is broken, in words; undefined where all are kept. */
export function brokenBy(numbers: PoolInNumbers, turns: readonly Turn[]): string | undefined {
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
  for (const { host, moves, stops, homeless } of turns) {
    if (homeless.length > 0) return `${nameOf(host)} is not emptied`;
    const here = vms.filter((vm) => on[vm.at] === host).map((vm) => vm.at);
    const told = [...moves.keys(), ...stops.map(({ at }) => at)].toSorted((a, b) => a - b);
    if (here.join() !== told.join()) return `${nameOf(host)} has other VMs than its turn`;
    for (const at of told) change(at, host, -1);
    for (const [at, to] of moves) {
      const { name } = vms[at]!.seen;
      if (to === host || !takes[to]) return `${nameOf(to)} takes no VMs`;
      if (!upgraded[to] && !numbers.forward[host]![to]) return `${name} goes to an older host`;
      if (vms[at]!.nail) return `${name} cannot move`;
      const wrong = put(at, to);
      if (wrong !== undefined) return wrong;
    }
    const mixed = upgraded.some((done, at) => done && at !== host);
    for (const { at, startOn } of stops) {
      const [to] = startOn;
      if (to === undefined) continue;
      if (to === host || !takes[to] || (mixed && !upgraded[to])) return `${nameOf(to)} starts no VMs`;
      const wrong = put(at, to);
      if (wrong !== undefined) return wrong;
    }
    upgraded[host] = true;
    takes[host] = true;
    for (const { at, startOn } of stops) if (startOn.length === 0) change(at, host, 1);
  }
  return undefined;
}
