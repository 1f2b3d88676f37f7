/** A pretend Slack workspace: the Web API, Socket Mode, several people to act as, and a page that looks like a channel. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Api, type Answer } from './api';
import { formOf, jsonOf, readBody } from './bodies';
import { bytesOf, takeBytes } from './files';
import { Hands, type Acted, type SlackAct } from './hands';
import { CHANNEL, TOKENS, type SimPerson, type WorkspaceOptions } from './model';
import { pageFile } from './page';
import { Rates } from './rates';
import { SocketMode } from './socket-mode';
import { SlackState } from './state';
import { viewOf, type WorkspaceView } from './view';

export type { SimPerson, SlackCall, WorkspaceOptions } from './model';
export type { Acted } from './hands';
export type { WorkspaceView } from './view';

/** Slack waits three seconds for an acknowledgement (stack §8). */
const ACK_WITHIN = 3_000;
/** Changes of one moment are told to the page as one. Wall milliseconds. */
const TELL_EVERY = 40;

export interface Listening {
  /** Ends in `/api/`. */
  readonly apiUrl: string;
  /** The channel in a browser. */
  readonly page: string;
  readonly port: number;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  /** Id of the channel where the pool's runs are shown. */
  readonly channel: string;
  readonly people: readonly SimPerson[];
}

export class SlackWorkspace {
  readonly state: SlackState;
  private readonly sockets: SocketMode;
  private readonly api: Api;
  private readonly hands: Hands;
  private readonly server: Server;
  private readonly pages = new Set<ServerResponse>();
  private readonly late = new Set<NodeJS.Timeout>();
  private told: NodeJS.Timeout | undefined;
  private port = 0;

  constructor(options: WorkspaceOptions = {}) {
    this.state = new SlackState(options);
    this.sockets = new SocketMode(this.state, options.ackWithin ?? ACK_WITHIN);
    this.api = new Api(this.state, new Rates(), this.sockets, () => `ws://127.0.0.1:${this.port}/`);
    this.hands = new Hands(this.state, this.sockets, () => this.base());
    this.server = createServer((request, response) => {
      this.route(request, response).catch(() => response.destroy());
    });
    this.server.on('upgrade', (request, socket, head: Buffer) => this.sockets.upgrade(request, socket, head));
    this.state.onChanged(() => this.tellPages());
  }

  /** Loopback only; port 0 takes any free one. */
  async listen(port = 0): Promise<Listening> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    this.port = (this.server.address() as AddressInfo).port;
    return {
      apiUrl: `${this.base()}api/`,
      page: this.base(),
      port: this.port,
      botToken: TOKENS.bot,
      appToken: TOKENS.app,
      signingSecret: TOKENS.signingSecret,
      channel: CHANNEL.id,
      people: this.state.people,
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.told);
    for (const timer of this.late) clearTimeout(timer);
    for (const page of this.pages) page.end();
    this.sockets.close();
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** GET /slack. */
  view(): WorkspaceView {
    return viewOf(this.state, this.sockets.open);
  }

  /** POST /slack, as JSON. Throws with a sentence when it makes no sense. */
  act(body: unknown): Promise<Acted> {
    return this.hands.act(actOf(body));
  }

  /** Slack asks the oldest socket to reconnect, as it does about hourly. */
  recycleSocket(): void {
    this.sockets.recycle();
  }

  private base(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.base());
    const [, first = '', second = ''] = url.pathname.split('/');
    const body = await readBody(request);
    switch (`${request.method ?? 'GET'} ${first}`) {
      case 'POST api':
      case 'GET api':
        return this.apiCall(second, request, response, body, url);
      case 'POST upload':
        return this.upload(second, request, response, body);
      case 'POST response':
        return this.respond(second, response, jsonOf(body));
      case 'GET file':
        return this.download(second, response);
      case 'GET slack':
        return sendJson(response, 200, this.view());
      case 'POST slack':
        return this.actOverHttp(response, body);
      case 'POST dismiss': {
        const { as, modal } = jsonOf(body);
        this.hands.dismiss(String(as), String(modal));
        return sendJson(response, 200, { ok: true });
      }
      case 'GET events':
        return this.follow(response);
      default: {
        const file = request.method === 'GET' ? pageFile(url.pathname) : undefined;
        if (!file) return sendJson(response, 404, { error: 'not_found' });
        response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-store' });
        response.end(file.content);
      }
    }
  }

  private apiCall(
    method: string,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    url: URL,
  ): void {
    const args = {
      ...Object.fromEntries(url.searchParams),
      ...formOf(request.headers['content-type'] ?? '', body),
      _base: this.base(),
    };
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const token = bearer ?? ('token' in args && typeof args.token === 'string' ? args.token : '');
    const answer = this.api.answer(method, token, args);
    if (answer.after === undefined) return put(response, answer);
    const timer = setTimeout(() => {
      this.late.delete(timer);
      put(response, answer);
    }, answer.after * 1000);
    this.late.add(timer);
  }

  /** The address that files.getUploadURLExternal gave out; faults strike it as `slack:upload`. */
  private upload(id: string, request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const strike = this.state.options.faults?.strike('slack:upload', '');
    if (strike?.how === 'lose-request') return void response.destroy();
    const content = bytesOf(request.headers['content-type'] ?? '', body);
    if (strike?.how === 'refuse' || !takeBytes(this.state, id, content))
      return sendJson(response, 400, { ok: false });
    if (strike) return void response.destroy();
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end(`OK - ${content.length}`);
  }

  private download(id: string, response: ServerResponse): void {
    const file = this.state.file(id);
    if (!file) return sendJson(response, 404, { error: 'not_found' });
    response.writeHead(200, {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      'x-content-type-options': 'nosniff',
    });
    response.end(file.content);
  }

  /** A response URL: another ephemeral, or the message itself replaced or deleted. */
  private respond(id: string, response: ServerResponse, given: Readonly<Record<string, unknown>>): void {
    const about = this.state.useResponse(id);
    if (!about) return sendJson(response, 404, { ok: false, error: 'used_url' });
    const text = typeof given['text'] === 'string' ? given['text'] : '';
    const blocks = Array.isArray(given['blocks'])
      ? (given['blocks'] as readonly Readonly<Record<string, unknown>>[])
      : [];
    const target =
      about.messageTs === undefined ? undefined : this.state.message(about.channel, about.messageTs);
    const thread = typeof given['thread_ts'] === 'string' ? given['thread_ts'] : undefined;
    const where = { channel: about.channel, ...(thread !== undefined && { threadTs: thread }) };
    if (given['delete_original'] === true && target) this.state.remove(target);
    else if (given['replace_original'] === true && target) this.state.edit(target, text, blocks);
    else if (given['response_type'] === 'in_channel')
      this.state.post({ ...where, user: 'UXSUPGRADE', text, blocks, broadcast: false });
    else this.state.tellOnly({ ...where, to: about.user, text, blocks });
    sendJson(response, 200, { ok: true });
  }

  private async actOverHttp(response: ServerResponse, body: Buffer): Promise<void> {
    try {
      sendJson(response, 200, await this.act(jsonOf(body)));
    } catch (error) {
      if (!(error instanceof NoSuchAct)) throw error;
      sendJson(response, 400, { error: error.message });
    }
  }

  /** Server-sent events: the page reads everything again when it is told that something changed. */
  private follow(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 500\ndata: changed\n\n');
    this.pages.add(response);
    response.on('close', () => this.pages.delete(response));
  }

  private tellPages(): void {
    if (this.told !== undefined || this.pages.size === 0) return;
    this.told = setTimeout(() => {
      this.told = undefined;
      for (const page of this.pages) page.write('data: changed\n\n');
    }, TELL_EVERY);
  }
}

/** What was posted to /slack makes no sense. The message says what would. */
export class NoSuchAct extends Error {}

function actOf(body: unknown): SlackAct {
  const given: Readonly<Record<string, unknown>> =
    typeof body === 'object' && body !== null ? { ...body } : {};
  const known = ['as', 'do', 'channel', 'text', 'message', 'button', 'values'];
  const strange = Object.keys(given).find((key) => !known.includes(key));
  if (strange !== undefined) throw new NoSuchAct(`${strange}: the keys are ${known.join(', ')}`);
  const { as, do: what, channel, text, message, button, values } = given;
  if (typeof as !== 'string') throw new NoSuchAct('as: the id of a person');
  if (what !== 'command' && what !== 'click' && what !== 'submit')
    throw new NoSuchAct('do: command, click or submit');
  for (const [key, value] of Object.entries({ channel, text, message, button }))
    if (value !== undefined && typeof value !== 'string') throw new NoSuchAct(`${key}: a string`);
  if (values !== undefined && (typeof values !== 'object' || values === null))
    throw new NoSuchAct('values: an object of strings');
  return {
    as,
    do: what,
    channel: typeof channel === 'string' ? channel : CHANNEL.id,
    ...(typeof text === 'string' && { text }),
    ...(typeof message === 'string' && { message }),
    ...(typeof button === 'string' && { button }),
    ...(values !== undefined && {
      values: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)])),
    }),
  };
}

function put(response: ServerResponse, answer: Answer): void {
  switch (answer.instead) {
    case 'reset':
      response.destroy();
      return;
    case 'hang':
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html><body>Service unavailable</body></html>');
      return;
    case 'truncate': {
      const whole = JSON.stringify(answer.body);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length });
      response.write(whole.slice(0, whole.length / 2), () => response.destroy());
      return;
    }
    default:
      sendJson(response, answer.status, answer.body, answer.headers);
  }
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}
