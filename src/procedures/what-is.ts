/** What a procedure asks of the snapshot and of what earlier runs owe. Pure. */
import { isCustomised, type Customisations } from '../domain/dom0';
import { nailOf } from '../domain/movability';
import type { Obligation } from '../domain/obligation';
import { hostNamed, isMaster, masterFirst, type HostSnapshot, type Snapshot } from '../domain/pool';
import { sameOrNewer } from '../domain/version';
import { binOf, keepsMasterRole, type DomZeroBin } from '../domain/version-eras';
import { haSeen } from '../steps/disable-ha';
import type { ClusterArgs, HostArgs } from '../steps/sight';
import type { ProcedureInput } from './procedure';

export const alreadyThere = (host: HostSnapshot, target: string): boolean => host.version === target;

/** As the placement has them; hosts without a turn in it keep their place behind the master. */
export function inPlannedOrder({ snapshot, placement }: ProcedureInput): readonly HostSnapshot[] {
  const rank = new Map(placement.order.map((name, at) => [name, at]));
  const rankOf = ({ name }: HostSnapshot): number => rank.get(name) ?? placement.order.length;
  return masterFirst(snapshot).toSorted((a, b) => rankOf(a) - rankOf(b));
}

export const isOwed = (owed: readonly Obligation[], on: HostSnapshot | string): boolean =>
  owed.some((obligation) => obligation.on === (typeof on === 'string' ? on : on.name));

export const argsOf = (pool: Snapshot, host: HostSnapshot): HostArgs => ({
  host: host.name,
  uuid: host.uuid,
  id: host.cloudstack?.id ?? '',
  master: isMaster(pool, host),
});

/** CloudStack's directory in dom0, where it is not today's. */
export const binFor = ({ snapshot }: ProcedureInput): { readonly bin?: DomZeroBin } => {
  const bin = binOf(snapshot.cloudstack.version);
  return bin === '/opt/cloud/bin' ? {} : { bin };
};

/** Where maintenance would hand the master role on, the master is worked on without it, its cluster Unmanaged (cs fact 9). */
export const skipsMaintenance = ({ snapshot }: ProcedureInput, host: HostSnapshot): boolean =>
  isMaster(snapshot, host) && !keepsMasterRole(snapshot.cloudstack.version);

export const clusterOf = ({ snapshot }: ProcedureInput): ClusterArgs => ({
  pool: snapshot.name,
  cluster: snapshot.cloudstack.clusterName,
  clusterId: snapshot.cloudstack.clusterId,
});

/** "6.5.0", or "6.5.0 and 7.1.2" for a pool that is half-way. */
export const sourcesOf = (pool: Snapshot): string =>
  [...new Set(pool.hosts.map((host) => host.version))].sort().join(' and ');

/** HA as it was before the first run touched it: what is owed counts, not what today's snapshot shows. */
export function haBefore({ snapshot, owed }: ProcedureInput): ReturnType<typeof haSeen> {
  const open = owed.find((obligation) => obligation.what === 'ha-off');
  return open ? (open.before as ReturnType<typeof haSeen>) : haSeen(snapshot.ha);
}

export const wasHaOn = (input: ProcedureInput): boolean => haBefore(input).on;

export const wasWlbOn = ({ snapshot, owed }: ProcedureInput): boolean =>
  snapshot.wlb.on || owed.some((obligation) => obligation.what === 'wlb-paused');

/** What was attached must be attached again; but for storage that new partitions take with them. */
export function storageOf(pool: Snapshot, host: HostSnapshot, lost: readonly string[] = []) {
  return {
    srs: host.pbds
      .filter((pbd) => pbd.attached && !lost.includes(pbd.sr))
      .map((pbd) => ({ uuid: pbd.sr, name: srName(pool, pbd.sr) })),
    pifs: host.pifs.filter((pif) => pif.attached).map((pif) => pif.device),
  };
}

/** Shared SRs carry CloudStack's heartbeat; ISO libraries do not (cs §8.4, setup_heartbeat_sr). */
export function heartbeatSrs(pool: Snapshot, host: HostSnapshot) {
  return host.pbds
    .filter((pbd) => pbd.attached)
    .flatMap((pbd) => pool.srs.filter((sr) => sr.uuid === pbd.sr && sr.shared && sr.type !== 'iso'))
    .map(({ uuid, name }) => ({ uuid, name }));
}

const srName = (pool: Snapshot, uuid: string): string =>
  pool.srs.find((sr) => sr.uuid === uuid)?.name ?? uuid;

/**
 * The VM and the router that the plan moves onto this host next, from the hosts after it; else the canary VM. Moves from
 * a newer version than the host's target would be refused, so they are never among them.
 */
export function nextOnto(
  { snapshot, placement, has, target }: ProcedureInput,
  host: HostSnapshot,
): readonly string[] {
  const later = placement.order.slice(placement.order.indexOf(host.name) + 1);
  const moves = placement.hosts
    .filter((one) => later.includes(one.host) && sameOrNewer(target, hostNamed(snapshot, one.host).version))
    .flatMap((one) => one.moves.filter((move) => move.to === host.name));
  const kindOf = (vm: string) => snapshot.vms.find((one) => one.name === vm)?.kind;
  const guest = moves.find((move) => kindOf(move.vm) === 'guest');
  const router = moves.find((move) => kindOf(move.vm) === 'router');
  const next = [guest, router].flatMap((move) => (move ? [move.vm] : []));
  if (next.length > 0) return next;
  const canary = snapshot.vms.find(
    (vm) => vm.name === has.canaryVm || vm.cloudstack?.displayName === has.canaryVm,
  );
  // a canary that cannot move tests nothing: then a person chooses
  return canary && !nailOf(canary, host.version, target) ? [canary.name] : [];
}

/** The management interface that dom0 names; nothing where it names none, or nobody could look. */
export const bridgeOf = ({ dom0 }: HostSnapshot): { readonly bridge?: string } =>
  dom0?.managementInterface ? { bridge: dom0.managementInterface } : {};

/** What people added to dom0; undefined where there is nothing, or nobody could look. */
export const addedTo = ({ dom0 }: HostSnapshot): Customisations | undefined =>
  dom0?.customisations && isCustomised(dom0.customisations) ? dom0.customisations : undefined;
