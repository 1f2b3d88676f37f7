/** A run of the toy world on the real engine: workers that may be killed, people who answer, time that jumps. */
import { Rejected } from '../../src/domain/errors';
import type { Entry, Recorded } from '../../src/domain/journal';
import { isOver } from '../../src/domain/phases';
import type { Person } from '../../src/domain/person';
import { POOL_LANE, type Plan, type PlannedLine, type Section } from '../../src/domain/plan';
import { openQuestions, type Question, type Run } from '../../src/domain/run';
import { answerWith } from '../../src/engine/answer';
import { folds } from '../../src/engine/fold';
import { engine, type Engine } from '../../src/engine/tick';
import type { EngineDeps } from '../../src/engine/walker';
import type { Next } from '../../src/engine/walker';
import type { Journal, World } from '../../src/ports';
import type { AnyStep } from '../../src/steps/step';
import { memoryJournal } from './memory-journal';
import { healthyPool } from './snapshots';
import { toyArgs, toySteps } from './toy-steps';
import { settled, toyWorld, type ToyDoor, type ToyWorld } from './toy-world';

export const ANN: Person = { id: 'UANN', name: 'Ann' };
export const BOB: Person = { id: 'UBOB', name: 'Bob' };
export const CAT: Person = { id: 'UCAT', name: 'Cat' };
export const RUN = 'run-1';

/** Three lines before, the usual block for each machine, two lines after. */
const USUAL = ['off', 'boot', 'prove', 'on'] as const;
const BEFORE = ['approve', 'lower'] as const;
const AFTER = ['raise', 'settle-account'] as const;

export interface ToyOptions {
  readonly machines?: readonly string[];
  /** Kinds of each machine's lane; the usual block if left out. */
  readonly kinds?: readonly string[];
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** Machines wait for each other unless so many may be off at once. */
  readonly atOnce?: number;
  /** Version that lines carry. */
  readonly v?: number;
}

export interface WorkerWish {
  readonly name?: string;
  readonly journal?: (journal: Journal) => Journal;
  readonly door?: (door: ToyDoor) => ToyDoor;
  readonly steps?: Readonly<Record<string, (step: AnyStep) => AnyStep>>;
  readonly laneGraceMs?: number;
  readonly clock?: EngineDeps['clock'];
}

export interface PlayWish {
  /** Default: Bob says yes to everything. */
  readonly answers?: (question: Question, run: Run) => 'yes' | 'no' | 'leave';
  readonly until?: (run: Run) => boolean;
  /** Nothing has moved for so long, pool seconds: the story ends. */
  readonly still?: number;
  /** All workers tick at the same moment instead of one after the other. */
  readonly together?: boolean;
}

export interface Toy {
  readonly world: ToyWorld;
  readonly journal: Journal;
  readonly plan: Plan;
  /** What engines could not write down; a story that ends with anything here has failed. */
  readonly errors: readonly string[];
  readonly rings: readonly string[];
  worker(wish?: WorkerWish): Engine;
  run(): Promise<Run>;
  entries(): Promise<readonly Entry[]>;
  answer(says: 'yes' | 'no', by?: Person, question?: string, digest?: string): Promise<void>;
  say(entry: Entry): Promise<void>;
  play(workers: readonly Engine[], wish?: PlayWish): Promise<Run>;
}

/** One line after another within a lane; the first of a machine after the lane before it, unless several go at once. */
export function toySections(options: ToyOptions): readonly Section[] {
  const machines = options.machines ?? ['a', 'b'];
  const kinds = options.kinds ?? USUAL;
  const limit = options.atOnce ?? 1;
  const section = (
    title: string,
    slug: string,
    lane: string,
    of: readonly string[],
    after: readonly string[],
    block?: string,
  ): Section => {
    const lines: PlannedLine[] = [];
    for (const [at, kind] of of.entries())
      lines.push({
        id: `${slug}-${String(at + 1).padStart(2, '0')}-${kind}`,
        lane,
        kind,
        v: options.v ?? 1,
        title: `${kind} ${lane}`,
        args: toyArgs(lane, limit),
        after: lines.at(-1) ? [lines.at(-1)!.id] : after,
        ...(block !== undefined && { block }),
      });
    return { title, lane, lines, ...(lane !== POOL_LANE && { host: lane }) };
  };
  const before = section('Before', 'before', POOL_LANE, options.before ?? BEFORE, []);
  const start = before.lines.at(-1);
  let ends: readonly string[] = start ? [start.id] : [];
  const first = ends;
  const all: Section[] = [];
  for (const name of machines) {
    const one = section(name, name, name, kinds, options.atOnce === undefined ? ends : first, 'away');
    all.push(one);
    const end = one.lines.at(-1);
    if (end) ends = options.atOnce === undefined ? [end.id] : [...ends, end.id];
  }
  return [before, ...all, section('After', 'after', POOL_LANE, options.after ?? AFTER, ends)].filter(
    (one) => one.lines.length > 0,
  );
}

export function toyPlan(options: ToyOptions = {}): Plan {
  return {
    v: 1,
    id: 'plan-1',
    procedure: 'toy',
    pool: 'pool-a',
    poolUuid: 'uuid-pool-a',
    target: '7.1.2',
    verdict: 'go',
    findings: [],
    sections: toySections(options),
    placement: { order: [], hosts: [], misfits: [] },
    snapshot: healthyPool(),
    madeBy: ANN,
    madeAt: '2026-03-01T07:55:00.000Z',
    digest: 'digest-1',
  };
}

export const toyStarted = (plan: Plan): Extract<Entry, { type: 'RunStarted' }> => ({
  type: 'RunStarted',
  plan: plan.id,
  digest: plan.digest,
  pool: plan.pool,
  by: ANN,
  owed: [],
  keys: {},
});

/** The engine asks a world for nothing but trust; a toy step brings its own door. */
export const emptyWorld = (): World => {
  const trust = { trust: () => undefined };
  const nothing = { pool: {}, xen: trust, cloudStack: {}, others: {} };
  return nothing as unknown as World;
};

export async function toyRun(options: ToyOptions = {}): Promise<Toy> {
  const plan = toyPlan(options);
  let journal: Journal | undefined;
  const disk = (): Promise<readonly Recorded[]> => journal?.read(RUN) ?? Promise.resolve([]);
  const world = toyWorld({
    machines: options.machines ?? ['a', 'b'],
    limit: options.atOnce ?? 1,
    onDisk: disk,
  });
  const kept = memoryJournal(world.clock);
  journal = kept;
  await kept.savePlan(plan);
  await kept.openRun(
    {
      id: RUN,
      plan: plan.id,
      pool: plan.pool,
      poolUuid: plan.poolUuid,
      procedure: plan.procedure,
      openedAt: world.clock.now(),
    },
    toyStarted(plan),
  );
  const errors: string[] = [];
  const rings: string[] = [];
  const reader = folds(kept);
  let count = 0;

  const it: Toy = {
    world,
    journal: kept,
    plan,
    errors,
    rings,
    worker(wish = {}) {
      const name = wish.name ?? `worker-${++count}`;
      const door = world.door(name);
      return engine({
        journal: wish.journal?.(kept) ?? kept,
        clock: wish.clock ?? world.clock,
        step: toySteps(wish.door?.(door) ?? door, wish.steps),
        world: emptyWorld,
        worker: name,
        log: {
          error: (facts, text) =>
            errors.push(
              `${text} ${JSON.stringify(facts, (_key, value: unknown) => (value instanceof Error ? value.message : value))}`,
            ),
          info: () => undefined,
        },
        ring: (run) => rings.push(run),
        ...(wish.laneGraceMs !== undefined && { laneGraceMs: wish.laneGraceMs }),
      });
    },
    run: () => reader.newest(RUN),
    entries: async () => (await kept.read(RUN)).map(({ entry }) => entry),
    async answer(says, by = BOB, question, digest) {
      const run = await it.run();
      await it.say(
        answerWith(
          run,
          by,
          {
            says,
            ...(question !== undefined && { question }),
            ...(digest !== undefined && { digest }),
            ...(says === 'no' && { reason: 'told to' }),
          },
          run.plan.madeBy,
          false,
        ),
      );
    },
    async say(entry) {
      await kept.append(RUN, await kept.lastSeq(RUN), entry);
    },
    async play(workers, wish = {}) {
      let still = 0;
      while (still < (wish.still ?? 3600)) {
        const before = await kept.lastSeq(RUN);
        const nexts = wish.together ? await Promise.all(workers.map(alive)) : await oneByOne(workers);
        await settled();
        const run = await it.run();
        if (isOver(run.phase) || wish.until?.(run)) return run;
        await people(run, wish);
        if ((await kept.lastSeq(RUN)) !== before) {
          still = 0;
          continue;
        }
        const seconds = soonest(nexts);
        still += seconds;
        await world.pass(seconds);
      }
      return it.run();
    },
  };

  async function oneByOne(workers: readonly Engine[]): Promise<Next[]> {
    const nexts: Next[] = [];
    for (const worker of workers) nexts.push(await alive(worker));
    return nexts;
  }

  async function people(run: Run, wish: PlayWish): Promise<void> {
    for (const question of openQuestions(run)) {
      const says = wish.answers?.(question, run) ?? 'yes';
      if (says === 'leave') continue;
      try {
        await it.answer(says, BOB, question.id);
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
      }
    }
  }
  return it;
}

/** A dead process ticks no more, and says nothing about it. */
export class Dead extends Error {}

async function alive(worker: Engine): Promise<Next> {
  try {
    return await worker.tick(RUN);
  } catch (error) {
    if (error instanceof Dead) return 'idle';
    throw error;
  }
}

/** Half a second when somebody wants to go on, the sweep's minute when nobody says. */
function soonest(nexts: readonly Next[]): number {
  return Math.min(
    60,
    ...nexts.map((next) => (next === 'again' ? 0.5 : next === 'idle' ? 60 : next.inSeconds)),
  );
}

/** Every subject's requests of one verb, by name. */
export const requestsOf = (toy: Toy, verb: string): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const request of toy.world.requests)
    if (request.verb === verb) counts[request.on] = (counts[request.on] ?? 0) + 1;
  return counts;
};
