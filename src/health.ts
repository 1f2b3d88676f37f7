/** /healthz and /readyz on loopback: alive, and able to work. Each check says in a sentence what it found. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Resolves to a sentence or nothing when all is well; rejects with what is not. */
export type Check = () => Promise<string | void>;

export interface Health {
  readonly port: number;
  close(): Promise<void>;
}

/** Shorter than the interval of anybody who asks. */
const CHECK_MS = 2_000;

/**
 * `/healthz` is 200 while this process answers at all; `/readyz` is 200 when every check is well, else 503. Both bodies are
 * `{"ok", "checks": {name: {"ok", "says"?}}}`. Port 0 takes any free one. Rejects when the port is taken.
 */
export async function serveHealth(port: number, checks: Readonly<Record<string, Check>>): Promise<Health> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET') answer(response, 405, { ok: false });
    else if (request.url === '/healthz') answer(response, 200, { ok: true });
    else if (request.url === '/readyz')
      void ready(checks).then((seen) => answer(response, seen.ok ? 200 : 503, seen));
    else answer(response, 404, { ok: false });
  });
  await listening(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A check on the age of the last tick: a worker that stopped ticking is alive and of no use. */
export function notOlderThan(seconds: number, last: () => number | undefined, now: () => number): Check {
  return async () => {
    const at = last();
    if (at === undefined) return 'not yet';
    const age = Math.round((now() - at) / 1000);
    if (age > seconds) throw new Error(`${age} s ago, and it should not be more than ${seconds} s`);
    return `${age} s ago`;
  };
}

interface Ready {
  readonly ok: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly says?: string }>>;
}

async function ready(checks: Readonly<Record<string, Check>>): Promise<Ready> {
  const seen = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        const says = await inTime(check());
        return [name, { ok: true, ...(says === undefined ? {} : { says }) }] as const;
      } catch (error) {
        return [name, { ok: false, says: error instanceof Error ? error.message : 'failed' }] as const;
      }
    }),
  );
  return { ok: seen.every(([, { ok }]) => ok), checks: Object.fromEntries(seen) };
}

async function inTime(check: Promise<string | void>): Promise<string | void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_MS} ms`)), CHECK_MS);
  });
  return Promise.race([check, late]).finally(() => clearTimeout(timer));
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
