/** The pool as it will be after the moves planned so far. Changes as the plan is made; lives for one call of `place`. */
import { countsAsGuest, guestLimit } from '../domain/guest-limits';
import { missingIn, takers } from '../domain/movability';
import { sortedNames } from '../domain/order';
import type { HostSnapshot, Snapshot, VmSnapshot } from '../domain/pool';
import { compareVersions, sameOrNewer } from '../domain/version';
import type { Rules } from './rules';

interface HostInMind {
  readonly seen: HostSnapshot;
  version: string;
  takesVms: boolean;
  freeMib: number;
  /** VMs that CloudStack counts against the limit of the host's version. */
  guests: number;
}

export interface PoolInMind {
  residents(host: string): readonly VmSnapshot[];
  version(host: string): string;
  /** Room on a host once the reserve is kept. */
  roomMib(host: string): number;
  /** Other hosts that take VMs and are not older: VMs move forward only (seed 001 §7.1.2.1). */
  forward(from: string): readonly string[];
  /** Where a stopped VM of this host may start: any host while all are equal, upgraded ones only afterwards (xapi §4.2). */
  mayStart(from: string): readonly string[];
  /** SRs and networks that the VM needs and the host lacks, by name. */
  missing(vm: VmSnapshot, host: string): readonly string[];
  fits(vm: VmSnapshot, host: string): boolean;
  /** CloudStack lets it carry this one too. */
  takesOneMore(vm: VmSnapshot, host: string): boolean;
  /** VMs that CloudStack counts there, and how many it allows: "host-2 carries 50 of 50". */
  load(host: string): string;
  /** The other half of a redundant pair is there. */
  hasPartner(vm: VmSnapshot, host: string): boolean;
  /** Most free memory first, then by name. */
  mostFreeFirst(hosts: readonly string[]): readonly string[];
  leaves(vm: VmSnapshot): void;
  arrives(vm: VmSnapshot, host: string): void;
  /** Its turn is over: it runs the target and takes VMs again. */
  upgraded(host: string): void;
}

export function poolInMind(pool: Snapshot, rules: Rules): PoolInMind {
  const taking = takers(pool, rules.target, rules.owed);
  const guests = new Map<string, number>();
  for (const vm of pool.vms)
    if (vm.on !== undefined && countsAsGuest(vm)) guests.set(vm.on, (guests.get(vm.on) ?? 0) + 1);
  const hosts = new Map<string, HostInMind>(
    pool.hosts.map((seen) => [
      seen.name,
      {
        seen,
        version: seen.version,
        takesVms: taking.has(seen.name),
        freeMib: seen.memoryMib.free,
        guests: guests.get(seen.name) ?? 0,
      },
    ]),
  );
  const on = new Map(pool.vms.flatMap((vm) => (vm.on === undefined ? [] : [[vm.name, vm.on] as const])));

  function host(name: string): HostInMind {
    const known = hosts.get(name);
    if (!known) throw new Error(`The snapshot of ${pool.name} has no host ${name}`);
    return known;
  }
  // asked for every VM, and they change only when a host's turn is over
  const forwards = new Map<string, readonly string[]>();
  const ranks = new Map(sortedNames(hosts.keys()).map((name, rank) => [name, rank]));
  const others = (from: string): readonly string[] =>
    [...hosts].filter(([name, one]) => name !== from && one.takesVms).map(([name]) => name);
  const limit = (name: string): number => guestLimit(pool, host(name).version);
  const isUpgraded = (name: string): boolean => compareVersions(host(name).version, rules.target) >= 0;
  const residents = (name: string): readonly VmSnapshot[] =>
    pool.vms.filter((vm) => on.get(vm.name) === name);
  const roomMib = (name: string): number =>
    host(name).freeMib - Math.ceil(host(name).seen.memoryMib.total * rules.reserve);

  return {
    residents,
    roomMib,
    version: (name) => host(name).version,
    forward(from) {
      const known = forwards.get(from);
      if (known) return known;
      const { version } = host(from);
      const found = others(from).filter((name) => sameOrNewer(host(name).version, version));
      forwards.set(from, found);
      return found;
    },
    mayStart(from) {
      const mixed = [...hosts.keys()].some((name) => name !== from && isUpgraded(name));
      return others(from).filter((name) => !mixed || isUpgraded(name));
    },
    missing: missingIn(pool),
    fits: (vm, name) => vm.memoryMib <= roomMib(name),
    takesOneMore: (vm, name) => !countsAsGuest(vm) || host(name).guests < limit(name),
    load: (name) => `${name} carries ${host(name).guests} of ${limit(name)}`,
    hasPartner(vm, name) {
      const group = vm.cloudstack?.redundantGroup;
      if (group === undefined) return false;
      return residents(name).some(
        (other) => other.name !== vm.name && other.cloudstack?.redundantGroup === group,
      );
    },
    mostFreeFirst: (names) =>
      names
        .map((name) => ({ name, freeMib: host(name).freeMib, rank: ranks.get(name) ?? 0 }))
        .sort((a, b) => b.freeMib - a.freeMib || a.rank - b.rank)
        .map(({ name }) => name),
    leaves(vm) {
      const from = on.get(vm.name);
      if (from === undefined) return;
      host(from).freeMib += vm.memoryMib;
      if (countsAsGuest(vm)) host(from).guests -= 1;
      on.delete(vm.name);
    },
    arrives(vm, name) {
      host(name).freeMib -= vm.memoryMib;
      if (countsAsGuest(vm)) host(name).guests += 1;
      on.set(vm.name, name);
    },
    upgraded(name) {
      forwards.clear();
      host(name).version = rules.target;
      host(name).takesVms = true;
    },
  };
}
