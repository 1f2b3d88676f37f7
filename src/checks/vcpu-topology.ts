/**
 * vCPUs that do not divide into sockets, or more than 16 of them: the VM does not start on newer releases (xc §1.5 b).
 * CloudStack writes its own detail into the VM at each start, so of its VMs only that lasts.
 */
import type { VmSnapshot } from '../domain/pool';
import { defineCheck, found, type Found } from './check';

const MOST_SOCKETS = 16;

/** Fewest cores a socket that divide the vCPUs into no more sockets than there may be: of 64 vCPUs 4, of 5 vCPUs 1. */
function fittingCores(vcpus: number): number {
  let cores = Math.ceil(vcpus / MOST_SOCKETS);
  while (vcpus % cores !== 0) cores += 1;
  return cores;
}

function advice(vm: VmSnapshot, were: number): readonly string[] {
  const cores = fittingCores(vm.vcpus);
  if (!vm.cloudstack)
    return [
      `Set another number while it is halted: xe vm-param-set uuid=${vm.uuid} platform:cores-per-socket=${cores}`,
    ];
  return [
    `Stop ${vm.name} in CloudStack, set cpu.corespersocket=${cores} in its details or in those of its offering, and start it there.`,
    `Its detail platform, where it has one, may name cores-per-socket:${were} too: make it the same.`,
  ];
}

const unset = (vm: VmSnapshot): Found =>
  found(
    'warn',
    vm.name,
    `${vm.name} has ${vm.vcpus} vCPUs and no cores a socket: ${vm.vcpus} sockets, more than ${MOST_SOCKETS}.`,
    [`VCPUs_max ${vm.vcpus}`, 'platform: no cores-per-socket, or 1'],
    ...advice(vm, 1),
  );

export const vcpuTopology = defineCheck({
  name: 'vcpu-topology',
  summary: `The vCPUs of every VM divide evenly into at most ${MOST_SOCKETS} sockets; where none are set, each vCPU is one.`,
  source: 'xc §1.5 b',
  look: (pool) =>
    pool.vms.flatMap((vm) => {
      const cores = vm.traits?.coresPerSocket ?? 1;
      // nobody has set sockets: XAPI starts it, XenCenter would not upgrade the pool
      if (cores === 1) return vm.vcpus > MOST_SOCKETS ? [unset(vm)] : [];
      const uneven = vm.vcpus % cores !== 0;
      if (!uneven && vm.vcpus / cores <= MOST_SOCKETS) return [];
      return [
        found(
          'block',
          vm.name,
          uneven
            ? `${vm.name} has ${vm.vcpus} vCPUs in sockets of ${cores}: they do not divide.`
            : `${vm.name} has ${vm.vcpus / cores} sockets, more than ${MOST_SOCKETS}.`,
          [`VCPUs_max ${vm.vcpus}`, `platform: cores-per-socket ${cores}`],
          ...advice(vm, cores),
        ),
      ];
    }),
});
