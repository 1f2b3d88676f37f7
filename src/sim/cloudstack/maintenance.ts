/** prepareHostForMaintenance and its way back, as 4.11.3 does them (cs §4.2, §4.5, §4.6, §6). */
import { type SimHost, type SimPool } from '../model';
import { answersPing, disconnect } from './connection';
import { cancelEvacuation, openWork, scheduleEvacuation } from './ha';
import { usesLocalStorage } from './placement';
import { failed, Refusal } from './refusal';
import { nextResourceState, noTransition, type ResourceEvent } from './resource-state';
import {
  alert,
  believedOn,
  type CloudStackSide,
  event,
  hostsOf,
  IN_TRANSITION,
  isKnown,
  PREPARING,
} from './side';

/** Moves the resource state by the table, or says which row is missing. */
export function transit(side: CloudStackSide, host: SimHost, what: ResourceEvent): string | undefined {
  const next = nextResourceState(side.profile.resourceStates, host.cs.resourceState, what);
  if (next === undefined) return noTransition(host.cs.resourceState, what);
  host.cs.resourceState = next;
  if (next === 'Enabled') {
    delete host.cameBackOn;
    host.cs.prepares = 0;
    host.cs.maintenanceRounds = 0;
    side.stalled.delete(host);
  }
  return undefined;
}

export const isPreparing = (host: SimHost): boolean => PREPARING.includes(host.cs.resourceState);

const REFUSED = 'Failed to prepare host for maintenance due to: ';

/** Why this host may not be prepared now, in CloudStack's words and order (cs §4.5). */
function unfit(side: CloudStackSide, host: SimHost): string | undefined {
  const others = host.pool.hosts.filter((one) => side.profile.preparing.includes(one.cs.resourceState));
  const { dbId } = host.pool.cluster;
  if (side.profile.prepareErrors === 431) {
    if (others.length > 0)
      return `There are other servers in PrepareForMaintenance OR ErrorInMaintenance STATUS in cluster ${dbId}`;
    return believedOn(host).some(usesLocalStorage) ? LOCAL_STORAGE : undefined;
  }
  const state = host.cs.resourceState;
  if (state === 'Maintenance' || side.profile.preparing.includes(state))
    return `Host is already in state ${state}. Cannot recall for maintenance until resolved.`;
  if (others.length > 0)
    return `There are other servers attempting migrations for maintenance. Found hosts in PrepareForMaintenance OR ErrorInPrepareForMaintenance STATUS in cluster ${dbId}`;
  if (believedOn(host).some(usesLocalStorage)) return LOCAL_STORAGE;
  const here = believedOn(host).map((vm) => vm.cs.state);
  if (here.includes('Migrating'))
    return 'Host contains incoming VMs migrating. Please wait for them to complete before putting to maintenance.';
  if (here.includes('Starting') || here.includes('Stopping'))
    return 'Host contains VMs in starting/stopping state. Please wait for them to complete before putting to maintenance.';
  return here.includes('Error') || here.includes('Unknown')
    ? 'Host contains VMs in error/unknown/shutdown state. Please fix errors to proceed.'
    : undefined;
}

const LOCAL_STORAGE =
  "There are active VMs using the host's local storage pool. Please stop all VMs on this host that use local storage.";

/** The job of prepareHostForMaintenance: done when the evacuation is queued, not when the host is empty (cs fact 1). */
export function prepare(side: CloudStackSide, host: SimHost): void {
  const refuse = (text: string): Refusal =>
    side.profile.prepareErrors === 431 ? new Refusal(431, text, 4350) : failed(`${REFUSED}${text}`);
  const why = unfit(side, host);
  if (why !== undefined) throw refuse(why);
  const attached = host.cs.owner !== undefined && host.cs.state === 'Up';
  if (!attached || !answersPing(side, host))
    throw refuse(`Unable to prepare for maintenance host ${host.cs.dbId}`);
  // MaintainCommand goes out before the state is asked: its tags are gone even when the state then says no (cs fact 3).
  if (side.profile.stripsTags) side.xapi.stripCloudTags(host);
  if (side.profile.maintenanceMovesMaster && host.pool.master === host.name) {
    const peer = host.pool.hosts.find((other) => other !== host && answersPing(side, other));
    if (peer) side.xapi.makeMaster(peer);
    else if (host.pool.hosts.length > 1)
      throw refuse(`Unable to prepare for maintenance host ${host.cs.dbId}`);
  }
  const missing = transit(side, host, side.profile.asks);
  if (missing !== undefined)
    throw refuse(
      side.profile.prepareErrors === 431
        ? `Cannot transmit resource state of host ${host.cs.dbId} to Maintenance${missing}`
        : `Cannot transit resource state of Host {"id":${host.cs.dbId},"name":"${host.name}","type":"Routing","uuid":"${host.cs.id}"} to Maintenance${missing}`,
    );
  host.cs.maintenanceRounds = 0;
  event(side, 'MAINT.PREPARE', `preparing host ${host.name} for maintenance`, 'Started');
  const strike = side.cloud.faults.strike('world:evacuation', host.name);
  if (strike?.how === 'stall') side.stalled.add(host);
  if (strike?.how === 'fail') transit(side, host, 'UnableToMigrate');
  scheduleEvacuation(side, host);
}

/** No command to the host and no look at its connection: a lost host comes back Enabled and Disconnected (cs §4.6). */
export function cancel(side: CloudStackSide, host: SimHost): void {
  const from = host.cs.resourceState;
  const allowed: readonly string[] = [...PREPARING, 'Maintenance'];
  if (!allowed.includes(from))
    throw failed(`Cannot perform cancelMaintenance when resource state is ${from}, host: ${host.name}`);
  cancelEvacuation(side, host);
  transit(side, host, 'AdminCancelMaintenance');
  // 2.2 goes through Disconnected; the scan connects it again (cs §4.1)
  if (side.profile.isOfThe2) disconnect(host, 'Disconnected');
  event(side, 'MAINT.CANCEL', `cancelled maintenance for host ${host.name}`);
}

/** One monitor round: who is empty enters Maintenance, who used up the rounds goes to ErrorInMaintenance. */
export function maintenanceRound(side: CloudStackSide): void {
  for (const host of hostsOf(side)) {
    if (!side.profile.preparing.includes(host.cs.resourceState) || isStalled(side, host)) continue;
    if (side.profile.evacuationEnds === 'by-tries') {
      attemptMaintain(side, host);
      continue;
    }
    const pending = openWork(side, host).filter((one) => one.type !== 'HA').length;
    if (isEmpty(side, host)) {
      completed(side, host);
      continue;
    }
    // Rounds count while it prepares; in ErrorInMaintenance it is only looked at again.
    if (host.cs.resourceState !== 'PrepareForMaintenance') continue;
    host.cs.maintenanceRounds++;
    const givenUp = pending === 0 && inTransitionAt(host).length === 0;
    const isOver =
      side.profile.evacuationEnds === 'by-rounds' &&
      (host.cs.maintenanceRounds >= side.profile.knobs.maintenanceRounds || givenUp);
    if (isOver) {
      cancelEvacuation(side, host);
      transit(side, host, 'UnableToMigrate');
      alert(side, 7, `Unable to finish maintenance of host ${host.name}`);
    }
  }
}

function completed(side: CloudStackSide, host: SimHost): void {
  transit(side, host, 'InternalEnterMaintenance');
  event(side, 'MAINT.PREPARE', `completed maintenance for host ${host.name}`);
  alert(side, 7, `Migration Complete for host ${host.name}`);
}

/** 4.14 and later (cs §4.4): empty; given up; some failed while others go on; the failures mended. */
function attemptMaintain(side: CloudStackSide, host: SimHost): void {
  if (isEmpty(side, host)) return completed(side, host);
  const pending = openWork(side, host).filter((one) => one.type !== 'HA');
  if (pending.length === 0 && inTransitionAt(host).length === 0) {
    cancelEvacuation(side, host);
    transit(side, host, 'UnableToMaintain');
    alert(side, 7, `Unable to finish maintenance of host ${host.name}`);
    return;
  }
  const hasFailed =
    pending.some((one) => one.tried > 0 && one.server === undefined) ||
    side.haWork.some((one) => one.host === host && one.step === 'Error' && one.vm.cs?.on === host.name);
  if (hasFailed) transit(side, host, 'UnableToMigrate');
  else if (host.cs.resourceState === 'ErrorInPrepareForMaintenance') transit(side, host, 'ErrorsCorrected');
}

/** A stall ends when the fault is cleared; the evacuation then goes on (cs fault 33: a lost work item). */
function isStalled(side: CloudStackSide, host: SimHost): boolean {
  if (!side.stalled.has(host)) return false;
  const armed = side.cloud.faults
    .list()
    .some((fault) => fault.call === 'world:evacuation' && (fault.on ?? host.name) === host.name);
  if (!armed) side.stalled.delete(host);
  return armed;
}

function isEmpty(side: CloudStackSide, host: SimHost): boolean {
  const leaving = vmsOfPool(host.pool).some(
    (vm) => vm.cs.state === 'Migrating' && vm.cs.lastOn === host.name,
  );
  const work = openWork(side, host).some((one) => one.type !== 'HA');
  return !leaving && !work && believedOn(host).length === 0;
}

const vmsOfPool = (pool: SimPool) => pool.vms.filter(isKnown);

/** VMs on, leaving or reaching the host that are Starting, Stopping or Migrating. */
export function inTransitionAt(host: SimHost): readonly string[] {
  return vmsOfPool(host.pool)
    .filter((vm) => IN_TRANSITION.includes(vm.cs.state))
    .filter((vm) => vm.cs.on === host.name || (vm.cs.state === 'Migrating' && vm.cs.lastOn === host.name))
    .map((vm) => `${vm.name} ${vm.cs.state}`);
}
