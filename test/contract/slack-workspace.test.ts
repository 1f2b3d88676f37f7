/** The pretend workspace is as strict as Slack: its limits, its three seconds, its tokens, triggers and URLs (stack §2, §8). */
import { LogLevel, WebClient, type Logger } from '@slack/web-api';
import { WebSocket } from 'ws';
import { SlackWorkspace, type Listening, type SlackCall } from '../../src/sim/slack/workspace';
import { Faults } from '../../src/sim/faults';

let workspace: SlackWorkspace;
let at: Listening;
const faults = new Faults();
const calls: SlackCall[] = [];

beforeEach(async () => {
  faults.clear();
  calls.length = 0;
  workspace = new SlackWorkspace({ faults, onCall: (call) => void calls.push(call), ackWithin: 300 });
  at = await workspace.listen();
});
afterEach(async () => workspace.close());

const quiet = (): void => undefined;
const QUIET: Logger = {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  setLevel: quiet,
  setName: quiet,
  getLevel: () => LogLevel.ERROR,
};
const client = (token = at.botToken): WebClient =>
  new WebClient(token, {
    slackApiUrl: at.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: QUIET,
  });
/** ts of the message. */
const posted = async (message: Record<string, unknown>): Promise<string> =>
  String(((await client().apiCall('chat.postMessage', message)) as { ts?: unknown }).ts);
const codeOf = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'ok',
    (error: { data?: { error?: string }; retryAfter?: number; code?: string }) =>
      error.data?.error ?? (error.retryAfter === undefined ? error.code : `after ${error.retryAfter} s`),
  );
const section = (text: string): { type: 'section'; text: { type: 'mrkdwn'; text: string } } => ({
  type: 'section',
  text: { type: 'mrkdwn', text },
});

/** An app on a bare socket: the test decides when it answers. */
async function bareSocket(
  onEnvelope: (
    envelope: { envelope_id: string; type: string; payload: Record<string, unknown> },
    socket: WebSocket,
  ) => void,
): Promise<WebSocket> {
  const { url } = await client(at.appToken).apps.connections.open({});
  const socket = new WebSocket(url ?? '');
  await new Promise<void>((resolve) => {
    socket.on('message', (raw: Buffer) => {
      const message = JSON.parse(raw.toString('utf8')) as {
        type: string;
        envelope_id: string;
        payload: Record<string, unknown>;
      };
      if (message.type === 'hello') resolve();
      else if (message.envelope_id) onEnvelope(message, socket);
    });
  });
  return socket;
}

test.each([
  [
    '51 blocks',
    { text: 't', blocks: Array.from({ length: 51 }, () => ({ type: 'divider' as const })) },
    'invalid_blocks',
  ],
  ['a section of 3,001 characters', { text: 't', blocks: [section('x'.repeat(3001))] }, 'invalid_blocks'],
  ['an empty section', { text: 't', blocks: [section('')] }, 'invalid_blocks'],
  [
    'a header of 151 characters',
    {
      text: 't',
      blocks: [{ type: 'header' as const, text: { type: 'plain_text' as const, text: 'x'.repeat(151) } }],
    },
    'invalid_blocks',
  ],
  [
    '13,200 characters in all',
    { text: 't', blocks: Array.from({ length: 6 }, () => section('x'.repeat(2500))) },
    'msg_blocks_too_long',
  ],
  [
    'two blocks of one id',
    {
      text: 't',
      blocks: [
        { ...section('a'), block_id: 'b' },
        { ...section('b'), block_id: 'b' },
      ],
    },
    'invalid_blocks',
  ],
  ['nothing at all', { text: '', blocks: [] }, 'no_text'],
])('a message of %s is refused', async (_what, message, code) => {
  expect(await codeOf(client().apiCall('chat.postMessage', { channel: at.channel, ...message }))).toBe(code);
  expect(workspace.view().channels[0]?.messages).toEqual([]);
});

test('tokens are told apart, unknown methods and channels are refused', async () => {
  expect(await codeOf(client('xoxb-somebody').auth.test())).toBe('invalid_auth');
  expect(await codeOf(client(at.botToken).apps.connections.open({}))).toBe('not_allowed_token_type');
  expect(
    await codeOf(client(at.appToken).apiCall('chat.postMessage', { channel: at.channel, text: 'x' })),
  ).toBe('not_allowed_token_type');
  expect(await codeOf(client().apiCall('chat.postMessage', { channel: 'C0', text: 'x' }))).toBe(
    'channel_not_found',
  );
  expect(await codeOf(client().apiCall('chat.frobnicate'))).toBe('unknown_method');
});

test('one post a second in a channel after a short burst; above that 429 with Retry-After', async () => {
  const post = (): Promise<unknown> =>
    codeOf(client().apiCall('chat.postMessage', { channel: at.channel, text: 'x' }));

  expect([await post(), await post(), await post(), await post()]).toEqual(['ok', 'ok', 'ok', 'after 1 s']);
});

test('metadata comes back when it is asked for, page by page', async () => {
  const metadata = { event_type: 'e', event_payload: { key: 'k1' } };
  const parent = await posted({
    channel: at.channel,
    text: 'parent',
    metadata,
  });
  await client().apiCall('chat.postMessage', {
    channel: at.channel,
    text: 'reply',
    thread_ts: parent,
  });

  const first = await client().conversations.replies({
    channel: at.channel,
    ts: parent,
    limit: 1,
    include_all_metadata: true,
  });
  const second = await client().conversations.replies({
    channel: at.channel,
    ts: parent,
    limit: 1,
    cursor: first.response_metadata?.next_cursor ?? '',
  });

  expect(first.messages?.map((message) => [message.text, message.metadata])).toEqual([['parent', metadata]]);
  expect(second.messages?.map((message) => message.text)).toEqual(['reply']);
});

test('an app that does not acknowledge in time is told so to the person, and the envelope is not sent again', async () => {
  let envelopes = 0;
  const socket = await bareSocket(() => void envelopes++);

  const acted = await workspace.act({
    as: 'UANN',
    do: 'command',
    channel: at.channel,
    text: '/xsupgrade help',
  });

  expect(acted).toMatchObject({ acked: false, error: 'dispatch_failed' });
  expect(acted.ms).toBeGreaterThanOrEqual(290);
  expect(workspace.view().ephemerals.map(({ to, text }) => [to, text])).toEqual([
    ['UANN', expect.stringContaining('dispatch_failed')],
  ]);
  expect(envelopes).toBe(1);
  socket.terminate();
});

test('without a socket nothing is acknowledged; a ticket opens one socket only', async () => {
  expect(
    await workspace.act({ as: 'UANN', do: 'command', channel: at.channel, text: '/xsupgrade help' }),
  ).toMatchObject({ acked: false });

  const { url } = await client(at.appToken).apps.connections.open({});
  const first = new WebSocket(url ?? '');
  await new Promise((resolve) => first.once('message', resolve));
  const refused = await new Promise<string>((resolve) => {
    const second = new WebSocket(url ?? '');
    second.on('error', (error) => resolve(error.message));
  });
  expect(refused).toContain('401');
  first.terminate();
});

test('each envelope goes to one socket of several', async () => {
  const seen: string[] = [];
  const answer =
    (name: string) =>
    (envelope: { envelope_id: string }, socket: WebSocket): void => {
      seen.push(name);
      socket.send(JSON.stringify({ envelope_id: envelope.envelope_id, payload: { text: `from ${name}` } }));
    };
  const sockets = [await bareSocket(answer('a')), await bareSocket(answer('b'))];

  for (let n = 0; n < 4; n++)
    await workspace.act({ as: 'UANN', do: 'command', channel: at.channel, text: '/xsupgrade help' });

  expect(seen.toSorted((a, b) => a.localeCompare(b))).toEqual(['a', 'a', 'b', 'b']);
  for (const socket of sockets) socket.terminate();
});

test('a trigger opens one modal; a response URL takes five answers', async () => {
  const about: Record<string, unknown>[] = [];
  const socket = await bareSocket((envelope, one) => {
    about.push(envelope.payload);
    one.send(JSON.stringify({ envelope_id: envelope.envelope_id, payload: {} }));
    void fetch(String(envelope.payload['response_url']), {
      method: 'POST',
      body: JSON.stringify({ text: 'answer 1' }),
    });
  });
  const acted = await workspace.act({
    as: 'UANN',
    do: 'command',
    channel: at.channel,
    text: '/xsupgrade help',
  });
  expect(acted.ephemeral).toBe('answer 1');
  const { trigger_id: trigger, response_url: url } = about[0] as { trigger_id: string; response_url: string };
  const view = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'T' }, blocks: [] };

  expect(await codeOf(client().views.open({ trigger_id: trigger, view }))).toBe('ok');
  expect(await codeOf(client().views.open({ trigger_id: trigger, view }))).toBe('invalid_trigger_id');
  const statuses: number[] = [];
  for (let n = 2; n <= 6; n++)
    statuses.push(
      (await fetch(url, { method: 'POST', body: JSON.stringify({ text: `answer ${n}` }) })).status,
    );
  expect(statuses).toEqual([200, 200, 200, 200, 404]);
  socket.terminate();
});

test('text without blocks takes the blocks of a message away', async () => {
  const ts = await posted({
    channel: at.channel,
    text: 'a',
    blocks: [section('a')],
  });
  await client().chat.update({ channel: at.channel, ts, text: 'b' });

  expect(workspace.view().channels[0]?.messages).toMatchObject([{ text: 'b', blocks: [], edits: 1 }]);
});

test('faults strike by name and every call is logged, whether it changes something or not', async () => {
  faults.add([{ call: 'slack:chat.postMessage', how: 'refuse', code: 'is_archived' }]);

  expect(await codeOf(client().apiCall('chat.postMessage', { channel: at.channel, text: 'x' }))).toBe(
    'is_archived',
  );
  expect(await codeOf(client().apiCall('chat.postMessage', { channel: at.channel, text: 'x' }))).toBe('ok');
  await client().conversations.history({ channel: at.channel });

  expect(calls).toEqual([
    { call: 'chat.postMessage', on: at.channel, by: 'bot', mutates: true, ok: false, code: 'is_archived' },
    { call: 'chat.postMessage', on: at.channel, by: 'bot', mutates: true, ok: true },
    { call: 'conversations.history', on: at.channel, by: 'bot', mutates: false, ok: true },
  ]);
});

test('an act that makes no sense is told what would', async () => {
  const post = async (body: unknown): Promise<unknown> => {
    const response = await fetch(`${at.page}slack`, { method: 'POST', body: JSON.stringify(body) });
    return [response.status, await response.json()];
  };

  expect(await post({ as: 'UANN', do: 'dance', channel: at.channel })).toEqual([
    400,
    { error: 'do: command, click or submit' },
  ]);
  expect(await post({ as: 'UANN', do: 'click', chanel: at.channel })).toEqual([
    400,
    { error: expect.stringContaining('chanel') as string },
  ]);
  expect(await post({ as: 'UEVE', do: 'command', channel: at.channel, text: '/x' })).toEqual([
    200,
    expect.objectContaining({ acked: false, error: expect.stringContaining('UEVE') as string }),
  ]);
  expect(await post({ as: 'UANN', do: 'click', channel: at.channel, message: '1.0', button: 'x' })).toEqual([
    200,
    { acked: false, ms: 0, error: 'no_such_message' },
  ]);
});

test('a file is taken with as many bytes as were announced, shown once, and can be downloaded', async () => {
  const content = 'host-1 → 7.1.2\n';
  const address = async (length: number): Promise<{ upload_url: string; file_id: string }> =>
    (await client().apiCall('files.getUploadURLExternal', { filename: 'plan.md', length })) as never;
  const send = async (url: string): Promise<number> =>
    (await fetch(url, { method: 'POST', body: content })).status;
  const complete = (id: string): Promise<unknown> =>
    codeOf(
      client().apiCall('files.completeUploadExternal', {
        channel_id: at.channel,
        files: [{ id, title: 'The plan' }],
      }),
    );

  const tooShort = await address(content.length);
  const right = await address(Buffer.byteLength(content));
  const never = await address(Buffer.byteLength(content));
  const statuses = [
    await send(tooShort.upload_url),
    await send(right.upload_url),
    await send(right.upload_url),
  ];

  expect(statuses).toEqual([400, 200, 400]);
  expect(
    await codeOf(client().apiCall('files.getUploadURLExternal', { filename: 'plan.md', length: 0 })),
  ).toBe('invalid_arguments');
  expect([
    await complete('F-UNKNOWN'),
    await complete(tooShort.file_id),
    await complete(never.file_id),
    await complete(right.file_id),
    await complete(right.file_id),
  ]).toEqual(['file_not_found', 'file_not_found', 'file_not_found', 'ok', 'file_not_found']);
  const files = workspace.view().channels[0]?.messages.flatMap((message) => message.files) ?? [];
  expect(files).toEqual([
    { id: right.file_id, name: 'plan.md', title: 'The plan', bytes: 17, url: `/file/${right.file_id}` },
  ]);
  const download = await fetch(new URL(files[0]?.url ?? '', at.page));
  expect([download.headers.get('content-disposition'), await download.text()]).toEqual([
    "attachment; filename*=UTF-8''plan.md",
    content,
  ]);
});

test('what the app was not installed for and where it was not invited is refused', async () => {
  const guest = new SlackWorkspace({ invited: false, scopes: ['chat:write', 'channels:history'] });
  const { apiUrl } = await guest.listen();
  const web = new WebClient(at.botToken, { slackApiUrl: apiUrl, retryConfig: { retries: 0 }, logger: QUIET });

  const codes = [
    await codeOf(web.apiCall('chat.postMessage', { channel: at.channel, text: 'x' })),
    await codeOf(web.apiCall('conversations.history', { channel: at.channel })),
    await codeOf(web.apiCall('files.getUploadURLExternal', { filename: 'plan.md', length: 1 })),
  ];

  expect(codes).toEqual(['ok', 'not_in_channel', 'missing_scope']);
  await guest.close();
});
