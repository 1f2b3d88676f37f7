/** The newest fold of a run, and appending to it. The insert at seen + 1 is the only lock there is. */
import { Rejected, Stale } from '../domain/errors';
import type { Entry, Recorded } from '../domain/journal';
import type { Plan } from '../domain/plan';
import { problems } from '../domain/problems';
import { evolve, foldRun } from '../domain/fold-run';
import type { Run } from '../domain/run';
import type { Journal } from '../ports';

export interface Folds {
  /** Reads what is new and folds it. Throws Rejected(RUN_UNKNOWN). */
  newest(runId: string): Promise<Run>;
  /**
   * Appends what `make` wants on the newest fold; when somebody else was first, folds theirs and asks again.
   * Undefined from `make` writes nothing.
   */
  write(
    runId: string,
    make: (run: Run) => Entry | undefined,
  ): Promise<{ readonly run: Run; readonly recorded?: Recorded }>;
}

/** Folds are kept per process only to save reading: the journal stays the truth. */
export function folds(journal: Journal): Folds {
  const plans = new Map<string, Plan>();
  const known = new Map<string, Run>();

  async function first(runId: string): Promise<Run> {
    const row = await journal.run(runId);
    const plan = row && (plans.get(row.plan) ?? (await journal.plan(row.plan)));
    if (!row || !plan) throw new Rejected(problems.runUnknown(runId));
    plans.set(plan.id, plan);
    return foldRun(plan, await journal.read(runId));
  }

  async function newest(runId: string): Promise<Run> {
    const was = known.get(runId);
    let run: Run;
    if (was) {
      run = was;
      for (const recorded of await journal.read(runId, was.seq))
        if (recorded.seq === run.seq + 1) run = evolve(run, recorded);
    } else {
      run = await first(runId);
    }
    const newer = known.get(runId);
    if (!newer || newer.seq < run.seq) known.set(runId, run);
    if (run.endedAt !== undefined) known.delete(runId);
    return run;
  }

  return {
    newest,
    async write(runId, make) {
      for (;;) {
        const run = await newest(runId);
        const entry = make(run);
        if (!entry) return { run };
        try {
          const recorded = await journal.append(runId, run.seq, entry);
          return { run: evolve(run, recorded), recorded };
        } catch (error) {
          if (!(error instanceof Stale)) throw error;
        }
      }
    },
  };
}
