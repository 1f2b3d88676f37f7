/** Driving the simulated XAPI in memory: pool time moves only when a test says so. */
import type { Cloud } from '../../src/sim/cloud';
import type { SimHost, SimPool, SimVm } from '../../src/sim/model';
import { callXapi, XAPI_PASSWORD, XAPI_USER, type XapiReply, type XapiValue } from '../../src/sim/xapi';

/** Lets every promise that can go on go on. */
export const flush = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Pool time passes, event by event, promises in between. */
export async function pass(cloud: Cloud, seconds: number): Promise<void> {
  const end = cloud.time.now() + seconds * 1000;
  await flush();
  for (let at = cloud.time.nextAt(); at !== undefined && at <= end; at = cloud.time.nextAt()) {
    cloud.time.advanceTo(at);
    await flush();
  }
  cloud.time.advanceTo(end);
  await flush();
}

/** Pool time passes until this settles, for at most so many seconds. */
export async function until<T>(cloud: Cloud, promise: Promise<T>, seconds = 7200): Promise<T> {
  const state = { settled: false };
  const mark = (): void => void (state.settled = true);
  promise.then(mark, mark);
  const end = cloud.time.now() + seconds * 1000;
  await flush();
  while (!state.settled && cloud.time.now() < end) {
    cloud.time.advanceTo(cloud.time.nextAt() ?? end);
    await flush();
  }
  if (!state.settled) throw new Error(`nothing happened within ${seconds} s of pool time`);
  return promise;
}

export const hostOf = (pool: SimPool, name: string): SimHost =>
  pool.hosts.find((host) => host.name === name)!;
export const vmOf = (pool: SimPool, name: string): SimVm => pool.vms.find((vm) => vm.name === name)!;
export const ref = (object: { readonly uuid: string }): string => `OpaqueRef:${object.uuid}`;

/** A raw client: what it asks is what is sent, with no manners. */
export class RawClient {
  session = '';

  constructor(
    readonly cloud: Cloud,
    readonly pool: SimPool = cloud.pools[0]!,
    readonly name = 'offender',
  ) {}

  async login(host: SimHost = hostOf(this.pool, this.pool.master)): Promise<XapiReply> {
    const params = [XAPI_USER, XAPI_PASSWORD, '1.0', this.name];
    const reply = await until(this.cloud, callXapi(this.cloud, host, 'session.login_with_password', params));
    if (reply.Status === 'Success' && typeof reply.Value === 'string') this.session = reply.Value;
    return reply;
  }

  /** To the master, waiting in pool time for the answer. */
  call(method: string, ...params: readonly XapiValue[]): Promise<XapiReply> {
    return until(this.cloud, this.begin(method, ...params));
  }

  begin(method: string, ...params: readonly XapiValue[]): Promise<XapiReply> {
    const master = hostOf(this.pool, this.pool.master);
    return callXapi(this.cloud, master, method, [this.session, ...params]);
  }

  async value(method: string, ...params: readonly XapiValue[]): Promise<XapiValue> {
    const reply = await this.call(method, ...params);
    if (reply.Status === 'Failure') throw new Error(`${method}: ${reply.ErrorDescription.join(' ')}`);
    return reply.Value;
  }

  async error(method: string, ...params: readonly XapiValue[]): Promise<readonly string[]> {
    const reply = await this.call(method, ...params);
    return reply.Status === 'Failure' ? reply.ErrorDescription : [];
  }
}
