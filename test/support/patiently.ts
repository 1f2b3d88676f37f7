/** Waits for work that also reads files: pool time moves only when the work surely waits for it. */
import type { Cloud } from '../../src/sim/cloud';
import { flush } from './sim-xapi';

/** Turns of the event loop that a file takes at most on a busy machine, before pool time is moved on. */
const TURNS = 25;
const PAUSE_MS = 1;

/** Pool time passes event by event until this settles, for at most a day. */
export async function patiently<T>(cloud: Cloud, work: Promise<T>): Promise<T> {
  const state = { settled: false };
  const mark = (): void => void (state.settled = true);
  work.then(mark, mark);
  const end = cloud.time.now() + 24 * 3_600_000;
  while (!state.settled && cloud.time.now() < end) {
    for (let turn = 0; turn < TURNS && !state.settled; turn++) await flush();
    if (state.settled) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (state.settled) break;
    const at = cloud.time.nextAt();
    if (at !== undefined) cloud.time.advanceTo(at);
  }
  if (!state.settled) throw new Error('a tick has not ended within a day of pool time');
  return work;
}
