/** TLS to hosts with self-signed certificates: what counts is the pinned fingerprint, and another one really ends it. */
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { NotSent, WrongKey } from '../../domain/errors';
import { networkWords } from '../../domain/net-words';

/** Old hosts speak TLS 1.0 with small keys (xapi §1.1); the pin, not the cipher, is what proves the host. */
const LEGACY = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `host`, `host:port`, `[v6]:port` or a whole URL; XAPI listens at 443. */
export function endpointOf(address: string): Endpoint {
  const url = new URL(address.includes('://') ? address : `https://${address}`);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? 443 : Number(url.port) };
}

const canonical = (fingerprint: string): string => fingerprint.replaceAll(':', '').toUpperCase();
export const sameFingerprint = (a: string, b: string): boolean => canonical(a) === canonical(b);

/** A powered-off host says nothing at all: without this every look at it would take as long as its slowest read. Wall. */
const HANDSHAKE_MS = 5_000;

/** Session resumption is off: a resumed session would show the certificate of yesterday (stack §6). */
export class PinnedAgent extends https.Agent {
  constructor(
    private readonly source: string,
    private readonly pin: string | undefined,
    keepAlive: boolean,
    private readonly handshakeMs = HANDSHAKE_MS,
  ) {
    super({ keepAlive, maxCachedSessions: 0, maxSockets: 8, keepAliveMsecs: 10_000 });
  }

  override createConnection(
    options: https.RequestOptions,
    done?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    let over = false;
    const finish = (error: Error | null, socket: tls.TLSSocket): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      if (error) socket.destroy();
      done?.(error, socket);
    };
    const socket = tls.connect({
      ...LEGACY,
      host: options.host ?? 'localhost',
      port: Number(options.port),
      rejectUnauthorized: false,
      servername: '',
    });
    const timer = setTimeout(
      () =>
        finish(new NotSent(`${this.source}: no TLS handshake within ${this.handshakeMs / 1000} s`), socket),
      this.handshakeMs,
    );
    socket.once('secureConnect', () => {
      const seen = socket.getPeerX509Certificate()?.fingerprint256 ?? '';
      if (this.pin !== undefined && !sameFingerprint(this.pin, seen))
        finish(new WrongKey(this.source, 'tls', this.pin, seen), socket);
      else finish(null, socket);
    });
    // Nothing of the request is written before the handshake ends: this is proof that nothing was sent.
    socket.on('error', (error) => finish(new NotSent(`${this.source}: ${networkWords(error)}`), socket));
    socket.on('close', () => finish(new NotSent(`${this.source}: closed before the TLS handshake`), socket));
    return undefined;
  }
}

/** The certificate a host shows now. Sends nothing; undefined where it does not answer in time. */
export function shownFingerprint(address: string, timeoutMs: number): Promise<string | undefined> {
  const { host, port } = endpointOf(address);
  return new Promise((resolve) => {
    const socket = tls.connect({ ...LEGACY, host, port, rejectUnauthorized: false, servername: '' });
    const finish = (seen?: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(seen);
    };
    const timer = setTimeout(finish, timeoutMs);
    socket.once('secureConnect', () => finish(socket.getPeerX509Certificate()?.fingerprint256));
    socket.on('error', () => finish());
    socket.on('close', () => finish());
  });
}

/** Bytes to begin with where no length is announced. */
const UNKNOWN_BYTES = 64 * 1024;

/** Collects a body, at most `limit` bytes: into one piece of the announced length, so that a large one is held once. */
export async function bodyOf(response: IncomingMessage, limit: number): Promise<Buffer> {
  const announced = Number(response.headers['content-length']);
  let whole = Buffer.allocUnsafe(announced <= limit ? announced : UNKNOWN_BYTES);
  let size = 0;
  for await (const chunk of response) {
    const part = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    if (size + part.length > limit)
      throw new Error(`the answer is longer than ${Math.round(limit / 1024 / 1024)} MB`);
    if (size + part.length > whole.length) {
      const longer = Buffer.allocUnsafe(Math.max(2 * whole.length, size + part.length));
      whole.copy(longer, 0, 0, size);
      whole = longer;
    }
    part.copy(whole, size);
    size += part.length;
  }
  return whole.subarray(0, size);
}
