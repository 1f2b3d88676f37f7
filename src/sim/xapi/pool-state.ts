/** What the master keeps for its pool: who lives, the rolling-upgrade flag, sessions (xapi §4.1, §2.1). */
import { isMixed, type SimHost, type SimPool } from '../model';
import { metricsUuid } from './host-facts';
import { SECONDS } from './timing';
import { masterOf, type XapiWorld } from './world';

export function masterAnswers(world: XapiWorld, pool: SimPool): boolean {
  return answersCalls(world, masterOf(pool));
}

/** Its xapi takes ordinary calls; a member's only says HOST_IS_SLAVE. */
export function answersCalls(world: XapiWorld, host: SimHost): boolean {
  const machine = world.machine(host);
  return (
    machine.ready && machine.emergency === undefined && (host.phase === 'up' || host.phase === 'starting')
  );
}

export function loseSessions(world: XapiWorld, pool: SimPool): void {
  const state = world.of(pool);
  for (const session of state.sessions.values()) session.closed = true;
  state.sessions.clear();
  for (const uuid of state.tasks.keys()) world.remove(pool, 'task', uuid);
  state.tasks.clear();
  // Wakes whoever waits for events, to learn that the session is gone.
  world.cloud.changed(pool, 'pool', pool.uuid);
}

/** Present while any host's platform differs from the master's; the master writes it, nobody else (xapi fact 8). */
export function computeRollingFlag(world: XapiWorld, pool: SimPool): void {
  if (!masterAnswers(world, pool)) return;
  const flag = isMixed(pool);
  if (flag === pool.rollingUpgradeFlag) return;
  pool.rollingUpgradeFlag = flag;
  world.cloud.changed(pool, 'pool', pool.uuid);
}

/** Heartbeats every 30 s; dead after 600 s of silence (xapi §4.3). */
export function takeHeartbeats(world: XapiWorld, pool: SimPool): void {
  if (!masterAnswers(world, pool)) return;
  const now = world.cloud.time.now();
  for (const host of pool.hosts) {
    const machine = world.machine(host);
    if (answersCalls(world, host)) {
      machine.lastHeartbeat = now;
      if (!host.live) setLive(world, host, true);
    } else if (host.live && now - machine.lastHeartbeat > SECONDS.dead * 1000) setLive(world, host, false);
  }
}

function setLive(world: XapiWorld, host: SimHost, live: boolean): void {
  host.live = live;
  world.cloud.changed(host.pool, 'host_metrics', metricsUuid(host));
  world.cloud.changed(host.pool, 'host', host.uuid);
}

/** Idle sessions go after 24 h; finished tasks after 65 min (xapi §2.1, §9.1). */
export function collectGarbage(world: XapiWorld, pool: SimPool): void {
  const now = world.cloud.time.now();
  const state = world.of(pool);
  for (const [ref, session] of state.sessions)
    if (now - session.lastActive > 86_400_000) {
      session.closed = true;
      state.sessions.delete(ref);
    }
  for (const [uuid, task] of state.tasks)
    if (task.finished > 0 && now - task.finished > 65 * 60_000) {
      state.tasks.delete(uuid);
      world.remove(pool, 'task', uuid);
    }
}
