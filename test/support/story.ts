/** A whole upgrade in memory: people answer, hands boot the ISO, pool time jumps to whatever happens next. */
import { Rejected } from '../../src/domain/errors';
import { isOver } from '../../src/domain/phases';
import { shownPhase } from '../../src/domain/lanes';
import { keysBy, owedBy } from '../../src/domain/owed';
import type { Person } from '../../src/domain/person';
import { currentLine, lanesOf, openQuestions, type Question, type Run } from '../../src/domain/run';
import { answerWith } from '../../src/engine/answer';
import { backupThatCounts } from '../../src/engine/backup-that-counts';
import { folds } from '../../src/engine/fold';
import { inspect } from '../../src/engine/inspect';
import { otherRuns } from '../../src/engine/others';
import { makePlan } from '../../src/engine/planner';
import { engine, type Engine } from '../../src/engine/tick';
import type { Plan } from '../../src/domain/plan';
import type { Clock, Journal, PoolFacts, World } from '../../src/ports';
import type { Procedure } from '../../src/procedures/procedure';
import { rollingUpgrade } from '../../src/procedures/rolling-upgrade';
import { Cloud, type CloudOptions } from '../../src/sim/cloud';
import { sidesOf } from '../../src/sim/sides';
import { hands } from '../../src/sim/xapi';
import { steps } from '../../src/steps/index';
import { memoryJournal } from './memory-journal';
import { worldInMemory } from './in-memory-world';
import { flush, hostOf, until } from './sim-xapi';
import { patiently } from './patiently';

export const ANN: Person = { id: 'UANN', name: 'Ann' };
export const BOB: Person = { id: 'UBOB', name: 'Bob' };

export interface StoryOptions extends CloudOptions {
  readonly facts?: Partial<PoolFacts>;
  readonly procedure?: Procedure;
  readonly target?: string;
  /** Called for each open question; 'leave' lets it stand. Default: yes. */
  readonly answers?: (question: Question, run: Run) => 'yes' | 'no' | 'leave';
  /** Called when a host waits for its installer. Default: boots the ISO. */
  readonly handsAtHost?: (host: string, story: Story) => void;
  /** Wraps what a worker uses, to kill it. */
  readonly wrap?: <T extends { journal: Journal; world: World }>(parts: T) => T;
}

export interface Story {
  readonly cloud: Cloud;
  readonly journal: Journal;
  readonly clock: Clock;
  plan(target?: string): Promise<Plan>;
  start(plan: Plan): Promise<string>;
  worker(name?: string): Engine;
  run(id: string): Promise<Run>;
  /** Ticks, answers and boots until the run is over or nothing moves for six hours of pool time. */
  play(id: string, workers?: readonly Engine[], stopWhen?: (run: Run) => boolean): Promise<Run>;
  answer(id: string, says: 'yes' | 'no', by?: Person, question?: string): Promise<void>;
}

export function story(options: StoryOptions = {}): Story {
  const cloud = new Cloud(options);
  const sides = sidesOf(cloud);
  const pool = cloud.pools[0]!;
  const clock: Clock = { now: () => cloud.time.now(), monotonic: () => cloud.time.now(), speed: () => 1 };
  const journal = memoryJournal(clock);
  const target = options.target ?? '7.1.2';
  const facts = { canaryVm: 'i-2-10-VM', ...options.facts };
  const booted = new Set<string>();
  let workers = 0;

  const history = async () => {
    const rows = await journal.runsOf(pool.uuid);
    return Promise.all(rows.map(async (row) => ({ row, plan: await journal.plan(row.plan), entries: await journal.read(row.id) })));
  };
  const bare = (): World => ({
    ...worldInMemory({ cloud, ...sides }, pool, facts),
    others: { hostsInWork: async () => [], servicesHeld: async () => [] },
    lookAgain: () => Promise.reject(new Error('only within a run')),
  });

  const it: Story = {
    cloud,
    journal,
    clock,
    async plan(to = target) {
      const runs = await history();
      const world = bare();
      for (const [uuid, keys] of Object.entries(keysBy(runs.map((one) => one.entries)))) world.xen.trust(uuid, keys);
      const backup = backupThatCounts(runs, to);
      const made = await until(
        cloud,
        makePlan({
          world,
          procedure: options.procedure ?? rollingUpgrade,
          target: to,
          by: ANN,
          at: clock.now(),
          owed: owedBy(runs.map((one) => one.entries)),
          ...(backup !== undefined && { verifiedBackup: backup }),
        }),
      );
      await journal.savePlan(made);
      return made;
    },
    async start(plan) {
      const entries = (await history()).map((one) => one.entries);
      const id = `run-${(await journal.runsOf(pool.uuid)).length + 1}`;
      await journal.openRun(
        { id, plan: plan.id, pool: plan.pool, poolUuid: plan.poolUuid, procedure: plan.procedure, openedAt: clock.now() },
        { type: 'RunStarted', plan: plan.id, digest: plan.digest, pool: plan.pool, by: ANN, owed: owedBy(entries), keys: keysBy(entries) },
      );
      return id;
    },
    worker(name = `worker-${++workers}`) {
      const outside = bare();
      const folded = folds(journal);
      const worldOf = (run: Run): World => ({
        ...outside,
        others: otherRuns(journal, folded, run.id, () => true),
        lookAgain: async () => {
          const { snapshot, findings } = await inspect(outside, { target: run.plan.target, owed: run.owed, at: clock.now() });
          return { snapshot, findings };
        },
      });
      let parts: { journal: Journal; world: World } = { journal, world: outside };
      if (options.wrap) parts = options.wrap(parts);
      const lookAt = (run: Run): World => ({ ...worldOf(run), ...pick(parts.world) });
      return engine({
        journal: parts.journal,
        clock,
        step: (kind) => steps.get(kind),
        world: lookAt,
        worker: name,
        log: { error: (facts_, text) => errors.push(`${text} ${JSON.stringify(facts_, (_k, v: unknown) => (v instanceof Error ? `${v.stack}` : v))}`), info: () => undefined },
        ring: () => undefined,
      });
    },
    run: (id) => folds(journal).newest(id),
    async answer(id, says, by = BOB, question) {
      const run = await it.run(id);
      const entry = answerWith(run, by, { says, ...(question !== undefined && { question }), ...(says === 'no' && { reason: 'told to' }) }, run.plan.madeBy, false);
      await journal.append(id, run.seq, entry);
    },
    async play(id, given, stopWhen = () => false) {
      const engines = given ?? [it.worker()];
      let still = 0;
      for (let round = 0; still < 6 * 3600; round++) {
        const before = await journal.lastSeq(id);
        const nexts = [];
        for (const one of engines) nexts.push(await patiently(cloud, one.tick(id)));
        await flush();
        const run = await it.run(id);
        if (isOver(run.phase) || stopWhen(run)) return run;
        await people(run);
        handsOn(run);
        if ((await journal.lastSeq(id)) !== before) {
          still = 0;
          continue;
        }
        const seconds = Math.min(...nexts.map((next) => (typeof next === 'object' ? next.inSeconds : next === 'again' ? 0.5 : 60)));
        still += seconds;
        const end = cloud.time.now() + seconds * 1000;
        for (let at = cloud.time.nextAt(); at !== undefined && at <= end; at = cloud.time.nextAt()) {
          cloud.time.advanceTo(at);
          await flush();
        }
        cloud.time.advanceTo(end);
        await flush();
      }
      return it.run(id);
    },
  };

  async function people(run: Run): Promise<void> {
    for (const question of openQuestions(run)) {
      const says = options.answers?.(question, run) ?? 'yes';
      if (says === 'leave') continue;
      try {
        await it.answer(run.id, says, BOB, question.id);
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
      }
    }
  }

  function handsOn(run: Run): void {
    for (const lane of lanesOf(run)) {
      const state = currentLine(run, lane);
      if (state?.line.kind !== 'upgrade-by-hand' || state.status !== 'begun' || !state.waitingFor?.includes('Boot it from')) continue;
      const key = `${run.id}/${lane}/${state.retries}`;
      if (booted.has(key) || shownPhase(run) === 'held') continue;
      booted.add(key);
      if (options.handsAtHost) options.handsAtHost(lane, it);
      else hands.bootIso(cloud, hostOf(pool, lane), target);
    }
  }
  return it;
}

/** What went wrong inside engines; a story that ends with anything here has failed. */
export const errors: string[] = [];

const pick = ({ xen, cloudStack, dom0, managementServers, cloudStackDb }: World) => ({
  xen,
  cloudStack,
  ...(dom0 && { dom0 }),
  ...(managementServers && { managementServers }),
  ...(cloudStackDb && { cloudStackDb }),
});
