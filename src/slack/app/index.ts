/**
 * Slack's side of the product: verify (the socket's token does), acknowledge first, then let the operator authorise and
 * record, then answer the person. Nothing is decided and nothing is remembered here.
 */
import { App, type RespondFn } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { CommandContext } from '../../../commands/index';
import type { CommandAnswer } from '../../domain/command-answers';
import type { Person } from '../../domain/person';
import type { Operator } from '../../engine/operator';
import { answerMessage } from '../view/answer-message';
import { pressedOf } from '../view/buttons';
import type { Message } from '../view/message';
import {
  asksReason,
  REASON_BLOCK,
  REASON_INPUT,
  REASON_MODAL,
  reasonModal,
  type ModalAbout,
} from '../view/modals';
import { problemMessage } from '../view/question-message';
import { unescaped } from '../view/words';
import { boltLogger, type Log } from './log';
import { people } from './people';
import { carryOut } from './presses';
import { tellOutcome } from './recorded';
import { Sockets, type SocketHealth } from './sockets';

export type { Log } from './log';
export type { SocketHealth } from './sockets';

export interface SlackAppOptions {
  readonly tokens: { readonly bot: string; readonly app: string };
  /** Ends in `/api/`. Absent: Slack itself. */
  readonly apiUrl?: string;
  readonly operator: Operator;
  /** commands/index.ts: one line as typed after /xsupgrade. */
  readonly runCommand: (line: string, context: CommandContext) => Promise<CommandAnswer>;
  readonly log: Log;
  /** Two cure the gap of a recycled connection (stack §2.4). */
  readonly sockets?: number;
}

export interface SlackApp {
  /** Resolves when the first socket stands. Rejects when none can (a wrong token). */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** For /readyz: Slack is reachable while one is connected. */
  sockets(): readonly SocketHealth[];
}

/** Interactive calls must be over before the person has given up. Wall milliseconds. */
const CALL_TIMEOUT = 2_500;

export function slackApp(options: SlackAppOptions): SlackApp {
  const { tokens, apiUrl, operator, runCommand, log } = options;
  const logger = boltLogger(log);
  const sockets = new Sockets({
    appToken: tokens.app,
    count: options.sockets ?? 2,
    logger,
    log,
    ...(apiUrl !== undefined && { apiUrl }),
  });
  const app = new App({
    token: tokens.bot,
    receiver: sockets,
    logger,
    clientOptions: {
      timeout: CALL_TIMEOUT,
      retryConfig: { retries: 1, minTimeout: 200 },
      ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
    },
  });
  listen(app, { operator, runCommand, log, named: people(app.client) });

  // a client that is told invalid_auth while reconnecting rejects where nobody can catch it (stack §2.3)
  const keepAlive = (reason: unknown): void => {
    log.error(
      { why: reason instanceof Error ? reason.message : String(reason) },
      'Slack: a rejection nobody caught',
    );
  };

  return {
    async start() {
      process.on('unhandledRejection', keepAlive);
      await app.start();
    },
    async stop() {
      await app.stop();
      process.off('unhandledRejection', keepAlive);
    },
    sockets: () => sockets.health(),
  };
}

interface Listening extends Pick<SlackAppOptions, 'operator' | 'runCommand' | 'log'> {
  readonly named: (id: string, handle: string) => Promise<Person>;
}

/** One listener a kind, for everything: a press or a command that nobody knows is acknowledged and answered too. */
function listen(app: App, { operator, runCommand, log, named }: Listening): void {
  const command = async (line: string, person: Person, channel: string): Promise<Message> =>
    answerMessage(await runCommand(line, { operator, person, replyTo: { channel } }));

  app.command(/./, async ({ ack, body, respond, client }) => {
    await ack();
    const tell = (message: Message): Promise<void> =>
      privately(respond, client, body.user_id, body.channel_id, undefined, message, log);
    await tellOutcome(
      async () => command(unescaped(body.text), await named(body.user_id, body.user_name), body.channel_id),
      tell,
      'type it',
      log,
    );
  });

  app.event('app_mention', async ({ event, client }) => {
    const { user, thread_ts: thread, channel } = event;
    if (user === undefined) return;
    const line = unescaped(event.text.replace(/<@[A-Z0-9]+(\|[^>]*)?>/g, '').trim());
    const tell = (message: Message): Promise<void> =>
      privately(undefined, client, user, channel, thread, message, log);
    await tellOutcome(async () => command(line, await named(user, user), channel), tell, 'type it', log);
  });
  app.event(/./, async () => undefined);

  app.action({ type: 'block_actions' }, async ({ ack, body, action, respond, client }) => {
    await ack();
    const channel = body.channel?.id ?? '';
    const thread = threadOf(body);
    const tell = (message: Message): Promise<void> =>
      privately(respond, client, body.user.id, channel, thread, message, log);
    const pressed = pressedOf(action.type === 'button' ? action.value : undefined);
    if (!pressed) return tell(problemMessage(UNKNOWN_BUTTON));
    if (asksReason(pressed)) {
      try {
        // before anything slow: a trigger lives three seconds (stack §8)
        await client.views.open({
          trigger_id: body.trigger_id,
          view: reasonModal({ pressed, channel, ...(thread !== undefined && { thread }) }),
        });
      } catch (error) {
        log.warn(
          { why: error instanceof Error ? error.message : String(error) },
          'A modal could not be opened',
        );
        await tell(problemMessage(NO_MODAL));
      }
      return;
    }
    await tellOutcome(
      async () =>
        carryOut(operator, await named(body.user.id, handleOf(body.user)), pressed, {
          channel,
          ...(thread !== undefined && { ts: thread }),
        }),
      tell,
      'press',
      log,
    );
  });

  app.view(/./, async ({ ack, body, view, client }) => {
    await ack();
    const about = view.callback_id === REASON_MODAL ? aboutOf(view.private_metadata) : undefined;
    if (!about) return;
    const reason = (view.state.values[REASON_BLOCK]?.[REASON_INPUT]?.value ?? '').trim();
    const tell = (message: Message): Promise<void> =>
      privately(undefined, client, body.user.id, about.channel, about.thread, message, log);
    await tellOutcome(
      async () => carryOut(operator, await named(body.user.id, body.user.name), about.pressed, about, reason),
      tell,
      'press',
      log,
    );
  });

  app.shortcut(/./, async ({ ack }) => ack());
  app.options(/./, async ({ ack }) => ack({ options: [] }));
  app.error(async (error) => {
    log.error({ why: error.message }, 'A listener of Slack failed');
  });
}

const UNKNOWN_BUTTON = {
  code: 'BUTTON_UNKNOWN',
  what: 'This button means nothing any more.',
  why: 'It was made by another version of xsupgrade.',
  doThis: ['Type: /xsupgrade status'],
} as const;

const NO_MODAL = {
  code: 'NO_MODAL',
  what: 'Not recorded: press again.',
  why: 'Slack did not open the window that asks for the reason in time.',
  doThis: ['Press again', 'Or type it: /xsupgrade help'],
} as const;

/** Only this person sees it. By response URL where there is one: it works in channels the bot is not in. */
async function privately(
  respond: RespondFn | undefined,
  client: WebClient,
  user: string,
  channel: string,
  thread: string | undefined,
  { text, blocks }: Message,
  log: Log,
): Promise<void> {
  const body = {
    text,
    blocks: [...blocks] as KnownBlock[],
    ...(thread !== undefined && { thread_ts: thread }),
  };
  try {
    if (respond) {
      await respond({ ...body, response_type: 'ephemeral', replace_original: false });
      return;
    }
  } catch (error) {
    // used up or expired: there is a second way
    log.debug({ why: error instanceof Error ? error.message : String(error) }, 'A response URL did not work');
  }
  try {
    await client.chat.postEphemeral({ ...body, user, channel });
  } catch (error) {
    log.warn(
      { why: error instanceof Error ? error.message : String(error) },
      'A person could not be answered',
    );
  }
}

function threadOf(body: {
  readonly container?: Readonly<Record<string, unknown>>;
  readonly message?: Readonly<Record<string, unknown>>;
}): string | undefined {
  const thread = body.container?.['thread_ts'] ?? body.message?.['thread_ts'];
  // a message that has replies names itself as its thread: who pressed it looks at the channel
  return typeof thread === 'string' && thread !== body.container?.['message_ts'] ? thread : undefined;
}

const handleOf = (user: {
  readonly id: string;
  readonly name?: string;
  readonly username?: string;
}): string => user.username ?? user.name ?? user.id;

function aboutOf(metadata: string): ModalAbout | undefined {
  try {
    const read: unknown = JSON.parse(metadata);
    if (typeof read !== 'object' || read === null) return undefined;
    const { pressed, channel, thread } = read as { pressed?: unknown; channel?: unknown; thread?: unknown };
    const meant = pressedOf(JSON.stringify(pressed));
    if (!meant || typeof channel !== 'string') return undefined;
    return { pressed: meant, channel, ...(typeof thread === 'string' && { thread }) };
  } catch {
    return undefined;
  }
}
