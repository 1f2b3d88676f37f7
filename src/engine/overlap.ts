/** Which lines of other hosts a host waits for, where the plan lets hosts overlap. Pure. */
import type { LaneId, PlannedLine, Turn } from '../domain/plan';

/** The lines of a host that others wait for. */
export interface Stage {
  /** Its VMs are away: the last line before its block. */
  readonly drained: string;
  /** It is back at work. */
  readonly back: string;
}

export interface Gates {
  /** What the first line of the host comes after. */
  readonly start: readonly string[];
  /** What the first line of its block comes after, besides the line before it. */
  readonly down: readonly string[];
}

/**
 * One gate for the hosts of a plan. Hosts that are named and have no lines are through already. `tried`: a host is back
 * already, so that no first one is waited for.
 */
export function gates(turns: readonly Turn[] = [], tried = false) {
  const stages = new Map<LaneId, Stage>();
  let first: string | undefined;
  let opening: readonly string[] = [];
  return {
    /** Undefined: the host has no turn of its own, and comes after whatever is before it. */
    of(host: LaneId, before: readonly string[]): Gates | undefined {
      const turn = turns.find((one) => one.host === host);
      if (!turn) return undefined;
      if (first === undefined) {
        first = host;
        opening = before;
      }
      // Whatever the turns say, the first host is back before any other begins: it is the master, or the first one tried.
      const backFirst = tried || first === host ? turn.afterBack : [first, ...turn.afterBack];
      const ends = (names: readonly string[], at: keyof Stage): readonly string[] =>
        names.flatMap((name) => stages.get(name)?.[at] ?? []);
      return {
        start: [...new Set([...opening, ...ends(backFirst, 'back'), ...ends(turn.afterEmpty, 'drained')])],
        down: ends(turn.downAfterBack, 'back'),
      };
    },
    passed(host: LaneId, lines: readonly Pick<PlannedLine, 'id' | 'block'>[]): void {
      const back = lines.at(-1);
      if (!back) return;
      const begins = lines.findIndex((line) => line.block !== undefined);
      stages.set(host, { drained: (lines[begins - 1] ?? back).id, back: back.id });
    },
  };
}

/** True for the first line of the first block of a section. */
export const opensBlock = (
  line: Pick<PlannedLine, 'block'>,
  before: readonly Pick<PlannedLine, 'block'>[],
): boolean => line.block !== undefined && before.every((one) => one.block === undefined);
