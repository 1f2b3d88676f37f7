/** The machine of one host: power, installer, boot and xapi's own start (xapi §2.3, §12.4). */
import { afterInstalling } from '../boot';
import { residentsOf, versionKey, type SimHost } from '../model';
import { forgetPatches, restarted } from '../patches-held';
import { profileOf } from '../profiles';
import { compareVersions } from '../../domain/version';
import { metricsUuid } from './host-facts';
import { lose } from './lose';
import { computeRollingFlag, loseSessions, masterAnswers } from './pool-state';
import { SECONDS } from './timing';

import { isMasterHost, masterOf, type XapiWorld } from './world';

/** Next event of this machine; a machine has one course at a time. */
function after(world: XapiWorld, host: SimHost, seconds: number, event: () => void): void {
  const machine = world.machine(host);
  machine.timer?.cancel();
  machine.timer = world.cloud.time.in(seconds, event);
}

function enter(world: XapiWorld, host: SimHost, phase: SimHost['phase'], portsClosed: boolean): void {
  host.phase = phase;
  world.machine(host).portsClosed = portsClosed;
  world.phaseChanged(host);
}

/** xapi of this host goes: sessions and tasks die with the master's (xapi fact 4). */
function xapiStops(world: XapiWorld, host: SimHost): void {
  const machine = world.machine(host);
  machine.ready = false;
  delete machine.emergency;
  machine.operations.clear();
  if (isMasterHost(host)) loseSessions(world, host.pool);
}

/** host.reboot and host.shutdown answer at once; the shutdown runs ten seconds later (xapi fact 2). */
export function armShutdown(world: XapiWorld, host: SimHost, then: 'restart' | 'off'): void {
  // accepted: from here on another one would be a second
  if (then === 'restart' && host.nextVersion === undefined) host.cameBackOn = host.version;
  world.machine(host).operations.set(world.uuid(host.pool, 'shutdown'), 'shutdown');
  world.cloud.changed(host.pool, 'host', host.uuid);
  after(world, host, SECONDS.rebootDelay, () => goDown(world, host, then));
}

export function goDown(world: XapiWorld, host: SimHost, then: 'restart' | 'off'): void {
  xapiStops(world, host);
  // A clean shutdown says so: live and enabled are false at once (xapi §4.3).
  setInDatabase(world, host, { live: false, enabled: false });
  enter(world, host, 'shutting-down', false);
  after(world, host, SECONDS.osShutdown, () => {
    powerCut(world, host);
    if (then === 'restart') restart(world, host);
    else enter(world, host, 'off', true);
  });
}

/** Whatever still ran here is gone: before 7.5 nothing evacuates it (xapi §5.3). */
export function powerCut(world: XapiWorld, host: SimHost): void {
  xapiStops(world, host);
  world.machine(host).timer?.cancel();
  for (const vm of residentsOf(host)) {
    vm.power = 'Halted';
    delete vm.on;
    delete vm.operation;
    vm.stops++;
    world.cloud.changed(host.pool, 'vm', vm.uuid);
  }
  for (const pbd of host.pbds) pbd.attached = false;
  host.heartbeat.running = false;
  enter(world, host, 'off', true);
}

/** Power is on: one reboot, whatever the installer does in between. */
export function restart(world: XapiWorld, host: SimHost): void {
  host.reboots++;
  // Another disk, or another entry, was first: the old system is up again and the installer still waits (F27).
  const passedOver = host.prepared && world.cloud.faults.strike('world:boot-entry', host.name) !== undefined;
  const installs = host.nextVersion !== undefined && !passedOver;
  selfTest(world, host, () => (installs ? install(world, host) : boot(world, host)));
}

function selfTest(world: XapiWorld, host: SimHost, then: () => void): void {
  const strike = world.cloud.faults.strike('world:boot', host.name);
  enter(world, host, 'post', false);
  if (strike?.how === 'never') return;
  if (strike?.how === 'twice') world.machine(host).bootsAgain = true;
  const seconds = SECONDS.post + (strike?.how === 'stall' ? SECONDS.bootStall : 0);
  after(world, host, seconds, () => {
    if (strike?.how === 'fail') enter(world, host, 'off', true);
    else then();
  });
}

function install(world: XapiWorld, host: SimHost): void {
  const strike = world.cloud.faults.strike('world:installer', host.name);
  enter(world, host, 'installer', true);
  // it waits for a key: at once, or at its very end, where no boot loader fits in front (seed 003)
  if (strike?.how === 'never' || strike?.how === 'boot-loader') return;
  const slow = Math.max(0, host.dom0.blobs - 1000) * SECONDS.installerPerMessage;
  const stall = strike?.how === 'stall' ? (strike.seconds ?? SECONDS.installerStall) : 0;
  after(world, host, SECONDS.installer + slow + stall, () => {
    const version = host.nextVersion!;
    // A failed install boots the old system again: the boot entry was for one time (xapi §5.5, F27).
    const succeeded = strike?.how !== 'same-version' && strike?.how !== 'fail';
    afterInstalling(host, version, succeeded);
    if (succeeded) installed(world, host, version);
    selfTest(world, host, () => boot(world, host));
  });
}

/** A new root file system: nothing of CloudStack's agent, or of what people added, is left in dom0 (cs §8.3; seeds 003, 004). */
function installed(world: XapiWorld, host: SimHost, version: string): void {
  const machine = world.machine(host);
  const profile = profileOf(version, host.brand);
  machine.installed = {
    version: profile.version,
    build: profile.build,
    platform: profile.platform,
    brand: profile.brand,
    hotfixes: [],
  };
  host.cameBackOn = profile.version;
  forgetPatches(host);
  host.scriptsAt = 0;
  host.heartbeat = { running: false, srs: [], writtenAt: 0 };
  if (world.cloud.hidden[host.pool.name]?.rotatesKeys?.includes(host.name)) newKeys(host);
}

export function newKeys(host: SimHost): void {
  host.certificate++;
  host.sshKey++;
}

function boot(world: XapiWorld, host: SimHost): void {
  const machine = world.machine(host);
  enter(world, host, 'booting', true);
  machine.bootTime = Math.floor(world.cloud.time.now() / 1000);
  // A certificate that changes where nobody expects it (F58).
  if (world.cloud.faults.strike('world:certificate', host.name)) newKeys(host);
  after(world, host, SECONDS.dom0Boot, () => startXapi(world, host, 'boot'));
}

/** `schema`: the second start after an upgrade, when the database has its new shape (F56). */
export function startXapi(world: XapiWorld, host: SimHost, why: 'boot' | 'toolstack' | 'schema'): void {
  const machine = world.machine(host);
  machine.ready = false;
  host.disabledByUser = false;
  enter(world, host, 'xapi-down', false);
  after(world, host, SECONDS.xapiToHttp, () => {
    enter(world, host, 'starting', false);
    after(world, host, SECONDS.httpToDatabase, () => join(world, host, why));
  });
}

export function restartToolstack(world: XapiWorld, host: SimHost): void {
  after(world, host, SECONDS.toolstackDelay, () => {
    xapiStops(world, host);
    enter(world, host, 'xapi-down', true);
    after(world, host, SECONDS.toolstackClosed, () => startXapi(world, host, 'toolstack'));
  });
}

/** The new master and the old one restart their xapis; every session is lost (xapi fact 16). */
export function moveRole(world: XapiWorld, host: SimHost): void {
  const { pool } = host;
  const old = masterOf(pool);
  world.message(pool, 'POOL_MASTER_TRANSITION', 4, 'Host', host.uuid, '');
  world.cloud.time.in(1, () => {
    loseSessions(world, pool);
    pool.master = host.name;
    for (const one of [old, host]) if (one.phase === 'up') restartToolstack(world, one);
  });
}

/** The database (master) or the master (member) answers, or this host is in emergency mode (xapi §2.4). */
function join(world: XapiWorld, host: SimHost, why: 'boot' | 'toolstack' | 'schema'): void {
  const machine = world.machine(host);
  if (!isMasterHost(host)) {
    if (!masterAnswers(world, host.pool)) {
      machine.emergency = ['HOST_STILL_BOOTING'];
      after(world, host, SECONDS.emergencyRetry, () => join(world, host, why));
      return;
    }
    // Newer than its master: its writes name fields the master's database lacks (xapi §4.3, F34).
    if (
      compareVersions(versionKey(machine.installed, host.pool), versionKey(masterOf(host.pool), host.pool)) >
      0
    ) {
      machine.emergency = ['HOST_STILL_BOOTING'];
      after(world, host, SECONDS.selfRestart, () => startXapi(world, host, why));
      return;
    }
  }
  delete machine.emergency;
  restarted(host, why === 'toolstack' ? 'toolstack' : 'boot');
  const upgraded = why === 'boot' && machine.installed.version !== host.version;
  register(world, host);
  if (upgraded) {
    for (const what of world.cloud.hidden[host.pool.name]?.loses?.[host.name] ?? [])
      lose(world.cloud, host, what);
    after(world, host, SECONDS.beforeSchemaRestart, () => {
      xapiStops(world, host);
      enter(world, host, 'xapi-down', false);
      after(world, host, SECONDS.schemaRestart, () => startXapi(world, host, 'schema'));
    });
    return;
  }
  plugStorage(world, host, why === 'toolstack' ? [] : [...host.pbds], () => finishStart(world, host));
}

/** The host writes what it is into the pool's database: version, boot time, start of its agent (xapi §5.1). */
function register(world: XapiWorld, host: SimHost): void {
  const machine = world.machine(host);
  Object.assign(host, machine.installed, {
    hotfixes: [...machine.installed.hotfixes],
    bootTime: machine.bootTime,
    agentStartTime: Math.floor(world.cloud.time.now() / 1000),
  });
  machine.ready = true;
  machine.lastHeartbeat = world.cloud.time.now();
  // A starting master believes nobody until they call; members show at their next heartbeat (xapi §2.3).
  if (isMasterHost(host))
    for (const other of host.pool.hosts)
      if (other !== host && other.live) setInDatabase(world, other, { live: false });
  setInDatabase(world, host, { live: true });
  if (isMasterHost(host)) computeRollingFlag(world, host.pool);
}

function plugStorage(world: XapiWorld, host: SimHost, pbds: SimHost['pbds'], then: () => void): void {
  const [pbd, ...rest] = pbds;
  if (!pbd) {
    then();
    return;
  }
  after(world, host, SECONDS.pbdPlug, () => {
    if (world.cloud.faults.strike('xapi:PBD.plug', host.name)) {
      const body = `PBD ${pbd.uuid} of ${host.name} could not be plugged`;
      world.message(host.pool, 'PBD_PLUG_FAILED_ON_SERVER_START', 3, 'Host', host.uuid, body);
    } else pbd.attached = true;
    world.cloud.changed(host.pool, 'pbd', pbd.uuid);
    plugStorage(world, host, rest, then);
  });
}

/** Startup tasks end; then the host enables itself unless a user said no in this life of xapi (xapi §5.4). */
function finishStart(world: XapiWorld, host: SimHost): void {
  after(world, host, SECONDS.databaseToUp, () => {
    enter(world, host, 'up', false);
    if (world.machine(host).bootsAgain) return bootAgain(world, host);
    after(world, host, SECONDS.autoEnable, () => {
      if (!host.disabledByUser) setInDatabase(world, host, { enabled: true });
    });
  });
}

/** Some hosts restart once more by themselves after an upgrade (xc §2.8). */
function bootAgain(world: XapiWorld, host: SimHost): void {
  delete world.machine(host).bootsAgain;
  after(world, host, SECONDS.rebootDelay, () => {
    setInDatabase(world, host, { live: false, enabled: false });
    powerCut(world, host);
    selfTest(world, host, () => boot(world, host));
  });
}

export function setInDatabase(
  world: XapiWorld,
  host: SimHost,
  values: { live?: boolean; enabled?: boolean },
): void {
  if (values.live !== undefined) {
    host.live = values.live;
    world.cloud.changed(host.pool, 'host_metrics', metricsUuid(host));
  }
  if (values.enabled !== undefined) host.enabled = values.enabled;
  world.cloud.changed(host.pool, 'host', host.uuid);
}
