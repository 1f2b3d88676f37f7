/** XAPI's wire: POST / with XML-RPC over pinned TLS. Tells apart what was never sent and what may have happened. */
import https from 'node:https';
import type { IncomingMessage } from 'node:http';
import { Malformed, NotSent, Unreachable, WrongKey } from '../../domain/errors';
import { networkWords } from '../../domain/net-words';
import { decodeReply } from './decode';
import { encodeCall } from './encode';
import { put } from './put';
import { bodyOf, endpointOf, PinnedAgent, shownFingerprint } from './pinned-agent';
import type { CallOptions, XapiTransport } from './transport';

/** 2,300 VMs are 21 MB of XML (stack §6); ten times that is no pool. */
const BODY_LIMIT = 256 * 1024 * 1024;
/** A host that does not show a certificate by then is not there. */
const KNOCK_MS = 5_000;

export interface WireOptions {
  /** How the host at an address is called in messages; default the address. */
  readonly nameOf?: (address: string) => string;
}

interface Sent {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly body?: string;
}

export function wireTransport(options: WireOptions = {}): XapiTransport & { close(): void } {
  const agents = new Map<string, PinnedAgent>();
  const ofSeries = new WeakMap<AbortSignal, PinnedAgent>();
  const sourceOf = (address: string): string => `XAPI on ${options.nameOf?.(address) ?? address}`;
  const agentFor = (address: string, o: CallOptions): PinnedAgent => {
    if (o.series) return inSeries(o.series, address, o.pin);
    if (o.fresh) return new PinnedAgent(sourceOf(address), o.pin, false);
    const key = `${address} ${o.pin ?? ''}`;
    const agent = agents.get(key) ?? new PinnedAgent(sourceOf(address), o.pin, true);
    agents.set(key, agent);
    return agent;
  };
  const inSeries = (series: AbortSignal, address: string, pin: string | undefined): PinnedAgent => {
    const known = ofSeries.get(series);
    if (known) return known;
    const agent = new PinnedAgent(sourceOf(address), pin, true);
    ofSeries.set(series, agent);
    series.addEventListener('abort', () => agent.destroy(), { once: true });
    return agent;
  };
  const send = async (
    address: string,
    what: Sent,
    o: CallOptions,
  ): Promise<{ status: number; body: Buffer }> => {
    try {
      return await exchange(sourceOf(address), address, what, agentFor(address, o), o.signal);
    } catch (error) {
      // An idle connection died while it waited in the pool: once more on one of its own. Reads only.
      if (error instanceof DeadConnection && !o.fresh && !o.series)
        return send(address, what, { ...o, fresh: true });
      throw error;
    }
  };
  return {
    call: async (address, method, params, o) => {
      const reply = await send(address, { path: '/', method: 'POST', body: encodeCall(method, params) }, o);
      const source = sourceOf(address);
      if (reply.status !== 200)
        throw new Unreachable(source, `answered HTTP ${reply.status} instead of XML-RPC`);
      try {
        return await decodeReply(reply.body);
      } catch (error) {
        throw new Malformed(source, error instanceof Error ? error.message : 'the answer makes no sense');
      }
    },
    get: (address, path, o) => send(address, { path, method: 'GET' }, { ...o, fresh: true }),
    put: (address, path, upload, o) =>
      put(sourceOf(address), address, path, upload, agentFor(address, { ...o, fresh: true }), o.signal),
    fingerprint: (address) => shownFingerprint(address, KNOCK_MS),
    close: () => {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}

class DeadConnection extends Unreachable {}

/** One request and its whole answer. The socket's errors arrive more than once; a promise settles once. */
function exchange(
  source: string,
  address: string,
  what: Sent,
  agent: PinnedAgent,
  signal: AbortSignal,
): Promise<{ status: number; body: Buffer }> {
  const { host, port } = endpointOf(address);
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new NotSent(`${source}: the deadline passed before anything was sent`));
      return;
    }
    let connected = false;
    const request = https.request({
      agent,
      host,
      port,
      path: what.path,
      method: what.method,
      headers: {
        'User-Agent': 'xsupgrade',
        ...(what.body !== undefined && {
          'Content-Type': 'text/xml',
          'Content-Length': String(Buffer.byteLength(what.body)),
        }),
      },
    });
    const fail = (error: Error): void => {
      signal.removeEventListener('abort', abort);
      request.destroy();
      if (error instanceof NotSent || error instanceof WrongKey) reject(error);
      else if (!connected) reject(new NotSent(`${source}: ${networkWords(error)}`));
      else if (request.reusedSocket) reject(new DeadConnection(source, networkWords(error)));
      else reject(new Unreachable(source, networkWords(error)));
    };
    const abort = (): void =>
      fail(new Error(connected ? 'no answer before the deadline' : 'no connection before the deadline'));
    signal.addEventListener('abort', abort, { once: true });
    request.on('socket', () => (connected = true));
    request.on('error', fail);
    request.on('response', (response: IncomingMessage) => {
      const take = async (): Promise<void> => {
        try {
          const body = await bodyOf(response, BODY_LIMIT);
          signal.removeEventListener('abort', abort);
          resolve({ status: response.statusCode ?? 0, body });
        } catch (error) {
          fail(new Error(`the answer broke off: ${error instanceof Error ? error.message : ''}`));
        }
      };
      void take();
    });
    request.end(what.body);
  });
}
