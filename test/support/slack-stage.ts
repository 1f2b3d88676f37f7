/** A workspace, a journal, an operator, the Bolt app and the notifiers, as compose.ts joins them; only the engine is left out. */
import { png } from '../../src/adapters/png';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../commands/index';
import { makeJournal, type OpenJournal } from '../../src/adapters/journal/journal';
import { roles } from '../../src/adapters/roles';
import { slackGroups, slackWeb } from '../../src/adapters/slack-web/index';
import type { Entry } from '../../src/domain/journal';
import type { Plan } from '../../src/domain/plan';
import { folds } from '../../src/engine/fold';
import { operate } from '../../src/engine/operate';
import type { Operator } from '../../src/engine/operator';
import { notify, type Notify, type NotifyOptions } from '../../src/notify/index';
import type { Clock, Pager } from '../../src/ports';
import {
  SlackWorkspace,
  type Acted,
  type Listening,
  type WorkspaceOptions,
} from '../../src/sim/slack/workspace';
import { slackApp, type Log, type SlackApp } from '../../src/slack/app/index';
import { ANN } from '../unit/slack/story';

export const clock: Clock = {
  now: () => Date.UTC(2026, 0, 15, 12),
  monotonic: () => performance.now(),
  speed: () => 1,
};

export interface Logged {
  readonly level: string;
  readonly text: string;
}

export interface Stage {
  readonly workspace: SlackWorkspace;
  readonly at: Listening;
  readonly journal: OpenJournal;
  readonly operator: Operator;
  readonly logged: readonly Logged[];
  readonly reported: readonly string[];
  /** Notifiers of one more worker. */
  worker(owner: string, pager?: Pager, files?: NotifyOptions['files']): Notify;
  /** The Bolt app, started. */
  bot(operator?: Operator): Promise<SlackApp>;
  /** A run of this plan, started by Ann, with these entries. */
  run(plan: Plan, ...entries: readonly Entry[]): Promise<string>;
  append(run: string, ...entries: readonly Entry[]): Promise<void>;
  act(
    as: string,
    what: 'command' | 'click' | 'submit',
    more: Readonly<Record<string, unknown>>,
  ): Promise<Acted>;
  close(): Promise<void>;
}

/** Fast enough for tests, in the same proportions as Slack's limits. */
const PACE = { postEvery: 20, editEvery: 50, editsPerMinute: 10_000 };

export async function stage(options: WorkspaceOptions & { readonly ownPace?: boolean } = {}): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'xsupgrade-slack-'));
  const workspace = new SlackWorkspace({ unlimited: options.ownPace !== true, ...options });
  const at = await workspace.listen();
  const journal = await makeJournal({ sqliteFile: join(directory, 'x.sqlite'), allowVolatile: false }, clock);
  const logged: Logged[] = [];
  const reported: string[] = [];
  const log = Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((level) => [
      level,
      (fields: { why?: string }, text: string) => logged.push({ level, text: `${text} ${fields.why ?? ''}` }),
    ]),
  ) as unknown as Log;
  const granted = {
    viewer: ['UCAT'],
    requester: [],
    approver: ['UBOB'],
    operator: ['UANN'],
    admin: ['UDAN'],
  };
  const slackOptions = { token: at.botToken, apiUrl: at.apiUrl };
  let ids = 0;
  const operator = operate({
    journal,
    folds: folds(journal),
    bell: { ring: async () => undefined, listen: async () => undefined, close: async () => undefined },
    clock,
    roles: roles({
      grantedIn: (pool) => (pool === 'pool-a' ? granted : undefined),
      members: slackGroups(slackOptions),
      monotonic: () => performance.now(),
    }),
    pools: () => [{ name: 'pool-a', target: '7.1.2', selfApproval: false }],
    whoMay: () => ['Bob', 'Dan'],
    newId: (prefix) => `${prefix}-${++ids}`,
    planGiveBack: async () => Promise.reject(new Error('no run of give-back is started in these tests')),
    notYet: async () => undefined,
  });
  const closing: (() => Promise<void>)[] = [];

  const self: Stage = {
    workspace,
    at,
    journal,
    operator,
    logged,
    reported,
    worker(owner, pager, files) {
      const made = notify({
        picture: png,
        journal,
        owner,
        monotonic: () => performance.now(),
        slack: slackWeb(slackOptions),
        channelOf: () => at.channel,
        userGroup: 'SONCALL',
        owed: async () => [],
        report: (what, error) =>
          reported.push(`${what}: ${error instanceof Error ? error.message : String(error)}`),
        ...(options.ownPace !== true && { paceOptions: PACE }),
        ...(pager && { pager }),
        ...(files && { files }),
      });
      closing.push(() => made.stop());
      return made;
    },
    async bot(acting = operator) {
      const app = slackApp({
        tokens: { bot: at.botToken, app: at.appToken },
        apiUrl: at.apiUrl,
        operator: acting,
        runCommand,
        log,
      });
      closing.push(() => app.stop());
      await app.start();
      await until(() => app.sockets().every((socket) => socket.connected));
      return app;
    },
    async run(plan, ...entries) {
      await journal.savePlan(plan);
      const id = `run-${++ids}`;
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
          by: ANN,
          owed: [],
          keys: {},
        },
      );
      await self.append(id, ...entries);
      return id;
    },
    async append(run, ...entries) {
      for (const entry of entries) await journal.append(run, await journal.lastSeq(run), entry);
    },
    act: (as, what, more) => workspace.act({ as, do: what, channel: at.channel, ...more }),
    async close() {
      await Promise.all(closing.map((end) => end()));
      await workspace.close();
      await journal.close();
      rmSync(directory, { recursive: true });
    },
  };
  return self;
}

/** Looks again until it is so; fails with what it saw last. */
export async function until<T>(look: () => T, wall = 10_000): Promise<NonNullable<T>> {
  const end = performance.now() + wall;
  for (;;) {
    const seen = look();
    if (seen) return seen;
    if (performance.now() > end) throw new Error(`It did not become so within ${wall} ms: ${String(look)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
