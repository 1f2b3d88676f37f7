/** A snapshot, where its VMs would go, and what the checks say of both. Reads; never changes anything. */
import { findingsOf, type Extra } from '../checks/index';
import type { Finding } from '../domain/finding';
import type { Obligation } from '../domain/obligation';
import type { Placement } from '../domain/plan';
import type { Snapshot } from '../domain/pool';
import { place, simpleRules } from '../placement/index';
import type { World } from '../ports';
import type { Sources } from './read-sources';
import { look, type Readable } from './snapshot';

export type Inspectable = Readable & Pick<World, 'dom0'>;

export interface InspectWish {
  readonly target: string;
  /** What earlier runs, or the run in hand, owe the pool. */
  readonly owed: readonly Obligation[];
  /** Pool time, epoch milliseconds. */
  readonly at: number;
  /** Which checks are asked; all of them unless said otherwise. */
  readonly judge?: typeof findingsOf;
}

export interface Inspection {
  readonly snapshot: Snapshot;
  readonly placement: Placement;
  readonly findings: readonly Finding[];
  readonly configured: Extra['configured'];
  /** Why sources are in `snapshot.unread`, as thrown. */
  readonly failures: Sources['failures'];
}

export async function inspect(world: Inspectable, wish: InspectWish): Promise<Inspection> {
  const { target, owed, at, judge = findingsOf } = wish;
  const { snapshot, beside, failures } = await look(world, at);
  const placement = place(snapshot, simpleRules(target, owed));
  const configured = configuredIn(world, snapshot);
  const findings = judge(snapshot, target, { owed, configured, placement, ...beside });
  return { snapshot, placement, findings, configured, failures };
}

function configuredIn(world: Inspectable, pool: Snapshot): Extra['configured'] {
  const { dom0 } = world;
  const { canaryVm, smokeTest } = world.pool;
  return {
    dom0: dom0 !== undefined && pool.hosts.every((host) => dom0.configured.includes(host.uuid)),
    managementServers: world.managementServers !== undefined,
    database: world.cloudStackDb !== undefined,
    smokeTest: smokeTest !== undefined,
    ...(canaryVm !== undefined && { canaryVm }),
  };
}
