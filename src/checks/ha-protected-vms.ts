/** VMs that XAPI's HA restarts although CloudStack restarts them too (cs §7, §13 no. 20; xapi §6.1). */
import { defineCheck, found } from './check';

export const haProtectedVms = defineCheck({
  name: 'ha-protected-vms',
  summary: 'No VM of CloudStack is also restarted by XAPI’s HA.',
  source: 'cs §7 and §13 no. 20, xapi §6.1',
  look: (pool) =>
    pool.vms
      .filter((vm) => vm.cloudstack && vm.traits?.haPriority === 'restart')
      .map((vm) =>
        found(
          'warn',
          vm.name,
          `XAPI’s HA restarts ${vm.name}, and CloudStack does too.`,
          [`ha_restart_priority restart`, `CloudStack: HA ${vm.cloudstack?.haEnabled ? 'enabled' : 'off'}`],
          `Leave it to CloudStack: xe vm-param-set uuid=${vm.uuid} ha-restart-priority=`,
        ),
      ),
});
