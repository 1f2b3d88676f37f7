/** Power reports: CloudStack compares what XAPI runs with its own rows, on hosts that answer pings (cs §7, §14.6). */
import type { SimPool } from '../model';
import { answersPing } from './connection';
import { scheduleRestart } from './ha';
import { isBusy } from './jobs';
import { alert, type CloudStackSide, IN_TRANSITION, isKnown, type KnownVm } from './side';
import { markStopped } from './vm-operations';

export function syncPower(side: CloudStackSide): void {
  for (const pool of side.cloud.pools) {
    if (pool.cluster.managedState !== 'Managed') continue;
    const reporting = reportingHosts(side, pool);
    if (reporting.size === 0) continue;
    for (const vm of pool.vms.filter(isKnown)) syncVm(side, vm, reporting);
  }
}

const reportingHosts = (side: CloudStackSide, pool: SimPool): Set<string> =>
  new Set(
    pool.hosts
      .filter((host) => host.cs.state === 'Up' && host.cs.owner !== undefined && answersPing(side, host))
      .map((host) => host.name),
  );

function syncVm(side: CloudStackSide, vm: KnownVm, reporting: ReadonlySet<string>): void {
  if (isBusy(side, vm) || vm.operation !== undefined) return;
  const runs = vm.power === 'Running' || vm.power === 'Paused';
  if (runs) {
    side.missing.delete(vm.name);
    if (vm.on === undefined || !reporting.has(vm.on)) return;
    const isHome = vm.cs.state === 'Running' && vm.cs.on === vm.on;
    if (isHome || vm.cs.state === 'Destroyed') return;
    // Moved, started or left behind by a stopped server: the report is believed.
    if (vm.cs.on !== undefined && vm.cs.on !== vm.on) vm.cs.lastOn = vm.cs.on;
    vm.cs.state = 'Running';
    vm.cs.on = vm.on;
    return;
  }
  const believedRunning = vm.cs.state === 'Running' || IN_TRANSITION.includes(vm.cs.state);
  if (!believedRunning || vm.cs.on === undefined || !reporting.has(vm.cs.on)) return;
  const rounds = (side.missing.get(vm.name) ?? 0) + 1;
  side.missing.set(vm.name, rounds);
  if (rounds <= side.profile.knobs.powerGraceRounds) return;
  side.missing.delete(vm.name);
  const host = vm.pool.hosts.find((one) => one.name === vm.cs.on);
  if (vm.cs.haEnabled && vm.cs.state === 'Running' && host) {
    alert(side, 27, `Detected out-of-band stop of a HA enabled VM ${vm.name}, will schedule restart`);
    scheduleRestart(side, vm, host);
    return;
  }
  markStopped(vm);
  alert(side, 27, `VM ${vm.name} is found stopped`);
}
