/** CloudStack's API port of one management server: a real socket that refuses, resets, hangs or breaks off when told. */
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { SimManagementServer } from '../model';
import { SimSocketError } from '../socket-error';
import { type ApiAnswer, callCloudStack } from './call';
import { isListening } from './services';
import type { CloudStackSide } from './side';

export interface CloudStackPort {
  readonly port: number;
  /** `http://127.0.0.1:PORT/client/api`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Jetty's own limit for a form. */
const BODY_LIMIT = 200_000;

/** Listens on loopback; port 0 takes a free one. While the service is stopped nothing listens: connections are refused. */
export async function listen(
  side: CloudStackSide,
  server: SimManagementServer,
  port: number,
): Promise<CloudStackPort> {
  const sockets = new Set<Socket>();
  const api = http.createServer((request, response) => {
    void serve(side, server, request, response);
  });
  // Clients keep their connections: python's requests and our own agent both do.
  api.keepAliveTimeout = 30_000;
  api.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await bind(api, port);
  const bound = (api.address() as AddressInfo).port;
  const follow = (changed: SimManagementServer): void => {
    if (changed !== server || isListening(side, server) === api.listening) return;
    if (api.listening) unbind(api, sockets);
    else api.listen(bound, '127.0.0.1');
  };
  side.portListeners.add(follow);
  follow(server);
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}/client/api`,
    close: () =>
      new Promise((resolve) => {
        side.portListeners.delete(follow);
        for (const socket of sockets) socket.destroy();
        if (!api.listening) return resolve();
        api.close(() => resolve());
      }),
  };
}

const bind = (api: http.Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    api.once('error', reject);
    api.listen(port, '127.0.0.1', resolve);
  });

function unbind(api: http.Server, sockets: ReadonlySet<Socket>): void {
  api.close();
  for (const socket of sockets) socket.resetAndDestroy();
}

async function serve(
  side: CloudStackSide,
  server: SimManagementServer,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  try {
    const body = await bodyOf(request);
    if (body === undefined) return;
    const answer = await callCloudStack(side, server, {
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      ...(body !== '' && { body }),
    });
    send(response, answer);
  } catch (error) {
    if (error instanceof SimSocketError) return misbehave(response, error.kind);
    // A mistake of the simulator itself: loud on the wire, but the other machines of the cloud live on.
    send(response, { status: 500, headers: { 'content-type': 'text/plain' }, body: String(error) });
  }
}

function send(response: http.ServerResponse, answer: ApiAnswer): void {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}

function misbehave(response: http.ServerResponse, kind: SimSocketError['kind']): void {
  if (kind === 'html') {
    const body = '<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>';
    send(response, { status: 502, headers: { 'content-type': 'text/html' }, body });
  } else if (kind === 'truncate') {
    // Promises more than it sends.
    response.writeHead(200, { 'content-type': 'application/json;charset=UTF-8', 'content-length': 4096 });
    response.write('{"answer":{"count":1,', () => response.socket?.destroy());
  } else if (kind !== 'hang') response.socket?.resetAndDestroy();
}

/** The form as text; undefined when the client has gone away or sends more than Jetty takes. */
async function bodyOf(request: http.IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      size += bytes.length;
      if (size > BODY_LIMIT) {
        request.destroy();
        return undefined;
      }
      chunks.push(bytes);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}
