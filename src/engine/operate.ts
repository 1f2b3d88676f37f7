/** The operator at work: authorise, append, ring. Every refusal is a sentence; a lost race is asked again. */
import { differenceInHours } from 'date-fns';
import { askedAs } from '../domain/aim';
import { Rejected } from '../domain/errors';
import { lastedIn, slowestOf, type Lasted } from '../domain/host-times';
import { blockEnd, shownPhase } from '../domain/lanes';
import type { Entry, Recorded, RunStarted } from '../domain/journal';
import type { Obligation } from '../domain/obligation';
import { keysBy, owedBy } from '../domain/owed';
import { rolesFor, type Deed, type Person, type Role } from '../domain/person';
import { isOver } from '../domain/phases';
import type { Plan } from '../domain/plan';
import { problems } from '../domain/problems';
import { lanesOf, openQuestions, type Run } from '../domain/run';
import type { Bell, Clock, Journal, Roles, RunRow } from '../ports';
import { answerWith, deedOf } from './answer';
import { authorise } from './authorise';
import type { Folds } from './fold';
import { inventoryThatCounts } from './inventory-that-counts';
import type { Operator, PoolLine } from './operator';
import { owedAnswers } from './owed-answers';
import { statusOf } from './status';

export interface OperatorDeps {
  readonly journal: Journal;
  readonly folds: Folds;
  readonly bell: Bell;
  readonly clock: Clock;
  readonly roles: Roles;
  /** Pools of pools.yaml as it stands now. */
  pools(): readonly { readonly name: string; readonly target?: string; readonly selfApproval: boolean }[];
  /** People (or groups) that have one of these roles, for people to read. */
  whoMay(pool: string, roles: readonly Role[]): readonly string[];
  /** Unique, sortable, safe in file names. */
  newId(prefix: string): string;
  /** A plan of `give-back` for these obligations; takes a snapshot. */
  planGiveBack(pool: string, owed: readonly Obligation[], by: Person): Promise<Plan>;
  /** Why an obligation cannot be given back now; undefined when it can. Uses the newest snapshot known of the pool. */
  notYet(pool: string, owed: Obligation, all: readonly Obligation[]): Promise<string | undefined>;
}

/** A plan older than a day is made again: guests, memory and hotfixes have moved since. */
const STALE_HOURS = 24;

export function operate(deps: OperatorDeps): Operator {
  const { journal, folds, bell, clock } = deps;

  const may = (by: Person, pool: string, deed: Deed) =>
    authorise(
      deps.roles,
      deps.pools().map((one) => one.name),
      by,
      pool,
      deed,
      (of, roles) => deps.whoMay(of, roles),
    );

  async function rowOf(runOrPool: string): Promise<RunRow> {
    const row = await journal.run(runOrPool);
    if (row) return row;
    const named = deps.pools().find((pool) => pool.name === runOrPool);
    if (!named) throw new Rejected(problems.runUnknown(runOrPool));
    const inWork = (await journal.openRuns()).find((one) => one.pool === named.name);
    const last = inWork ?? (await newestRow(named.name));
    if (!last) throw new Rejected(problems.noRun(named.name));
    return last;
  }

  async function newestRow(pool: string): Promise<RunRow | undefined> {
    const uuid = await uuidOf(pool);
    return uuid === undefined ? undefined : (await journal.runsOf(uuid)).at(-1);
  }

  /** Runs are kept by the pool's uuid, which its plans know. */
  async function uuidOf(pool: string): Promise<string | undefined> {
    const newest = (await journal.plansOf(pool, 1))[0];
    return newest && (await journal.plan(newest.id))?.poolUuid;
  }

  async function owed(pool: string): Promise<readonly Obligation[]> {
    const uuid = await uuidOf(pool);
    if (uuid === undefined) return [];
    return owedBy(await Promise.all((await journal.runsOf(uuid)).map((row) => journal.read(row.id))));
  }

  async function open(
    plan: Plan,
    by: Person,
  ): Promise<{ readonly run: string; readonly phase: Run['phase'] }> {
    const rows = await journal.runsOf(plan.poolUuid);
    const journals = await Promise.all(rows.map((row) => journal.read(row.id)));
    const recorded = await recordedBefore(plan, rows, journals);
    const lasted = await lastedBefore(rows);
    const id = deps.newId('run');
    await journal.openRun(
      {
        id,
        plan: plan.id,
        pool: plan.pool,
        poolUuid: plan.poolUuid,
        procedure: plan.procedure,
        openedAt: clock.now(),
      },
      {
        type: 'RunStarted',
        plan: plan.id,
        digest: plan.digest,
        pool: plan.pool,
        by,
        owed: owedBy(journals),
        keys: keysBy(journals),
        ...(recorded && { recorded }),
        ...(Object.keys(lasted).length > 0 && { lasted }),
      },
    );
    await bell.ring(id);
    return { run: id, phase: 'running' };
  }

  /** What a newer version has written is not needed for this. */
  async function lastedBefore(rows: readonly RunRow[]): Promise<Lasted> {
    const runs = await Promise.all(rows.map((row) => folds.newest(row.id).catch(() => undefined)));
    return slowestOf(runs.flatMap((run) => (run ? [lastedIn(run)] : [])));
  }

  /** Only a pool that is half-way is compared with what an earlier run recorded. */
  async function recordedBefore(
    plan: Plan,
    rows: readonly RunRow[],
    journals: readonly (readonly Recorded[])[],
  ): Promise<RunStarted['recorded']> {
    if (plan.procedure !== 'rolling-upgrade') return undefined;
    const runs = rows.map(async (row, i) => ({
      plan: await journal.plan(row.plan),
      entries: journals[i] ?? [],
    }));
    return inventoryThatCounts(await Promise.all(runs), plan.target);
  }

  /** One entry about a run that must still be open; `make` may refuse with a sentence, or want nothing. */
  async function say(row: RunRow, make: (run: Run) => Entry | undefined): Promise<Run> {
    const { run } = await folds.write(row.id, make);
    await bell.ring(row.id);
    return run;
  }

  const effectAfter = (run: Run): { readonly effectAfter?: string } => {
    const ends = lanesOf(run).flatMap((lane) => blockEnd(run, lane)?.title ?? []);
    return ends.length > 0 ? { effectAfter: ends.join('; ') } : {};
  };

  return {
    async pools(by) {
      const rows = await journal.openRuns();
      const lines = await Promise.all(
        deps.pools().map(async (pool): Promise<PoolLine | undefined> => {
          const answer = await deps.roles.rolesOf(by, pool.name);
          if ('unknown' in answer || answer.roles.length === 0) return undefined;
          const row = rows.find((one) => one.pool === pool.name);
          return {
            pool: pool.name,
            roles: answer.roles,
            ...(pool.target !== undefined && { target: pool.target }),
            ...(row && { openRun: row.id, phase: shownPhase(await folds.newest(row.id)) }),
          };
        }),
      );
      return lines.filter((line) => line !== undefined);
    },

    async requestPlan(by, pool, wish) {
      await may(by, pool, 'plan');
      const { replyTo, ...asked } = wish;
      const request = deps.newId('ask');
      await journal.ask({
        id: request,
        kind: 'plan',
        pool,
        args: { ...asked },
        by,
        askedAt: clock.now(),
        ...(replyTo && { replyTo }),
      });
      await bell.ring(request);
      return { request };
    },

    async start(by, planId) {
      const plan = await journal.plan(planId);
      if (!plan) throw new Rejected(problems.planUnknown(planId));
      await may(by, plan.pool, 'start');
      const rows = await journal.runsOf(plan.poolUuid);
      const same = rows.find((row) => row.plan === planId);
      if (same) return { run: same.id, phase: shownPhase(await folds.newest(same.id)) };
      const blocks = plan.findings
        .filter((finding) => finding.severity === 'block')
        .map((finding) => `${finding.on}: ${finding.what}`);
      if (plan.verdict === 'blocked')
        throw new Rejected(problems.planBlocked(planId, plan.pool, blocks, askedAs(plan)));
      const age = differenceInHours(clock.now(), plan.madeAt);
      if (age >= STALE_HOURS) throw new Rejected(problems.planStale(planId, age, askedAs(plan)));
      // also a run that was under way while the plan was made: what it did since is not in the plan
      if (rows.some((row) => row.closedAt !== undefined && row.closedAt > Date.parse(plan.madeAt)))
        throw new Rejected(problems.planOvertaken(planId, plan.pool, askedAs(plan)));
      return open(plan, by);
    },

    async pause(by, id, wish = {}) {
      const row = await rowOf(id);
      await may(by, row.pool, 'pause');
      if (wish.now && !wish.reason) throw new Rejected(problems.reasonNeeded('Pausing at once'));
      const run = await say(row, (was) => {
        if (isOver(was.phase)) throw new Rejected(problems.runOver(row.id, was.phase));
        const already =
          was.phase === 'paused' || was.phase === 'aborting' || (was.phase === 'pausing' && !wish.now);
        return already
          ? undefined
          : {
              type: 'PauseRequested',
              by,
              now: wish.now ?? false,
              ...(wish.reason !== undefined && { reason: wish.reason }),
            };
      });
      return { run: row.id, phase: shownPhase(run), ...(run.phase === 'pausing' && effectAfter(run)) };
    },

    async resume(by, id) {
      const row = await rowOf(id);
      await may(by, row.pool, 'resume');
      const run = await say(row, (was) => {
        if (isOver(was.phase)) throw new Rejected(problems.runOver(row.id, was.phase));
        return was.phase === 'paused' || was.phase === 'pausing' ? { type: 'RunResumed', by } : undefined;
      });
      return { run: row.id, phase: shownPhase(run) };
    },

    async abort(by, id, wish = {}) {
      const row = await rowOf(id);
      await may(by, row.pool, 'abort');
      const run = await say(row, (was) =>
        isOver(was.phase) || was.phase === 'aborting'
          ? undefined
          : { type: 'AbortRequested', by, ...(wish.reason !== undefined && { reason: wish.reason }) },
      );
      return { run: row.id, phase: shownPhase(run), ...(run.phase === 'aborting' && effectAfter(run)) };
    },

    async answer(by, id, answer) {
      const row = await rowOf(id);
      const plan = await journal.plan(row.plan);
      let answered = '';
      const newest = await folds.newest(row.id);
      const kind = (newest.questions.find((q) => q.id === answer.question) ?? openQuestions(newest)[0])?.ask
        .kind;
      await may(by, row.pool, kind === undefined ? 'confirm' : deedOf(kind));
      const selfApproval = deps.pools().find((pool) => pool.name === row.pool)?.selfApproval ?? false;
      const run = await say(row, (was) => {
        const entry = answerWith(was, by, answer, plan?.madeBy, selfApproval);
        answered = entry.question;
        return entry;
      });
      return { run: row.id, phase: shownPhase(run), question: answered };
    },

    async status(by, id) {
      const row = await rowOf(id);
      await may(by, row.pool, 'view');
      const run = await folds.newest(row.id);
      const selfApproval = deps.pools().find((pool) => pool.name === row.pool)?.selfApproval ?? false;
      return statusOf(
        run,
        await owedAnswers(await owed(row.pool), (one, all) => deps.notYet(row.pool, one, all)),
        (deed) => deps.whoMay(row.pool, rolesFor(deed)),
        selfApproval,
      );
    },

    async obligations(by, pool) {
      await may(by, pool, 'view');
      return owedAnswers(await owed(pool), (one, all) => deps.notYet(pool, one, all));
    },

    async takeOver(by, pool, id, reason) {
      await may(by, pool, 'settle obligations');
      if (reason.trim() === '') throw new Rejected(problems.reasonNeeded('Taking over an obligation'));
      const one = (await owed(pool)).find((candidate) => candidate.id === id);
      if (!one) throw new Rejected(problems.obligationUnknown(id, pool));
      const openRow = (await journal.openRuns()).find((row) => row.pool === pool);
      // the newest run, so that no later intent of a run in between opens it again
      const row = openRow ?? (await newestRow(pool)) ?? (await rowOf(one.run));
      await say(row, () => ({ type: 'ObligationTakenOver', what: one.what, on: one.on, by, reason }));
    },

    async giveBack(by, pool, id) {
      await may(by, pool, 'settle obligations');
      const all = await owed(pool);
      const one = all.find((candidate) => candidate.id === id);
      if (!one) throw new Rejected(problems.obligationUnknown(id, pool));
      const why = await deps.notYet(pool, one, all);
      if (why !== undefined) throw new Rejected(problems.notYetGivenBack(id, why));
      const plan = await deps.planGiveBack(pool, [one], by);
      // without a line there is nothing to do, and a run of nothing would end as if it had been done
      if (plan.verdict === 'blocked' || plan.sections.length === 0)
        throw new Rejected(problems.notYetGivenBack(id, 'The pool could not be read.'));
      await journal.savePlan(plan);
      return open(plan, by);
    },

    async plan(by, id) {
      const plan = await journal.plan(id);
      if (!plan) throw new Rejected(problems.planUnknown(id));
      await may(by, plan.pool, 'view');
      return plan;
    },

    async newestPlan(by, pool) {
      await may(by, pool, 'view');
      const newest = (await journal.plansOf(pool, 1))[0];
      const plan = newest && (await journal.plan(newest.id));
      if (!plan) throw new Rejected(problems.noPlan(pool));
      return plan;
    },

    async run(by, id) {
      const row = await rowOf(id);
      await may(by, row.pool, 'view');
      return folds.newest(row.id);
    },
  };
}
