/** HA workers: evacuation of a host that prepares, restart after a host is Down or a VM vanished (cs §6, §7). */
import type { SimHost } from '../model';
import { inQueue, isBusy } from './jobs';
import { evacuationTarget } from './placement';
import { nextResourceState } from './resource-state';
import {
  alert,
  believedOn,
  type CloudStackSide,
  HA_CLOSED,
  type HaWork,
  IN_DOM0,
  isAlive,
  isPlaceable,
  type KnownVm,
  type Token,
  tokenOf,
} from './side';
import { markStopped, migrate, start, stop } from './vm-operations';

export const openWork = (side: CloudStackSide, host?: SimHost): HaWork[] =>
  side.haWork.filter((one) => !HA_CLOSED.includes(one.step) && (!host || one.host === host));

function schedule(
  side: CloudStackSide,
  vm: KnownVm,
  host: SimHost,
  type: HaWork['type'],
  inSeconds = 0,
): void {
  const open = openWork(side).some((one) => one.vm === vm && one.type === type);
  if (open) return;
  const now = side.cloud.time.now();
  side.haWork.push({
    id: side.nextId(),
    vm,
    host,
    type,
    step: type === 'HA' ? 'Investigating' : 'Scheduled',
    tried: 0,
    dueAt: now + inSeconds * 1000,
    created: now,
  });
  side.cloud.time.in(inSeconds + 1, () => work(side));
}

/** Every VM on the host is queued; on the last Up and Enabled host, and for vGPU, that means a forced stop (cs fact 4). */
export function scheduleEvacuation(side: CloudStackSide, host: SimHost): void {
  const elsewhere = host.pool.hosts.some((other) => other !== host && isPlaceable(other));
  for (const vm of believedOn(host)) {
    const type = elsewhere && !vm.devices.includes('vgpu') ? 'Migration' : 'ForceStop';
    schedule(side, vm, host, type);
  }
}

/** The host is Down: each of its VMs gets a restart, HA-enabled or not; a root disk on local storage excludes it. */
export function scheduleRestarts(side: CloudStackSide, host: SimHost): void {
  for (const vm of believedOn(host)) schedule(side, vm, host, 'HA');
}

/** A VM vanished from an Up host's power report (cs §7 trigger B). */
export function scheduleRestart(side: CloudStackSide, vm: KnownVm, host: SimHost): void {
  schedule(side, vm, host, 'HA');
}

/** Migration and forced-stop work of this host is deleted: cancelled maintenance, or the rounds ran out. */
export function cancelEvacuation(side: CloudStackSide, host: SimHost): void {
  for (const one of openWork(side, host)) if (one.type !== 'HA') one.step = 'Cancelled';
}

/** A server stopped: what its workers had in hand is open again, to be looked at from the start (cs §7). */
export function reopen(side: CloudStackSide, server: string): void {
  for (const one of openWork(side))
    if (one.server === server) {
      delete one.server;
      one.step = 'Investigating';
    }
}

/** Free workers take what is due; five to a ready server. */
export function work(side: CloudStackSide): void {
  for (const server of side.cloud.managementServers.filter((one) => one.ready)) {
    const inHand = openWork(side).filter((one) => one.server === server.name).length;
    const due = openWork(side).filter(
      (one) =>
        one.server === undefined &&
        one.dueAt <= side.cloud.time.now() &&
        !(one.type !== 'HA' && side.stalled.has(one.host)) &&
        !isBusy(side, one.vm),
    );
    for (const one of due.slice(0, Math.max(0, side.profile.knobs.haWorkers - inHand))) {
      one.server = server.name;
      const token = tokenOf(server);
      inQueue(side, one.vm.name, token, (release) => run(side, one, token, release));
    }
  }
}

function run(side: CloudStackSide, one: HaWork, token: Token, release: () => void): void {
  const vm = one.vm as KnownVm;
  one.tried++;
  const close = (step: 'Done' | 'Error' | 'Cancelled'): void => {
    // Its server stopped meanwhile: the row is open again and another worker takes it (cs §12.2).
    if (!isAlive(token)) return release();
    if (!HA_CLOSED.includes(one.step)) one.step = step;
    delete one.server;
    release();
    work(side);
  };
  const again = (seconds: number): void => {
    if (!isAlive(token)) return release();
    if (one.tried >= side.profile.knobs.maxTries) return close('Error');
    one.step = 'Scheduled';
    one.dueAt = side.cloud.time.now() + seconds * 1000;
    delete one.server;
    release();
    side.cloud.time.in(seconds, () => work(side));
  };
  if (HA_CLOSED.includes(one.step)) return close('Cancelled');
  if (one.type === 'Migration') evacuateOne(side, one, vm, token, close, again);
  else if (one.type === 'ForceStop') {
    one.step = 'Stopping';
    stop(side, vm, token, (refusal) => (refusal ? again(side.profile.knobs.restartRetry) : close('Done')));
  } else restartOne(side, one, vm, token, close, again);
}

type Close = (step: 'Done' | 'Error' | 'Cancelled') => void;
type Again = (seconds: number) => void;

function evacuateOne(
  side: CloudStackSide,
  one: HaWork,
  vm: KnownVm,
  token: Token,
  close: Close,
  again: Again,
): void {
  if (vm.cs.on !== one.host.name || vm.cs.state !== 'Running') return close('Done');
  const to = evacuationTarget(side, vm, one.host);
  if (!to) {
    // Before 4.14 the first migration without a place already ends in ErrorInMaintenance (cs §4.2).
    const next = nextResourceState(side.profile.resourceStates, one.host.cs.resourceState, 'UnableToMigrate');
    if (next && side.profile.evacuationEnds !== 'by-tries') one.host.cs.resourceState = next;
    return again(side.profile.knobs.migrateRetry);
  }
  if (to.phase !== 'up' || !to.enabled) {
    // PrepareForMigration fails at the destination: the VM is stopped by force (cs fact 2).
    one.step = 'Stopping';
    alert(side, 15, `Unable to migrate vm ${vm.name} from host ${one.host.name}`);
    return stop(side, vm, token, () => close('Done'));
  }
  one.step = 'Migrating';
  migrate(side, vm, to, token, (refusal) => {
    if (!refusal) return close('Done');
    // 2.2 stops by force what it could not move, whatever the reason (cs fact 2)
    if (side.profile.isOfThe2) return stop(side, vm, token, () => close('Done'));
    alert(
      side,
      15,
      `Unable to migrate vm ${vm.name} from host ${one.host.name}, Migrate Command failed.  Please check logs.`,
    );
    again(side.profile.knobs.migrateRetry);
  });
}

/** Fenced, forced to stop, started elsewhere when HA-enabled. A VM that still runs is then on two hosts at once. */
function restartOne(
  side: CloudStackSide,
  one: HaWork,
  vm: KnownVm,
  token: Token,
  close: Close,
  again: Again,
): void {
  const triedBefore = one.tried > 1 && vm.cs.state === 'Stopped';
  if (!triedBefore && (vm.cs.state !== 'Running' || vm.cs.on !== one.host.name)) return close('Done');
  const stillRuns = vm.power === 'Running' && IN_DOM0.includes(one.host.phase);
  if (stillRuns && one.host.cs.state !== 'Down') return close('Cancelled');
  if (!vm.cs.haEnabled) {
    markStopped(vm);
    return close('Done');
  }
  if (stillRuns) {
    const to = evacuationTarget(side, vm, one.host);
    if (!to) return again(side.profile.knobs.restartRetry);
    vm.starts++;
    vm.cs.lastOn = one.host.name;
    vm.cs.on = to.name;
    side.cloud.offend('started-twice', {
      pool: vm.pool.name,
      host: to.name,
      vm: vm.name,
      by: 'cloudstack',
      detail: `${vm.name} was restarted on ${to.name} while it still ran on ${one.host.name}.`,
    });
    return close('Done');
  }
  one.step = 'Restarting';
  markStopped(vm);
  start(side, vm, { ha: true }, token, (refusal) =>
    refusal ? again(side.profile.knobs.restartRetry) : close('Done'),
  );
}
