/** vCPUs that do not divide into sockets, or more than 16 of them: the VM does not start on newer releases (xc §1.5 b). */
import { defineCheck, found } from './check';

const MOST_SOCKETS = 16;

export const vcpuTopology = defineCheck({
  name: 'vcpu-topology',
  summary: `The vCPUs of every VM divide evenly into at most ${MOST_SOCKETS} sockets, where sockets are set.`,
  source: 'xc §1.5 b',
  look: (pool) =>
    pool.vms.flatMap((vm) => {
      const cores = vm.traits?.coresPerSocket ?? 1;
      // nobody has set sockets: XAPI chooses them
      if (cores === 1) return [];
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
          `Set another number while it is halted: xe vm-param-set uuid=${vm.uuid} platform:cores-per-socket=1`,
        ),
      ];
    }),
});
