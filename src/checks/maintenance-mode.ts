/** XenCenter's maintenance mode: it moves the master role and keeps a list of VMs that nobody reads any more (xc §1.3 row 2, S11). */
import { defineCheck, found } from './check';

export const maintenanceMode = defineCheck({
  name: 'maintenance-mode',
  summary: 'No host is in XenCenter’s maintenance mode.',
  source: 'xc §1.3 row 2, pl S11',
  look: (pool) =>
    pool.hosts
      .filter((host) => host.traits?.maintenanceMode === true)
      .map((host) => {
        const command = `xe host-param-remove uuid=${host.uuid} param-name=other-config param-key=MAINTENANCE_MODE`;
        return {
          ...found(
            'block',
            host.name,
            `${host.name} is in XenCenter’s maintenance mode.`,
            ['other_config: MAINTENANCE_MODE'],
            `Leave it in XenCenter, or run: ${command}`,
          ),
          // on a host that is enabled it is a leftover; a disabled one is somebody's to bring back
          ...(host.enabled && {
            remedy: { kind: 'end-maintenance-mode', args: { host: host.name, uuid: host.uuid } },
          }),
        };
      }),
});
