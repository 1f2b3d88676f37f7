/** The simulated XAPI on real sockets, pool time driven by the wall at some speed. */
import https from 'node:https';
import { makeCloud, type Cloud, type CloudOptions } from '../../src/sim/cloud';
import { drive, type Drive } from '../../src/sim/drive';
import {
  serveXapi,
  XAPI_PASSWORD,
  XAPI_USER,
  type XapiEndpoint,
  type XapiListeners,
} from '../../src/sim/xapi';
import { wireTransport } from '../../src/adapters/xapi/wire';
import { xapiPool, type XapiPool } from '../../src/adapters/xapi/xapi-pool';

export interface WireWorld {
  readonly cloud: Cloud;
  readonly drive: Drive;
  readonly listeners: XapiListeners;
  endpoint(host: string): XapiEndpoint;
  /** The product's client on these sockets. */
  client(options?: { password?: string; only?: string; readSeconds?: number; actSeconds?: number }): XapiPool;
  close(): Promise<void>;
}

export async function wireWorld(options: CloudOptions & { speed?: number } = {}): Promise<WireWorld> {
  const cloud = makeCloud(options);
  const listeners = await serveXapi(cloud);
  const driving = drive(cloud.time, options.speed ?? 60);
  const closers: (() => Promise<void>)[] = [];
  return {
    cloud,
    drive: driving,
    listeners,
    endpoint: (name) => listeners.endpoints.find((endpoint) => endpoint.host.name === name)!,
    client: ({ password = XAPI_PASSWORD, only, ...seconds } = {}) => {
      const transport = wireTransport();
      const pool = xapiPool({
        pool: cloud.pools[0]!.name,
        hosts: listeners.endpoints
          .filter((endpoint) => only === undefined || endpoint.host.name === only)
          .map((endpoint) => ({
            uuid: endpoint.host.uuid,
            name: endpoint.host.name,
            address: endpoint.url,
            fingerprint: endpoint.fingerprint(),
          })),
        user: XAPI_USER,
        password,
        transport,
        ...seconds,
      });
      closers.push(async () => {
        await pool.close();
        transport.close();
      });
      return pool;
    },
    close: async () => {
      for (const close of closers) await close();
      await listeners.close();
      driving.stop();
    },
  };
}

export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One HTTPS request with no opinion about the answer. */
export function raw(
  url: string,
  request: { method?: string; path?: string; body?: string | Buffer; agent?: https.Agent },
): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const sent = https.request(
      `${url}${request.path ?? '/'}`,
      {
        method: request.method ?? 'POST',
        rejectUnauthorized: false,
        ...(request.agent && { agent: request.agent }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(request.body);
  });
}

export const methodCall = (method: string, ...values: readonly string[]): string =>
  `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${values
    .map((value) => `<param>${value}</param>`)
    .join('')}</params></methodCall>`;

export const str = (text: string): string => `<value><string>${text}</string></value>`;
export const untyped = (text: string): string => `<value>${text}</value>`;
export const bool = (value: boolean): string => `<value><boolean>${value ? 1 : 0}</boolean></value>`;

/** Logs in by hand; the session's reference. */
export async function rawLogin(url: string, originator = 'raw'): Promise<string> {
  const params = [XAPI_USER, XAPI_PASSWORD, '1.0', originator].map(str);
  const { body } = await raw(url, { body: methodCall('session.login_with_password', ...params) });
  const session = /OpaqueRef:[0-9a-f-]+/.exec(body)?.[0];
  if (session === undefined) throw new Error(body);
  return session;
}
