/** A whole upgrade in memory: people answer, hands boot the ISO, pool time jumps to whatever happens next. */
import { Rejected } from '../../src/domain/errors';
import type { Entry, Recorded } from '../../src/domain/journal';
import { shownPhase } from '../../src/domain/lanes';
import { keysBy, owedBy } from '../../src/domain/owed';
import { ROLES, type Person } from '../../src/domain/person';
import { isOver } from '../../src/domain/phases';
import type { PatchWish } from '../../src/domain/patch-work';
import type { Automatic, Plan } from '../../src/domain/plan';
import { currentLine, lanesOf, openQuestions, type Question, type Run } from '../../src/domain/run';
import type { WayOut } from '../../src/domain/ways-out';
import { backupThatCounts } from '../../src/engine/backup-that-counts';
import { folds } from '../../src/engine/fold';
import { awayMinutesLearned } from '../../src/engine/learned';
import { lookAgain } from '../../src/engine/look-again';
import { operate } from '../../src/engine/operate';
import type { Operator } from '../../src/engine/operator';
import { otherRuns } from '../../src/engine/others';
import { makePlan } from '../../src/engine/planner';
import { engine, type Engine } from '../../src/engine/tick';
import type { Next } from '../../src/engine/walker';
import type { Bell, Clock, Journal, PoolFacts, World } from '../../src/ports';
import { giveBack, notYet } from '../../src/procedures/give-back';
import type { Procedure } from '../../src/procedures/procedure';
import { rollingUpgrade } from '../../src/procedures/rolling-upgrade';
import { Cloud, type CloudOptions } from '../../src/sim/cloud';
import { SMOKE_TEST } from '../../src/sim/cloudstack/catalogue';
import type { SimHost, SimPool, SimVm } from '../../src/sim/model';
import { sidesOf } from '../../src/sim/sides';
import { hands } from '../../src/sim/xapi';
import { steps } from '../../src/steps/index';
import type { AnyStep } from '../../src/steps/step';
import { keptInMemory, worldInMemory } from './in-memory-world';
import type { Parts } from './parts';
import { Dead } from './killing';
import { memoryJournal } from './memory-journal';
import { patiently } from './patiently';
import { flush, hostOf, vmOf } from './sim-xapi';

export const ANN: Person = { id: 'UANN', name: 'Ann' };
export const BOB: Person = { id: 'UBOB', name: 'Bob' };

export interface StoryOptions extends CloudOptions {
  readonly facts?: Partial<PoolFacts>;
  readonly procedure?: Procedure;
  readonly target?: string;
  /** Not configured. */
  /** Hosts install by themselves, all but those named. */
  readonly automatic?: Automatic;
  /** What a person wants applied. */
  readonly patches?: PatchWish;
  readonly without?: readonly ('dom0' | 'managementServers' | 'cloudStackDb')[];
  /** Called for each open question; 'leave' lets it stand. Default: yes. */
  readonly answers?: (question: Question, run: Run, it: Story) => 'yes' | 'no' | 'leave' | WayOut;
  /** Called when a host waits for its installer, once for each time it is asked. Default: boots the ISO. */
  readonly handsAtHost?: (host: SimHost, it: Story) => void;
}

export interface PlayWish {
  readonly workers?: readonly Engine[];
  readonly until?: (run: Run) => boolean;
  /** All workers tick at the same moment instead of one after the other. */
  readonly together?: boolean;
  /** Nothing has moved for so long, pool seconds: the story ends. */
  readonly still?: number;
}

export interface Story {
  readonly cloud: Cloud;
  readonly pool: SimPool;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly operator: Operator;
  /** What went wrong inside workers; a story that ends with anything here has failed. */
  readonly errors: readonly string[];
  host(name: string): SimHost;
  vm(name: string): SimVm;
  /** Made and kept, in the name of Ann. */
  plan(pool?: string, remedies?: readonly string[]): Promise<Plan>;
  start(plan: Plan): Promise<string>;
  /** `broken`: steps with a promise taken out, by kind. */
  worker(
    wrap?: (parts: Parts) => Parts,
    broken?: Readonly<Record<string, (was: AnyStep) => AnyStep>>,
  ): Engine;
  run(id: string): Promise<Run>;
  entries(id: string): Promise<readonly Entry[]>;
  /** Ticks, answers and boots until every run is over or nothing moves any more. Gives the first run. */
  play(ids: string | readonly string[], wish?: PlayWish): Promise<Run>;
  /** Pool time passes while this asks its questions. */
  ask<T>(work: Promise<T>): Promise<T>;
}

/** Longer than every hard limit but the week of an approval: whatever still stands then waits for a person. */
const STILL_SECONDS = 7 * 3600;

/** Nobody answers in the instant of the question. */
const READING_SECONDS = 5;
/** A story of three hosts has about 400 entries; one that has so many goes round in circles. */
const TOO_LONG = 2500;

/** So many looks in a row that show nothing new. */
const NOTHING_NEW = 20;

/** The longest that a call may still be answered after its effect was seen. */
const LANDING_SECONDS = 60;

export function story(options: StoryOptions = {}): Story {
  const cloud = new Cloud(options);
  const sides = { cloud, ...sidesOf(cloud) };
  const kept = keptInMemory(sides);
  const clock: Clock = { now: () => cloud.time.now(), monotonic: () => cloud.time.now(), speed: () => 1 };
  const journal = memoryJournal(clock);
  const reader = folds(journal);
  const target = options.target ?? '7.1.2';
  const errors: string[] = [];
  const booted = new Set<string>();
  let workers = 0;
  let rung = false;
  let hurried = false;
  let ids = 0;
  // what the stream of events would ring for, while nobody looks every ten seconds
  cloud.onChanged((_pool, cls) => void (hurried && cls === 'host' && (rung = true)));

  const poolNamed = (name: string): SimPool => cloud.pools.find((pool) => pool.name === name)!;
  const bare = (pool: SimPool): World => {
    const { zoneId, ...smokeTest } = SMOKE_TEST;
    const facts = { canaryVm: 'i-2-10-VM', zoneId, smokeTest, ...options.facts };
    const world: World = {
      ...worldInMemory(sides, pool, facts, kept),
      others: { hostsInWork: async () => [], servicesHeld: async () => [] },
      lookAgain: () => Promise.reject(new Error('only within a run')),
    };
    const left = Object.entries(world).filter(([part]) => !options.without?.some((one) => one === part));
    return Object.fromEntries(left) as unknown as World;
  };

  async function history(pool: SimPool) {
    const rows = await journal.runsOf(pool.uuid);
    const read = async (row: (typeof rows)[number]) => ({
      plan: await journal.plan(row.plan),
      entries: await journal.read(row.id),
    });
    const runs = await Promise.all(rows.map(read));
    const entries: readonly (readonly Recorded[])[] = runs.map((one) => one.entries);
    return { runs, owed: owedBy(entries), keys: keysBy(entries) };
  }

  async function knowing(pool: SimPool): Promise<World> {
    const world = bare(pool);
    for (const [uuid, keys] of Object.entries((await history(pool)).keys)) world.xen.trust(uuid, keys);
    return world;
  }

  const bell: Bell = {
    ring: async () => void (rung = true),
    listen: async () => undefined,
    close: async () => undefined,
  };

  const operator = operate({
    journal,
    folds: reader,
    bell,
    clock,
    roles: { rolesOf: async () => ({ roles: ROLES }) },
    pools: () => cloud.pools.map(({ name }) => ({ name, target, selfApproval: false })),
    whoMay: () => [ANN.name, BOB.name],
    newId: (prefix) => `${prefix}-${++ids}`,
    planGiveBack: async (name, owed, by) => {
      const pool = poolNamed(name);
      const [at, version] = [clock.now(), pool.hosts[0]!.version];
      const world = await knowing(pool);
      return makePlan({ world, procedure: giveBack, target: version, by, at, owed, judge: () => [] });
    },
    notYet: async (name, owed, all) => notYet(poolNamed(name).hosts, owed, all),
  });

  const it: Story = {
    cloud,
    pool: cloud.pools[0]!,
    journal,
    clock,
    operator,
    errors,
    host: (name) => hostOf(it.pool, name),
    vm: (name) => vmOf(it.pool, name),
    ask: (work) => patiently(cloud, work),
    async plan(name = it.pool.name, remedies) {
      const pool = poolNamed(name);
      const { runs, owed } = await history(pool);
      const backup = backupThatCounts(runs, target);
      const awayMinutes = awayMinutesLearned(runs, (options.procedure ?? rollingUpgrade).name);
      const wish = { procedure: options.procedure ?? rollingUpgrade, target, by: ANN, owed };
      const made = await patiently(
        cloud,
        makePlan({
          ...wish,
          world: await knowing(pool),
          at: clock.now(),
          ...(backup !== undefined && { verifiedBackup: backup }),
          ...(awayMinutes && { awayMinutes }),
          ...(remedies && { remedies }),
          ...(options.automatic && { automatic: options.automatic }),
          ...(options.patches && { patches: options.patches }),
        }),
      );
      await journal.savePlan(made);
      return made;
    },
    start: async (plan) => (await operator.start(ANN, plan.id)).run,
    worker(wrap = (parts) => parts, broken = {}) {
      const folded = folds(journal);
      const worlds = new Map<string, Parts>();
      const partsOf = (pool: string): Parts => {
        const known = worlds.get(pool) ?? wrap({ journal, world: bare(poolNamed(pool)) });
        worlds.set(pool, known);
        return known;
      };
      return engine({
        journal: partsOf(it.pool.name).journal,
        clock,
        step: (kind) => {
          const step = steps.get(kind);
          return step && (broken[kind]?.(step) ?? step);
        },
        world: (run) => {
          const { world } = partsOf(run.plan.pool);
          return {
            ...world,
            others: otherRuns(journal, folded, run.id, () => true),
            lookAgain: async (host) =>
              lookAgain(
                world,
                options.procedure ?? rollingUpgrade,
                await folded.newest(run.id),
                host,
                clock.now(),
              ),
          };
        },
        worker: `worker-${++workers}`,
        log: {
          error: (facts, text) => {
            if ('error' in facts && facts.error instanceof Dead) return;
            const shown = (_key: string, value: unknown) => (value instanceof Error ? value.stack : value);
            errors.push(`${text} ${JSON.stringify(facts, shown)}`);
          },
          info: () => undefined,
        },
        ring: () => void (rung = true),
        // the wall has no say in a story: a lane is waited for as long as its pool time takes
        laneGraceMs: 600_000,
      });
    },
    run: (id) => reader.newest(id),
    entries: async (id) => (await journal.read(id)).map(({ entry }) => entry),
    async play(named, wish = {}) {
      const all = typeof named === 'string' ? [named] : named;
      const first = all[0]!;
      const engines = wish.workers ?? [it.worker()];
      const written = async () => (await Promise.all(all.map((id) => journal.lastSeq(id)))).join();
      let [still, empty] = [0, 0];
      while (still < (wish.still ?? STILL_SECONDS)) {
        const before = await written();
        rung = false;
        const open = (await journal.openRuns()).filter(({ id }) => all.includes(id));
        const ticks = engines.flatMap((one) =>
          open.map(
            ({ id }) =>
              () =>
                patiently(cloud, alive(one, id)),
          ),
        );
        const nexts = wish.together ? await Promise.all(ticks.map((tick) => tick())) : await oneByOne(ticks);
        const runs = await Promise.all(all.map((id) => it.run(id)));
        if (runs.some((run) => wish.until?.(run))) break;
        if (runs.every((run) => isOver(run.phase))) {
          await landing();
          break;
        }
        for (const run of runs) await people(run);
        for (const run of runs) handsOn(run);
        if ((await written()) !== before) {
          if (runs.some((run) => run.seq > TOO_LONG)) throw new Error(`the story of ${first} does not end`);
          [still, empty] = [0, 0];
          continue;
        }
        // a worker looks every ten seconds while an installer runs; a story need not tell each look
        hurried = ++empty > NOTHING_NEW;
        const hurry = hurried ? 4 : 1;
        still += await pass(Math.min(60, ...nexts.map((next) => secondsOf(next) * hurry)));
      }
      return it.run(first);
    },
  };

  /** What was sent before the end hears its answer. */
  async function landing(): Promise<void> {
    const end = cloud.time.now() + LANDING_SECONDS * 1000;
    for (let at = cloud.time.nextAt(); at !== undefined && at <= end; at = cloud.time.nextAt()) {
      cloud.time.advanceTo(at);
      await flush();
    }
  }

  /** Pool time passes until then, or until somebody rings. Gives the seconds. */
  async function pass(seconds: number): Promise<number> {
    const from = cloud.time.now();
    const end = from + seconds * 1000;
    for (let at = cloud.time.nextAt(); at !== undefined && at <= end && !rung; at = cloud.time.nextAt()) {
      cloud.time.advanceTo(at);
      await flush();
    }
    if (!rung) cloud.time.advanceTo(end);
    await flush();
    return (cloud.time.now() - from) / 1000;
  }

  async function people(run: Run): Promise<void> {
    for (const question of openQuestions(run)) {
      // nobody accepts a loss by the way
      const usual = question.ask.kind === 'accept-loss' ? 'leave' : 'yes';
      const says = options.answers?.(question, run, it) ?? usual;
      if (says === 'leave') continue;
      rung = false;
      await pass(READING_SECONDS);
      const way = says === 'yes' || says === 'no' ? {} : { way: says };
      const reason =
        says === 'no'
          ? { reason: 'not today' }
          : question.ask.kind === 'accept-loss'
            ? { reason: 'agreed with the network team' }
            : {};
      try {
        await operator.answer(BOB, run.id, {
          question: question.id,
          says: says === 'no' ? 'no' : 'yes',
          ...way,
          ...reason,
        });
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
      }
    }
  }

  function handsOn(run: Run): void {
    for (const lane of lanesOf(run)) {
      const state = currentLine(run, lane);
      const isAsked = state?.waitingFor?.includes('Boot it from') ?? false;
      if (state?.line.kind !== 'upgrade-by-hand' || state.status !== 'begun' || !isAsked) continue;
      const key = `${run.id}/${lane}/${state.retries}`;
      if (booted.has(key) || shownPhase(run) === 'held') continue;
      booted.add(key);
      const host = hostOf(poolNamed(run.plan.pool), lane);
      if (options.handsAtHost) options.handsAtHost(host, it);
      else hands.bootIso(cloud, host, target);
    }
  }
  return it;
}

/** When to look again: at once is after half a second, when nobody says so it is the sweep's minute. */
const secondsOf = (next: Next): number =>
  typeof next === 'object' ? next.inSeconds : next === 'again' ? 0.5 : 60;

async function oneByOne<T>(works: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  for (const work of works) results.push(await work());
  return results;
}

/** A dead process ticks no more, and says nothing about it. */
async function alive(worker: Engine, run: string) {
  try {
    return await worker.tick(run);
  } catch (error) {
    if (error instanceof Dead) return 'idle' as const;
    throw error;
  }
}
