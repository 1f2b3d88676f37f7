/**
 * Why no placement exists: certificates that anybody can add up again (planning §2). Each is sound: it counts room as
 * generously and VMs as sparingly as any placement could, so what it says cannot be done cannot be done.
 */
import { sortedNames } from '../domain/order';
import type { Shortage } from '../domain/plan';
import { mayGo, type PoolInNumbers, type Standing, type VmInNumbers } from './pool-in-numbers';

/** VMs that may only live on some hosts. */
interface Confined {
  /** Big ones first. */
  readonly vms: readonly VmInNumbers[];
  readonly neededMib: number;
  readonly onto: readonly number[];
}

const confined = (vms: readonly VmInNumbers[], onto: readonly number[]): Confined => ({
  vms: vms.toSorted((a, b) => b.mib - a.mib || a.at - b.at),
  neededMib: vms.reduce((sum, vm) => sum + vm.mib, 0),
  onto,
});

export function shortageOf(numbers: PoolInNumbers): Shortage | undefined {
  const start = numbers.fresh();
  return ofTheFirst(numbers, start) ?? ofAny(numbers, start) ?? ofTheFirstOfAGroup(numbers, start);
}

/** Before the first host is away nothing has moved yet: the room on the others is what it is now. */
function ofTheFirst(numbers: PoolInNumbers, start: Standing): Shortage | undefined {
  const { hosts, left, pool, rules } = numbers;
  const first = left[0];
  if (first === undefined || (hosts[first]!.name !== pool.master && !rules.order)) return undefined;
  const leaving = [...start.here[first]!]
    .map((at) => numbers.vms[at]!)
    .filter((vm) => !vm.nail && vm.partners.length === 0);
  const places = (vm: VmInNumbers): readonly number[] =>
    hosts.flatMap((_host, to) => (mayGo(numbers, start, vm, first, to, 'any') ? [to] : []));
  const room = (host: number): number => Math.max(0, start.room[host]!);
  return short(numbers, first, groupsOf(leaving, places), () => room, leaving);
}

/**
 * VMs that may only live on hosts of which none is upgraded: the first of those that is emptied gives them to the others
 * as they are now, because nothing has left those yet. Where that works with none of them, it works with no order.
 */
function ofTheFirstOfAGroup(numbers: PoolInNumbers, start: Standing): Shortage | undefined {
  const { hosts, left, vms } = numbers;
  const moved = vms.filter((vm) => isMoved(numbers, start, vm) && left.includes(vm.on));
  const places = (vm: VmInNumbers): readonly number[] =>
    hosts.flatMap((_host, to) => (vm.sees[to] ? [to] : []));
  const room = (host: number): number => Math.max(0, start.room[host]!);
  for (const { onto } of groupsOf(moved, places)) {
    if (onto.some((host) => !left.includes(host) || !start.takes[host])) continue;
    const master = onto.find((host) => hosts[host]!.name === numbers.pool.master);
    const tried = (master === undefined ? onto : [master]).map((host) => {
      const leaving = moved.filter(
        (vm) => vm.on === host && places(vm).every((place) => onto.includes(place)),
      );
      const others = onto.filter((other) => other !== host);
      return short(numbers, host, [confined(leaving, others)], () => room, leaving);
    });
    const all = tried.filter((one) => one !== undefined);
    if (all.length === tried.length)
      return all.toSorted((a, b) => a.neededMib - a.roomMib - (b.neededMib - b.roomMib))[0];
  }
  return undefined;
}

/** While a host is away, everything that moves is on the others: all that they could ever hold is counted. */
function ofAny(numbers: PoolInNumbers, start: Standing): Shortage | undefined {
  const { hosts, left, vms } = numbers;
  const moved = vms.filter((vm) => isMoved(numbers, start, vm));
  const isOne = new Set(moved);
  const there = hosts.map((_host, at) => moved.filter((vm) => vm.on === at));
  const now = there.map((all) => all.reduce((sum, vm) => sum + vm.mib, 0));
  // whatever else may leave a host may have left it: stopped, or gone where these may not go
  const others = hosts.map((_host, at) =>
    vms.reduce((sum, vm) => sum + (vm.on === at && !isOne.has(vm) && mayLeave(numbers, vm) ? vm.mib : 0), 0),
  );
  const takesOnce = (host: number): boolean => start.takes[host]! || left.includes(host);
  const most = hosts.map((_host, at) =>
    takesOnce(at) ? Math.max(now[at]!, start.room[at]! + now[at]! + others[at]!) : now[at]!,
  );
  const places = (vm: VmInNumbers): readonly number[] =>
    hosts.flatMap((_host, to) => (vm.sees[to] && (takesOnce(to) || to === vm.on) ? [to] : []));
  const groups = groupsOf(moved, places);
  for (const away of left) {
    const without = groups.map((group) => ({
      ...group,
      onto: group.onto.filter((host) => host !== away),
    }));
    const found = short(numbers, away, without, () => (host) => most[host]!, there[away]!);
    if (found) return found;
  }
  return undefined;
}

/** It is moved, never stopped: from the start on another host takes VMs and has what it needs, and it never goes away for long. */
const isMoved = ({ hosts, forward }: PoolInNumbers, start: Standing, vm: VmInNumbers): boolean =>
  !vm.nail &&
  vm.partners.length === 0 &&
  hosts.some(
    (_host, to) =>
      to !== vm.on && start.takes[to] && vm.sees[to] && (start.upgraded[to] || forward[vm.on]![to]!),
  );

const mayLeave = ({ hosts }: PoolInNumbers, vm: VmInNumbers): boolean =>
  vm.nail?.startsElsewhere !== false && hosts.some((_host, to) => to !== vm.on && vm.sees[to]);

/** One group for each set of hosts, and all VMs together; those that may live on fewer hosts are part of the wider ones. */
function groupsOf(
  vms: readonly VmInNumbers[],
  places: (vm: VmInNumbers) => readonly number[],
): readonly Confined[] {
  const sets = new Map<string, { readonly onto: readonly number[]; readonly own: VmInNumbers[] }>();
  const byClass = new Map<string, readonly number[]>();
  for (const vm of vms) {
    // equal needs on one host have equal places
    const key = `${vm.class}:${vm.on}`;
    const onto = byClass.get(key) ?? places(vm);
    byClass.set(key, onto);
    const known = sets.get(onto.join()) ?? { onto, own: [] };
    known.own.push(vm);
    sets.set(onto.join(), known);
  }
  const all = [...sets.values()];
  const union = [...new Set(all.flatMap(({ onto }) => onto))];
  return [...all.map(({ onto }) => onto), union].map((onto) =>
    confined(
      all.filter((one) => one.onto.every((host) => onto.includes(host))).flatMap(({ own }) => own),
      onto,
    ),
  );
}

/** The smallest explanation first: one VM, then some of one size, then a sum. */
function short(
  numbers: PoolInNumbers,
  away: number,
  groups: readonly Confined[],
  roomFor: (group: Confined) => (host: number) => number,
  leaving: readonly VmInNumbers[],
): Shortage | undefined {
  const told = (
    kind: Shortage['kind'],
    group: Confined,
    vms: readonly VmInNumbers[],
    needed: number,
    room: number,
  ) => shortage(numbers, kind, away, vms, group.onto, needed, room);
  for (const group of groups) {
    if (group.onto.length === 0) continue;
    const room = roomFor(group);
    const largest = Math.max(0, ...group.onto.map(room));
    // big ones first: most times the first of them says already that none is too large
    const one =
      (group.vms[0]?.mib ?? 0) > largest
        ? group.vms.find((vm) => vm.mib > largest && leaving.includes(vm))
        : undefined;
    if (one) return told('one-vm', group, [one], one.mib, largest);
  }
  for (const group of groups) {
    if (group.onto.length === 0) continue;
    const room = roomFor(group);
    const { neededMib: needed, vms: bigFirst } = group;
    const all = group.onto.reduce((sum, host) => sum + room(host), 0);
    if (needed > all) return told('sum', group, bigFirst, needed, all);
    for (const [at, { mib }] of bigFirst.entries()) {
      if (mib === 0 || bigFirst[at + 1]?.mib === mib) continue;
      const places = group.onto.reduce((sum, host) => sum + Math.floor(room(host) / mib), 0);
      if (at + 1 > places)
        return told('big-ones', group, bigFirst.slice(0, at + 1), (at + 1) * mib, places * mib);
    }
  }
  return undefined;
}

function shortage(
  { hosts, left, pool, rules }: PoolInNumbers,
  kind: Shortage['kind'],
  away: number,
  vms: readonly VmInNumbers[],
  onto: readonly number[],
  neededMib: number,
  roomMib: number,
): Shortage {
  const host = hosts[away]!.name;
  const names = sortedNames(vms.map((vm) => vm.seen.name));
  const others = sortedNames(onto.map((at) => hosts[at]!.name));
  const who =
    names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  const where = others.length === hosts.length - 1 ? 'the other hosts' : others.join(', ');
  const missing = `${neededMib - roomMib} MiB short`;
  const says: Readonly<Record<Shortage['kind'], string>> = {
    'one-vm': `${who} needs ${neededMib} MiB and no host that may take it has more than ${roomMib} MiB for it, ${missing}`,
    sum: `${who} need ${neededMib} MiB together and ${where} can hold ${roomMib} MiB of them, ${missing}`,
    'big-ones': `${vms.length} VMs are as large as ${Math.min(...vms.map((vm) => vm.mib))} MiB (${who}) and ${where} have ${Math.round(roomMib / Math.min(...vms.map((vm) => vm.mib)))} places of that size`,
    'all-tried': `every order and every way to place ${vms.length} VMs was tried`,
  };
  return {
    kind,
    host,
    vms: names,
    onto: others,
    neededMib,
    roomMib,
    says: `${host} cannot be emptied${hosts[away]!.name === pool.master || left.length < 2 || rules.order ? '' : ', in whatever order'}: ${says[kind]}.`,
  };
}

/** Nothing was left out: for small pools only. */
export function allTried(numbers: PoolInNumbers): Shortage {
  const { vms, hosts, left, rules } = numbers;
  const size = vms.reduce((sum, vm) => sum + vm.mib, 0);
  const names = sortedNames(vms.map((vm) => vm.seen.name));
  return {
    kind: 'all-tried',
    host: hosts[left[0]!]!.name,
    vms: names,
    onto: sortedNames(hosts.map((host) => host.name)),
    neededMib: size,
    roomMib: 0,
    says: `It does not fit: every way to place ${vms.length} VMs on ${hosts.length} hosts was tried${rules.order ? ' in this order of the hosts' : ', in every order of the hosts'}.`,
  };
}
