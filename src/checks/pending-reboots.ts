/**
 * Updates that wait for a reboot, or for a restart of the toolstack: what runs is not what is installed (xc §1.6 row 11;
 * xapi §8). XAPI keeps a list from 7.1 on; before, the times of hotfix and start tell, and from 8.3 on it says what it wants.
 */
import { isMaster, type HostSnapshot, type Snapshot } from '../domain/pool';
import type { Guidance } from '../domain/patching';
import { changesVersion, defineCheck, found, type Extra, type Found } from './check';

export const pendingReboots = defineCheck({
  name: 'pending-reboots',
  summary: 'No host waits for a reboot, or for a restart of its toolstack, after an update.',
  source: 'xc §1.6 row 11, xapi §8.1 to §8.3',
  look: (pool, _target, extra) => pool.hosts.flatMap((host) => onHost(pool, host, extra)),
});

function onHost(pool: Snapshot, host: HostSnapshot, extra: Extra): Found[] {
  const { rebootsFor = [], restartsFor = [], guidance = [] } = host.traits ?? {};
  const first = beforeFurtherUpdates(pool, host, extra);
  if (first) return [first];
  const reboots = [
    ...rebootsFor.map((update) => `waits for a reboot: ${update}`),
    ...(guidance.includes('reboot') ? ['pending_guidances: a reboot'] : []),
  ];
  const restarts = [
    ...restartsFor.map((update) => `waits for a restart of the toolstack: ${update}`),
    ...(guidance.includes('restart-toolstack') ? ['pending_guidances: a restart of the toolstack'] : []),
  ];
  const master = isMaster(pool, host);
  const severity = !changesVersion(extra) ? 'note' : master ? 'block' : 'warn';
  // a reboot starts the toolstack as well
  if (reboots.length > 0)
    return [
      found(
        severity,
        host.name,
        `${host.name} has not been rebooted since updates were applied.`,
        [...reboots, ...restarts],
        !changesVersion(extra)
          ? 'Nothing to do: this plan reboots it.'
          : master
            ? 'Finish that update first: the master must run what it has.'
            : 'The upgrade reboots it anyway; finish the update first if hosts are to be equal.',
      ),
    ];
  if (restarts.length === 0) return [];
  return [
    found(
      severity,
      host.name,
      `The toolstack of ${host.name} has not been restarted since updates were applied.`,
      restarts,
      !changesVersion(extra)
        ? 'Nothing to do: this plan reboots it.'
        : `Run on ${host.name}, while no task of XAPI is under way: xe-toolstack-restart`,
    ),
  ];
}

/** XAPI takes no further updates of a repository before what the last ones made mandatory is done: told before the host is emptied. */
function beforeFurtherUpdates(pool: Snapshot, host: HostSnapshot, { patching }: Extra): Found | undefined {
  const { look, work } = patching ?? {};
  const { guidance = [] } = host.traits ?? {};
  if (!look?.seen || work?.provider !== 'repository' || guidance.length === 0) return undefined;
  // with nothing left to apply the plan does what is due; what is on offer without a synchronisation nobody knows
  if (look.seen.hosts[host.uuid]?.available?.length === 0) return undefined;
  const toolstack = guidance.every((one) => one === 'restart-toolstack');
  return found(
    'block',
    host.name,
    `${host.name} takes no further updates before what the last ones want has been done.`,
    guidance.map((one) => `pending_guidances: ${WORDS[one]}`),
    toolstack
      ? `Run on ${host.name}, while no task of XAPI is under way: xe-toolstack-restart`
      : `Let a rolling reboot do it first: /xsupgrade plan ${pool.name} --reboot --hosts ${host.name}`,
    `Then ask again: /xsupgrade plan ${pool.name} --updates latest`,
  );
}

const WORDS = {
  none: 'nothing',
  'restart-toolstack': 'a restart of the toolstack',
  reboot: 'a reboot',
  evacuate: 'an empty host',
  'restart-vms': 'a restart of the VMs',
} as const satisfies Record<Guidance, string>;
