/** Waits for work whose only waits are waits for pool time: in memory nothing reads files and nothing opens sockets. */
import type { Cloud } from '../../src/sim/cloud';
import { flush } from './sim-xapi';

/** Pool time passes event by event until this settles, for at most a day. */
export async function patiently<T>(cloud: Cloud, work: Promise<T>): Promise<T> {
  const state = { settled: false };
  const mark = (): void => void (state.settled = true);
  work.then(mark, mark);
  const end = cloud.time.now() + 24 * 3_600_000;
  for (await flush(); !state.settled && cloud.time.now() < end; await flush())
    cloud.time.advanceTo(cloud.time.nextAt() ?? end);
  if (!state.settled) throw new Error('this has not ended within a day of pool time');
  return work;
}
