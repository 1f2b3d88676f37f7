/** Rings every open run: a lost ring costs a minute, never a run. */
import type { Bell, Journal } from '../ports';

/** Wall seconds between sweeps (design: Waking). */
export const SWEEP_SECONDS = 60;

export async function sweep(journal: Journal, bell: Bell): Promise<number> {
  const [runs, requests] = await Promise.all([journal.openRuns(), journal.openRequests()]);
  for (const { id } of [...runs, ...requests]) await bell.ring(id);
  return runs.length + requests.length;
}
