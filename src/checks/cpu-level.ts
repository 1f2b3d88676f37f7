/**
 * From 7.0 on XAPI gives VMs the CPU features that all hosts of the pool have when they start. One that was started with
 * more, before an older host or an update that takes features away came, cannot go everywhere (xc R32, §7; CTX231947).
 */
import { defineCheck, found } from './check';

export const cpuLevel = defineCheck({
  name: 'cpu-level',
  summary: 'No running VM was started with CPU features that the pool as a whole does not have.',
  source: 'xc R32 and §7, xapi §5.1 and §6.2',
  since: 'hosts 7.0',
  look: (pool) =>
    pool.vms
      .filter(({ power, traits }) => power !== 'Halted' && traits?.cpuBeyond !== undefined)
      .map(({ name, traits, cloudstack }) =>
        found(
          'warn',
          name,
          `${name} was started with CPU features that not every host of ${pool.name} has.`,
          [`last_boot_CPU_flags beyond the pool’s cpu_info: ${traits?.cpuBeyond}`],
          `Stop and start it${cloudstack ? ' in CloudStack' : ''} when its owner agrees: it then takes the level of the pool.`,
          'Until then XAPI may refuse to move it (VM_INCOMPATIBLE_WITH_THIS_HOST).',
        ),
      ),
});
