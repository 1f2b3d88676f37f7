/** Two people and a pair of hands, acting as they would: by the workspace's socket and at the console, over HTTP only. */
import type { Announcement } from '../sim/serve';
import type { WorkspaceView } from '../sim/slack/view';

type Shown = WorkspaceView['channels'][number]['messages'][number];

export interface Players {
  /** Plays until the run is over, a person is needed who would not know what to do, or nothing happens any more. */
  play(): Promise<Ending>;
}

export type Ending =
  | { readonly how: 'finished' }
  | { readonly how: 'held'; readonly why: string }
  | { readonly how: 'stuck'; readonly why: string };

export interface PlayOptions {
  readonly announcement: Announcement;
  readonly pool: string;
  readonly speed: number;
  /** What Ann types after `/xsupgrade`. */
  readonly asks: string;
  /** Said as it happens, for whoever watches stderr. */
  readonly say: (what: string) => void;
}

const ANN = 'UANN';
const BOB = 'UBOB';
/** Buttons that Bob presses when he sees them. "Try again" is not among them: a problem is for a real person. */
const YES = ['Approve', 'Confirm', 'Accept key', 'Accept licence'];
const HELD = ['Try again', 'Accept the loss'];
const LOOK_EVERY_MS = 100;
/** Longer than any line of the story at the slowest speed may stay without a change: wall milliseconds plus pool hours. */
const STILL_MS = 60_000;
const STILL_POOL_SECONDS = 3 * 3600;

export function players({ announcement, pool, speed, asks, say }: PlayOptions): Players {
  const { slack } = announcement;
  const ask = asking(announcement.control);
  const boot = handsAtTheConsole({ announcement, pool, say });
  const pressed = new Set<string>();

  const view = () => ask<WorkspaceView>('/slack');
  const act = (as: string, what: Record<string, unknown>) =>
    ask<{ acked: boolean; ephemeral?: string; error?: string }>('/slack', {
      as,
      channel: slack.channel,
      ...what,
    });
  const messagesOf = (seen: WorkspaceView): readonly Shown[] =>
    seen.channels.find((channel) => channel.id === slack.channel)?.messages ?? [];

  async function until<T>(
    look: (seen: WorkspaceView) => T | undefined,
    what: string,
    withinMs: number,
  ): Promise<T> {
    const end = Date.now() + withinMs;
    while (Date.now() < end) {
      const found = look(await view());
      if (found !== undefined) return found;
      await pause();
    }
    throw new Error(`${what} did not happen within ${withinMs / 1000} s`);
  }

  async function begin(): Promise<void> {
    await until((seen) => (seen.sockets > 0 ? true : undefined), 'the bot’s connection to Slack', 30_000);
    say(`Ann: /xsupgrade ${asks}`);
    await act(ANN, { do: 'command', text: `/xsupgrade ${asks}` });
    const plan = await until(
      (seen) =>
        messagesOf(seen).find((message) => message.buttons.some((button) => button.text.startsWith('Start'))),
      'a plan with a Start button',
      60_000,
    );
    const start = plan.buttons.find((button) => button.text.startsWith('Start'));
    say(`Ann presses ${start?.text}`);
    const started = await act(ANN, { do: 'click', message: plan.ts, button: start?.id });
    if (started.error) throw new Error(`Start: ${started.error}`);
  }

  /** Presses what Bob would press; says what he did. */
  async function answer(messages: readonly Shown[]): Promise<boolean> {
    for (const message of messages) {
      const button = message.buttons.find((one) => YES.includes(one.text));
      if (!button || pressed.has(`${message.ts} ${button.value}`)) continue;
      const done = await act(BOB, { do: 'click', message: message.ts, button: button.id });
      if (!done.acked) continue;
      pressed.add(`${message.ts} ${button.value}`);
      say(
        `Bob presses ${button.text}: ${message.text.split('\n')[0]}${done.ephemeral ? ` → ${done.ephemeral.split('\n')[0]}` : ''}`,
      );
      return true;
    }
    return false;
  }

  return {
    async play() {
      await begin();
      let last = '';
      let since = Date.now();
      for (;;) {
        const messages = messagesOf(await view());
        const ended = messages.find((message) => /: (finished in|aborted by)/.test(message.text));
        if (ended) return { how: 'finished' };
        const held = messages.find((message) => message.buttons.some((button) => HELD.includes(button.text)));
        if (held) return { how: 'held', why: allText(held) };
        await boot(messages);
        await answer(messages);
        const now = JSON.stringify(messages.map((message) => [message.ts, message.edits]));
        if (now !== last) {
          last = now;
          since = Date.now();
        } else if (Date.now() - since > STILL_MS + (STILL_POOL_SECONDS * 1000) / speed)
          return { how: 'stuck', why: messages.at(-1)?.text ?? 'nothing was ever said' };
        await pause();
      }
    },
  };
}

type Ask = <T>(path: string, body?: unknown) => Promise<T>;

/** The control API, as anybody outside would use it. */
const asking =
  (control: string): Ask =>
  async <T>(path: string, body?: unknown): Promise<T> => {
    const reply = await fetch(`${control.replace(/\/$/, '')}${path}`, {
      ...(body !== undefined && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as T;
  };

/** Goes to the machine whose line asks for it, once for each host. */
export function handsAtTheConsole({
  announcement,
  pool,
  say,
}: Omit<PlayOptions, 'speed' | 'asks'>): (messages: readonly Shown[]) => Promise<void> {
  const ask = asking(announcement.control);
  const booted = new Set<string>();
  return async (messages) => {
    for (const message of messages) {
      const asked = /(\S+) \([^)]*\) is empty, [^.]+ and disabled\. Boot it from the (\S+) ISO/.exec(
        allText(message),
      );
      const [, host = '', version = ''] = asked ?? [];
      if (!asked || booted.has(host)) continue;
      booted.add(host);
      say(`At the console of ${host}: boots the ${version} ISO`);
      await ask('/world', [{ do: 'boot-iso', pool, host, version }]);
    }
  };
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));

/** Everything a person reads in it: the fallback text and every text of its blocks. */
export function allText(message: { readonly text: string; readonly blocks: readonly unknown[] }): string {
  const texts: string[] = [message.text];
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    else if (typeof value === 'object' && value !== null)
      for (const [key, member] of Object.entries(value)) {
        if (key === 'text' && typeof member === 'string') texts.push(member.replace(/\*/g, ''));
        else look(member);
      }
  };
  look(message.blocks);
  return texts.join('\n');
}
