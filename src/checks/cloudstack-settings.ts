/** Global settings that change what happens to hosts and VMs (cs §7.5, §1 fact 16). */
import type { Severity } from '../domain/finding';
import { compareVersions } from '../domain/version';
import { residents, type Snapshot } from '../domain/pool';
import { defineCheck, found } from './check';

interface Rule {
  readonly setting: string;
  readonly severity: Severity;
  /** Why this value is worth a word; undefined where it is not. */
  readonly says: (value: string, pool: Snapshot) => string | undefined;
  readonly advice: string;
}

const isTrue = (value: string): boolean => value === 'true';
/** A heartbeat that may be late by less than two writes reboots hosts for nothing (cs fact 15). */
const SHORTEST_HEARTBEAT_SECONDS = 60;
/** One round of the monitor moves about this many VMs (cs fact 16: 20 rounds of 60 s). */
const VMS_A_ROUND = 2;

const RULES: readonly Rule[] = [
  {
    setting: 'integration.api.port',
    severity: 'warn',
    says: (value) =>
      Number(value) > 0
        ? `Port ${value} of the management servers takes every call of a root admin without a key.`
        : undefined,
    advice: 'Set it to 0 and restart the management servers, or close the port to everybody.',
  },
  {
    setting: 'force.ha',
    severity: 'warn',
    says: (value) =>
      isTrue(value)
        ? 'CloudStack restarts every VM, HA-enabled or not, when a host seems to be down.'
        : undefined,
    advice: 'Set it to false for the time of the upgrade: a host that is only slow would be taken for dead.',
  },
  {
    setting: 'ha.tag',
    severity: 'warn',
    says: (value) =>
      value === '' ? undefined : `Hosts tagged ${value} take VMs only when another host is down.`,
    advice: 'CloudStack finds no room on them for moved VMs: take the tag off for the time of the upgrade.',
  },
  {
    setting: 'migrate.vm.across.clusters',
    severity: 'warn',
    says: (value) => (isTrue(value) ? 'CloudStack may move VMs out of the cluster.' : undefined),
    advice: 'Set it to false for the time of the upgrade: VMs would leave the plan.',
  },
  {
    setting: 'set.host.down.to.maintenance',
    severity: 'warn',
    says: (value) => (isTrue(value) ? 'A host that is down may be put in maintenance by hand.' : undefined),
    advice: 'Set it to false: a host that is only slow would be emptied as if it were dead.',
  },
  {
    setting: 'host.maintenance.local.storage.strategy',
    severity: 'warn',
    says: (value) =>
      value === 'ForceStop' || value === 'Migration'
        ? `VMs with local disks are ${value === 'ForceStop' ? 'force-stopped' : 'moved with their disks'} when their host goes into maintenance.`
        : undefined,
    advice: 'Set it to Error: the plan stops such VMs itself, with consent.',
  },
  {
    setting: 'xenserver.heartbeat.timeout',
    severity: 'warn',
    says: (value) =>
      Number(value) < SHORTEST_HEARTBEAT_SECONDS
        ? `A host reboots itself when its storage is silent for ${value} seconds.`
        : undefined,
    advice: 'Set it to 120, its default: storage is busy while hosts are emptied.',
  },
  {
    setting: 'host.maintenance.retries',
    severity: 'note',
    says: (value, pool) => {
      const { version } = pool.cloudstack;
      // 4.11.3 to 4.13 give an evacuation so many rounds; before and after there is no such limit
      if (compareVersions(version, '4.11.3') < 0 || compareVersions(version, '4.14') >= 0) return undefined;
      const most = Math.max(0, ...pool.hosts.map((host) => residents(pool, host.name).length));
      return most > Number(value) * VMS_A_ROUND
        ? `An evacuation is given up after ${value} minutes; the fullest host runs ${most} VMs.`
        : undefined;
    },
    advice: 'Nothing to do: the plan moves the VMs before it asks for maintenance.',
  },
];

export const cloudstackSettings = defineCheck({
  name: 'cloudstack-settings',
  summary: 'CloudStack’s global settings leave hosts and VMs where the plan puts them, and no door is open.',
  source: 'cs §7.5, facts 15 and 16',
  look: (pool) =>
    RULES.flatMap(({ setting, severity, says, advice }) => {
      const value = pool.cloudstack.traits?.settings?.[setting];
      const what = value === undefined ? undefined : says(value, pool);
      return what === undefined ? [] : [found(severity, pool.name, what, [`${setting} = ${value}`], advice)];
    }),
});
