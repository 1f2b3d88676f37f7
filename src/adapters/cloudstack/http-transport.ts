/** HTTP to CloudStack: tells apart what was never sent from what may have been, and caps what it reads. */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { Malformed, NotSent, Unreachable } from '../../domain/errors';
import { networkWords } from '../../domain/net-words';

export interface CloudStackAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Throws NotSent (nothing was written), Unreachable (it may have been), Malformed (too large or broken off). */
export type CloudStackTransport = (request: {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: string;
  readonly signal: AbortSignal;
}) => Promise<CloudStackAnswer>;

/** 500 VMs with all details are about 2 MB. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Connections of reads are kept and used again; each change gets one of its own, because a kept connection may die
 * under the request and then nobody can say whether it arrived.
 */
export function httpTransport(
  options: { readonly maxBytes?: number } = {},
): CloudStackTransport & { close(): void } {
  const most = options.maxBytes ?? MAX_BYTES;
  const kept = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 8 }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: 8 }),
  };
  const send: CloudStackTransport = async (request) => {
    const url = new URL(request.url);
    const secure = url.protocol === 'https:';
    if (!secure && url.protocol !== 'http:')
      throw new NotSent(`${url.protocol} is no protocol of CloudStack`);
    const agent = request.method === 'GET' ? kept[secure ? 'https:' : 'http:'] : undefined;
    const attempt = (fresh: boolean): Promise<CloudStackAnswer> =>
      exchange(request, url, secure ? https : http, fresh ? false : (agent ?? false), most);
    try {
      return await attempt(false);
    } catch (error) {
      // The far side had closed a kept connection: a read may simply be asked again on a new one.
      if (error instanceof Unreachable && error.why === STALE && !request.signal.aborted)
        return attempt(true);
      throw error;
    }
  };
  return Object.assign(send, {
    close: () => {
      kept['http:'].destroy();
      kept['https:'].destroy();
    },
  });
}

const STALE = 'a kept connection was closed';

function exchange(
  request: Parameters<CloudStackTransport>[0],
  url: URL,
  library: typeof http | typeof https,
  agent: http.Agent | false,
  most: number,
): Promise<CloudStackAnswer> {
  const source = `CloudStack at ${url.host}`;
  return new Promise((resolve, reject) => {
    let connected = false;
    let answering = false;
    const fail = (error: unknown): void => {
      const why = reasonOf(error, request.signal);
      if (!connected) return reject(new NotSent(`${source}: ${why}`));
      if (error instanceof Malformed) return reject(error);
      const stale = sent.reusedSocket && !answering && request.method === 'GET' && isReset(error);
      reject(new Unreachable(source, stale ? STALE : why));
    };
    const sent = library.request(url, {
      method: request.method,
      agent,
      signal: request.signal,
      headers: {
        accept: 'application/json',
        ...(request.body !== undefined && {
          'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
          'content-length': Buffer.byteLength(request.body),
        }),
      },
    });
    sent.on('socket', (socket: Socket) => {
      // a kept one has nothing left to say: a listener a request would pile up on it
      if (!socket.connecting) connected = true;
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => (connected = true));
    });
    sent.on('error', fail);
    sent.on('response', (response) => {
      answering = true;
      collect(response, source, most).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: flat(response.headers), body }),
        fail,
      );
    });
    sent.end(request.body);
  });
}

async function collect(response: http.IncomingMessage, source: string, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > most) throw new Malformed(source, `the answer is larger than ${most} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const flat = (headers: http.IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]));

const isReset = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ECONNRESET';

const reasonOf = (error: unknown, signal: AbortSignal): string =>
  signal.aborted ? 'no answer within the deadline' : networkWords(error);
