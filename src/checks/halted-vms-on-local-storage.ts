/** Disks of halted VMs on a host's own storage: not moved by anything, lost if the disk is partitioned anew (R24, S16; xapi §7). */
import { srName } from '../domain/movability';
import { defineCheck, found } from './check';

export const haltedVmsOnLocalStorage = defineCheck({
  name: 'halted-vms-on-local-storage',
  summary: 'No halted or suspended VM has a disk on storage that only one host has.',
  source: 'xc R24, pl S16, xapi §7',
  look(pool) {
    const local = new Set(pool.srs.filter((sr) => !sr.shared).map((sr) => sr.uuid));
    return pool.vms
      .filter((vm) => vm.on === undefined)
      .flatMap((vm) => {
        const disks = vm.disks.filter((sr) => local.has(sr));
        if (disks.length === 0) return [];
        return [
          found(
            'question',
            vm.name,
            `${vm.name} is ${vm.power} and has disks on local storage.`,
            disks.map((sr) => `a disk on ${srName(pool, sr)}`),
            `Export ${vm.name} or copy its disks to shared storage; an installer that partitions the disk anew destroys them.`,
            'Approving the plan says that they may stay where they are.',
          ),
        ];
      });
  },
});
