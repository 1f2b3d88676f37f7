/** Backups of VMs are made by others; the plan asks how old they are (R30; seeds 003 and 004). */
import { defineCheck, found } from './check';

export const vmBackups = defineCheck({
  name: 'vm-backups',
  summary: 'A person says that the VMs have backups that are young enough.',
  source: 'xc R30, seeds 003 and 004',
  look(pool) {
    const guests = pool.vms.filter((vm) => vm.kind === 'guest' && vm.on !== undefined);
    if (guests.length === 0) return [];
    return [
      found(
        'question',
        pool.name,
        `Are there backups of the ${guests.length} running ${guests.length === 1 ? 'guest' : 'guests'} of ${pool.name}, and how old are they?`,
        ['no API shows them; the plan backs up CloudStack’s databases and XAPI’s, no disks'],
        'Approving the plan says that the backups are young enough for a restore.',
      ),
    ];
  },
});
