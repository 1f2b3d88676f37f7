/** Every host live and enabled in XAPI, Up and Enabled in CloudStack, its cluster Managed. What we left half-way is ours. */
import type { Owed } from '../domain/obligation';
import type { HostSnapshot, Snapshot } from '../domain/pool';
import { changesVersion, defineCheck, found, isOwed, wasRead, type Extra, type Found } from './check';

export const hostsReady = defineCheck({
  name: 'hosts-ready',
  summary:
    'All hosts are live and enabled in XAPI, Up and Enabled in CloudStack, and the cluster is Managed.',
  source: 'xc §1.3 row 2, pl F-05, cs §4 and §5',
  look: (pool, _target, extra) => [
    ...pool.hosts.flatMap((host) => onHost(pool, host, extra)),
    ...cluster(pool, extra),
  ],
});

/** Obligations that explain why a host is not ready: an earlier run took it away and owes it back. */
const TOOK_IT_AWAY: readonly Owed[] = ['host-disabled', 'host-in-maintenance', 'host-allocation-disabled'];

function onHost(pool: Snapshot, host: HostSnapshot, extra: Extra): Found[] {
  const seen = [
    ...(host.live ? [] : ['XAPI: not live']),
    ...(host.enabled ? [] : ['XAPI: disabled']),
    ...(host.cloudstack && host.cloudstack.state !== 'Up' ? [`CloudStack: ${host.cloudstack.state}`] : []),
    ...(host.cloudstack && host.cloudstack.resourceState !== 'Enabled'
      ? [`CloudStack: ${host.cloudstack.resourceState}`]
      : []),
  ];
  if (seen.length === 0) return [];
  const owed = TOOK_IT_AWAY.filter((what) => isOwed(extra, what, host.name));
  const disconnected = isOwed(extra, 'cluster-unmanaged') && host.live && host.enabled;
  if (owed.length > 0 && !changesVersion(extra))
    return [
      found(
        'block',
        host.name,
        `${host.name} was taken away by an earlier run and is owed back.`,
        [...seen, ...owed.map((what) => `owed: ${what}`)],
        `Give it back first: /xsupgrade obligations ${pool.name}`,
      ),
    ];
  if (host.live && (owed.length > 0 || disconnected))
    return [
      found(
        'note',
        host.name,
        `${host.name} was taken away by an earlier run and is owed back.`,
        [...seen, ...owed.map((what) => `owed: ${what}`)],
        `The plan goes on from there.`,
      ),
    ];
  return [
    found(
      'block',
      host.name,
      `${host.name}${host.name === pool.master ? ', the master,' : ''} is not ready.`,
      seen,
      ...adviceFor(host),
    ),
  ];
}

function adviceFor(host: HostSnapshot): readonly string[] {
  if (!host.live) return [`Look at the console of ${host.name}: power, network, toolstack.`];
  if (!host.enabled)
    return [`Find out who disabled ${host.name}, then run on it: xe host-enable uuid=${host.uuid}`];
  if (host.cloudstack?.resourceState !== 'Enabled')
    return [
      `In CloudStack, take ${host.name} out of ${host.cloudstack?.resourceState ?? 'that state'} until it is Enabled.`,
    ];
  return [`In CloudStack, reconnect ${host.name} and wait until it is Up.`];
}

function cluster(pool: Snapshot, extra: Extra): Found[] {
  if (!wasRead(pool, 'cloudStack')) return [];
  const { clusterName, managedState, allocationState } = pool.cloudstack;
  const unmanaged = isOwed(extra, 'cluster-unmanaged') && changesVersion(extra);
  const disabled = isOwed(extra, 'cluster-allocation-disabled');
  return [
    ...(managedState === 'Managed'
      ? []
      : [
          found(
            unmanaged ? 'note' : 'block',
            clusterName,
            `The cluster ${clusterName} is ${managedState}${unmanaged ? '; an earlier run owes it back' : ''}.`,
            [`CloudStack: managedstate ${managedState}`],
            unmanaged
              ? 'The plan goes on from there.'
              : 'Find out who unmanaged it; when all hosts are well, manage it again in CloudStack.',
          ),
        ]),
    ...(allocationState === 'Enabled'
      ? []
      : [
          found(
            disabled ? 'note' : 'warn',
            clusterName,
            `New VMs are not placed in the cluster ${clusterName}: its allocation is ${allocationState}.`,
            [`CloudStack: allocationstate ${allocationState}`],
            disabled
              ? 'An earlier run did this and owes it back.'
              : 'Nobody of this product did it; it is left as it was found.',
          ),
        ]),
  ];
}
