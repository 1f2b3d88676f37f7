/** The on-call service: PagerDuty's Events API v2 as far as a pager needs it (peers §4.4). Every page is kept. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { z } from 'zod';
import { PAGER_ROUTING_KEY } from './credentials';
import type { CloudState } from './model';
import { SimSocketError } from './socket-error';

export interface PagerAnswer {
  readonly status: number;
  readonly body: string;
}

const payload = z.object({
  summary: z.string().min(1).max(1024),
  source: z.string().min(1),
  severity: z.enum(['critical', 'error', 'warning', 'info']),
  custom_details: z.record(z.string(), z.unknown()).optional(),
});
const event = z.discriminatedUnion('event_action', [
  z.object({
    event_action: z.literal('trigger'),
    routing_key: z.string().length(32),
    dedup_key: z.string().max(255).optional(),
    payload,
  }),
  z.object({
    event_action: z.enum(['acknowledge', 'resolve']),
    routing_key: z.string().length(32),
    dedup_key: z.string().min(1).max(255),
    payload: payload.partial().optional(),
  }),
]);

/** One POST /v2/enqueue. Throws SimSocketError where a fault breaks the connection. */
export async function enqueue(cloud: CloudState, body: string): Promise<PagerAnswer> {
  const strike = cloud.faults.strike('pager:enqueue');
  const log = (ok: boolean, code: string | undefined): void =>
    cloud.record({
      face: 'pager',
      call: 'enqueue',
      on: '',
      by: 'pager',
      mutates: true,
      ok,
      ...(code !== undefined && { code }),
    });
  if (strike?.how === 'slow') await cloud.time.sleep(strike.seconds ?? 0);
  if (strike?.how === 'hang' || strike?.how === 'lose-request') {
    log(false, strike.how);
    throw new SimSocketError(strike.how === 'hang' ? 'hang' : 'reset');
  }
  if (strike?.how === 'refuse') {
    log(false, strike.code ?? '429');
    return answer(Number(strike.code ?? 429), { status: 'throttle exceeded', message: 'refused by a fault' });
  }
  const accepted = accept(cloud, body);
  log(accepted.status === 202, accepted.status === 202 ? undefined : String(accepted.status));
  if (strike?.how === 'lose-answer') throw new SimSocketError('reset');
  if (strike?.how === 'truncate') throw new SimSocketError('truncate');
  if (strike?.how === 'html') return { status: 502, body: '<html><body>Bad Gateway</body></html>' };
  return accepted;
}

function accept(cloud: CloudState, body: string): PagerAnswer {
  const invalid = (errors: readonly string[]): PagerAnswer =>
    answer(400, { status: 'invalid event', message: 'Event object is invalid', errors });
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return invalid(['the body is not JSON']);
  }
  const parsed = event.safeParse(json);
  if (!parsed.success)
    return invalid(parsed.error.issues.map((issue) => `'${issue.path.join('.')}' ${issue.message}`));
  const { data } = parsed;
  if (data.routing_key !== PAGER_ROUTING_KEY) return invalid(['Invalid routing key']);
  const dedupKey = data.dedup_key ?? `generated-${cloud.pages.length + 1}`;
  const before = cloud.pages.findLast((page) => page.dedupKey === dedupKey);
  cloud.pages.push({
    dedupKey,
    action: data.event_action,
    severity: data.payload?.severity ?? before?.severity ?? 'info',
    summary: data.payload?.summary ?? before?.summary ?? '',
    at: cloud.time.iso(),
  });
  return answer(202, { status: 'success', message: 'Event processed', dedup_key: dedupKey });
}

const answer = (status: number, body: object): PagerAnswer => ({ status, body: JSON.stringify(body) });

export interface PagerPort {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on loopback; port 0 takes a free one. */
export function listenPager(cloud: CloudState, port: number): Promise<PagerPort> {
  const server = createServer((request, response) => void serve(cloud, request, response));
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
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

async function serve(cloud: CloudState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = (reply: PagerAnswer): void =>
    void response.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.body);
  if (request.method !== 'POST' || request.url !== '/v2/enqueue')
    return send(answer(404, { message: 'Not Found' }));
  try {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    send(await enqueue(cloud, body));
  } catch (error) {
    if (error instanceof SimSocketError && error.kind === 'truncate')
      response
        .writeHead(202, { 'content-length': 500 })
        .write('{"status":', () => response.socket?.destroy());
    else if (!(error instanceof SimSocketError && error.kind === 'hang')) response.socket?.resetAndDestroy();
  }
}
