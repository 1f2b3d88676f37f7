/** Makes a plan: what was seen, what was found, and the exact lines, frozen and numbered. Changes nothing anywhere. */
import { digestOf } from '../domain/digest';
import { Rejected, WrongKey } from '../domain/errors';
import type { Person } from '../domain/person';
import { linesOf, type Plan } from '../domain/plan';
import { planDigest } from '../domain/plan-digest';
import type { Problem } from '../domain/problem';
import { problems } from '../domain/problems';
import { remediesOf, takenCareOf } from '../domain/remedied';
import { honoursClusterAllocation } from '../domain/version-eras';
import type { Procedure, ProcedureInput } from '../procedures/procedure';
import { inspect, type Inspectable, type Inspection, type InspectWish } from './inspect';
import { numbered } from './number-lines';
import { nextTurn } from './turn';

export interface PlanWish extends InspectWish {
  readonly world: Inspectable;
  readonly procedure: Procedure;
  readonly by: Person;
  /** Name of a verified backup from an earlier run of this very upgrade: none is taken again. */
  readonly verifiedBackup?: string;
  /** From CloudStack 4.11.1 new VMs stay out of the cluster while versions differ, unless this is false (cs §9.5). */
  readonly disableClusterAllocation?: boolean;
  /** Made from pool and time when left out. */
  readonly planId?: string;
}

/**
 * A plan, blocked or not; whoever calls keeps it. Rejected (POOL_UNREAD, WRONG_KEY) when the pool's own record cannot be read:
 * without its uuid nobody knows which pool the plan is for, nor what that pool is owed.
 */
export async function makePlan(wish: PlanWish): Promise<Plan> {
  const { world, procedure, by, at } = wish;
  const seen = await inspect(world, { ...wish, ...(procedure.aim && { aim: procedure.aim }) });
  const { snapshot, target, placement, chosen } = seen;
  if (snapshot.uuid === '') throw new Rejected(whyUnread(world.pool.name, seen));
  const { byHand = [], repartition = [] } = wish.automatic ?? {};
  const stranger = [...byHand, ...repartition].find(
    (name) => !snapshot.hosts.some((host) => host.name === name),
  );
  if (stranger !== undefined)
    throw new Rejected(
      problems.hostUnknown(
        stranger,
        world.pool.name,
        snapshot.hosts.map((host) => host.name),
      ),
    );
  const id = wish.planId ?? planIdOf(wish);
  // hosts and master are what every procedure begins with; without them the plan holds its findings only
  const readable = snapshot.hosts.some((host) => host.name === snapshot.master);
  await nextTurn();
  const sections = readable ? numbered(procedure.sections(inputOf(wish, seen, id)), placement.turns) : [];
  const findings = takenCareOf(seen.findings, chosen, linesOf({ sections }));
  const remedies = [...new Set(chosen.map(({ check }) => check))];
  await nextTurn();
  const digest = planDigest({
    procedure: procedure.name,
    poolUuid: snapshot.uuid,
    target,
    sections,
    placement,
  });
  await nextTurn();
  return {
    v: 1,
    id,
    procedure: procedure.name,
    pool: snapshot.name,
    poolUuid: snapshot.uuid,
    target,
    verdict: findings.some((finding) => finding.severity === 'block') || !readable ? 'blocked' : 'go',
    findings,
    ...(remedies.length > 0 && { remedies }),
    ...(wish.automatic && { automatic: wish.automatic }),
    ...(seen.patched?.work && { patching: seen.patched.work }),
    sections,
    placement,
    snapshot,
    madeBy: { id: by.id, name: by.name },
    madeAt: new Date(at).toISOString(),
    digest,
  };
}

/** Another certificate is a problem of its own: people must look at the host before they look at anything else. */
function whyUnread(pool: string, { failures, snapshot }: Inspection): Problem {
  for (const { error } of failures)
    if (error instanceof WrongKey)
      return problems.wrongKey(error.source, error.kind, error.pinned, error.seen);
  return problems.poolUnread(pool, snapshot.unread.map(({ source, why }) => `${source}: ${why}`).join(' '));
}

/** What a procedure is told: the same when a plan is made and when what is left of it is looked at again. */
export function inputOf(
  wish: Pick<
    PlanWish,
    'world' | 'owed' | 'verifiedBackup' | 'disableClusterAllocation' | 'automatic' | 'patching'
  >,
  { remedied: snapshot, target, placement, configured, chosen, patched }: Inspection,
  planId: string,
): ProcedureInput {
  const { world, owed, verifiedBackup, disableClusterAllocation = true, automatic, patching } = wish;
  const { zoneId, smokeTest, dumpDirectory, migrationsPerHost } = world.pool;
  const work = patching ?? patched?.work;
  const { version, allocationState } = snapshot.cloudstack;
  // where somebody else has disabled it, it is not ours to enable again
  const ours =
    allocationState === 'Enabled' || owed.some((one) => one.what === 'cluster-allocation-disabled');
  return {
    snapshot,
    target,
    placement,
    owed,
    remedies: remediesOf(chosen),
    has: configured,
    managementServers: world.managementServers?.names ?? [],
    disableClusterAllocation: disableClusterAllocation && ours && honoursClusterAllocation(version),
    planId,
    dumpPath: `${dumpDirectory.replace(/\/+$/, '')}/${planId}`,
    migrationsPerHost,
    ...(automatic && { automatic }),
    ...(work && { patching: work }),
    ...(verifiedBackup !== undefined && { verifiedBackup }),
    ...(zoneId !== undefined && { zoneId }),
    ...(smokeTest && { smokeTest }),
  };
}

/** `pool-a-20260102-101500-3fa9c1`: pool and time for people, six digits so that two plans of one second differ. */
function planIdOf({ world, procedure, target, by, at }: PlanWish): string {
  const [day = '', time = ''] = new Date(at).toISOString().split('T');
  const unique = digestOf({
    pool: world.pool.name,
    procedure: procedure.name,
    target: target ?? '',
    by: by.id,
    at,
  }).slice(0, 6);
  return `${world.pool.name}-${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${unique}`;
}
