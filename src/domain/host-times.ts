/** How long the lines that take a host away have lasted in this pool, and the limits that follow: learned, never below the step's own. Pure. */
import type { Run } from './run';

/** Shutting down, installing and booting, and staying up through the second start of XAPI. */
const AWAY_KINDS = ['reboot-into-installer', 'upgrade-by-hand', 'await-host', 'prove-upgrade'] as const;

/** Half as long again as the slowest host seen is still usual; three times as long is not. */
const SOFT_TIMES = 1.5;
const HARD_TIMES = 3;

/** Seconds by kind of line, of the slowest host; a line that a person had to let go on says nothing. */
export type Lasted = Readonly<Record<string, number>>;

export function lastedIn(run: Pick<Run, 'lines' | 'lasted'>): Lasted {
  const slowest: Record<string, number> = { ...run.lasted };
  for (const { line, status, begunAt, doneAt, retries } of Object.values(run.lines)) {
    const counts = AWAY_KINDS.some((kind) => kind === line.kind) && status === 'done' && retries === 0;
    if (!counts || begunAt === undefined || doneAt === undefined) continue;
    slowest[line.kind] = Math.max(slowest[line.kind] ?? 0, (doneAt - begunAt) / 1000);
  }
  return slowest;
}

export const slowestOf = (all: readonly Lasted[]): Lasted => {
  const slowest: Record<string, number> = {};
  for (const one of all)
    for (const [kind, seconds] of Object.entries(one)) slowest[kind] = Math.max(slowest[kind] ?? 0, seconds);
  return slowest;
};

interface Limits {
  readonly softSeconds: number;
  readonly hardSeconds: number;
}

/** The step's own limits, or longer where this pool has needed longer. */
export function learned(own: Limits, run: Pick<Run, 'lines' | 'lasted'>, kind: string): Limits {
  const slowest = lastedIn(run)[kind] ?? 0;
  return {
    softSeconds: Math.max(own.softSeconds, Math.ceil(slowest * SOFT_TIMES)),
    hardSeconds: Math.max(own.hardSeconds, Math.ceil(slowest * HARD_TIMES)),
  };
}

/** "host-1 was away for 24 min": hosts of this run that are back from their installers, one sentence each. */
export const wereAway = (run: Pick<Run, 'lines'>): readonly string[] =>
  Object.values(run.lines).flatMap(({ line, status, begunAt, doneAt }) =>
    line.kind === 'await-host' && status === 'done' && begunAt !== undefined && doneAt !== undefined
      ? [`${line.lane} was away for ${Math.round((doneAt - begunAt) / 60_000)} min.`]
      : [],
  );
