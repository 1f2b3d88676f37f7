/** Pools so small that every way can be tried, and the trying: plain recursion over all orders and all places. */
import type { Snapshot, VmSnapshot } from '../../src/domain/pool';
import { chanceOf } from './random';
import { GIB, healthyPool, hostOf, localSr, NFS, vmOf } from './snapshots';

/** What every host keeps free, as `simpleRules` has it. */
const RESERVE = 0.05;

/** Three or four hosts and up to eight VMs. `load`: share of what is left while the largest host is away. */
export function tinyPool(seed: number, load: number): Snapshot {
  const chance = chanceOf(seed * 104_729 + Math.round(load * 1000));
  const count = chance.whole(3, 4);
  const hosts = Array.from({ length: count }, (_, at) =>
    hostOf(`host-${at + 1}`, {
      memoryMib: { total: chance.oneOf([24, 32, 32, 32, 48]) * GIB, free: 0 },
    }),
  );
  const usable = hosts.map((host) => host.memoryMib.total - GIB - Math.ceil(host.memoryMib.total * RESERVE));
  const all = usable.reduce((sum, mib) => sum + mib, 0);
  // of what is left while the largest host is away
  const goal = (all - Math.max(...usable)) * load;
  const room = [...usable];
  const vms: VmSnapshot[] = [];
  let placed = 0;
  for (let misses = 0; vms.length < 8 && misses < 30;) {
    const mib =
      vms.length === 7
        ? Math.max(256, Math.floor((goal - placed) / 256) * 256)
        : chance.whole(1, Math.max(1, goal / 4 / 256)) * 256;
    const fitting = hosts.filter((_host, at) => room[at]! >= mib);
    if (placed + mib > goal || fitting.length === 0) {
      misses += 1;
      continue;
    }
    const on = chance.oneOf(fitting);
    room[hosts.indexOf(on)]! -= mib;
    placed += mib;
    vms.push(vmOf(`i-2-${vms.length + 10}-VM`, on.name, { memoryMib: mib }));
  }
  return {
    ...healthyPool({ hosts: [], vms: [] }),
    master: 'host-1',
    hosts: hosts.map((host) => ({
      ...host,
      memoryMib: {
        total: host.memoryMib.total,
        free: vms
          .filter((vm) => vm.on === host.name)
          .reduce((left, vm) => left - vm.memoryMib, host.memoryMib.total - GIB),
      },
    })),
    vms,
    srs: [NFS, ...hosts.map((host) => localSr(host.name))],
  };
}

/**
 * The fewest MiB that must be moved to empty every host once, the master first; undefined: it cannot be done. Only for
 * pools of `tinyPool`: nothing but memory decides.
 */
export function fewestMib(pool: Snapshot): number | undefined {
  const hosts = pool.hosts.map(({ name }) => name);
  const vms = pool.vms.filter((vm): vm is VmSnapshot & { readonly on: string } => vm.on !== undefined);
  const held = (name: string): number =>
    vms.reduce((sum, vm) => sum + (vm.on === name ? vm.memoryMib : 0), 0);
  const most = pool.hosts.map(
    ({ name, memoryMib }) => memoryMib.free + held(name) - memoryMib.total * RESERVE,
  );
  const known = new Map<string, number>();

  const from = (done: number, on: readonly number[]): number => {
    if (done === (1 << hosts.length) - 1) return 0;
    const key = `${done}/${on.join()}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    let fewest = Infinity;
    for (const [host, name] of hosts.entries()) {
      if (done & (1 << host) || (done === 0 && name !== pool.master)) continue;
      const leaving = vms.flatMap((_vm, at) => (on[at] === host ? [at] : []));
      const mib = leaving.reduce((sum, at) => sum + vms[at]!.memoryMib, 0);
      const place = (index: number, then: readonly number[]): void => {
        const at = leaving[index];
        if (at === undefined) {
          fewest = Math.min(fewest, mib + from(done | (1 << host), then));
          return;
        }
        for (const to of hosts.keys()) {
          if (to === host) continue;
          const used = then.reduce((sum, one, vm) => sum + (one === to ? vms[vm]!.memoryMib : 0), 0);
          if (used + vms[at]!.memoryMib > most[to]!) continue;
          place(
            index + 1,
            then.map((one, vm) => (vm === at ? to : one)),
          );
        }
      };
      place(0, on);
    }
    known.set(key, fewest);
    return fewest;
  };

  const fewest = from(
    0,
    vms.map((vm) => hosts.indexOf(vm.on)),
  );
  return Number.isFinite(fewest) ? fewest : undefined;
}
