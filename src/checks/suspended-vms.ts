/** Suspended VMs: their image stays behind, and a disc in the drive keeps them from waking (R23; seed 003; xapi §6.1, §6.5). */
import { srName } from '../domain/movability';
import { defineCheck, found } from './check';

export const suspendedVms = defineCheck({
  name: 'suspended-vms',
  summary: 'No VM is suspended: it can be woken on its own or a newer version only, and not with a CD in it.',
  source: 'xc R23, xapi §6.1',
  look: (pool) =>
    pool.vms
      .filter((vm) => vm.power === 'Suspended')
      .map((vm) =>
        vm.cd
          ? found(
              'block',
              vm.name,
              `${vm.name} is suspended with the CD ${vm.cd.name} in its drive.`,
              [
                `the CD is on ${srName(pool, vm.cd.sr)}`,
                'a suspended VM cannot let go of a CD, and does not wake where its SR is missing',
              ],
              `Resume ${vm.name}, take the CD out and shut it down, then ask for the plan again.`,
            )
          : found(
              'question',
              vm.name,
              `${vm.name} is suspended; it stays so during the upgrade.`,
              ['XAPI: Suspended', 'it wakes on the same or a newer version only'],
              `Better: resume ${vm.name} and shut it down; CloudStack knows no suspended VMs.`,
              'Approving the plan is the consent to leave it as it is.',
            ),
      ),
});
