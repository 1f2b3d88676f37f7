/** What XAPI remembers besides the shared state: sessions, tasks, messages, timers of each host's machine, change counter. */
import { uuidOf } from '../identity';
import { hostByName, type CloudState, type SimHost, type SimPool, type SimVm } from '../model';
import type { Timer } from '../time';
import { profileOf, type Release, type XenProfile } from '../profiles';

export interface SimSession {
  readonly uuid: string;
  readonly user: string;
  readonly originator: string;
  lastActive: number;
  closed: boolean;
}

export interface SimTask {
  readonly uuid: string;
  readonly name: string;
  readonly host: string;
  readonly created: number;
  finished: number;
  status: 'pending' | 'success' | 'failure' | 'cancelled';
  progress: number;
  /** An XML fragment: `<value>…</value>`, "" for void on 6.5 (xapi §9.1). */
  result: string;
  error: readonly string[];
  /** Present where the operation can be cancelled (a single migration; never evacuate). */
  cancel?: () => void;
}

export interface SimMessage {
  readonly uuid: string;
  readonly name: string;
  readonly priority: number;
  readonly cls: string;
  readonly object: string;
  readonly at: number;
  readonly body: string;
}

export interface Move {
  readonly vm: SimVm;
  readonly from: SimHost;
  readonly to: SimHost;
  /** MiB still to copy. */
  remaining: number;
  readonly total: number;
  readonly report: (progress: number) => void;
  readonly done: (error?: readonly string[]) => void;
  stalled: boolean;
}

/** One host's own memory and disks, which the pool database does not show. */
export interface Machine {
  readonly host: SimHost;
  /** What is installed on its disk; the database learns it when its xapi registers (xapi §4.1). */
  installed: { version: string; build: string; platform: string; brand: string; hotfixes: string[] };
  bootTime: number;
  /** xapi takes ordinary calls (its database, or its master, answers). */
  ready: boolean;
  /** Started while the master did not answer, or newer than its master (xapi §2.4). */
  emergency?: readonly string[];
  /** Both ports are closed: toolstack restart, installer, early boot (xapi §2.3). */
  portsClosed: boolean;
  /** Disables are forgotten when xapi starts again (xapi fact 3). */
  lastHeartbeat: number;
  /** It restarts once more when it has come up. */
  bootsAgain?: true;
  /** Entries of host.current_operations, task uuid to operation. */
  operations: Map<string, string>;
  timer?: Timer;
}

export interface Change {
  created: number;
  modified: number;
}

export interface PoolWorld {
  readonly pool: SimPool;
  readonly machines: Map<string, Machine>;
  readonly sessions: Map<string, SimSession>;
  readonly tasks: Map<string, SimTask>;
  readonly messages: SimMessage[];
  readonly moves: Set<Move>;
  generation: number;
  readonly changes: Map<string, Change>;
  readonly deleted: { readonly generation: number; readonly cls: string; readonly uuid: string }[];
  /** other_config that clients wrote, by object uuid. */
  readonly otherConfig: Map<string, Map<string, string>>;
  haBusy: boolean;
  /** The one-second copy event is on the timeline. */
  copying: boolean;
  serial: number;
}

export class XapiWorld {
  readonly pools = new Map<string, PoolWorld>();
  /** Host addresses as the wire face serves them; HOST_IS_SLAVE names these. */
  readonly endpoints = new Map<string, string>();
  /** Called when a machine's phase or ports change: wire faces follow. */
  readonly phaseListeners = new Set<(host: SimHost) => void>();
  /** (client, method, subject) whose answer was lost and that has not been looked at since. */
  readonly doubts = new Map<string, Set<string>>();

  constructor(readonly cloud: CloudState) {
    for (const pool of cloud.pools) this.pools.set(pool.uuid, newPoolWorld(cloud, pool));
    cloud.onChanged((pool, cls, uuid) => this.touched(pool, cls, uuid));
  }

  of(pool: SimPool): PoolWorld {
    return this.pools.get(pool.uuid)!;
  }

  machine(host: SimHost): Machine {
    return this.of(host.pool).machines.get(host.uuid)!;
  }

  /** The profile that decides how the API behaves: that of the master's database. */
  release(pool: SimPool): Release {
    return masterProfile(pool).release;
  }

  endpoint(host: SimHost): string {
    return this.endpoints.get(host.uuid) ?? host.address;
  }

  phaseChanged(host: SimHost): void {
    for (const listener of this.phaseListeners) listener(host);
  }

  uuid(pool: SimPool, kind: string): string {
    return uuidOf(kind, pool.uuid, String(++this.of(pool).serial));
  }

  message(pool: SimPool, name: string, priority: number, cls: string, object: string, body: string): void {
    const uuid = this.uuid(pool, 'message');
    this.of(pool).messages.push({ uuid, name, priority, cls, object, at: this.cloud.time.now(), body });
    this.cloud.changed(pool, 'message', uuid);
  }

  remove(pool: SimPool, cls: string, uuid: string): void {
    const world = this.of(pool);
    world.changes.delete(`${cls}/${uuid}`);
    world.deleted.push({ generation: ++world.generation, cls, uuid });
    this.cloud.changed(pool, cls, uuid);
  }

  private touched(pool: SimPool, cls: string, uuid: string): void {
    const world = this.of(pool);
    if (world.deleted.some((gone) => gone.cls === cls && gone.uuid === uuid)) return;
    const key = `${cls}/${uuid}`;
    const generation = ++world.generation;
    const change = world.changes.get(key);
    if (change) change.modified = generation;
    // An object that was there at the beginning was created at generation 0.
    else world.changes.set(key, { created: BORN_LATER.has(cls) ? generation : 0, modified: generation });
  }
}

const BORN_LATER: ReadonlySet<string> = new Set(['task', 'message']);

/** Messages that were there before the story, by FILE's `hidden` (they slow the installer, seed 003). */
function oldMessages(cloud: CloudState, pool: SimPool): SimMessage[] {
  const counts = Object.entries(cloud.hidden[pool.name]?.messages ?? {});
  const told = counts.reduce((sum, [, count]) => sum + count, 0);
  counts.push([pool.master, Math.max(0, pool.traits.messages - told)]);
  return counts.flatMap(([host, count], which) =>
    Array.from({ length: count }, (_, i) => ({
      uuid: uuidOf('old-message', pool.uuid, host, String(which), String(i)),
      name: 'ALARM',
      priority: 3,
      cls: 'Host',
      object: hostByName(pool, host)?.uuid ?? '',
      at: cloud.time.now(),
      body: '',
    })),
  );
}

/** Tasks that a snapshot file says are under way: they never end. */
const oldTasks = (cloud: CloudState, pool: SimPool): Map<string, SimTask> =>
  new Map(
    pool.traits.tasks.map((name, i): [string, SimTask] => {
      const uuid = uuidOf('old-task', pool.uuid, String(i));
      const created = cloud.time.now();
      const task: SimTask = {
        uuid,
        name,
        host: pool.master,
        created,
        finished: 0,
        status: 'pending',
        progress: 0.1,
        result: '',
        error: [],
      };
      return [uuid, task];
    }),
  );

export const masterOf = (pool: SimPool): SimHost => hostByName(pool, pool.master)!;
/** The master's release decides what the pool's API is (xapi §12.5). */
export const masterProfile = (pool: SimPool): XenProfile =>
  profileOf(masterOf(pool).version, masterOf(pool).brand);
export const isMasterHost = (host: SimHost): boolean => host.pool.master === host.name;

function newPoolWorld(cloud: CloudState, pool: SimPool): PoolWorld {
  return {
    pool,
    machines: new Map(pool.hosts.map((host) => [host.uuid, newMachine(host)])),
    sessions: new Map(),
    tasks: oldTasks(cloud, pool),
    messages: oldMessages(cloud, pool),
    moves: new Set(),
    generation: 1000,
    changes: new Map(),
    deleted: [],
    otherConfig: new Map(),
    haBusy: false,
    copying: false,
    serial: 0,
  };
}

const newMachine = (host: SimHost): Machine => ({
  host,
  installed: {
    version: host.version,
    build: host.build,
    platform: host.platform,
    brand: host.brand,
    hotfixes: [...host.hotfixes],
  },
  bootTime: host.bootTime,
  ready: host.phase === 'up',
  portsClosed: host.phase !== 'up',
  lastHeartbeat: 0,
  operations: new Map(),
});
