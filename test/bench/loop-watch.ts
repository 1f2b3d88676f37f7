/** What a process says of itself: how late its timers are, and the most memory it has held. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Figure } from './figures';

export interface LoopReport {
  /** Milliseconds beyond the time a timer was due. */
  readonly p99: number;
  readonly worst: number;
  /** The most memory the process has ever held, its threads included. */
  readonly peakRssMib: number;
}

/** Milliseconds between two looks; what the histogram records contains them. */
const EVERY_MS = 5;

/** Watches from now on; each report is of what was seen since the last. */
export function watchLoop(): () => LoopReport {
  const delay = monitorEventLoopDelay({ resolution: EVERY_MS });
  delay.enable();
  const beyond = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - EVERY_MS);
  return () => {
    const report = {
      p99: beyond(delay.percentile(99)),
      worst: beyond(delay.max),
      peakRssMib: process.resourceUsage().maxRSS / 1024,
    };
    delay.reset();
    return report;
  };
}

/** A click must be answered within 3 s whatever else goes on (stack §2); this leaves room for a busy machine. Milliseconds. */
const GOALS = { p99: 200, worst: 500 } as const;

export function delaysOf(
  bench: string,
  what: string,
  { p99, worst }: LoopReport,
  workload: number,
): readonly Figure[] {
  const row = (which: string, value: number, goal: number): Figure => ({
    bench,
    what: `${what}, event-loop delay ${which}`,
    value,
    unit: 'ms',
    goal,
    ofWorkload: value / workload,
  });
  return [row('p99', p99, GOALS.p99), row('worst', worst, GOALS.worst)];
}
