/**
 * What the orchestration adds to what the simulated world needs by itself. The same run is told twice in memory, where
 * nothing costs computing time: once woken as the worker is, once looking at the very instant anything has changed. The
 * second is the longest chain of the world's own doing; the difference is ours.
 */
import type { Engine } from '../../src/engine/tick';
import { watch } from '../../src/engine/watch';
import type { Journal, World } from '../../src/ports';
import type { Procedure } from '../../src/procedures/procedure';
import { rollingUpgrade } from '../../src/procedures/rolling-upgrade';
import type { PoolFile } from '../../src/sim/snapshot-file';
import { sidesOf } from '../../src/sim/sides';
import { withoutLines } from '../support/procedures';
import { story, type Story } from '../support/story';
import type { Figure } from './figures';
import { poolOf } from './pools';

/** From a change to the look it causes: 50 ms that XAPI batches events, and the way (xapi §12.6). Pool seconds. */
const EVENT_SECONDS = 0.1;
/** The sweep rings every open run. Pool seconds. */
const SWEEP_SECONDS = 60;
/** What no change announces comes soon after one: whoever looks at once looks every second for so long. Pool seconds. */
const AT_ONCE = { everySeconds: 1, forSeconds: 120 } as const;
/** Share of the world's own time, per cent. */
const GOAL = 1;

type Waking = 'as the worker' | 'at once';

interface Told {
  readonly seconds: number;
  /** Lines ended and acts sent: each would cost one reaction more on real wires. */
  readonly decisions: number;
}

export async function overhead(): Promise<readonly Figure[]> {
  return [
    ...(await sized('3 hosts × 4 VMs', poolOf(3, 12), { unproved: true })),
    ...(await sized('8 hosts × 100 VMs, its last host', poolOf(8, 800, { upgraded: 7 }))),
  ];
}

/** All eight hosts: as the last one eight times over, and as long. Only when asked for by name. */
export const wholeOverhead = (): Promise<readonly Figure[]> => sized('8 hosts × 100 VMs', poolOf(8, 800));

/** `unproved`: also against a run that believes in a boot at once, whose proof then counts as ours. */
async function sized(
  size: string,
  pool: PoolFile,
  o: { readonly unproved?: boolean } = {},
): Promise<readonly Figure[]> {
  const ours = await told(pool, 'as the worker');
  const work = await told(pool, 'at once');
  const unproved = o.unproved && (await told(pool, 'at once', withoutLines('prove-upgrade')));
  const row = rowOf(size);
  return [
    row('duration, simulated clock', ours.seconds / 3600, 'h'),
    row('of which the world’s own work', work.seconds / 3600, 'h'),
    row('overhead', share(ours, work), '%', { goal: GOAL, samples: ours.decisions }),
    ...(unproved
      ? [row('overhead, the proof after each boot counted as ours', share(ours, unproved), '%')]
      : []),
  ];
}

const share = (ours: Told, work: Told): number => (100 * (ours.seconds - work.seconds)) / work.seconds;

const rowOf =
  (size: string) =>
  (what: string, value: number, unit: Figure['unit'], rest: Partial<Figure> = {}): Figure => ({
    bench: 'overhead',
    what: `${size}: ${what}`,
    value,
    unit,
    ...rest,
  });

async function told(pool: PoolFile, waking: Waking, procedure: Procedure = rollingUpgrade): Promise<Told> {
  const it = story({ pools: [pool], procedure });
  const plan = await it.plan();
  const from = it.cloud.time.now();
  const id = await it.start(plan);
  const { engine, close } = woken(it, waking);
  const run = await it.play(id, { workers: [engine] });
  await close();
  if (run.phase !== 'finished') throw new Error(`${pool.name}: the run is ${run.phase}, not finished`);
  const entries = await it.entries(id);
  process.stderr.write(
    `  ${pool.hosts?.length} hosts, ${waking}: ${(process.cpuUsage().user / 1e6).toFixed(0)} s of CPU so far\n`,
  );
  return {
    seconds: ((run.endedAt ?? it.cloud.time.now()) - from) / 1000,
    decisions: entries.filter(({ type }) => type === 'LineDone' || type === 'ActIntended').length,
  };
}

/** An engine that is asked once for each entry it writes, and in between waits for what would wake it. */
function woken(it: Story, waking: Waking): { readonly engine: Engine; readonly close: () => Promise<void> } {
  const { journal } = it;
  const bell = doorbell(it);
  const worlds: World[] = [];
  const answered: Journal = {
    ...journal,
    append: async (run, seen, entry) => {
      const recorded = await journal.append(run, seen, entry);
      // as the engine rings: what became of an act is written outside the ticks
      if (entry.type.startsWith('Act') && entry.type !== 'ActIntended') bell.ring();
      return recorded;
    },
  };
  const inner = it.worker(({ world }) => {
    const seen: World = {
      ...world,
      xen: { ...world.xen, watch: (changed, signal) => events(it, changed, signal) },
    };
    worlds.push(seen);
    return { journal: answered, world: seen };
  });
  const stream = watch({
    journal,
    world: () => worlds[0]!,
    ring: bell.ring,
    speed: () => 1,
    sleep: (ms, signal) => poolSleep(it, ms / 1000, signal),
  });
  if (waking === 'at once') ringAtEveryChange(it, bell.ring);
  let written = 0;
  let movedAt = it.cloud.time.now();
  const { cloudStack } = sidesOf(it.cloud);
  const longest = (seconds: number): number => {
    // what is under way ends with a change
    const isBusy = it.pool.vms.some((vm) => vm.operation) || cloudStack.jobs.some((job) => job.status === 0);
    const isFresh = it.cloud.time.now() - movedAt < AT_ONCE.forSeconds * 1000;
    return waking === 'at once' && isFresh && !isBusy ? Math.min(seconds, AT_ONCE.everySeconds) : seconds;
  };

  const tick: Engine['tick'] = async (run) => {
    for (;;) {
      bell.quiet();
      const next = await inner.tick(run);
      const now = await journal.lastSeq(run);
      if (now !== written) {
        written = now;
        movedAt = it.cloud.time.now();
        if (waking === 'as the worker') await stream.follow(run);
        return next;
      }
      if (next === 'again') continue;
      const seconds = typeof next === 'object' ? next.inSeconds : SWEEP_SECONDS;
      if (await bell.rungOr(longest(seconds))) movedAt = it.cloud.time.now();
    }
  };
  return { engine: { tick, stop: (ms) => inner.stop(ms) }, close: () => stream.close() };
}

function doorbell({ cloud }: Story) {
  let rung = false;
  let wake = (): void => undefined;
  return {
    ring: (): void => {
      rung = true;
      wake();
    },
    quiet: (): void => void (rung = false),
    /** Until somebody rings, or has since it was quiet; at most so many pool seconds. True when somebody did. */
    rungOr: (seconds: number): Promise<boolean> =>
      new Promise((resolve) => {
        const timer = cloud.time.in(rung ? 0 : seconds, () => wake());
        wake = (): void => {
          timer.cancel();
          wake = () => undefined;
          resolve(rung);
        };
      }),
  };
}

/** XAPI's stream as its watcher sees it: several changes are one ring. */
function events({ cloud }: Story, changed: () => void, signal: AbortSignal): Promise<void> {
  let batching = false;
  const stop = cloud.onChanged(() => {
    if (batching) return;
    batching = true;
    cloud.time.in(EVENT_SECONDS, () => {
      batching = false;
      changed();
    });
  });
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => {
      stop();
      resolve();
    }),
  );
}

/** Whatever changed in pool or CloudStack, on whichever side, rings at that instant. */
function ringAtEveryChange({ cloud, pool }: Story, ring: () => void): void {
  cloud.onChanged(ring);
  const advance = cloud.time.advanceTo.bind(cloud.time);
  const { cloudStack } = sidesOf(cloud);
  let last = '';
  cloud.time.advanceTo = (to) => {
    advance(to);
    const now = [
      ...pool.hosts.map((host) =>
        JSON.stringify([host.phase, host.live, host.enabled, host.bootTime, host.tags, host.cs.state]),
      ),
      ...pool.hosts.map(({ cs, scriptsAt, heartbeat: { running, srs }, pbds }) =>
        JSON.stringify([cs.resourceState, scriptsAt, running, srs, pbds.map((pbd) => pbd.attached)]),
      ),
      ...pool.vms.map((vm) => `${vm.on} ${vm.power} ${vm.cs?.state}`),
      ...cloud.managementServers.map((server) => `${server.management} ${server.usage} ${server.ready}`),
      `${pool.cluster.managedState} ${pool.rollingUpgradeFlag} ${pool.ha.on}`,
      ...cloudStack.jobs.slice(-50).map((job) => `${job.dbId} ${job.status}`),
      cloudStack.networks.length,
    ].join(';');
    if (now !== last) ring();
    last = now;
  };
}

function poolSleep({ cloud }: Story, seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = cloud.time.in(seconds, end);
    signal.addEventListener('abort', end, { once: true });
  });
}
