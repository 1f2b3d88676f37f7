/** XAPI's and CloudStack's view of each host and VM side by side; where they differ, a check has a finding. Pure. */
import type { HostSnapshot, Snapshot, VmSnapshot } from './pool';
import { isMaster } from './pool';

export interface MapRow {
  readonly name: string;
  readonly xapi: string;
  readonly cloudstack: string;
  /** False where the two do not say the same. */
  readonly same: boolean;
}

export interface PoolMap {
  readonly hosts: readonly MapRow[];
  readonly vms: readonly MapRow[];
}

export const poolMap = (pool: Snapshot): PoolMap => ({
  hosts: pool.hosts.map((host) => hostRow(pool, host)),
  vms: pool.vms.map(vmRow),
});

const NOT_KNOWN = 'not known';

/** A host takes VMs in XAPI when it is live and enabled, in CloudStack when it is Up and Enabled. */
function hostRow(pool: Snapshot, host: HostSnapshot): MapRow {
  const cs = host.cloudstack;
  const takesInXapi = host.live && host.enabled;
  const takesInCloudStack = cs?.state === 'Up' && cs.resourceState === 'Enabled';
  return {
    name: host.name,
    xapi: [
      isMaster(pool, host) ? 'master' : 'member',
      host.live ? (host.enabled ? 'live, enabled' : 'live, disabled') : 'not live',
      host.version,
    ].join(', '),
    cloudstack: cs
      ? [cs.state, cs.resourceState, cs.hypervisorVersion || 'no version'].join(', ')
      : NOT_KNOWN,
    same:
      cs !== undefined &&
      takesInXapi === takesInCloudStack &&
      (cs.hypervisorVersion === '' || cs.hypervisorVersion === host.version),
  };
}

function vmRow(vm: VmSnapshot): MapRow {
  const cs = vm.cloudstack;
  return {
    name: vm.name,
    xapi: `${vm.power}${vm.on === undefined ? '' : ` on ${vm.on}`}`,
    cloudstack: cs ? `${cs.state}${cs.on === undefined ? '' : ` on ${cs.on}`}` : NOT_KNOWN,
    same:
      cs !== undefined &&
      (vm.power === 'Running'
        ? cs.state === 'Running' && cs.on === vm.on
        : vm.power === 'Halted' && cs.state !== 'Running'),
  };
}
