/** The worker: answers rings, carries out plans, tells people. May be killed at any moment; another one goes on. */
import { randomUUID } from 'node:crypto';
import { oneAtATime, within } from './adapters/bell/one-at-a-time';
import { png } from './adapters/png';
import { pagerDuty } from './adapters/pager-duty';
import { slackWeb } from './adapters/slack-web/index';
import { compose, type Composition } from './compose';
import type { Config } from './config';
import { filesOf } from './domain/run-files';
import type { Run } from './domain/run';
import { carryOut } from './engine/requests';
import { sweep, SWEEP_SECONDS } from './engine/sweep';
import { engine, type Engine } from './engine/tick';
import { watch } from './engine/watch';
import { answerRings } from './engine/work';
import { serveHealth } from './health';
import type { Log } from './log';
import { notify, type Notify } from './notify/index';
import { runProcess } from './run-process';
import { steps } from './steps/index';

/** A database that restarts is back within seconds, and its run should not wait for the sweep. Pool seconds. */
const FAILED_AGAIN_SECONDS = 10;

/** SIGTERM to exit: no new act, those under way get this long to answer (wall). */
const STOP_MS = 15_000;
/** What was done last is told before the end, if it can be told at once (wall). */
const TELL_MS = 1_000;

export interface Worker {
  stop(): Promise<void>;
}

export async function startWorker(config: () => Config, log: Log): Promise<Worker> {
  const owner = `worker-${process.pid}-${randomUUID().slice(0, 8)}`;
  const trouble = (what: string, error: unknown): void => log.error({ err: error }, what);
  const composed = await compose(config, { trouble });
  const { journal, bell, clock } = composed;
  const telling = tellers(config, composed, owner, trouble);
  // beside the ticks: what is owed is read from the pool, and a master that is away must not hold up the run
  const told = oneAtATime(
    (run) => telling.publish(run),
    (error) => trouble('A run could not be told of', error),
  );
  let lastTick = clock.monotonic();

  const moving: Engine = engine({
    journal,
    clock,
    step: (kind) => steps.get(kind),
    world: (run: Run) => composed.worldOf({ id: run.id, pool: run.plan.pool }),
    worker: owner,
    log: { error: (facts, text) => log.error(facts, text), info: (facts, text) => log.info(facts, text) },
    ring: (run) => {
      // an act has just been answered: what it began in CloudStack is asked after from now
      stream.follow(run).catch((error: unknown) => trouble('The watch', error));
      void bell.ring(run);
    },
  });
  const stream = watch({
    journal,
    world: (row) => composed.worldOf(row),
    ring: (run) => void bell.ring(run),
    speed: () => clock.speed(),
  });
  const answer = answerRings({
    journal,
    bell,
    engine: moving,
    isRequest: (id) => id.startsWith('ask-'),
    publish: async (run) => {
      void told.call(run);
      await stream.follow(run);
    },
    carryOut: () =>
      carryOut({
        journal,
        owner,
        makePlan: (pool, wish, by) => composed.makePlan(pool, wish, by),
        tell: async (request, said) => {
          const { id, replyTo } = request;
          if (replyTo)
            await telling
              .planReply?.({ id, replyTo }, said)
              .catch((error: unknown) => trouble('A plan could not be told', error));
        },
        report: trouble,
      }),
  });

  await bell.listen(async (id) => {
    lastTick = clock.monotonic();
    try {
      await answer(id);
    } catch (error) {
      log.error({ run: id, err: error }, 'a tick failed; it is rung again soon');
      await bell.ring(id, FAILED_AGAIN_SECONDS);
    }
  });
  const look = async (): Promise<void> => {
    await stream.follow();
    await sweep(journal, bell);
    for (const { id } of await journal.openRuns()) void told.call(id);
  };
  await telling.catchUp(Object.keys(config().pools));
  await look();
  const sweeping = setInterval(
    () => void look().catch((error: unknown) => trouble('The sweep', error)),
    SWEEP_SECONDS * 1000,
  );
  const health = await serveHealth(config().healthPorts.worker, {
    database: () => journal.check(),
    bell: () => bell.check(),
    'last tick': async () => {
      const age = (clock.monotonic() - lastTick) / 1000;
      if ((await journal.openRuns()).length > 0 && age > 3 * SWEEP_SECONDS)
        throw new Error(`${age.toFixed(0)} s ago`);
    },
  });

  return {
    async stop() {
      clearInterval(sweeping);
      await moving.stop(STOP_MS);
      await stream.close();
      await within(told.idle(), TELL_MS);
      await telling.stop();
      await health.close();
      await composed.close();
    },
  };
}

function tellers(
  config: () => Config,
  composed: Composition,
  owner: string,
  report: (what: string, error: unknown) => void,
): Notify {
  const { journal, clock } = composed;
  const { slack, pager, onCall } = config();
  return notify({
    journal,
    owner,
    monotonic: () => clock.monotonic(),
    channelOf: (pool) => config().pools[pool]?.channel,
    owed: ({ pool }) => composed.owedOf(pool),
    notes: () => journalNotes(journal),
    files: async (run) => filesOf(run),
    picture: png,
    report,
    ...(slack && { slack: slackWeb({ token: slack.botToken, apiUrl: slack.apiUrl }) }),
    ...(pager && { pager: pagerDuty({ url: pager.url, routingKey: pager.routingKey }) }),
    ...(onCall.slackUserGroup !== undefined && { userGroup: onCall.slackUserGroup }),
  });
}

const journalNotes = (journal: Composition['journal']): readonly string[] =>
  journal.volatile.length > 0
    ? [`The journal may lose its last second with the power: ${journal.volatile.join(', ')}.`]
    : [];

if (require.main === module) runProcess('worker', startWorker);
