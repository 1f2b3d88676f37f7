/** The person at the console, and other people's hands: the verbs of POST /world that concern XAPI. */
import { buildVm } from '../build-pool';
import type { CloudState, SimHost, SimPool, SimVm } from '../model';
import { targetFor } from '../pairs';
import { seeOutage } from './breaches';
import { lose as take, restore as giveBack } from './lose';
import { goDown, newKeys, powerCut, restart } from './machine';
import { migrate } from './migrate';
import { shutdownVm, startVm as startThrough } from './power';
import { addVm as addTo, removeVm as removeFrom } from './side';
import { xapiWorld } from './xapi-world';

const CONSOLE = 'console';

/** Boots this host into the installer now; the installation itself takes pool time. */
export function bootIso(
  cloud: CloudState,
  host: SimHost,
  version: string = targetFor(cloud.cloudStackVersion, host),
  by: string = CONSOLE,
): void {
  const world = xapiWorld(cloud);
  seeOutage(world, host, by, 'boot-iso', version);
  host.nextVersion = version;
  if (host.phase === 'up' || host.phase === 'starting') goDown(world, host, 'restart');
  else {
    powerCut(world, host);
    restart(world, host);
  }
}

/** The plug is pulled: no clean shutdown, so the master believes it alive for ten minutes (xapi §4.3). */
export function powerOff(cloud: CloudState, host: SimHost, by: string = CONSOLE): void {
  const world = xapiWorld(cloud);
  seeOutage(world, host, by, 'power-off');
  powerCut(world, host);
}

/** Nothing happens to a host that is on. */
export function powerOn(cloud: CloudState, host: SimHost): void {
  if (host.phase === 'off') restart(xapiWorld(cloud), host);
}

export function rotateKeys(cloud: CloudState, host: SimHost): void {
  newKeys(host);
  xapiWorld(cloud).phaseChanged(host);
}

/** Somebody, or something, changes the host's settings; false where it has nothing of that name. */
export const lose = (cloud: CloudState, host: SimHost, what: string): boolean => take(cloud, host, what);
export const restore = (cloud: CloudState, host: SimHost, what: string): boolean =>
  giveBack(cloud, host, what);

export function setMemory(cloud: CloudState, of: SimHost | SimVm, mib: number): void {
  if ('memoryMib' in of) of.memoryMib = mib;
  else of.memory.total = mib;
  cloud.changed(of.pool, 'memoryMib' in of ? 'vm' : 'host', of.uuid);
}

/** A VM that CloudStack does not know, running on `on`. */
export function addVm(
  cloud: CloudState,
  pool: SimPool,
  spec: { name: string; on?: SimHost | undefined; memoryMib?: number | undefined },
): SimVm {
  const world = xapiWorld(cloud);
  const memoryMib = spec.memoryMib ?? 1024;
  if (!spec.on) return addTo(world, pool, { name: spec.name, kind: 'guest', memoryMib });
  const file = { name: spec.name, on: spec.on.name, memoryMib, power: 'Running' as const, cloudstack: null };
  const vm = buildVm(pool, file, spec.on.name, (sr) => sr, { nextDbId: () => 0 });
  pool.vms.push(vm);
  cloud.changed(pool, 'vm', vm.uuid);
  return vm;
}

export const removeVm = (cloud: CloudState, vm: SimVm): void => removeFrom(xapiWorld(cloud), vm);

/** These act through XAPI and end in pool time; a refusal is thrown as XapiFailure. */
export const startVm = (cloud: CloudState, vm: SimVm, on?: SimHost): Promise<void> =>
  startThrough(xapiWorld(cloud), vm, on);
export const stopVm = (cloud: CloudState, vm: SimVm): Promise<void> =>
  shutdownVm(xapiWorld(cloud), vm, 'clean');
export const moveVm = (cloud: CloudState, vm: SimVm, to: SimHost): Promise<void> =>
  migrate(xapiWorld(cloud), vm, to);
