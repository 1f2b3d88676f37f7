/** Waits for work whose only waits are waits for pool time: in memory nothing reads files and nothing opens sockets. */
import type { Cloud } from '../../src/sim/cloud';
import { flush } from './sim-xapi';

/** Planning takes turns of the event loop (src/engine/turn.ts), some of them in a row: computing costs no pool time. */
const TURNS = 24;

/** Pool time passes event by event until this settles, for at most a day. */
export async function patiently<T>(cloud: Cloud, work: Promise<T>): Promise<T> {
  const state = { settled: false };
  const mark = (): void => void (state.settled = true);
  work.then(mark, mark);
  const end = cloud.time.now() + 24 * 3_600_000;
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < TURNS && !state.settled; turn++) await flush();
  };
  for (await turns(); !state.settled && cloud.time.now() < end; await turns())
    cloud.time.advanceTo(cloud.time.nextAt() ?? end);
  if (!state.settled) throw new Error('this has not ended within a day of pool time');
  return work;
}
