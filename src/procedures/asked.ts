/** Which procedure a request for a plan asks for, and what the planner is told of it. */
import { Rejected } from '../domain/errors';
import type { PatchWish } from '../domain/patch-work';
import type { Automatic, PlanRequest } from '../domain/plan';
import { problems } from '../domain/problems';
import { hotfixes } from './hotfixes';
import type { Procedure } from './procedure';
import { rollingReboot } from './rolling-reboot';
import { rollingUpgrade } from './rolling-upgrade';

export interface Asked {
  readonly procedure: Procedure;
  /** Absent: the version that the pool has. */
  readonly target?: string;
  readonly hosts?: readonly string[];
  readonly remedies?: readonly string[];
  readonly automatic?: Automatic;
  readonly maxDown?: number;
  readonly patches?: PatchWish;
}

/** `target`: of the pool in pools.yaml. Rejected (NO_TARGET) where an upgrade has none. */
export function askedFor(pool: string, wish: PlanRequest, target?: string): Asked {
  const { remedies, hosts, maxDown } = wish;
  const more = {
    ...(remedies && { remedies }),
    ...(hosts && { hosts }),
    ...(maxDown !== undefined && { maxDown }),
  };
  if (wish.reboot) return { ...more, procedure: rollingReboot };
  const patches = patchesIn(wish);
  if (patches) return { ...more, procedure: hotfixes, patches };
  const to = wish.to ?? target;
  if (to === undefined) throw new Rejected(problems.noTarget(pool));
  const { automatic: url, byHand = [], repartition } = wish;
  return {
    ...more,
    procedure: rollingUpgrade,
    target: to,
    ...(url !== undefined && { automatic: { url, byHand, ...(repartition && { repartition }) } }),
  };
}

function patchesIn(wish: PlanRequest): PatchWish | undefined {
  const { updates, solution, noMoveBack } = wish;
  const asked = updates ?? wish.hotfixes;
  if (asked === undefined) return undefined;
  return { asked, moveBack: !noMoveBack, ...(solution && { solution }) };
}
