/** The pool as numbers: what a plan of thousands of VMs asks a million times is worked out once. Lives for one call of `place`. */
import { countsAsGuest, guestLimit } from '../domain/guest-limits';
import { missingIn, nailOf, takers, type Missing, type Nail } from '../domain/movability';
import { masterFirst, type HostSnapshot, type Snapshot, type VmSnapshot } from '../domain/pool';
import { compareVersions, sameOrNewer } from '../domain/version';
import type { Rules } from './rules';

/** A running VM. Its number is its place in `PoolInNumbers.vms`. */
export interface VmInNumbers {
  readonly at: number;
  readonly seen: VmSnapshot;
  readonly mib: number;
  readonly on: number;
  /** What keeps it from moving on the host where it is now; an upgraded host never gives VMs away. */
  readonly nail: Nail | undefined;
  /** By host: it has the SRs and networks that the VM needs. */
  readonly sees: readonly boolean[];
  /** Equal for VMs that need the same SRs and networks, and for which CloudStack would make the same ones. */
  readonly class: number;
  readonly counts: boolean;
  /** Those that may not be on its host: the other routers of its redundant group, and of its anti-affinity groups. */
  readonly partners: readonly number[];
}

export interface PoolInNumbers {
  readonly pool: Snapshot;
  readonly rules: Rules;
  readonly hosts: readonly HostSnapshot[];
  readonly vms: readonly VmInNumbers[];
  /** Hosts that have a turn: the master first, then as they are listed. */
  readonly left: readonly number[];
  /** MiB that a host keeps free. */
  readonly reserve: readonly number[];
  /** VMs that CloudStack lets a host carry, before and after its upgrade. */
  readonly limit: { readonly now: readonly number[]; readonly once: readonly number[] };
  /** By host and host: versions allow a move while the first is not upgraded and the second is as it is now. */
  readonly forward: readonly (readonly boolean[])[];
  /** By host and host: the second one's CPU has all that the first one's has. */
  readonly runs: readonly (readonly boolean[])[];
  readonly equalCpus: boolean;
  readonly missing: Missing;
  fresh(): Standing;
}

/** Who is where; changes as a plan is made. */
export interface Standing {
  /** MiB beyond the reserve; below zero where more is in use already. */
  readonly room: number[];
  readonly guests: number[];
  /** By VM: its host, -1 while it is stopped. */
  readonly on: number[];
  readonly here: Set<number>[];
  readonly upgraded: boolean[];
  readonly takes: boolean[];
  /** It has no turn to come: what goes there stays there. */
  readonly done: boolean[];
}

export function poolInNumbers(pool: Snapshot, rules: Rules): PoolInNumbers {
  const { hosts } = pool;
  const at = new Map(hosts.map((host, index) => [host.name, index]));
  const taking = takers(pool, rules.target, rules.owed);
  const missing = missingIn(pool);
  const upgraded = hosts.map((host) => compareVersions(host.version, rules.target) >= 0);
  const reserve = hosts.map((host) => Math.ceil(host.memoryMib.total * rules.reserve));
  const hasTurn = (host: HostSnapshot): boolean =>
    rules.turns?.includes(host.name) ?? compareVersions(host.version, rules.target) < 0;
  const vms = vmsOf(pool, rules, at, missing);
  const here = hosts.map((): number[] => []);
  for (const vm of vms) here[vm.on]!.push(vm.at);
  const guests = here.map((all) => all.filter((one) => vms[one]!.counts).length);
  const runs = hosts.map((from) => hosts.map((to) => runsOn(from, to)));
  return {
    pool,
    rules,
    hosts,
    vms,
    left: inApprovedOrder(
      masterFirst(pool)
        .filter(hasTurn)
        .map((host) => at.get(host.name)!),
      rules.order?.map((name) => at.get(name) ?? -1),
      at.get(pool.master) ?? -1,
    ),
    reserve,
    limit: {
      now: hosts.map((host) => guestLimit(pool, host.version)),
      once: hosts.map((host) =>
        guestLimit(pool, sameOrNewer(host.version, rules.target) ? host.version : rules.target),
      ),
    },
    forward: hosts.map((from) => hosts.map((to) => sameOrNewer(to.version, from.version))),
    runs,
    equalCpus: runs.every((row) => row.every(Boolean)),
    missing,
    fresh: () => ({
      room: hosts.map((host, index) => host.memoryMib.free - reserve[index]!),
      guests: [...guests],
      on: vms.map((vm) => vm.on),
      here: here.map((all) => new Set(all)),
      upgraded: [...upgraded],
      takes: hosts.map((host) => taking.has(host.name)),
      done: hosts.map((host) => !hasTurn(host)),
    }),
  };
}

/** Sorted by name, so that the order in which a snapshot lists them means nothing. */
function vmsOf(
  pool: Snapshot,
  rules: Rules,
  at: ReadonlyMap<string, number>,
  missing: Missing,
): readonly VmInNumbers[] {
  const running = pool.vms
    .filter((vm) => vm.on !== undefined && at.has(vm.on))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const groups = new Map<string, number[]>();
  for (const [index, vm] of running.entries()) {
    for (const group of groupsOf(vm)) groups.set(group, [...(groups.get(group) ?? []), index]);
  }
  const classes = new Map<string, { readonly number: number; readonly sees: readonly boolean[] }>();
  return running.map((seen, index): VmInNumbers => {
    const needs = JSON.stringify([
      seen.disks.toSorted(),
      seen.networks.toSorted(),
      seen.cloudstack !== undefined,
      seen.cloudstack?.hostTags ?? [],
    ]);
    const known = classes.get(needs) ?? {
      number: classes.size,
      sees: pool.hosts.map((host) => missing(seen, host.name).length === 0),
    };
    classes.set(needs, known);
    const on = at.get(seen.on!)!;
    const others = new Set(groupsOf(seen).flatMap((group) => groups.get(group)!));
    return {
      at: index,
      seen,
      mib: seen.memoryMib,
      on,
      nail: nailOf(seen, pool.hosts[on]!.version, rules.target),
      sees: known.sees,
      class: known.number,
      counts: countsAsGuest(seen),
      partners: [...others].filter((other) => other !== index),
    };
  });
}

const groupsOf = ({ cloudstack }: VmSnapshot): readonly string[] => [
  ...(cloudstack?.redundantGroup === undefined ? [] : [`pair ${cloudstack.redundantGroup}`]),
  ...(cloudstack?.apart ?? []).map((group) => `apart ${group}`),
];

/** What was approved stays; a host that is new to it comes last, and the master first in any case. */
function inApprovedOrder(
  left: readonly number[],
  approved: readonly number[] | undefined,
  master: number,
): readonly number[] {
  if (!approved) return left;
  const rank = (host: number): number =>
    host === master ? -1 : approved.includes(host) ? approved.indexOf(host) : approved.length;
  return left.toSorted((a, b) => rank(a) - rank(b) || left.indexOf(a) - left.indexOf(b));
}

/**
 * One maker, and of hosts seen on one version every feature of the one on the other: XAPI refuses the move else
 * (VM_INCOMPATIBLE_WITH_THIS_HOST, xapi §6.2). Another release shows other features of the same CPU, so hosts of
 * different versions are not compared.
 */
function runsOn(from: HostSnapshot, to: HostSnapshot): boolean {
  const [need, have] = [from.traits?.cpu, to.traits?.cpu];
  if (!need || !have || need === have) return true;
  if (need.vendor !== have.vendor) return false;
  if (from.version !== to.version || need.features === have.features) return true;
  const offered = have.features.split('-').map(bits);
  return need.features.split('-').every((word, index) => (bits(word) & ~(offered[index] ?? 0n)) === 0n);
}

/** Features are words of hexadecimal digits, `1789fbff-bfefe3ff-…` (xapi §5.1); what is no number promises nothing. */
const bits = (word: string): bigint => (/^[0-9a-f]+$/i.test(word) ? BigInt(`0x${word}`) : 0n);

export const limitOf = ({ limit }: PoolInNumbers, { upgraded }: Standing, host: number): number =>
  (upgraded[host] ? limit.once : limit.now)[host]!;

/**
 * How strictly CPUs are looked at. Which features a VM uses is not known, only those of the host where it runs, so one
 * that has no better place goes to a host that shows fewer; XAPI has the last word. What is started boots anew anyway.
 */
export type CpuRule = 'same-or-more' | 'any';

/** Memory and count aside, and the redundant partner: it may go from where it is to that host now. */
export const mayGo = (
  { forward, runs }: PoolInNumbers,
  { takes, upgraded }: Standing,
  vm: VmInNumbers,
  from: number,
  to: number,
  cpu: CpuRule,
): boolean =>
  to !== from &&
  takes[to]! &&
  (upgraded[to]! || forward[from]![to]!) &&
  vm.sees[to]! &&
  (cpu === 'any' || runs[from]![to]!);

export function leave(numbers: PoolInNumbers, standing: Standing, at: number): void {
  const vm = numbers.vms[at]!;
  const from = standing.on[at]!;
  if (from < 0) return;
  standing.room[from]! += vm.mib;
  if (vm.counts) standing.guests[from]! -= 1;
  standing.here[from]!.delete(at);
  standing.on[at] = -1;
}

export function arrive(numbers: PoolInNumbers, standing: Standing, at: number, to: number): void {
  const vm = numbers.vms[at]!;
  standing.room[to]! -= vm.mib;
  if (vm.counts) standing.guests[to]! += 1;
  standing.here[to]!.add(at);
  standing.on[at] = to;
}
