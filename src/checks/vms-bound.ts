/** What ties a VM to others or to a host without nailing it: appliances and preferred hosts (R38; xapi §6.1). */
import { defineCheck, found } from './check';

export const vmsBound = defineCheck({
  name: 'vms-bound',
  summary: 'No running VM belongs to an appliance; preferred hosts are told.',
  source: 'xc R38, xapi §6.1',
  look: (pool) =>
    pool.vms
      .filter((vm) => vm.on !== undefined)
      .flatMap((vm) => [
        ...(vm.traits?.inAppliance === true
          ? [
              found(
                'warn',
                vm.name,
                `${vm.name} belongs to an appliance: XAPI starts and stops it together with others.`,
                ['VM_IS_PART_OF_AN_APPLIANCE is what a start may be refused with'],
                `Take it out: xe vm-param-set uuid=${vm.uuid} appliance=`,
              ),
            ]
          : []),
        ...(vm.traits?.affinity !== undefined
          ? [
              found(
                'note',
                vm.name,
                `${vm.name} prefers ${vm.traits.affinity}.`,
                ['XAPI: affinity'],
                'Nothing to do: the plan names a host for every move.',
              ),
            ]
          : []),
      ]),
});
