/** A snapshot, where its VMs would go, and what the checks say of both. Reads; never changes anything. */
import { checks, findingsOf, type Extra } from '../checks/index';
import type { Finding } from '../domain/finding';
import type { Obligation } from '../domain/obligation';
import type { Placement } from '../domain/plan';
import type { Snapshot } from '../domain/pool';
import { chosenAmong, isOfSameRemedy, onceRemedied, remediesOf } from '../domain/remedied';
import { place, simpleRules } from '../placement/index';
import type { Sources } from './read-sources';
import { look, type Readable } from './snapshot';
import { sameOrNewer } from '../domain/version';
import { nextTurn } from './turn';

export type Inspectable = Readable;

export interface InspectWish {
  readonly target: string;
  /** What earlier runs, or the run in hand, owe the pool. */
  readonly owed: readonly Obligation[];
  /** Pool time, epoch milliseconds. */
  readonly at: number;
  /** Which checks are asked; all of them unless said otherwise. */
  readonly judge?: typeof findingsOf;
  /** Checks whose remedies shall be lines of the plan: VMs are placed as if these were done. */
  readonly remedies?: readonly string[];
  /** The only host whose dom0 is asked; all that are not on the target unless said otherwise. */
  readonly dom0Of?: string;
}

export interface Inspection {
  readonly snapshot: Snapshot;
  readonly placement: Placement;
  readonly findings: readonly Finding[];
  /** The pool once the chosen remedies are carried out: what a procedure is made for. */
  readonly remedied: Snapshot;
  /** Those of the findings whose remedies were chosen. */
  readonly chosen: ReturnType<typeof chosenAmong>;
  readonly configured: Extra['configured'];
  /** Why sources are in `snapshot.unread`, as thrown. */
  readonly failures: Sources['failures'];
}

export async function inspect(world: Inspectable, wish: InspectWish): Promise<Inspection> {
  const { target, owed, at, judge = findingsOf, remedies = [], dom0Of } = wish;
  const { snapshot, beside, failures } = await look(world, at, {
    dom0: ({ name, version }) => (dom0Of ?? name) === name && !sameOrNewer(version, target),
  });
  const configured = configuredIn(world, snapshot);
  const rules = simpleRules(target, owed);
  const placed = async (pool: Snapshot): Promise<Placement> => {
    await nextTurn();
    return place(pool, rules);
  };
  const judged = async (pool: Snapshot, placement: Placement): Promise<readonly Finding[]> => {
    await nextTurn();
    return judge(pool, target, { owed, configured, placement, ...beside });
  };
  const placement = await placed(snapshot);
  const findings = await judged(snapshot, placement);
  const seen = { snapshot, configured, failures };
  const known = checks.map(({ name }) => name);
  const chosen = chosenAmong(findings, remedies, known, world.pool.name);
  if (chosen.length === 0) return { ...seen, remedied: snapshot, placement, findings, chosen };
  const remedied = onceRemedied(snapshot, remediesOf(chosen));
  const placedThen = await placed(remedied);
  // what else is said of the pool as it will be: a remedy that is not enough still leaves its fault in the way
  const others = (await judged(remedied, placedThen)).filter(
    (one) => !chosen.some((was) => isOfSameRemedy(was, one)),
  );
  return {
    ...seen,
    remedied,
    placement: placedThen,
    findings: known.flatMap((name) => [...chosen, ...others].filter(({ check }) => check === name)),
    chosen,
  };
}

function configuredIn(world: Inspectable, pool: Snapshot): Extra['configured'] {
  const { dom0 } = world;
  const { canaryVm, smokeTest } = world.pool;
  return {
    dom0: dom0 !== undefined && pool.hosts.every((host) => dom0.configured.includes(host.uuid)),
    withoutDom0: pool.hosts.filter((host) => !dom0?.configured.includes(host.uuid)).map((host) => host.name),
    managementServers: world.managementServers !== undefined,
    database: world.cloudStackDb !== undefined,
    smokeTest: smokeTest !== undefined,
    ...(canaryVm !== undefined && { canaryVm }),
  };
}
