/**
 * Who is told what happens to a run. The worker calls `publish` after each tick; it reads the journal, hands over and
 * returns: a slow Slack or a broken pager never holds up a tick. What could not be told is told later.
 */
import type { OwedAnswer } from '../domain/answers';
import type { Recorded } from '../domain/journal';
import type { NamedText } from '../domain/named-text';
import type { Plan } from '../domain/plan';
import { foldRun } from '../domain/fold-run';
import type { Run } from '../domain/run';
import type { Journal, Pager, SlackThread } from '../ports';
import { CARD } from '../slack/view/message';
import { thread } from '../slack/view/thread';
import { onCall, toPager, toSlackGroup, type OnCall } from './on-call';
import { pace, type PaceOptions } from './pace';
import { planReply, type PlanReply } from './plan-reply';
import { slackThread } from './slack-thread';
import { threadFiles, type ThreadFiles } from './thread-files';

export type { PlanReply } from './plan-reply';

export interface NotifyOptions {
  readonly journal: Journal;
  /** Names this process in claims. */
  readonly owner: string;
  /** Wall milliseconds, never set back. */
  readonly monotonic: () => number;
  /** Absent where Slack is not configured. */
  readonly slack?: SlackThread;
  /** Channel of the pool's runs. */
  readonly channelOf: (pool: string) => string | undefined;
  readonly pager?: Pager;
  /** Slack user group to mention, `S…`. */
  readonly userGroup?: string;
  /** What the pool of this run is owed, as people read it. */
  readonly owed: (run: {
    readonly id: string;
    readonly pool: string;
    readonly poolUuid: string;
  }) => Promise<readonly OwedAnswer[]>;
  /** Texts that stand as files in the run's thread, each once by its name: what the run says now, never fewer than before. */
  readonly files?: (run: Run) => Promise<readonly NamedText[]>;
  /** SVG to PNG. */
  readonly picture: (svg: string) => Uint8Array;
  /** What must stay in sight on the card, for example a volatile journal. */
  readonly notes?: (pool: string) => readonly string[];
  readonly report: (what: string, error: unknown) => void;
  readonly paceOptions?: Omit<PaceOptions, 'monotonic'>;
}

export interface Notify {
  /** After each tick, by whoever ticked. Never throws. */
  publish(run: string): Promise<void>;
  /** At start: the newest run of each pool, which may have ended while nobody was there to say so. Never throws. */
  catchUp(pools: readonly string[]): Promise<void>;
  /** Absent where Slack is not configured. */
  readonly planReply?: PlanReply;
  /** Resolves when all that was published is told. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Wall milliseconds between two tries of a page that could not be delivered, doubling up to a minute. */
const FIRST_RETRY = 1_000;
const LONGEST_RETRY = 60_000;

export function notify(options: NotifyOptions): Notify {
  const { journal, owner, monotonic, slack, pager, userGroup, report } = options;
  const rate = pace({ monotonic, ...options.paceOptions });
  const timers = new Set<() => void>();
  const ending = new AbortController();
  const wait = (ms: number): Promise<void> =>
    ending.signal.aborted || ms <= 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          const over = (): void => {
            clearTimeout(timer);
            timers.delete(over);
            resolve();
          };
          const timer = setTimeout(over, ms);
          timers.add(over);
        });

  const shown = slack && slackThread({ slack, journal, pace: rate, owner, monotonic, report });
  const files = slack && threadFiles({ slack, journal, pace: rate, owner, monotonic, wait, report });
  const callers: readonly OnCall[] = [
    ...(pager ? [onCall('on-call', toPager(pager), journal, owner)] : []),
    ...(slack && userGroup !== undefined
      ? [
          onCall(
            'on-call-slack',
            toSlackGroup({ slack, journal, pace: rate, userGroup, wait }),
            journal,
            owner,
          ),
        ]
      : []),
  ];
  /** With what to say when one of them fails. */
  const tellers: readonly (readonly [failed: string, teller: OnCall])[] = [
    ...callers.map((caller): [string, OnCall] => ['On-call could not be told of', caller]),
    ...(files && options.files
      ? [['The files could not be put into the thread of', runFiles(files, options.files)] as const]
      : []),
  ];
  const telling = new Map<string, Promise<void>>();
  const newer = new Map<string, readonly Recorded[]>();

  /** Tries until it is told or something newer is to be told. */
  async function tell(key: string, [failed, caller]: (typeof tellers)[number], plan: Plan): Promise<void> {
    let tries = 0;
    for (let entries = newer.get(key); entries && !ending.signal.aborted; entries = newer.get(key)) {
      try {
        if (await caller.tell(plan, entries)) {
          if (newer.get(key) === entries) newer.delete(key);
          tries = 0;
          continue;
        }
      } catch (error) {
        if (tries === 0) report(`${failed} the run of ${plan.pool} yet`, error);
      }
      await wait(Math.min(FIRST_RETRY * 2 ** tries++, LONGEST_RETRY));
    }
    // in the same turn as the last look, so that nothing newer falls between
    telling.delete(key);
  }

  async function publish(id: string): Promise<void> {
    if (ending.signal.aborted) return;
    try {
      const row = await journal.run(id);
      const plan = row && (await journal.plan(row.plan));
      if (!row || !plan) return;
      const entries = await journal.read(id);
      if (entries.length === 0) return;
      const channel = options.channelOf(row.pool);
      if (shown && channel !== undefined)
        shown.show(
          id,
          channel,
          thread(foldRun(plan, entries), await options.owed(row), options.notes?.(row.pool)),
        );
      for (const [n, teller] of tellers.entries()) {
        const key = `${id}#${n}`;
        newer.set(key, entries);
        if (!telling.has(key)) telling.set(key, tell(key, teller, plan));
      }
    } catch (error) {
      report(`Run ${id} could not be published`, error);
    }
  }

  /** The files of a run, told like on-call: again until they stand, holding up nothing. */
  function runFiles(into: ThreadFiles, of: NonNullable<NotifyOptions['files']>): OnCall {
    return {
      async tell(plan, entries) {
        const run = foldRun(plan, entries);
        const wanted = await of(run);
        if (wanted.length === 0) return true;
        const card = (await journal.messages(run.id)).find((row) => row.key === CARD);
        if (!card) return false;
        return into.put(run.id, { channel: card.channel, threadTs: card.ts }, wanted);
      },
    };
  }

  return {
    publish,
    async catchUp(pools) {
      for (const pool of pools) {
        try {
          const newest = (await journal.plansOf(pool, 1))[0];
          const uuid = newest && (await journal.plan(newest.id))?.poolUuid;
          const last = uuid === undefined ? undefined : (await journal.runsOf(uuid)).at(-1);
          if (last) await publish(last.id);
        } catch (error) {
          report(`The newest run of ${pool} could not be published`, error);
        }
      }
    },
    ...(slack &&
      files && {
        planReply: planReply({ slack, pace: rate, files, wait, report, picture: options.picture }),
      }),
    async settled() {
      while (telling.size > 0) await Promise.all(telling.values());
      await shown?.matched();
    },
    async stop() {
      ending.abort();
      for (const over of timers) over();
      await Promise.allSettled([...telling.values(), shown?.stop()]);
    },
  };
}
