/** A reboot is believed by its boot time alone: a host that shows none cannot prove one (xapi §5.1). */
import { defineCheck, found } from './check';

export const bootTimes = defineCheck({
  name: 'boot-times',
  summary: 'Every host shows when it was booted.',
  source: 'xapi §5.1',
  look: (pool) =>
    pool.hosts
      .filter((host) => Date.parse(host.bootedAt) <= 0)
      .map((host) =>
        found(
          'block',
          host.name,
          `${host.name} does not show when it was booted.`,
          ['other_config: no boot_time'],
          `Restart its toolstack, which writes it: xe-toolstack-restart on ${host.name}; it was emptied or not, VMs run on.`,
        ),
      ),
});
