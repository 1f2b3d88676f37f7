/** The worker as it is, with a watch on its event loop: answers each message of its parent with what it saw since the last. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { runProcess } from '../../src/run-process';
import { startWorker } from '../../src/worker';

export interface LoopReport {
  /** Milliseconds beyond the time a timer was due. */
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** The most memory the process has ever held, its threads included. */
  readonly peakRssMib: number;
}

/** Milliseconds between two looks; what the histogram records contains them. */
const EVERY_MS = 5;

const delay = monitorEventLoopDelay({ resolution: EVERY_MS });
delay.enable();
const beyond = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - EVERY_MS);

process.on('message', () => {
  const report: LoopReport = {
    p50: beyond(delay.percentile(50)),
    p99: beyond(delay.percentile(99)),
    worst: beyond(delay.max),
    peakRssMib: process.resourceUsage().maxRSS / 1024,
  };
  delay.reset();
  process.send?.(report);
});

runProcess('worker', startWorker);
