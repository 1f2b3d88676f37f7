/**
 * Slack's Web API for what nobody waits for: the thread, its edits, uploads. A client of its own, so that a rate limit
 * here never holds up an answer to a person (stack §2.2). Nothing is retried here: a post that was answered by silence
 * may stand in the channel already.
 */
import { WebAPIRateLimitedError } from '@slack/web-api';
import { NotSent, Unreachable } from '../../domain/errors';
import type { SlackPost, SlackThread } from '../../ports';
import { webClient, type SlackWebOptions } from './client';
import { failure } from './failures';
import { sendBytes } from './upload';

export { slackGroups } from './groups';

/** Names our metadata among that of other apps. */
const EVENT = 'xsupgrade_message';

/** Throws Refused (with Slack's code), NotSent, Unreachable. Rate limits are NotSent, and kept to until they are over. */
export function slackWeb(options: SlackWebOptions): SlackThread {
  const client = webClient(options);
  const held = new Map<string, number>();

  async function call(
    method: string,
    what: string,
    args: Record<string, unknown>,
  ): Promise<Record<string, unknown>> {
    const until = held.get(method) ?? 0;
    const left = until - performance.now();
    if (left > 0) throw new NotSent(`Slack is rate limited for ${Math.ceil(left / 1000)} s (${what})`);
    try {
      return { ...(await client.apiCall(method, args)) };
    } catch (error) {
      if (error instanceof WebAPIRateLimitedError)
        held.set(method, performance.now() + error.retryAfter * 1000);
      throw failure(error, what);
    }
  }

  async function* messagesIn(
    channel: string,
    threadTs: string | undefined,
  ): AsyncGenerator<Readonly<Record<string, unknown>>> {
    const method = threadTs === undefined ? 'conversations.history' : 'conversations.replies';
    let cursor = '';
    // ten pages of 200 are more than any run's thread; a channel's history is only searched near its end
    for (let page = 0; page < (threadTs === undefined ? 2 : 10); page++) {
      const answer = await call(method, `look for a message in ${channel}`, {
        channel,
        ...(threadTs !== undefined && { ts: threadTs }),
        ...(cursor !== '' && { cursor }),
        limit: 200,
        include_all_metadata: true,
      });
      yield* list(answer['messages']);
      cursor = nextCursor(answer);
      if (cursor === '') return;
    }
  }

  return {
    async post(message) {
      const answer = await call('chat.postMessage', `post into ${message.channel}`, {
        ...body(message),
        ...(message.threadTs !== undefined && {
          thread_ts: message.threadTs,
          reply_broadcast: message.broadcast ?? false,
        }),
        unfurl_links: false,
        unfurl_media: false,
      });
      return { ts: text(answer['ts'], 'chat.postMessage answered without ts') };
    },

    async update(message) {
      await call('chat.update', `edit a message in ${message.channel}`, { ...body(message), ts: message.ts });
    },

    async find({ channel, threadTs, key }) {
      for await (const message of messagesIn(channel, threadTs))
        if (keyOf(message) === key) return { ts: text(message['ts'], 'a message without ts') };
      return undefined;
    },

    async upload({ name, content }) {
      const what = `upload ${name}`;
      const length = Buffer.byteLength(content);
      const answer = await call('files.getUploadURLExternal', what, { filename: name, length });
      const url = text(answer['upload_url'], `${what}: no address`);
      const file = text(answer['file_id'], `${what}: no id`);
      await sendBytes(url, content, options.fetch);
      return { file };
    },

    async share({ file, title, channel, threadTs }) {
      await call('files.completeUploadExternal', `put ${title} into ${channel}`, {
        files: [{ id: file, title }],
        channel_id: channel,
        ...(threadTs !== undefined && { thread_ts: threadTs }),
      });
    },

    async isShared({ channel, threadTs, file }) {
      for await (const message of messagesIn(channel, threadTs))
        if (list(message['files']).some(({ id }) => id === file)) return true;
      return false;
    },
  };
}

const body = (message: SlackPost): Record<string, unknown> => ({
  channel: message.channel,
  text: message.text,
  blocks: message.blocks,
  metadata: { event_type: EVENT, event_payload: { key: message.key } },
});

function keyOf(message: Readonly<Record<string, unknown>>): string | undefined {
  const metadata = record(message['metadata']);
  if (metadata['event_type'] !== EVENT) return undefined;
  const { key } = record(metadata['event_payload']);
  return typeof key === 'string' ? key : undefined;
}

function nextCursor(answer: Readonly<Record<string, unknown>>): string {
  const next = record(answer['response_metadata'])['next_cursor'];
  return typeof next === 'string' ? next : '';
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const list = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.map(record) : [];

function text(value: unknown, otherwise: string): string {
  if (typeof value === 'string') return value;
  throw new Unreachable('Slack', otherwise);
}
