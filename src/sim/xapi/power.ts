/** Starting and stopping VMs, with the rules of a mixed pool (xapi §4.2, §6.4). */
import { compareVersions } from '../../domain/version';
import { versionKey, type SimHost, type SimVm } from '../model';
import { whenFree } from './migrate';
import { assertFits, possibleHosts } from './placement';
import { SECONDS } from './timing';
import { refOf, XapiFailure } from './values';
import type { XapiWorld } from './world';

function assertPower(vm: SimVm, expected: 'Running' | 'Halted'): void {
  if (vm.power !== expected)
    throw new XapiFailure(
      'VM_BAD_POWER_STATE',
      refOf(vm.uuid),
      expected.toLowerCase(),
      vm.power.toLowerCase(),
    );
}

/** VM.start (no host) or VM.start_on. Throws XapiFailure; returns when it runs. */
export async function startVm(world: XapiWorld, vm: SimVm, on?: SimHost): Promise<void> {
  await whenFree(world, vm);
  assertPower(vm, 'Halted');
  const host = on ?? choose(world, vm);
  if (on) assertStartOn(world, vm, on);
  vm.operation = on ? 'start_on' : 'start';
  // Resident at once, so that its memory is taken while it starts.
  vm.on = host.name;
  world.cloud.changed(vm.pool, 'vm', vm.uuid);
  await world.cloud.time.sleep(SECONDS.vmStart);
  delete vm.operation;
  if (host.phase !== 'up' && host.phase !== 'starting' && host.phase !== 'xapi-down') {
    delete vm.on;
    world.cloud.changed(vm.pool, 'vm', vm.uuid);
    throw new XapiFailure('HOST_OFFLINE', refOf(host.uuid));
  }
  vm.power = 'Running';
  vm.starts++;
  world.cloud.changed(vm.pool, 'vm', vm.uuid);
  world.cloud.changed(vm.pool, 'host', host.uuid);
}

function choose(world: XapiWorld, vm: SimVm): SimHost {
  const [host] = possibleHosts(world, vm);
  if (!host) throw new XapiFailure('NO_HOSTS_AVAILABLE');
  return host;
}

/** While the flag is set, only on a host of the highest version. */
function assertStartOn(world: XapiWorld, vm: SimVm, host: SimHost): void {
  const newest = vm.pool.hosts
    .map((one) => versionKey(one, vm.pool))
    .toSorted(compareVersions)
    .at(-1);
  if (vm.pool.rollingUpgradeFlag && versionKey(host, vm.pool) !== newest)
    throw new XapiFailure('NOT_SUPPORTED_DURING_UPGRADE');
  assertFits(world, vm, host);
}

export async function shutdownVm(world: XapiWorld, vm: SimVm, how: 'clean' | 'hard'): Promise<void> {
  await whenFree(world, vm);
  if (how === 'clean' || vm.power === 'Halted') assertPower(vm, 'Running');
  vm.operation = `${how}_shutdown`;
  world.cloud.changed(vm.pool, 'vm', vm.uuid);
  await world.cloud.time.sleep(how === 'clean' ? SECONDS.cleanShutdown : SECONDS.hardShutdown);
  delete vm.operation;
  halt(world, vm);
}

export function halt(world: XapiWorld, vm: SimVm): void {
  const host = vm.pool.hosts.find((one) => one.name === vm.on);
  vm.power = 'Halted';
  delete vm.on;
  vm.stops++;
  world.cloud.changed(vm.pool, 'vm', vm.uuid);
  if (host) world.cloud.changed(vm.pool, 'host', host.uuid);
}

export async function ejectCd(world: XapiWorld, vm: SimVm): Promise<void> {
  await world.cloud.time.sleep(SECONDS.cdEject);
  takeOutCd(world, vm);
}

export function takeOutCd(world: XapiWorld, vm: SimVm): void {
  if (!vm.cd) return;
  const vbd = vm.cd.vbd;
  delete vm.cd;
  world.cloud.changed(vm.pool, 'vbd', vbd);
  world.cloud.changed(vm.pool, 'vm', vm.uuid);
}
