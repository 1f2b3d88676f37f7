/** The wires of the in-memory world: what a socket would show, with every deadline in pool time, because the wall stands still. */
import type { CloudStackTransport } from '../../src/adapters/cloudstack/http-transport';
import type { SshTransport } from '../../src/adapters/ssh/transport';
import type { XapiTransport } from '../../src/adapters/xapi/transport';
import { NotSent, Unreachable, WrongKey } from '../../src/domain/errors';
import type { Cloud } from '../../src/sim/cloud';
import { inMemoryTransport } from '../../src/sim/cloudstack/in-memory';
import type { CloudStackSide } from '../../src/sim/cloudstack/side';
import type { SimHost } from '../../src/sim/model';
import { SimSocketError } from '../../src/sim/socket-error';
import {
  callXapi,
  getXapi,
  hostAtAddress,
  plain,
  putXapi,
  type XapiReply,
  type XapiValue,
} from '../../src/sim/xapi';

/** In memory a certificate is its serial number: another serial is another certificate. */
export const certificateOf = (host: SimHost): string => `TLS:${host.uuid}:${host.certificate}`;

/** A call without an answer is given up after so much pool time, as the adapters do by the wall. */
const GIVE_UP_SECONDS = 60;
/** CloudStack keeps the caller of updateCluster waiting for up to 200 s (cs fact 12); its client waits for 310 s. */
const SLOW_COMMAND_SECONDS = 310;
/** The upgrade plugin downloads an installer; its caller waits for 15 minutes. */
const PLUGIN_SECONDS = 900;
/** A hotfix is uploaded and applied while its caller waits for half an hour. */
const PATCH_SECONDS = 1770;
const PATCHES: ReadonlySet<string> = new Set([
  'pool_patch.apply',
  'pool_update.apply',
  'host.apply_updates',
  'pool.sync_updates',
]);
/** XAPI gathers changes for so long before it answers event.from (xapi §12.6). */
const BATCH_SECONDS = 0.05;

/** The answer, or `late` after so many pool seconds. */
async function within<T>(cloud: Cloud, seconds: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: { cancel(): void } | undefined;
  const gaveUp = new Promise<never>((_, reject) => {
    timer = cloud.time.in(seconds, () => reject(late()));
  });
  try {
    return await Promise.race([work, gaveUp]);
  } finally {
    timer?.cancel();
  }
}

export function xapiInMemory(cloud: Cloud): XapiTransport {
  const at = (address: string): SimHost => {
    const host = hostAtAddress(cloud, address);
    if (!host) throw new NotSent(`${address}: name not found`);
    return host;
  };
  const checked = (address: string, pin: string | undefined): SimHost => {
    const host = at(address);
    if (pin !== undefined && answersTls(host) && certificateOf(host) !== pin)
      throw new WrongKey(`XAPI on ${host.name}`, 'tls', pin, certificateOf(host));
    return host;
  };
  return {
    async call(address, method, params, { pin }) {
      const host = checked(address, pin);
      const values = params as readonly XapiValue[];
      // of all answers only an event batch holds what a decoder would turn into something else (xapi §1.3)
      const call = () => callXapi(cloud, host, method, values);
      if (method === 'host.call_plugin') return symptoms(cloud, host, call, PLUGIN_SECONDS);
      if (PATCHES.has(method)) return symptoms(cloud, host, call, PATCH_SECONDS);
      if (method !== 'event.from') return symptoms(cloud, host, call);
      const batch = await symptoms(cloud, host, () => eventsFrom(cloud, host, values));
      return batch.Status === 'Success' ? { Status: 'Success', Value: plain(batch.Value) } : batch;
    },
    async get(address, path, { pin }) {
      const host = checked(address, pin);
      const reply = await symptoms(cloud, host, () => getXapi(cloud, host, path, {}));
      return { status: reply.status, body: Buffer.from(reply.body) };
    },
    async put(address, path, { body }, { pin }) {
      const host = checked(address, pin);
      return (await symptoms(cloud, host, () => putXapi(cloud, host, path, body), PATCH_SECONDS)).status;
    },
    fingerprint: async (address) => {
      const host = at(address);
      return answersTls(host) ? certificateOf(host) : undefined;
    },
  };
}

const answersTls = (host: SimHost): boolean => host.phase === 'up' || host.phase === 'starting';

async function symptoms<T>(
  cloud: Cloud,
  host: SimHost,
  call: () => Promise<T>,
  seconds = GIVE_UP_SECONDS,
): Promise<T> {
  const source = `XAPI on ${host.name}`;
  const never = new Promise<never>(() => undefined);
  const silent = () => new Unreachable(source, 'no answer within the deadline');
  try {
    return await within(cloud, seconds, hangs(call(), never), silent);
  } catch (error) {
    if (!(error instanceof SimSocketError)) throw error;
    if (error.kind === 'refused') throw new NotSent(`${source} refused the connection`);
    throw new Unreachable(source, `the connection broke (${error.kind})`);
  }
}

async function hangs<T>(work: Promise<T>, never: Promise<never>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SimSocketError && error.kind === 'hang') return never;
    throw error;
  }
}

/** event.from waits in pool time here: asked with no patience of its own, again at each change, until its time is up. */
async function eventsFrom(cloud: Cloud, host: SimHost, params: readonly XapiValue[]): Promise<XapiReply> {
  const [session = '', classes = [], token = '', timeout = 0] = params;
  const end = cloud.time.now() + Number(timeout) * 1000;
  for (;;) {
    const reply = await callXapi(cloud, host, 'event.from', [session, classes, token, 0]);
    const left = (end - cloud.time.now()) / 1000;
    if (reply.Status !== 'Success' || left <= 0 || hasEvents(plain(reply.Value))) return reply;
    await nextChange(cloud, left);
  }
}

const hasEvents = (batch: unknown): boolean =>
  typeof batch === 'object' &&
  batch !== null &&
  'events' in batch &&
  Array.isArray(batch.events) &&
  batch.events.length > 0;

function nextChange(cloud: Cloud, seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = cloud.time.in(seconds, () => {
      off();
      resolve();
    });
    const off = cloud.onChanged(() => {
      off();
      timer.cancel();
      cloud.time.in(Math.min(BATCH_SECONDS, seconds), resolve);
    });
  });
}

export function cloudStackInMemory(side: CloudStackSide): CloudStackTransport {
  const transport = inMemoryTransport(side);
  return (request) => {
    const slow = `${request.url} ${request.body ?? ''}`.includes('command=updateCluster');
    return within(
      side.cloud as Cloud,
      slow ? SLOW_COMMAND_SECONDS : GIVE_UP_SECONDS,
      transport(request),
      () => new Unreachable('CloudStack', 'no answer within the deadline'),
    );
  };
}

export const sshInMemory = (cloud: Cloud, transport: SshTransport): SshTransport => ({
  exec: (target, command, options) =>
    within(
      cloud,
      GIVE_UP_SECONDS,
      transport.exec(target, command, options),
      () => new Unreachable(`SSH on ${target.host}`, 'no answer within the deadline'),
    ),
  hostKey: (target) => transport.hostKey(target),
});
