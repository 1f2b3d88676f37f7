/** A snapshot, where its VMs would go, and what the checks say of both. Reads; never changes anything. */
import { checks, findingsOf, type Extra } from '../checks/index';
import type { Aim } from '../domain/aim';
import { Rejected } from '../domain/errors';
import type { Finding } from '../domain/finding';
import type { Obligation } from '../domain/obligation';
import { withTurns, type PatchWish, type PatchWork } from '../domain/patch-work';
import type { Automatic, Minutes, Placement } from '../domain/plan';
import type { Snapshot } from '../domain/pool';
import { problems } from '../domain/problems';
import { chosenAmong, isOfSameRemedy, onceRemedied, remediesOf } from '../domain/remedied';
import { leftToCloudStack, placing, placingEachAlone, rebootRules, simpleRules } from '../placement/index';
import { mediaAnswers } from './media-answers';
import { patchLook, type Patched } from './patch-look';
import type { Sources } from './read-sources';
import { look, type Readable } from './snapshot';
import { sameOrNewer } from '../domain/version';
import { keepsMasterRole } from '../domain/version-eras';
import { inTurns, nextTurn } from './turn';

export type Inspectable = Readable;

export interface InspectWish {
  /** Version that every host ends on; absent: the master's own, for nothing is upgraded. */
  readonly target?: string;
  /** Absent: an upgrade. */
  readonly aim?: Aim;
  /** Hosts that have a turn, where the version does not decide; all of them unless said otherwise. */
  readonly hosts?: readonly string[];
  /** What earlier runs, or the run in hand, owe the pool. */
  readonly owed: readonly Obligation[];
  /** Pool time, epoch milliseconds. */
  readonly at: number;
  /** Which checks are asked; all of them unless said otherwise. */
  readonly judge?: typeof findingsOf;
  /** Hosts that may be away at the same time; absent: as the pool is configured. */
  readonly maxDown?: number;
  /** The order of hosts that was approved; the placement keeps it. */
  readonly order?: readonly string[];
  /** Checks whose remedies shall be lines of the plan: VMs are placed as if these were done. */
  readonly remedies?: readonly string[];
  /** The only host whose dom0, and whose plugin, is asked; all that are not on the target unless said otherwise. */
  readonly dom0Of?: string;
  /** Hosts are asked what they say of the media at this URL. */
  readonly automatic?: Automatic;
  /** How long hosts of this pool were away in earlier runs; absent while nothing is known of it. */
  readonly awayMinutes?: Minutes;
  /** What a person wants applied. */
  readonly patches?: PatchWish;
  /** In the middle of a run: what its plan applies. */
  readonly patching?: PatchWork;
  /** In the middle of a run: kinds of the lines that are still to come. */
  readonly toCome?: readonly string[];
  /** In the middle of a run: the picture without what the run itself has in work. */
  readonly without?: (seen: Snapshot) => Snapshot;
}

export interface Inspection {
  readonly snapshot: Snapshot;
  /** Version that every host ends on. */
  readonly target: string;
  readonly placement: Placement;
  readonly findings: readonly Finding[];
  /** The pool once the chosen remedies are carried out: what a procedure is made for. */
  readonly remedied: Snapshot;
  /** Those of the findings whose remedies were chosen. */
  readonly chosen: ReturnType<typeof chosenAmong>;
  readonly configured: Extra['configured'];
  /** What is applied where, and what the pool said of it; absent where nothing is to be. */
  readonly patched?: Patched;
  /** Why sources are in `snapshot.unread`, as thrown. */
  readonly failures: Sources['failures'];
}

export async function inspect(world: Inspectable, wish: InspectWish): Promise<Inspection> {
  const { aim = 'upgrade', owed, at, judge = findingsOf, remedies = [], dom0Of, toCome } = wish;
  const looked = await look(world, at, {
    dom0: ({ name, version }) =>
      (dom0Of ?? name) === name &&
      (aim === 'upgrade'
        ? wish.target !== undefined && !sameOrNewer(version, wish.target)
        : (wish.hosts ?? [name]).includes(name)),
    servers: wish.target !== undefined && dom0Of === undefined,
  });
  const { beside, failures } = looked;
  const snapshot = wish.without?.(looked.snapshot) ?? looked.snapshot;
  const target = wish.target ?? ownVersion(snapshot);
  const { hotfixes, feedUnread } = world.pool;
  const catalogue = {
    ...(hotfixes && { hotfixes }),
    ...(feedUnread !== undefined && { feedUnread }),
  };
  const configured = configuredIn(world, snapshot);
  const installer = await mediaAnswers(world, snapshot, target, wish);
  const { order, awayMinutes, maxDown = world.pool.maxDown } = wish;
  const wishes = {
    movesAtOnce: world.pool.migrationsPerHost,
    maxDown,
    ...(order && { order }),
    ...(awayMinutes && { awayMinutes }),
  };
  const patched = wish.patches && (await patchLook(world, snapshot, target, wish.patches));
  const work = wish.patching ?? patched?.work;
  const rules =
    aim === 'upgrade'
      ? simpleRules(target, owed, wishes)
      : rebootRules(target, turnsOf(wish, snapshot, work), owed, wishes);
  const placed = async (pool: Snapshot): Promise<Placement> => {
    if (!work) return inTurns(placing(pool, rules));
    const placement = await inTurns(work.moveBack ? placingEachAlone(pool, rules) : placing(pool, rules));
    return leftToCloudStack(placement, movedByUs(pool, work));
  };
  const judged = async (
    pool: Snapshot,
    placement: Placement,
    kinds: readonly string[] = [],
  ): Promise<readonly Finding[]> => {
    await nextTurn();
    return judge(pool, target, {
      owed,
      aim,
      ...catalogue,
      configured,
      placement,
      ...beside,
      ...(installer && { installer }),
      chosen: kinds,
      ...(toCome && { toCome }),
      ...((patched ?? work) && { patching: { ...patched, ...(work && { work }) } }),
    });
  };
  const placement = await placed(snapshot);
  const findings = await judged(snapshot, placement);
  const seen = { snapshot, target, configured, failures, ...(patched && { patched }) };
  const known = checks.map(({ name }) => name);
  const chosen = chosenAmong(findings, remedies, known, world.pool.name);
  if (chosen.length === 0) return { ...seen, remedied: snapshot, placement, findings, chosen };
  const lines = remediesOf(chosen);
  const remedied = onceRemedied(snapshot, lines);
  const placedThen = await placed(remedied);
  // what else is said of the pool as it will be: a remedy that is not enough still leaves its fault in the way
  const kinds = lines.map(({ kind }) => kind);
  const others = (await judged(remedied, placedThen, kinds)).filter(
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

/** Solution 2 leaves routers and system VMs to CloudStack, solution 1 all of them; a master that may not enter maintenance is ours. */
function movedByUs(pool: Snapshot, { solution }: PatchWork): (host: string, vm: string) => boolean {
  const guests = new Set(pool.vms.flatMap(({ name, kind }) => (kind === 'guest' ? [name] : [])));
  const masterIsOurs = !keepsMasterRole(pool.cloudstack.version);
  return (host, vm) => (masterIsOurs && host === pool.master) || (solution === 2 && guests.has(vm));
}

const ownVersion = ({ hosts, master }: Snapshot): string =>
  hosts.find((host) => host.name === master)?.version ?? '';

/** Rejected (HOST_UNKNOWN): a person named a host that the pool does not have. */
function turnsOf({ hosts }: InspectWish, pool: Snapshot, work?: PatchWork): readonly string[] {
  const { name, hosts: seen } = pool;
  const names = seen.map((host) => host.name);
  const unknown = hosts?.find((host) => !names.includes(host));
  // a pool that could not be read at all has no hosts; its findings say so
  if (unknown !== undefined && names.length > 0)
    throw new Rejected(problems.hostUnknown(unknown, name, names));
  if (!work) return hosts ?? names;
  return withTurns(pool, work).filter((host) => hosts?.includes(host) ?? true);
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
