/** Where CloudStack's planner puts a VM: its own accounting, last host first, hypervisor versions never looked at. */
import { compareVersions } from '../../domain/version';
import { isMixed, versionKey, type SimHost, type SimPool, type SimVm } from '../model';
import { believedOn, type CloudStackSide, isPlaceable, type KnownVm } from './side';

const needs = (vm: Pick<SimVm, 'memoryMib' | 'overheadMib'>): number => vm.memoryMib + vm.overheadMib;

/** MiB that CloudStack thinks are left; VMs it does not know count where XAPI runs them. */
function allocatableMib(host: SimHost): number {
  const known = believedOn(host);
  const strangers = host.pool.vms.filter((vm) => vm.cs === undefined && vm.on === host.name);
  return (
    host.memory.total - host.memory.base - [...known, ...strangers].reduce((sum, vm) => sum + needs(vm), 0)
  );
}

/** VMs a host may run; a version without a row counts as `default` (cs fact 18). */
function guestLimit(side: CloudStackSide, host: SimHost): number {
  const rows = side.profile.capabilities;
  const version = host.cs.hypervisorVersion in rows ? host.cs.hypervisorVersion : 'default';
  return side.guestLimits.get(version) ?? rows[version]![0];
}

export const isFull = (side: CloudStackSide, host: SimHost): boolean =>
  believedOn(host).length >= guestLimit(side, host);

/** Local disks bind a VM to the host that has the SR. */
function reachesDisks(vm: SimVm, host: SimHost): boolean {
  return vm.disks.every((disk) => {
    const sr = host.pool.srs.find((candidate) => candidate.uuid === disk.sr);
    return sr === undefined || sr.shared || host.pbds.some((pbd) => pbd.sr === sr.uuid);
  });
}

export function usesLocalStorage(vm: SimVm): boolean {
  return vm.disks.some((disk) => vm.pool.srs.some((sr) => sr.uuid === disk.sr && !sr.shared));
}

export function isSuitable(side: CloudStackSide, vm: SimVm, host: SimHost): boolean {
  return (
    isPlaceable(host) &&
    allocatableMib(host) >= needs(vm) &&
    !isFull(side, host) &&
    reachesDisks(vm, host) &&
    (vm.cs?.hostTags ?? []).every((tag) => host.cs.hostTags.includes(tag)) &&
    !meetsItsGroup(vm, host)
  );
}

/** Strict anti-affinity: no two VMs of a group on one host. */
const meetsItsGroup = (vm: SimVm, host: SimHost): boolean =>
  believedOn(host).some(
    (other) => other !== vm && other.cs.apart.some((group) => vm.cs?.apart.includes(group)),
  );

/** Evacuation and HA: any suitable host of the cluster, most free first, cluster Disabled or not (cs §9.5). */
export function evacuationTarget(side: CloudStackSide, vm: KnownVm, from: SimHost): SimHost | undefined {
  return vm.pool.hosts.filter((host) => host !== from && isSuitable(side, vm, host)).sort(byFreeMemory)[0];
}

/**
 * Hosts to try for a start without a named host, in the planner's order. New placement is closed by a Disabled
 * cluster (4.11.1 and later) and by an Unmanaged one. While versions differ the first choice is a host of the old
 * version, which XAPI then refuses: seed 000 could not create VMs until all hosts were equal.
 */
export function startTargets(side: CloudStackSide, vm: KnownVm, options: { ha: boolean }): SimHost[] {
  const { cluster } = vm.pool;
  if (cluster.managedState !== 'Managed' || (isClosed(side, vm.pool) && !options.ha)) return [];
  const fit = vm.pool.hosts.filter((host) => isSuitable(side, vm, host)).sort(byFreeMemory);
  if (isMixed(vm.pool))
    return fit.sort((a, b) => compareVersions(versionKey(a, vm.pool), versionKey(b, vm.pool)));
  return fit.sort((a, b) => Number(b.name === vm.cs.lastOn) - Number(a.name === vm.cs.lastOn));
}

const isClosed = (side: CloudStackSide, pool: SimPool): boolean =>
  pool.cluster.allocationState === 'Disabled' && side.profile.honoursClusterAllocation;

/** Clusters that take a VM from a new deployment. */
export const openPools = (side: CloudStackSide): SimPool[] =>
  side.cloud.pools.filter((pool) => pool.cluster.managedState === 'Managed' && !isClosed(side, pool));

function byFreeMemory(a: SimHost, b: SimHost): number {
  return allocatableMib(b) - allocatableMib(a) || a.cs.dbId - b.cs.dbId;
}
