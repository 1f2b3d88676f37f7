/** XAPI of one cloud: made at the first call, with its clockwork on the cloud's timeline. */
import type { CloudState } from '../model';
import { collectGarbage, computeRollingFlag, takeHeartbeats } from './pool-state';
import { SECONDS } from './timing';
import { XapiWorld } from './world';

const worlds = new WeakMap<CloudState, XapiWorld>();

export function xapiWorld(cloud: CloudState): XapiWorld {
  const known = worlds.get(cloud);
  if (known) return known;
  const world = new XapiWorld(cloud);
  worlds.set(cloud, world);
  for (const { pool, machines } of world.pools.values()) {
    for (const machine of machines.values()) machine.lastHeartbeat = cloud.time.now();
    cloud.time.every(SECONDS.heartbeat, () => takeHeartbeats(world, pool));
    cloud.time.every(SECONDS.dbGc, () => {
      computeRollingFlag(world, pool);
      collectGarbage(world, pool);
    });
  }
  return world;
}
