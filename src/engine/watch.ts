/** One XAPI event stream per pool with an open run, and a quick poll of CloudStack's jobs. It only rings. */
import type { Journal, RunRow, World } from '../ports';

export interface Watch {
  /** Follows the open runs as they are now; call it again whenever they may have changed. */
  follow(): Promise<void>;
  close(): Promise<void>;
}

export interface WatchDeps {
  readonly journal: Journal;
  world(row: RunRow): World;
  ring(run: string): void;
  /** Pool seconds per wall second: polling keeps its pace in pool time. */
  speed(): number;
}

/** A running CloudStack job is asked after every second of wall time at first, then every 5 s, after ten minutes every 15 s. */
const PACE = [
  { untilSeconds: 30, everySeconds: 1 },
  { untilSeconds: 600, everySeconds: 5 },
  { untilSeconds: Infinity, everySeconds: 15 },
] as const;

export function watch(deps: WatchDeps): Watch {
  const watched = new Map<string, AbortController>();
  const ends = new Set<Promise<void>>();

  function start(row: RunRow): void {
    const over = new AbortController();
    watched.set(row.id, over);
    const stream = deps.world(row).xen.watch(() => deps.ring(row.id), over.signal);
    const end = Promise.allSettled([stream, followJobs(row, over.signal)]).then(() => void ends.delete(end));
    ends.add(end);
  }

  async function followJobs(row: RunRow, signal: AbortSignal): Promise<void> {
    let seconds = 0;
    let last = '';
    while (!signal.aborted) {
      const pace = PACE.find((one) => seconds < one.untilSeconds) ?? PACE[2];
      await sleep((pace.everySeconds * 1000) / Math.max(1, deps.speed()), signal);
      if (signal.aborted) return;
      seconds += pace.everySeconds;
      const now = await jobsOf(row);
      if (now === undefined || now === last) continue;
      if (now !== '' || last !== '') deps.ring(row.id);
      last = now;
      seconds = 0;
    }
  }

  /** What is in flight, as text to compare; undefined when CloudStack does not answer. */
  async function jobsOf(row: RunRow): Promise<string | undefined> {
    try {
      const jobs = await deps.world(row).cloudStack.jobs();
      return jobs
        .map((job) => `${job.id}:${job.status}`)
        .sort()
        .join();
    } catch {
      return undefined; // the tick itself says what cannot be seen
    }
  }

  return {
    async follow() {
      const open = await deps.journal.openRuns();
      for (const [id, over] of watched) {
        if (open.some((row) => row.id === id)) continue;
        over.abort();
        watched.delete(id);
      }
      for (const row of open) if (!watched.has(row.id)) start(row);
    },
    async close() {
      for (const over of watched.values()) over.abort();
      watched.clear();
      await Promise.allSettled(ends);
    },
  };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}
