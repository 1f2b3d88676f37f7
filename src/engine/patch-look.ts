/** What a plan of patches asks the pool beforehand: how it takes them, what is staged, what the hosts say of it. Changes nothing. */
import { Rejected } from '../domain/errors';
import { hotfixesFor, misasked, type Hotfix, type HotfixPlan } from '../domain/hotfixes';
import {
  appliedOn,
  hotfixesOfPool,
  patchWorkOf,
  type PatchesAsked,
  type PatchLook,
  type PatchWish,
  type PatchWork,
} from '../domain/patch-work';
import type { PatchesSeen, Precheck } from '../domain/patching';
import type { Snapshot } from '../domain/pool';
import { problems } from '../domain/problems';
import { choosesHosts } from '../domain/version-eras';
import type { World } from '../ports';
import { nextTurn } from './turn';

export interface Patched {
  readonly look: PatchLook;
  readonly plan: HotfixPlan;
  /** Absent where the pool could not be asked, or knows no way. */
  readonly work?: PatchWork;
}

const NOTHING: HotfixPlan = {
  missing: [],
  applied: [],
  superseded: [],
  conflicts: [],
  unmet: [],
  added: [],
};

/** Rejected where what was asked for makes no sense for this pool: the answer is for whoever asked, no plan is made. */
export async function patchLook(
  world: Pick<World, 'patching' | 'pool'>,
  pool: Snapshot,
  version: string,
  wish: PatchWish,
): Promise<Patched> {
  const { hotfixes: catalogue = [], feedUnread } = world.pool;
  if (pool.hosts.length > 0) refuseMisasked(catalogue, pool, version, wish, feedUnread);
  const { patching } = world;
  if (!patching) return { look: EMPTY, plan: NOTHING };
  let provider;
  let seen: PatchesSeen | undefined;
  try {
    provider = await patching.provider();
    seen = provider && (await patching.seen());
  } catch (error) {
    return { look: { ...EMPTY, ...(provider && { provider }), unread: whyOf(error) }, plan: NOTHING };
  }
  await nextTurn();
  const plan = wish.asked === 'latest' ? NOTHING : hotfixesOfPool(catalogue, pool, version, wish.asked, seen);
  if (!provider || !seen) return { look: EMPTY, plan };
  const prechecks = await answersOf(world, pool, plan, seen);
  const readiness = await patching.readiness(true).catch((error: unknown) => [whyOf(error)]);
  const look = { provider, seen, prechecks, readiness, files: world.pool.hotfixFiles ?? {} };
  return { look, plan, work: patchWorkOf(pool, wish, look, plan) };
}

const EMPTY: PatchLook = { prechecks: {}, readiness: [], files: {} };

const whyOf = (error: unknown): string => {
  if (error instanceof Error) return error.message;
  throw error;
};

/** Of what is staged and missing, asked of every host that lives. */
async function answersOf(
  { patching }: Pick<World, 'patching'>,
  pool: Snapshot,
  { missing }: HotfixPlan,
  seen: PatchesSeen,
): Promise<PatchLook['prechecks']> {
  const staged = missing.filter(({ uuid }) => seen.staged.some((one) => one.uuid === uuid));
  if (!patching || staged.length === 0) return {};
  const asked = pool.hosts
    .filter(({ live }) => live)
    .map(async ({ name, uuid }) => {
      const applied = appliedOn(pool, name, seen);
      const answers: [string, Precheck][] = [];
      for (const one of staged)
        if (!applied.includes(one.name))
          answers.push([one.name, await patching.precheck(uuid, one).catch(unanswered)]);
      return [name, Object.fromEntries(answers)] as const;
    });
  return Object.fromEntries(await Promise.all(asked));
}

const unanswered = (error: unknown): Precheck => ({ ok: false, code: 'UNANSWERED', says: whyOf(error) });

function refuseMisasked(
  catalogue: readonly Hotfix[],
  pool: Snapshot,
  version: string,
  { asked, solution }: PatchWish,
  feedUnread: string | undefined,
): void {
  const { name, cloudstack } = pool;
  if (solution === 2 && cloudstack.version !== '' && !choosesHosts(cloudstack.version))
    throw new Rejected(problems.solutionTooOld(name, cloudstack.version));
  if (asked === 'latest') return;
  if (feedUnread !== undefined) throw new Rejected(problems.feedUnread(feedUnread));
  if (catalogue.length === 0) throw new Rejected(problems.noCatalogue(name));
  for (const one of askedByName(asked)) {
    const wrong = misasked(catalogue, version, one);
    const has = hotfixesFor(catalogue, version, []).missing.map((other) => other.name);
    if (wrong?.why === 'unknown') throw new Rejected(problems.hotfixUnknown(one, version, has));
    if (wrong?.why === 'other-version') throw new Rejected(problems.hotfixOtherVersion(one, version, has));
    if (wrong?.why === 'superseded') throw new Rejected(problems.hotfixSuperseded(one, wrong.contains));
  }
}

const askedByName = (asked: PatchesAsked): readonly string[] => (typeof asked === 'string' ? [] : asked);
