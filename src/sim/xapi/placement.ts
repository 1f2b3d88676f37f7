/** May this VM run there? XAPI's own tests, its direction rule and its evacuation plan (xapi §4.2, §6.2, §10). */
import { compareVersions } from '../../domain/version';
import { residentsOf, versionKey, type SimHost, type SimVm } from '../model';
import { freeMib } from './host-facts';
import { bytes, refOf, XapiFailure } from './values';
import { masterOf, masterProfile, type XapiWorld } from './world';

/** SRs that a destination must have plugged: those of the disks and of an inserted medium. */
export const srsNeeded = (vm: SimVm): string[] => [
  ...new Set([...vm.disks.map((disk) => disk.sr), ...(vm.cd ? [vm.cd.sr] : [])]),
];

/** assert_can_boot_here without the version test: live, enabled, SRs, networks, memory (xapi §6.2). */
export function assertFits(world: XapiWorld, vm: SimVm, host: SimHost): void {
  if (!host.live) throw new XapiFailure('HOST_NOT_LIVE');
  if (!host.enabled) throw new XapiFailure('HOST_DISABLED', refOf(host.uuid));
  assertReaches(vm, host);
  const need = vm.memoryMib + vm.overheadMib;
  const free = freeMib(world, host, vm);
  if (need > free) throw new XapiFailure('HOST_NOT_ENOUGH_FREE_MEMORY', bytes(need), bytes(free));
}

function assertReaches(vm: SimVm, host: SimHost): void {
  for (const sr of srsNeeded(vm))
    if (!host.pbds.some((pbd) => pbd.sr === sr && pbd.attached))
      throw new XapiFailure('VM_REQUIRES_SR', refOf(vm.uuid), refOf(sr));
  for (const name of vm.networks)
    if (!host.pifs.some((pif) => pif.network === name)) {
      const network = vm.pool.networks.find((one) => one.name === name);
      throw new XapiFailure('VM_REQUIRES_NETWORK', refOf(vm.uuid), refOf(network?.uuid ?? ''));
    }
}

/** VM.assert_can_boot_here: while the flag is set only on the master's version (xapi §4.2). */
export function assertCanBootHere(world: XapiWorld, vm: SimVm, host: SimHost): void {
  if (vm.pool.rollingUpgradeFlag && versionKey(host, vm.pool) !== versionKey(masterOf(vm.pool), vm.pool))
    throw new XapiFailure('VM_HOST_INCOMPATIBLE_VERSION', refOf(host.uuid), refOf(vm.uuid));
  assertFits(world, vm, host);
}

const DEVICE_CODE: Readonly<Record<string, string>> = {
  pci: 'VM_HAS_PCI_ATTACHED',
  usb: 'VM_HAS_PCI_ATTACHED',
  sriov: 'VM_HAS_PCI_ATTACHED',
  vgpu: 'VM_HAS_VGPU',
};

/** What forbids any migration of this VM, wherever it would go (xapi §6.2). */
export function assertMobile(vm: SimVm): void {
  const vmRef = refOf(vm.uuid);
  for (const device of vm.devices) throw new XapiFailure(DEVICE_CODE[device] ?? 'VM_HAS_PCI_ATTACHED', vmRef);
  const code = masterProfile(vm.pool).withoutTools;
  if (!vm.tools && vm.kind === 'guest' && code !== 'tries') throw new XapiFailure(code, vmRef);
}

/** Every test of VM.pool_migrate before anything moves. */
export function assertMayMigrate(world: XapiWorld, vm: SimVm, to: SimHost): void {
  if (vm.power !== 'Running')
    throw new XapiFailure('VM_BAD_POWER_STATE', refOf(vm.uuid), 'running', vm.power.toLowerCase());
  assertMobile(vm);
  const from = vm.pool.hosts.find((host) => host.name === vm.on);
  if (
    vm.pool.rollingUpgradeFlag &&
    from &&
    compareVersions(versionKey(to, vm.pool), versionKey(from, vm.pool)) < 0
  )
    throw new XapiFailure('NOT_SUPPORTED_DURING_UPGRADE');
  assertFits(world, vm, to);
}

/** Hosts VM.start may choose: live, enabled, fitting; of the highest version while the flag is set. */
export function possibleHosts(world: XapiWorld, vm: SimVm): SimHost[] {
  const newest = vm.pool.hosts
    .map((host) => versionKey(host, vm.pool))
    .toSorted(compareVersions)
    .at(-1);
  return vm.pool.hosts.filter((host) => {
    if (vm.pool.rollingUpgradeFlag && versionKey(host, vm.pool) !== newest) return false;
    return failureOf(() => assertFits(world, vm, host)) === undefined;
  });
}

export function failureOf(test: () => void): readonly string[] | undefined {
  try {
    test();
    return undefined;
  } catch (error) {
    if (error instanceof XapiFailure) return error.description;
    throw error;
  }
}

/** Where each VM of a host would go; `errors` by VM (xapi §10: all-targets rule, then memory only). */
export function evacuationPlan(
  world: XapiWorld,
  host: SimHost,
): {
  readonly moves: readonly (readonly [SimVm, SimHost])[];
  readonly errors: ReadonlyMap<SimVm, readonly string[]>;
} {
  const errors = new Map<SimVm, readonly string[]>();
  const moves: (readonly [SimVm, SimHost])[] = [];
  const targets = host.pool.hosts.filter(
    (other) =>
      other !== host &&
      other.live &&
      other.enabled &&
      compareVersions(versionKey(other, host.pool), versionKey(host, host.pool)) >= 0,
  );
  const free = new Map(targets.map((target) => [target, freeMib(world, target)]));
  const biggestFirst = residentsOf(host).toSorted((a, b) => b.memoryMib - a.memoryMib);
  for (const vm of biggestFirst) {
    const need = vm.memoryMib + vm.overheadMib;
    const error = failureOf(() => {
      assertMobile(vm);
      if (targets.length === 0) throw new XapiFailure('NO_HOSTS_AVAILABLE', refOf(vm.uuid));
      // One target that cannot reach what the VM needs makes it un-evacuable, even if others could (xapi fact 11).
      for (const target of targets) assertReaches(vm, target);
      if (!targets.some((target) => free.get(target)! >= need))
        throw new XapiFailure('HOST_NOT_ENOUGH_FREE_MEMORY', refOf(vm.uuid));
    });
    if (error) {
      errors.set(vm, error);
      continue;
    }
    const roomiest = targets.reduce((best, target) => (free.get(target)! > free.get(best)! ? target : best));
    free.set(roomiest, free.get(roomiest)! - need);
    moves.push([vm, roomiest]);
  }
  return { moves, errors };
}
