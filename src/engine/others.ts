/** Our other runs on the same CloudStack: who has a host in work, and who holds its services stopped. */
import { isOver } from '../domain/phases';
import { POOL_LANE } from '../domain/plan';
import type { Run } from '../domain/run';
import type { Journal, OtherRuns } from '../ports';
import type { Folds } from './fold';

/** `sameCloudStack`: pools that CloudStack manages together with this run's. Reads the journal anew at every call. */
export function otherRuns(
  journal: Journal,
  folds: Folds,
  runId: string,
  sameCloudStack: (pool: string) => boolean,
): OtherRuns {
  async function others(): Promise<readonly Run[]> {
    const rows = (await journal.openRuns()).filter((row) => row.id !== runId && sameCloudStack(row.pool));
    const runs = await Promise.all(rows.map((row) => folds.newest(row.id)));
    return runs.filter((run) => !isOver(run.phase));
  }
  return {
    hostsInWork: async () => (await others()).flatMap(hostsInWork),
    servicesHeld: async () => (await others()).flatMap(servicesHeld),
  };
}

/** From the first act of a host that was sent, or may have been, to the end of its lane. */
function hostsInWork(run: Run): readonly string[] {
  return run.sections
    .filter((section) => section.lane !== POOL_LANE && section.host !== undefined)
    .filter((section) => {
      const states = section.lines.map((line) => run.lines[line.id]);
      const acted = states.some(
        (state) => state && Object.values(state.acts).some((act) => act.outcome !== 'not-sent'),
      );
      return acted && states.some((state) => state && state.status !== 'done');
    })
    .map((section) => `${section.host} of ${run.plan.pool}`);
}

/** An intent to stop counts: it is on disk before anything is sent. */
const servicesHeld = (run: Run): readonly string[] =>
  run.owed.filter((owed) => owed.what === 'services-stopped').map((owed) => `${owed.on} (${run.plan.pool})`);
