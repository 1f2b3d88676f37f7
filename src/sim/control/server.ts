/** The control API: truth, clock, faults, hands and Slack's people, as JSON over HTTP on loopback. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { z } from 'zod';
import type { Drive } from '../drive';
import type { CloudState } from '../model';
import { NoSuchAct, type SlackWorkspace } from '../slack/workspace';
import { truthOf } from '../truth';
import { armFaults, listFaults } from './faults';
import { allowed, ControlRefusal } from './refusal';
import { changeWorld } from './world';

export interface ControlOptions {
  readonly cloud: CloudState;
  readonly drive: Drive;
  readonly slack: Pick<SlackWorkspace, 'view' | 'act'>;
}

export interface ControlPort {
  readonly url: string;
  close(): Promise<void>;
}

const BODY_LIMIT = 1024 * 1024;
/** Above this the wall's milliseconds are pool minutes and nothing can react in time. */
const FASTEST = 100_000;

type Route = (options: ControlOptions, url: URL, body: unknown) => unknown;

const clockNow = ({ cloud, drive }: ControlOptions) => ({
  poolNow: cloud.time.iso(),
  wallNow: new Date().toISOString(),
  speed: drive.speed(),
});

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /truth': ({ cloud, drive }, url) => truthOf(cloud, drive.speed(), sinceOf(url)),
  'GET /clock': clockNow,
  'POST /clock': (options, _url, body) => {
    const asked = z.strictObject({ speed: z.number().positive().max(FASTEST) }).safeParse(body);
    if (!asked.success)
      throw new ControlRefusal('BAD_SPEED', `speed is a number above 0 and up to ${FASTEST}.`, [
        'Write for example: {"speed":60}',
      ]);
    options.drive.setSpeed(asked.data.speed);
    return clockNow(options);
  },
  'GET /faults': ({ cloud }) => listFaults(cloud),
  'POST /faults': ({ cloud }, _url, body) => armFaults(cloud, body),
  'DELETE /faults': ({ cloud }) => {
    cloud.faults.clear();
    return listFaults(cloud);
  },
  'POST /world': ({ cloud }, _url, body) => changeWorld(cloud, body),
  'GET /slack': ({ slack }) => slack.view(),
  'POST /slack': async ({ slack }, _url, body) => {
    try {
      return await slack.act(body);
    } catch (error) {
      if (error instanceof NoSuchAct) throw new ControlRefusal('BAD_ACT', error.message);
      throw error;
    }
  },
};

function sinceOf(url: URL): number {
  const since = url.searchParams.get('since') ?? '0';
  if (/^\d+$/.test(since)) return Number(since);
  throw new ControlRefusal('BAD_SINCE', `since is the number of a call, not ${since}.`);
}

/** Listens on loopback; port 0 takes a free one. */
export function listenControl(options: ControlOptions, port: number): Promise<ControlPort> {
  const server = createServer((request, response) => void serve(options, request, response));
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () =>
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      }),
    );
  });
}

async function serve(
  options: ControlOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, body: unknown): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
  try {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const route = ROUTES[`${request.method ?? ''} ${url.pathname}`];
    if (!route) throw unknownRoute(request.method ?? '', url.pathname);
    const body = request.method === 'POST' ? await bodyOf(request) : undefined;
    send(200, await route(options, url, body));
  } catch (error) {
    if (error instanceof ControlRefusal) {
      const { code, what, doThis, status } = error;
      send(status, { error: { code, what, why: 'Nothing was changed.', doThis } });
    } else
      send(500, {
        error: {
          code: 'SIMULATOR_BROKEN',
          what: String(error),
          why: 'A mistake in the simulator.',
          doThis: [],
        },
      });
  }
}

function unknownRoute(method: string, path: string): ControlRefusal {
  const known = Object.keys(ROUTES);
  const isKnownPath = known.some((route) => route.endsWith(` ${path}`));
  return new ControlRefusal(
    'UNKNOWN_ROUTE',
    `There is no ${method} ${path}.`,
    [allowed(known)],
    isKnownPath ? 405 : 404,
  );
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.from(chunk as Uint8Array);
    bytes += piece.length;
    if (bytes > BODY_LIMIT)
      throw new ControlRefusal('TOO_LONG', `The body is longer than ${BODY_LIMIT} bytes.`);
    chunks.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new ControlRefusal('NOT_JSON', 'The body is not JSON.');
  }
}
