/** VMs that XAPI starts by itself when a host boots, behind CloudStack's back (cs §13 no. 18; xc §1.5). */
import { defineCheck, found } from './check';

export const autoStart = defineCheck({
  name: 'auto-start',
  summary: 'XAPI starts no VM by itself when a host boots.',
  source: 'cs §13 no. 18, xc §1.5',
  look(pool) {
    const vms = pool.vms.filter((vm) => vm.traits?.autoPowerOn === true);
    if (vms.length === 0) return [];
    const names = vms.map((vm) => vm.name);
    // without the pool's flag, the flag of a VM does nothing
    if (!pool.autoPowerOn)
      return [
        found(
          'note',
          pool.name,
          `${names.join(', ')} would be started by XAPI at boot, if the pool allowed it.`,
          ['other_config: auto_poweron of the pool is not set'],
          'Nothing to do.',
        ),
      ];
    const commands = vms.map(
      (vm) => `xe vm-param-set uuid=${vm.uuid} other-config:auto_poweron=false  # ${vm.name}`,
    );
    return [
      {
        ...found(
          'block',
          pool.name,
          `XAPI starts ${names.join(', ')} by itself when a host boots.`,
          ['other_config: auto_poweron of the pool and of these VMs'],
          'CloudStack may have moved or started them elsewhere by then: two machines on one disk destroy it.',
          ...commands,
        ),
        // the flags of the VMs stay: without the pool's they do nothing
        remedy: { kind: 'stop-auto-start', args: { pool: pool.name } },
      },
    ];
  },
});
