/** What is owed, as people name it. The ids stay what commands take. */
import type { Obligation, Owed } from './obligation';

/** Reads after "Owed to the pool:" and after "Give back". */
const NAMED = {
  'ha-off': (pool) => `HA of ${pool}`,
  'wlb-paused': (pool) => `WLB of ${pool}`,
  'auto-start-off': (pool) => `the automatic starts of ${pool}`,
  'operations-allowed': (vm) => `the blocked operations of ${vm}`,
  'setting-changed': (setting) => `setting ${setting} of CloudStack`,
  'services-stopped': (server) => `the CloudStack services on ${server}`,
  'cluster-allocation-disabled': (cluster) => `allocation on cluster ${cluster}`,
  'host-allocation-disabled': (host) => `allocation on ${host}`,
  'cluster-unmanaged': (cluster) => `management of cluster ${cluster}`,
  'host-in-maintenance': (host) => `${host} from maintenance`,
  'host-disabled': (host) => `${host} enabled in XAPI`,
  'installer-prepared': (host) => `${host} without a prepared installer`,
  'vm-stopped': (vm) => `the start of ${vm}`,
  'hotfixes-staged': (hotfix) => `the removal of the file of ${hotfix}`,
  'test-vm': (vm) => `the removal of test VM ${vm}`,
  'test-network': (network) => `the removal of test network ${network}`,
} as const satisfies Record<Owed, (on: string) => string>;

/** "HA of pool-a". */
export const owedName = ({ what, on }: Pick<Obligation, 'what' | 'on'>): string =>
  // a journal may hold what a newer version owed
  Object.hasOwn(NAMED, what) ? NAMED[what](on) : `${what as string} on ${on}`;
