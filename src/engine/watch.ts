/** One XAPI event stream per pool with an open run, and a poll of what only CloudStack shows: jobs and host states. It only rings. */
import type { Journal, RunRow, World } from '../ports';

export interface Watch {
  /** Follows the open runs as they are now; call it again whenever they may have changed. `moved`: this run has just been. */
  follow(moved?: string): Promise<void>;
  close(): Promise<void>;
}

export interface WatchDeps {
  readonly journal: Journal;
  world(row: RunRow): World;
  ring(run: string): void;
  /** Pool seconds per wall second: polling keeps its pace in pool time. */
  speed(): number;
  /** Resolves after so many wall milliseconds or when the signal aborts; the machine's timer unless said. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

interface Watched {
  readonly over: AbortController;
  /** The run has moved: whatever it began is asked after at the quickest pace again. */
  moved(): void;
}

/** What is under way in CloudStack is asked after every second at first, then every 5 s, after ten minutes every 15 s. */
const PACE = [
  { untilSeconds: 30, everySeconds: 1 },
  { untilSeconds: 600, everySeconds: 5 },
  { untilSeconds: Infinity, everySeconds: 15 },
] as const;

export function watch(deps: WatchDeps): Watch {
  const sleep = deps.sleep ?? timer;
  const watched = new Map<string, Watched>();
  const ends = new Set<Promise<void>>();

  function start(row: RunRow): void {
    const over = new AbortController();
    const cloudStack = followCloudStack(row, over.signal);
    watched.set(row.id, { over, moved: cloudStack.moved });
    const stream = deps.world(row).xen.watch(() => deps.ring(row.id), over.signal);
    const end = Promise.allSettled([stream, cloudStack.end]).then(() => void ends.delete(end));
    ends.add(end);
  }

  function followCloudStack(row: RunRow, signal: AbortSignal) {
    let seconds = 0;
    let last: string | undefined;
    let asleep = new AbortController();

    const follow = async (): Promise<void> => {
      while (!signal.aborted) {
        const pace = PACE.find((one) => seconds < one.untilSeconds) ?? PACE[2];
        asleep = new AbortController();
        const waking = AbortSignal.any([signal, asleep.signal]);
        await sleep((pace.everySeconds * 1000) / Math.max(1, deps.speed()), waking);
        if (signal.aborted) return;
        // woken because the run moved: the quickest pace from here
        if (asleep.signal.aborted) continue;
        seconds += pace.everySeconds;
        const now = await underWay(row);
        if (now === undefined || now === last) continue;
        last = now;
        seconds = 0;
        deps.ring(row.id);
      }
    };
    return {
      end: follow(),
      moved: (): void => {
        const isQuick = seconds < PACE[0].untilSeconds;
        seconds = 0;
        // a job may begin and end between two looks: after each move the next look rings, whatever it sees
        last = undefined;
        // a quick sleep is left alone, or a run that moves all the time would never be looked at
        if (!isQuick) asleep.abort();
      },
    };
  }

  /** Jobs in flight and states of the hosts, as text to compare; undefined when CloudStack does not answer. */
  async function underWay(row: RunRow): Promise<string | undefined> {
    const { cloudStack, pool } = deps.world(row);
    try {
      const [jobs, hosts] = await Promise.all([cloudStack.jobs(), cloudStack.hosts(pool.clusterId)]);
      return [
        ...jobs.map((job) => `${job.id}:${job.status}`),
        ...hosts.map((host) => `${host.id}:${host.state}:${host.resourceState}`),
      ]
        .sort()
        .join();
    } catch {
      return undefined; // the tick itself says what cannot be seen
    }
  }

  return {
    async follow(moved) {
      if (moved !== undefined) watched.get(moved)?.moved();
      const open = await deps.journal.openRuns();
      for (const [id, one] of watched) {
        if (open.some((row) => row.id === id)) continue;
        one.over.abort();
        watched.delete(id);
      }
      for (const row of open) if (!watched.has(row.id)) start(row);
    },
    async close() {
      for (const one of watched.values()) one.over.abort();
      watched.clear();
      await Promise.allSettled(ends);
    },
  };
}

function timer(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timeout = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    function end(): void {
      clearTimeout(timeout);
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}
