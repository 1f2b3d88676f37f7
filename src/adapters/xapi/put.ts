/** One PUT of a stream over pinned TLS: a piece at a time, so that a large file is never held (xapi §8.1). */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { NotSent, Refused, Unreachable, WrongKey } from '../../domain/errors';
import { networkWords } from '../../domain/net-words';
import { endpointOf, type PinnedAgent } from './pinned-agent';
import type { Upload } from './transport';

/** Resolves to the HTTP status. Whatever the stream itself throws ends the connection before its last byte, and is thrown. */
export function put(
  source: string,
  address: string,
  path: string,
  { bytes, body }: Upload,
  agent: PinnedAgent,
  signal: AbortSignal,
): Promise<number> {
  const { host, port } = endpointOf(address);
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new NotSent(`${source}: the deadline passed before anything was sent`));
      return;
    }
    let connected = false;
    let over = false;
    const stopped = new AbortController();
    const request = https.request({
      agent,
      host,
      port,
      path,
      method: 'PUT',
      headers: { 'User-Agent': 'xsupgrade', 'Content-Length': String(bytes) },
    });
    const end = (settle: () => void): void => {
      if (over) return;
      over = true;
      // the file is closed, wherever it is
      stopped.abort();
      signal.removeEventListener('abort', abort);
      settle();
    };
    const fail = (error: unknown): void =>
      end(() => {
        request.destroy();
        if (error instanceof NotSent || error instanceof WrongKey || error instanceof Refused) reject(error);
        else if (!connected) reject(new NotSent(`${source}: ${networkWords(error)}`));
        else reject(new Unreachable(source, networkWords(error)));
      });
    const abort = (): void => fail(new Error('no answer before the deadline'));
    signal.addEventListener('abort', abort, { once: true });
    request.on('error', fail);
    request.on('response', (response: IncomingMessage) => {
      response.resume();
      response.on('error', () => undefined);
      end(() => {
        resolve(response.statusCode ?? 0);
        // it may have answered before it had everything
        if (!request.writableFinished) request.destroy();
      });
    });
    const send = async (): Promise<void> => {
      for await (const chunk of body) {
        if (over) return;
        if (!request.write(chunk)) await once(request, 'drain', { signal: stopped.signal });
      }
      request.end();
    };
    // nothing is read from the file before somebody is there to take it
    request.once('socket', (socket) => {
      const begin = (): void => {
        connected = true;
        send().catch(fail);
      };
      if (socket.connecting) socket.once('secureConnect', begin);
      else begin();
    });
    request.flushHeaders();
  });
}
