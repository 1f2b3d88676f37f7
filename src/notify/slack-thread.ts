/**
 * Makes Slack match the run: looks at what stands there, compares, changes one thing, looks again.
 * Level-triggered: it does not matter how often it is called or what was missed. One writer per message by its claim;
 * a post whose answer was lost is looked for before anything is posted again.
 */
import { digestOf } from '../domain/digest';
import { NotSent, Refused, Unreachable } from '../domain/errors';
import type { Json } from '../domain/json';
import type { Journal, MessageRow, SlackPost, SlackThread } from '../ports';
import { CARD, FINISH, type Message } from '../slack/view/message';
import type { Pace } from './pace';

/** Longer than a look-up and a call take, ten seconds each at most: wall milliseconds that one writer holds a message. */
const LEASE = 30_000;
/** Another process is writing the message: what it wrote is looked at then. Wall milliseconds. */
const LOOK_AGAIN = 500;
/** A message that another process has been writing for so long is passed over: its writer may be dead. Wall milliseconds. */
const PASSED_OVER = 3_000;
/** After a failure, doubling up to a minute: wall milliseconds. */
const FIRST_BACKOFF = 500;
const LONGEST_BACKOFF = 60_000;
/** A post that was answered by silence may still arrive: it is not looked for sooner. Wall milliseconds. */
const SETTLE = 2_000;

export interface ThreadOptions {
  readonly slack: SlackThread;
  readonly journal: Pick<Journal, 'messages' | 'claimMessage' | 'saveMessage' | 'releaseMessage'>;
  readonly pace: Pace;
  /** Of this process; holds the claims. */
  readonly owner: string;
  readonly monotonic: () => number;
  readonly report: (what: string, error: unknown) => void;
  readonly settle?: number;
}

export interface Thread {
  /** What the thread of this scope (a run) should read now. Returns at once; the newest wish wins. */
  show(scope: string, channel: string, wanted: readonly Message[]): void;
  /** Resolves when everything shown so far stands in Slack, or when stopped. */
  matched(): Promise<void>;
  /** No further call leaves. */
  stop(): Promise<void>;
}

interface Wish {
  readonly channel: string;
  readonly messages: readonly Message[];
}

/** What a pass came to: nothing left, something done, or the wall milliseconds to wait. */
type Pass = 'matches' | 'changed' | number;

export function slackThread({
  slack,
  journal,
  pace,
  owner,
  monotonic,
  report,
  settle = SETTLE,
}: ThreadOptions): Thread {
  const wishes = new Map<string, Wish>();
  const working = new Map<string, Promise<void>>();
  const wake = new Map<string, () => void>();
  /** Messages that may stand in Slack though we have no row for them, and from when they may be looked for. */
  const inDoubt = new Map<string, number>();
  /** Messages that another process is writing, and since when that is known. */
  const elsewhere = new Map<string, number>();
  const ending = new AbortController();

  async function work(scope: string): Promise<void> {
    let failures = 0;
    while (!ending.signal.aborted) {
      const wish = wishes.get(scope);
      if (!wish) return;
      let pass: Pass;
      try {
        pass = await once(scope, wish);
        failures = 0;
      } catch (error) {
        failures++;
        if (failures === 1 || failures % 10 === 0) report(`Slack does not match run ${scope} yet`, error);
        pass = Math.min(FIRST_BACKOFF * 2 ** (failures - 1), LONGEST_BACKOFF);
        await pause(pass);
        continue;
      }
      if (pass === 'matches') {
        if (wishes.get(scope) !== wish) continue;
        wishes.delete(scope);
        return;
      }
      // a new wish ends the wait: what it brings may be allowed to leave at once
      if (typeof pass === 'number') await pause(pass, (over) => wake.set(scope, over));
    }
  }

  /** One look, at most one change. Posts come before edits: a question matters more than progress. */
  async function once(scope: string, { channel, messages }: Wish): Promise<Pass> {
    const rows = new Map((await journal.messages(scope)).map((row) => [row.key, row]));
    const card = rows.get(CARD);
    const stale = messages.filter((message) => {
      const row = rows.get(message.key);
      return row !== undefined && row.hash !== hashOf(message);
    });
    let soonest = Infinity;
    // in order, so that the thread reads in order: replies after the card, the last word when all else is true
    for (const missing of messages.filter((message) => !rows.has(message.key))) {
      const isTooSoon = missing.key === FINISH && (stale.length > 0 || soonest !== Infinity);
      if ((missing.key !== CARD && !card) || isTooSoon) break;
      const key = full(scope, missing.key);
      const left = Math.max(pace.untilPost(channel), (inDoubt.get(key) ?? 0) - monotonic());
      soonest = Math.min(soonest, left > 0 ? left : LOOK_AGAIN);
      if (left > 0) break;
      if (await post(scope, channel, missing, card)) {
        elsewhere.delete(key);
        return 'changed';
      }
      const since = elsewhere.get(key) ?? monotonic();
      elsewhere.set(key, since);
      // a question must not wait for a dead writer's minute: it is asked before what that one was at
      if (monotonic() - since < PASSED_OVER) return LOOK_AGAIN;
    }
    for (const message of stale) {
      const row = rows.get(message.key);
      const left = pace.untilEdit(full(scope, message.key));
      if (row && left <= 0) return (await edit(scope, message, row, card)) ? 'changed' : LOOK_AGAIN;
      soonest = Math.min(soonest, left);
    }
    return soonest === Infinity ? 'matches' : soonest;
  }

  /** False when another process is writing this message. */
  async function post(
    scope: string,
    channel: string,
    message: Message,
    card: MessageRow | undefined,
  ): Promise<boolean> {
    if (!(await journal.claimMessage(scope, message.key, owner, LEASE))) return false;
    const key = full(scope, message.key);
    const where = { channel, key, ...(message.key !== CARD && card && { threadTs: card.ts }) };
    const already = (await journal.messages(scope)).find((row) => row.key === message.key);
    if (!already) {
      // whoever held the claim before may have died between the post and its row, so Slack is asked first
      const found = await lookFor(where);
      let ts = found?.ts;
      if (ts === undefined) {
        pace.posted(channel);
        try {
          ({ ts } = await slack.post({ ...asPost(message, key), ...where }));
        } catch (error) {
          if (error instanceof Unreachable) inDoubt.set(key, monotonic() + settle);
          if (error instanceof NotSent || error instanceof Refused)
            await journal.releaseMessage(scope, message.key, owner);
          throw error;
        }
      }
      inDoubt.delete(key);
      // a message that was found may read as it did when its answer was lost: its hash is unknown
      await journal.saveMessage(scope, owner, {
        key: message.key,
        channel,
        ts,
        hash: found ? '' : hashOf(message),
      });
    }
    await journal.releaseMessage(scope, message.key, owner);
    return true;
  }

  async function edit(
    scope: string,
    message: Message,
    row: MessageRow,
    card: MessageRow | undefined,
  ): Promise<boolean> {
    if (!(await journal.claimMessage(scope, message.key, owner, LEASE))) return false;
    const key = full(scope, message.key);
    pace.edited(key);
    try {
      await slack.update({
        ...asPost(message, key),
        channel: row.channel,
        ts: row.ts,
        ...(message.key !== CARD && card && { threadTs: card.ts }),
      });
      await journal.saveMessage(scope, owner, { ...row, hash: hashOf(message) });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // somebody deleted it, or the workspace forbids edits: it is not tried again until it reads differently
      report(`A message of run ${scope} cannot be edited`, error);
      await journal.saveMessage(scope, owner, { ...row, hash: hashOf(message) });
    } finally {
      await journal.releaseMessage(scope, message.key, owner);
    }
    return true;
  }

  const pauses = new Set<() => void>();
  function pause(ms: number, wakeable: (over: () => void) => void = () => undefined): Promise<void> {
    if (ending.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer);
        pauses.delete(over);
        resolve();
      };
      const timer = setTimeout(over, ms);
      pauses.add(over);
      wakeable(over);
    });
  }

  /** Where Slack does not let us look (missing_scope), a duplicate is the smaller harm. */
  async function lookFor(
    where: Parameters<SlackThread['find']>[0],
  ): Promise<{ readonly ts: string } | undefined> {
    try {
      return await slack.find(where);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      report('Slack does not let us look for messages', error);
      return undefined;
    }
  }

  return {
    show(scope, channel, messages) {
      if (ending.signal.aborted) return;
      wishes.set(scope, { channel, messages });
      wake.get(scope)?.();
      if (working.has(scope)) return;
      const run = (async () => {
        try {
          while (wishes.has(scope) && !ending.signal.aborted) await work(scope);
        } finally {
          working.delete(scope);
          wake.delete(scope);
        }
      })();
      working.set(scope, run);
    },
    async matched() {
      while (working.size > 0) await Promise.all(working.values());
    },
    async stop() {
      ending.abort();
      for (const over of pauses) over();
      await Promise.allSettled(working.values());
    },
  };
}

/** Unique in the workspace: it rides in the message's metadata and is what a lost message is found by. */
const full = (scope: string, key: string): string => `${scope}/${key}`;

const asJson = (message: Message): readonly Json[] => JSON.parse(JSON.stringify(message.blocks)) as Json[];

const asPost = (message: Message, key: string): Omit<SlackPost, 'channel'> => ({
  text: message.text,
  blocks: asJson(message),
  key,
  ...(message.broadcast && { broadcast: true }),
});

export const hashOf = (message: Message): string => digestOf({ text: message.text, blocks: asJson(message) });
