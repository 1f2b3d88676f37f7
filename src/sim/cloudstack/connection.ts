/** The agents' connections: pings, investigation, disconnecting, and the scan that brings hosts back (cs §5). */
import { hostByName, type SimHost, type SimManagementServer, type SimPool } from '../model';
import { resourceClassOf } from '../resource-class';
import { scheduleRestarts } from './ha';
import { alert, type CloudStackSide, event, hostsOf, IN_DOM0, isAlive, tokenOf } from './side';

/** True when CloudStack gets through to the host: by the master, neither of the two disabled in XAPI (cs fact 6). */
export function answersPing(side: CloudStackSide, host: SimHost): boolean {
  return (
    poolAnswers(side, host.pool) && (host.enabled || !side.profile.refusesDisabled) && host.phase === 'up'
  );
}

/** A disabled master takes the whole pool away from CloudStack: "Unable to create master connection". */
function poolAnswers(side: CloudStackSide, pool: SimPool): boolean {
  const master = hostByName(pool, pool.master);
  return (
    side.xapi.masterAnswers(pool) && master !== undefined && (master.enabled || !side.profile.refusesDisabled)
  );
}

const behindAfter = (side: CloudStackSide): number =>
  side.profile.knobs.pingTimeout * side.profile.knobs.pingInterval * 1000;

/** One monitor round for the hosts that this server owns. */
export function pingRound(side: CloudStackSide, server: SimManagementServer): void {
  const now = side.cloud.time.now();
  if (side.profile.promotesMaster) promoteMasters(side);
  for (const host of hostsOf(side).filter((one) => one.cs.owner === server.name)) {
    if (host.cs.state === 'Connecting') continue;
    if (answersPing(side, host)) {
      host.cs.lastPing = now;
      if (host.cs.state !== 'Up') host.cs.state = 'Up';
    } else if (now - host.cs.lastPing > behindAfter(side)) behindOnPing(side, host);
  }
}

/** Emergency transition seconds after the master went, if its cluster is Managed: two masters when it comes back (cs fact 8). */
function promoteMasters(side: CloudStackSide): void {
  for (const pool of side.cloud.pools) {
    const master = hostByName(pool, pool.master);
    if (pool.cluster.managedState !== 'Managed' || !master || IN_DOM0.includes(master.phase)) continue;
    const heir = pool.hosts.find((host) => host !== master && host.phase === 'up');
    if (!heir) continue;
    side.xapi.makeMaster(heir);
    side.cloud.offend('master-role-changed', {
      pool: pool.name,
      host: heir.name,
      by: 'cloudstack',
      detail: `CloudStack ${side.profile.version} made ${heir.name} master while ${master.name} was away in a Managed cluster`,
    });
  }
}

function behindOnPing(side: CloudStackSide, host: SimHost): void {
  if (side.profile.neverInvestigated.includes(host.cs.resourceState)) {
    disconnect(host, 'Disconnected');
    return;
  }
  const found = investigate(side, host);
  const { undetermined } = side.profile;
  if (found === 'stale' || (found === 'nobody-can-tell' && undetermined === 'down')) {
    disconnect(host, 'Down');
    alert(side, 7, `Host is down, name: ${host.name} (id:${host.cs.dbId})`);
    scheduleRestarts(side, host);
  } else if (
    undetermined === 'alert' &&
    side.cloud.time.now() - host.cs.lastPing > side.profile.knobs.alertWait * 1000
  ) {
    disconnect(host, 'Alert');
    alert(side, 7, `Host disconnected, name: ${host.name} (id:${host.cs.dbId})`);
  }
}

/**
 * Neighbours read the host's heartbeat file on shared storage. Fresh says nothing since 4.6, stale says dead: a
 * reboot of two minutes is enough for that. Without a neighbour or a shared SR nobody can tell (cs §5.3).
 */
function investigate(side: CloudStackSide, host: SimHost): 'fresh' | 'stale' | 'nobody-can-tell' {
  const neighbours = host.pool.hosts.filter((other) => other !== host && other.phase === 'up');
  if (neighbours.length === 0 || host.heartbeat.srs.length === 0) return 'nobody-can-tell';
  const age = side.cloud.time.now() / 1000 - host.heartbeat.writtenAt;
  return age > side.profile.knobs.heartbeatStale ? 'stale' : 'fresh';
}

/** xenheartbeat.sh of every host, each minute; it runs in dom0 whatever CloudStack and xapi do. */
export function beatHearts(side: CloudStackSide): void {
  for (const host of hostsOf(side))
    if (host.heartbeat.running && IN_DOM0.includes(host.phase))
      host.heartbeat.writtenAt = Math.floor(side.cloud.time.now() / 1000);
}

export function disconnect(host: SimHost, to: 'Disconnected' | 'Down' | 'Alert'): void {
  host.cs.state = to;
  delete host.cs.owner;
}

/** Every 90 s: hosts nobody owns, of Managed clusters, silent longer than the ping timeout; sixteen at a time. */
export function scan(side: CloudStackSide, server: SimManagementServer): void {
  const now = side.cloud.time.now();
  const lost = hostsOf(side).filter(
    (host) =>
      host.cs.owner === undefined &&
      host.pool.cluster.managedState === 'Managed' &&
      now - host.cs.lastPing > behindAfter(side),
  );
  for (const host of lost.slice(0, side.profile.knobs.scanLoad)) connect(side, server, host);
}

/** Resource class, SetupCommand, ReadyCommand: Connecting all the while, in any resource state (cs §5.4). */
function connect(side: CloudStackSide, server: SimManagementServer, host: SimHost): void {
  if (!answersPing(side, host)) return;
  const resourceClass = resourceClassOf(side.profile.version, host.brand, host);
  if (resourceClass === undefined) {
    // Never Up: this CloudStack has no class for it (cs §5.4, F49).
    alert(side, 7, `Unable to load the resource of ${host.name}: ${host.brand} ${host.version}`);
    return;
  }
  host.cs.owner = server.name;
  host.cs.state = 'Connecting';
  if (host.cs.resourceClass !== resourceClass) {
    // HypervisorVersionChanged: the class is stored, the next scan connects with it.
    host.cs.resourceClass = resourceClass;
    disconnect(host, 'Disconnected');
    return;
  }
  const token = tokenOf(server);
  side.cloud.time.in(side.profile.knobs.setup, () => {
    if (!isAlive(token) || host.cs.owner !== server.name || host.cs.state !== 'Connecting') return;
    const reached = answersPing(side, host) && side.xapi.setUpAgent(host, tagOf(side, host));
    if (!reached) {
      disconnect(host, 'Alert');
      return;
    }
    host.cs.state = 'Up';
    host.cs.lastPing = side.cloud.time.now();
    host.cs.hypervisorVersion = host.version;
    if (side.profile.enablesOnConnect && !host.enabled) side.xapi.enable(host);
    event(side, 'HOST.RECONNECT', `Host ${host.name} connected`);
  });
}

/** `vmops-version-<class>-<CloudStack version>`: present and equal means nothing is copied (cs §8.3). */
const tagOf = (side: CloudStackSide, host: SimHost): string =>
  `vmops-version-${host.cs.resourceClass}-${side.profile.version}`;
