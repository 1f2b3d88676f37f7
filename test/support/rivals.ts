/**
 * How others empty hosts, as their sources say (planning §1, xapi §10, cs §6). Kindly: no overhead, no reserve, VMs that
 * cannot move are stopped for them and started again, and a VM's storage and networks are known to all of them.
 */
import type { Snapshot, VmSnapshot } from '../../src/domain/pool';
import { chanceOf, type Chance } from './random';

export interface RivalRun {
  readonly moves: number;
  readonly movedMib: number;
  /** Moves out of each host, MiB each, in the order of the hosts. */
  readonly emptied: readonly (readonly number[])[];
  /** Moves back onto each host once it is upgraded. */
  readonly back: readonly (readonly number[])[];
  /** Hosts upgraded before it got stuck; undefined: it finished. */
  readonly stuckAfter?: number;
  /** Redundant routers that met on one host. */
  readonly violations: number;
}

export const RIVALS = {
  'XenCenter and XAPI': { sort: true, pick: 'most-free', back: false },
  'Xen Orchestra': { sort: true, pick: 'most-free', back: true },
  cloudstackOps: { sort: false, pick: 'most-free', back: false },
  'CloudStack, random': { sort: false, pick: 'random', back: false },
  'CloudStack, first fit': { sort: false, pick: 'first', back: false },
} as const satisfies Record<
  string,
  { readonly sort: boolean; readonly pick: 'most-free' | 'random' | 'first'; readonly back: boolean }
>;

export type Rival = keyof typeof RIVALS;

/** The master first, then the members as listed; every VM to a host that is not older and has the memory. */
export function rivalRun(pool: Snapshot, rival: Rival, seed: number): RivalRun {
  const { sort, pick, back } = RIVALS[rival];
  const chance = chanceOf(seed);
  const room = new Map(pool.hosts.map((host) => [host.name, host.memoryMib.free]));
  const on = new Map(pool.vms.flatMap((vm) => (vm.on === undefined ? [] : [[vm, vm.on] as const])));
  const done = new Set<string>();
  const sees = new Map(pool.hosts.map((host) => [host.name, reach(pool, host.name)]));
  const names = [pool.master, ...pool.hosts.map(({ name }) => name).filter((name) => name !== pool.master)];
  // CloudStack's list is in the order of its ids, which has nothing to do with the order of the upgrade
  const listed = chance.shuffled(names);
  const emptied: (readonly number[])[] = [];
  const returned: (readonly number[])[] = [];
  let violations = 0;
  const go = (vm: VmSnapshot, to: string): void => {
    const from = on.get(vm)!;
    room.set(from, room.get(from)! + vm.memoryMib);
    room.set(to, room.get(to)! - vm.memoryMib);
    on.set(vm, to);
    const group = vm.cloudstack?.redundantGroup;
    if (group === undefined) return;
    for (const [other, where] of on)
      if (other !== vm && where === to && other.cloudstack?.redundantGroup === group) violations += 1;
  };
  const finish = (stuckAfter?: number): RivalRun => ({
    moves: [...emptied, ...returned].reduce((sum, all) => sum + all.length, 0),
    movedMib: [...emptied, ...returned].flat().reduce((sum, mib) => sum + mib, 0),
    emptied,
    back: returned,
    violations,
    ...(stuckAfter !== undefined && { stuckAfter }),
  });
  for (const name of names) {
    const here = [...on].filter(([, where]) => where === name).map(([vm]) => vm);
    const leaving = here.filter((vm) => vm.tools && sees.get(name)!(vm) && movable(pool, vm));
    const order = sort ? leaving.toSorted((a, b) => b.memoryMib - a.memoryMib) : leaving;
    const moved: VmSnapshot[] = [];
    for (const vm of order) {
      const fitting = listed.filter(
        (to) => to !== name && room.get(to)! >= vm.memoryMib && sees.get(to)!(vm),
      );
      const to = chosen(fitting, room, pick, chance);
      if (to === undefined) return finish(done.size);
      go(vm, to);
      moved.push(vm);
    }
    emptied.push(moved.map((vm) => vm.memoryMib));
    done.add(name);
    const home = back ? moved.filter((vm) => room.get(name)! >= vm.memoryMib && done.has(name)) : [];
    // a VM on an upgraded host may come back to an upgraded one, one on an old host too
    for (const vm of home) go(vm, name);
    returned.push(home.map((vm) => vm.memoryMib));
  }
  return finish();
}

const movable = (pool: Snapshot, vm: VmSnapshot): boolean =>
  vm.devices.length === 0 && vm.disks.every((sr) => pool.srs.some((one) => one.uuid === sr && one.shared));

function chosen(
  fitting: readonly string[],
  room: ReadonlyMap<string, number>,
  pick: 'most-free' | 'random' | 'first',
  chance: Chance,
): string | undefined {
  if (fitting.length === 0) return undefined;
  if (pick === 'random') return chance.oneOf(fitting);
  if (pick === 'first') return fitting[0];
  return fitting.reduce((best, one) => (room.get(one)! > room.get(best)! ? one : best));
}

function reach(pool: Snapshot, name: string): (vm: VmSnapshot) => boolean {
  const host = pool.hosts.find((one) => one.name === name)!;
  const srs = new Set(host.pbds.map((pbd) => pbd.sr));
  const own = new Set(host.pifs.map((pif) => pif.network));
  const wired = new Set(pool.hosts.flatMap((one) => one.pifs.map((pif) => pif.network)));
  return (vm) =>
    vm.disks.every((sr) => srs.has(sr)) &&
    vm.networks.every((network) => own.has(network) || !wired.has(network));
}
