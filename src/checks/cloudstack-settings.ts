/** Global settings that change what happens to hosts and VMs, all that cs §7.5 names (cs §1 facts 10, 14, 15, 16). */
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
  /** What it is set to for the time of the run, and the first CloudStack that heeds it without a restart. */
  readonly during?: { readonly to: string; readonly since: string };
}

const isTrue = (value: string): boolean => value === 'true';
/** Undefined where CloudStack has no such setting, or it holds no number. */
function numberIn(pool: Snapshot, name: string): number | undefined {
  const value = pool.cloudstack.traits?.settings?.[name];
  const number = value === undefined || value === '' ? Number.NaN : Number(value);
  return Number.isNaN(number) ? undefined : number;
}

/** A heartbeat that may be late by less than two writes reboots hosts for nothing (cs fact 15). */
const SHORTEST_HEARTBEAT_SECONDS = 60;
/** One round of the monitor moves about this many VMs (cs fact 16: 20 rounds of 60 s). */
const VMS_A_ROUND = 2;
/** XAPI is away for a minute when its toolstack restarts, and one ping more may be lost. */
const SHORTEST_SILENCE_SECONDS = 120;
/** No host of the field boots in less; CloudStack has to see that it was away (cs fact 14). */
const FASTEST_BOOT_SECONDS = 300;
/** The state of a host in maintenance changes once a round (cs §4.4): two minutes are twice the default. */
const LONGEST_ROUND_SECONDS = 120;
/** A host that boots for a quarter of an hour is not yet worth an alert; a third of the default (cs fact 10). */
const SHORTEST_ALERT_SECONDS = 600;
/** One refusal of XAPI is no reason to leave a VM behind. */
const FEWEST_TRIES = 2;
/** Between two moves that share 1 Gbit/s, one gets about so many MiB in a second. */
const MIB_A_SECOND = 50;
/** A host of some dozen VMs is emptied within an hour; its jobs must be remembered so long. */
const SHORTEST_MEMORY_MINUTES = 60;
/** A copy of scripts to a host that has just booted takes minutes. */
const SHORTEST_WAIT_SECONDS = 300;
/** XAPI answers a busy pool of two versions within half a minute. */
const SHORTEST_XAPI_SECONDS = 30;
/** A host is waited for 15 minutes after its boot, and may need two scans (cs §9.5 no. 9). */
const LONGEST_SCAN_SECONDS = 450;

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
    during: { to: 'false', since: '4.15' },
  },
  {
    setting: 'ha.tag',
    severity: 'warn',
    says: (value) =>
      value === '' ? undefined : `Hosts tagged ${value} take VMs only when another host is down.`,
    advice: 'CloudStack finds no room on them for moved VMs: take the tag off for the time of the upgrade.',
  },
  {
    setting: 'ha.vm.restart.hostup',
    severity: 'note',
    says: (value) =>
      value === 'false'
        ? 'An HA-enabled VM that is found stopped on a host that is up is not started again.'
        : undefined,
    advice: 'Nothing to do: the plan starts what it stopped, and tells of a VM that ended by itself.',
  },
  {
    setting: 'vm.ha.enabled',
    severity: 'warn',
    says: (value) =>
      value === 'false' ? 'CloudStack restarts no VM when a host fails during the upgrade.' : undefined,
    advice: 'Set it to true, or have people at hand who start the VMs of a host that fails.',
  },
  {
    setting: 'vm.ha.migration.max.retries',
    severity: 'warn',
    says: (value) =>
      Number(value) < FEWEST_TRIES
        ? `CloudStack gives a VM up after ${value} tries when it empties a host; the host ends in ErrorInMaintenance.`
        : undefined,
    advice: 'Set it to 5, its default.',
  },
  {
    setting: 'alert.wait',
    severity: 'warn',
    says: (value, pool) => {
      if (Number(value) >= SHORTEST_ALERT_SECONDS) return undefined;
      // 2.2 takes an alert for a host that is down (cs §7 no. 1)
      const then =
        compareVersions(pool.cloudstack.version, '3.0') < 0 ? ', and its VMs are started elsewhere' : '';
      return `A host whose state CloudStack cannot find out is in Alert after ${value} seconds${then}.`;
    },
    advice: 'Set it to 1800, its default, and restart the management servers.',
  },
  {
    setting: 'ping.interval',
    severity: 'note',
    says: (value) =>
      Number(value) > LONGEST_ROUND_SECONDS
        ? `CloudStack looks at a host in maintenance once in ${value} seconds: each host takes that much longer.`
        : undefined,
    advice: 'Nothing to do: the plan waits for CloudStack.',
  },
  {
    setting: 'ping.timeout',
    severity: 'warn',
    says: (value, pool) => {
      const interval = numberIn(pool, 'ping.interval');
      if (interval === undefined) return undefined;
      const silence = Math.round(interval * Number(value));
      if (silence < SHORTEST_SILENCE_SECONDS)
        return `A host that is silent for ${silence} seconds is taken for gone; XAPI’s own restart takes a minute.`;
      if (silence > FASTEST_BOOT_SECONDS)
        return `CloudStack does not notice a boot of less than ${silence} seconds: no scripts are copied, no heartbeat starts.`;
      return undefined;
    },
    advice:
      'Set ping.interval to 60 and ping.timeout to 2.5, their defaults, and restart the management servers.',
  },
  {
    setting: 'migrate.vm.across.clusters',
    severity: 'warn',
    says: (value) => (isTrue(value) ? 'CloudStack may move VMs out of the cluster.' : undefined),
    advice: 'Set it to false for the time of the upgrade: VMs would leave the plan.',
    during: { to: 'false', since: '4.16' },
  },
  {
    setting: 'set.host.down.to.maintenance',
    severity: 'warn',
    says: (value) => (isTrue(value) ? 'A host that is down may be put in maintenance by hand.' : undefined),
    advice: 'Set it to false: a host that is only slow would be emptied as if it were dead.',
    during: { to: 'false', since: '4.15' },
  },
  {
    setting: 'host.maintenance.local.storage.strategy',
    severity: 'warn',
    says: (value) =>
      value === 'ForceStop' || value === 'Migration'
        ? `VMs with local disks are ${value === 'ForceStop' ? 'force-stopped' : 'moved with their disks'} when their host goes into maintenance.`
        : undefined,
    advice: 'Set it to Error: the plan stops such VMs itself, with consent.',
    during: { to: 'Error', since: '4.16' },
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
    setting: 'xenserver.heartbeat.interval',
    severity: 'warn',
    says: (value, pool) => {
      const timeout = numberIn(pool, 'xenserver.heartbeat.timeout');
      // too short a timeout is told by itself
      return timeout !== undefined && timeout >= SHORTEST_HEARTBEAT_SECONDS && Number(value) * 2 > timeout
        ? `A host writes its heartbeat every ${value} seconds and reboots itself after ${timeout} without: one late write is enough.`
        : undefined;
    },
    advice:
      'Set it to 60, its default, or to half of xenserver.heartbeat.timeout; hosts read it at their next boot.',
  },
  {
    setting: 'xapiwait',
    severity: 'warn',
    says: (value) =>
      Number(value) < SHORTEST_XAPI_SECONDS
        ? `CloudStack gives XAPI ${value} seconds to answer; a pool of two versions is slower than that.`
        : undefined,
    advice: 'Set it to 60, its default, and restart the management servers.',
  },
  {
    setting: 'wait',
    severity: 'warn',
    says: (value) =>
      Number(value) < SHORTEST_WAIT_SECONDS
        ? `CloudStack gives a host ${value} seconds to carry out a command; its set-up after a boot takes longer.`
        : undefined,
    advice: 'Set it to 1800, its default, and restart the management servers.',
  },
  {
    setting: 'migratewait',
    severity: 'warn',
    says: (value, pool) => {
      const largest = Math.max(0, ...pool.vms.filter((vm) => vm.on !== undefined).map((vm) => vm.memoryMib));
      const needed = Math.ceil(largest / MIB_A_SECOND);
      return Number(value) < needed
        ? `CloudStack gives up a migration after ${value} seconds; the largest VM of the pool may take ${needed}.`
        : undefined;
    },
    advice: 'Set it to 3600, its default, or more, and restart the management servers.',
  },
  {
    setting: 'job.cancel.threshold.minutes',
    severity: 'warn',
    says: (value, pool) => {
      const migrate = numberIn(pool, 'migratewait');
      return migrate !== undefined && Number(value) * 60 < migrate
        ? `CloudStack cancels a job after ${value} minutes, sooner than migratewait lets a migration take.`
        : undefined;
    },
    advice: 'Set it to 60, its default: what became of a cancelled migration nobody says.',
  },
  {
    setting: 'job.expire.minutes',
    severity: 'warn',
    says: (value) =>
      Number(value) < SHORTEST_MEMORY_MINUTES
        ? `CloudStack forgets a job after ${value} minutes; emptying a host may take longer.`
        : undefined,
    advice: 'Set it to 1440, its default.',
  },
  {
    setting: 'direct.agent.scan.interval',
    severity: 'warn',
    says: (value) =>
      Number(value) > LONGEST_SCAN_SECONDS
        ? `A host that was upgraded may need two scans to be Up again, and CloudStack scans once in ${value} seconds.`
        : undefined,
    advice: 'Set it to 90, its default, and restart the management servers.',
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

/** Settings that a rule speaks of: each of those that are read. */
export const RULED_SETTINGS: readonly string[] = RULES.map(({ setting }) => setting);

export const cloudstackSettings = defineCheck({
  name: 'cloudstack-settings',
  summary: 'CloudStack’s global settings leave hosts and VMs where the plan puts them, and no door is open.',
  source: 'cs §7.5, facts 10, 14, 15 and 16',
  look: (pool) =>
    RULES.flatMap(({ setting, severity, says, advice, during }) => {
      const value = pool.cloudstack.traits?.settings?.[setting];
      const what = value === undefined ? undefined : says(value, pool);
      if (what === undefined) return [];
      const finding = found(severity, pool.name, what, [`${setting} = ${value}`], advice);
      if (!during || compareVersions(pool.cloudstack.version, during.since) < 0) return [finding];
      return [{ ...finding, remedy: { kind: 'change-setting', args: { name: setting, to: during.to } } }];
    }),
});
