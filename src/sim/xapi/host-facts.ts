/** What is computed about one host: free memory, operations shown, versions as XAPI spells them. */
import { uuidOf } from '../identity';
import { isMixed, residentsOf, type SimHost, type SimVm } from '../model';
import { profileOf } from '../profiles';
import { packVersions } from './record-traits';
import type { XapiRecord } from './values';
import type { XapiWorld } from './world';

export const metricsUuid = (host: SimHost): string => uuidOf('host_metrics', host.uuid);

/** While versions differ only these are shown, and reboot is not one of them (xapi fact 10). */
export const hostOperations = (host: SimHost): string[] =>
  isMixed(host.pool)
    ? ['evacuate', 'provision']
    : host.enabled
      ? ['provision', 'evacuate', 'vm_start', 'vm_resume', 'vm_migrate']
      : ['evacuate', 'reboot', 'shutdown'];

/** compute_free_memory: total − Σ(resident ∪ arriving: dynamic_min + overhead), dom0 included, floor 0 (xapi §5.3). */
export function freeMib(world: XapiWorld, host: SimHost, except?: SimVm): number {
  const arriving = [...world.of(host.pool).moves].filter((move) => move.to === host).map((move) => move.vm);
  const there = new Set([...residentsOf(host), ...arriving]);
  if (except) there.delete(except);
  let used = host.memory.base;
  for (const vm of there) used += vm.memoryMib + vm.overheadMib;
  return Math.max(0, host.memory.total - used);
}

export const softwareVersion = (host: SimHost): XapiRecord => {
  const profile = profileOf(host.version, host.brand);
  const text = profile.text === '' ? host.version.replace(/\.0$/, '') : profile.text;
  return {
    product_version: host.version,
    product_version_text: text,
    product_version_text_short: text,
    product_brand: host.brand,
    ...(host.platform !== '' && { platform_name: 'XCP', platform_version: host.platform }),
    build_number: host.build,
    hostname: `${host.name}.build`,
    date: profile.date,
    dbv: profile.date,
    xapi: profile.xapi,
    xen: profile.xen,
    linux: profile.linux,
    xencenter_min: '2.3',
    xencenter_max: '2.6',
    network_backend: 'openvswitch',
    db_schema: `5.${profile.api[1]}`,
    ...packVersions(host),
  };
};
