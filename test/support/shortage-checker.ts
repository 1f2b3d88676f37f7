/**
 * Adds a proof up again from the snapshot alone: no code of the planner. It holds when the VMs it names have nowhere to
 * be while its host is away, however generously room is counted.
 */
import type { Shortage } from '../../src/domain/plan';
import type { HostSnapshot, Snapshot, VmSnapshot } from '../../src/domain/pool';

export function provedBy(pool: Snapshot, proof: Shortage, reserve: number): boolean {
  const vms = proof.vms.flatMap((name) => pool.vms.filter((vm) => vm.name === name));
  const away = pool.hosts.find(({ name }) => name === proof.host);
  if (!away || vms.length !== proof.vms.length || vms.length === 0) return false;
  const confined = pool.hosts.filter((host) => host !== away && vms.some((vm) => sees(host, vm, pool)));
  // every host that sees one of them is counted, or it is no proof
  if (confined.some((host) => !proof.onto.includes(host.name) && isOpen(host))) return false;
  const now = (host: HostSnapshot): number =>
    Math.max(0, host.memoryMib.free - host.memoryMib.total * reserve);
  const ever = (host: HostSnapshot): number =>
    Math.max(0, host.memoryMib.free - host.memoryMib.total * reserve + residentMib(pool, host));
  const tooMuch = (all: readonly VmSnapshot[], hosts: readonly HostSnapshot[], room: typeof now): boolean =>
    tooLarge(proof, all, hosts.map(room));
  if (tooMuch(vms, confined, ever)) return true;
  if (vms.some((vm) => vm.on !== away.name)) return false;
  if (away.name === pool.master) return tooMuch(vms, confined, now);
  // no order: whichever host of the group is the first, the others have only what is free now
  const group = pool.hosts.filter((host) => host === away || confined.includes(host));
  return group.every((first) => {
    const leaving = pool.vms.filter(
      (vm) =>
        vm.on === first.name && pool.hosts.every((host) => group.includes(host) || !sees(host, vm, pool)),
    );
    const others = group.filter((host) => host !== first).map(now);
    return (['one-vm', 'sum', 'big-ones'] as const).some((kind) =>
      tooLarge({ ...proof, kind }, leaving, others),
    );
  });
}

function tooLarge({ kind }: Shortage, vms: readonly VmSnapshot[], rooms: readonly number[]): boolean {
  const sizes = vms.map((vm) => vm.memoryMib).toSorted((a, b) => b - a);
  if (kind === 'one-vm') return (sizes[0] ?? 0) > Math.max(0, ...rooms);
  if (kind === 'sum')
    return sizes.reduce((sum, mib) => sum + mib, 0) > rooms.reduce((sum, mib) => sum + mib, 0);
  return sizes.some((size, at) => at + 1 > rooms.reduce((sum, room) => sum + Math.floor(room / size), 0));
}

const isOpen = (host: HostSnapshot): boolean => host.live && host.enabled;

/** What may ever leave a host; a VM on a local disk or with a device of its host comes back to it. */
const residentMib = (pool: Snapshot, host: HostSnapshot): number =>
  pool.vms.reduce((sum, vm) => sum + (vm.on === host.name && mayLeave(pool, host, vm) ? vm.memoryMib : 0), 0);

const mayLeave = (pool: Snapshot, host: HostSnapshot, vm: VmSnapshot): boolean =>
  vm.devices.length === 0 && pool.hosts.some((other) => other !== host && sees(other, vm, pool));

const sees = (host: HostSnapshot, vm: VmSnapshot, pool: Snapshot): boolean =>
  vm.disks.every((sr) => host.pbds.some((pbd) => pbd.sr === sr && pbd.attached)) &&
  vm.networks.every(
    (network) =>
      host.pifs.some((pif) => pif.network === network) ||
      !pool.hosts.some((one) => one.pifs.some((pif) => pif.network === network)),
  );
