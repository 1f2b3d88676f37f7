/** One XAPI call, in memory or behind the wire: phase of the host, role, session, arity, faults, log, then the method. */
import type { Strike } from '../faults';
import { uuidOf } from '../identity';
import { hostByName, type CloudState, type SimHost } from '../model';
import { SimSocketError } from '../socket-error';
import { rememberDoubt, sawState, seeRepetition } from './breaches';
import { encodeValue } from './codec';
import { HOST_METHODS } from './methods-host';
import { MESSAGE_METHODS } from './methods-message';
import { PATCH_METHODS } from './methods-patch';
import { POOL_METHODS } from './methods-pool';
import { UPDATE_METHODS } from './methods-update';
import { VM_METHODS } from './methods-vm';
import { checkParam, type Call, type Method } from './method';
import { login } from './login';
import { answersCalls, masterAnswers } from './pool-state';
import { genericRead } from './reads';
import { subjectOf } from './subject';
import { refOf, VOID, XapiFailure, type XapiReply, type XapiValue } from './values';
import { isMasterHost, masterOf, type SimTask, type XapiWorld } from './world';
import { xapiWorld } from './xapi-world';

const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    ...POOL_METHODS,
    ...HOST_METHODS,
    ...VM_METHODS,
    ...MESSAGE_METHODS,
    ...PATCH_METHODS,
    ...UPDATE_METHODS,
  }),
);

/** Methods that faults can be aimed at, besides the reads of every class. */
export const methodNames = (): string[] => ['session.login_with_password', ...METHODS.keys()];
/** Reads that exist since long before our releases are found by name; writes are listed one by one. */
const methodNamed = (name: string): Method | undefined => METHODS.get(name) ?? genericRead(name);

/** The socket symptom of a host that serves nothing now (xapi §2.3). */
export function assertServes(world: XapiWorld, host: SimHost): void {
  if (host.phase === 'up' || host.phase === 'starting') return;
  const closed = world.machine(host).portsClosed || host.phase === 'off' || host.phase === 'post';
  throw new SimSocketError(closed ? 'refused' : 'reset');
}

/**
 * Calls `method` at `host`. Resolves to Status with Value or ErrorDescription; throws SimSocketError where no
 * answer comes. Sessions are the first parameter, as on the wire.
 */
export async function callXapi(
  cloud: CloudState,
  host: SimHost,
  method: string,
  params: readonly XapiValue[],
): Promise<XapiReply> {
  const world = xapiWorld(cloud);
  assertServes(world, host);
  try {
    return { Status: 'Success', Value: await dispatch(world, host, method, params) };
  } catch (error) {
    if (error instanceof XapiFailure) return { Status: 'Failure', ErrorDescription: error.description };
    if (error instanceof SimSocketError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return { Status: 'Failure', ErrorDescription: ['INTERNAL_ERROR', reason] };
  }
}

async function dispatch(
  world: XapiWorld,
  host: SimHost,
  name: string,
  params: readonly XapiValue[],
): Promise<XapiValue> {
  await assertIsMaster(world, host);
  if (name === 'session.login_with_password') return login(world, host, params);
  const isAsync = name.startsWith('Async.');
  const base = isAsync ? name.slice('Async.'.length) : name;
  const method = methodNamed(base);
  if (!method) throw new XapiFailure('MESSAGE_METHOD_UNKNOWN', name);
  if (isAsync && method.async === false)
    throw new XapiFailure('Fault', `No async mode for this operation (rpc: ${name})`);
  const args = checkArity(name, method, params);
  const sessionRef = typeof params[0] === 'string' ? params[0] : '';
  const session = sessionOf(world, host, sessionRef);
  method.params.forEach((param, i) => {
    const value = args[i];
    if (value !== undefined) checkParam(param, value, `${base} ${i + 1}`);
  });
  const call: Call = {
    world,
    pool: host.pool,
    host,
    session,
    sessionRef,
    by: session.originator || session.user,
    release: world.release(host.pool),
    args,
    report: () => undefined,
    cancellable: () => undefined,
  };
  return logged(call, base, method, isAsync);
}

/** A member says who the master is; while the master is away it blocks, or tells its emergency (xapi §2.2, §2.4). */
async function assertIsMaster(world: XapiWorld, host: SimHost): Promise<void> {
  const machine = world.machine(host);
  if (machine.emergency) throw new XapiFailure(...machine.emergency);
  if (!machine.ready) throw new XapiFailure('HOST_STILL_BOOTING');
  if (isMasterHost(host)) return;
  while (!masterAnswers(world, host.pool)) {
    await world.cloud.time.sleep(1);
    if (!answersCalls(world, host)) throw new SimSocketError('reset');
    if (isMasterHost(host)) return;
  }
  throw new XapiFailure('HOST_IS_SLAVE', world.endpoint(masterOf(host.pool)));
}

/** Counts exclude the session; extras of a method with defaults are ignored (xapi §1.4). */
function checkArity(name: string, method: Method, params: readonly XapiValue[]): readonly XapiValue[] {
  const received = Math.max(0, params.length - 1);
  const most = method.params.length;
  const least = most - (method.defaulted ?? 0);
  const tooMany = received > most && method.defaulted === undefined;
  if (received < least || tooMany || params.length === 0)
    throw new XapiFailure('MESSAGE_PARAMETER_COUNT_MISMATCH', name, String(most), String(received));
  return params.slice(1, 1 + most);
}

function sessionOf(world: XapiWorld, host: SimHost, ref: string): Call['session'] {
  const session = world.of(host.pool).sessions.get(ref);
  if (!session) throw new XapiFailure('SESSION_INVALID', ref);
  session.lastActive = world.cloud.time.now();
  return session;
}

async function logged(call: Call, name: string, method: Method, isAsync: boolean): Promise<XapiValue> {
  const { world, pool, by } = call;
  const { cloud } = world;
  const mutates = typeof method.mutates === 'function' ? method.mutates(call) : (method.mutates ?? false);
  const on = subjectOf(call, method);
  const base = method.word ? `${name} ${method.word(call)}` : name;
  const strike = cloud.faults.strike(`xapi:${base}`, on) ?? struckByName(cloud, name, base, on);
  cloud.record({ face: 'xapi', call: base, on, by, mutates, ok: true });
  const n = cloud.calls.length;
  const failed = (code: string): void => {
    cloud.calls[n - 1] = { ...cloud.calls[n - 1]!, ok: false, code };
  };
  if (mutates) seeRepetition(world, pool, by, base, on);
  const lost = strike && strike.how !== 'refuse' && strike.how !== 'slow';
  if (lost && mutates) rememberDoubt(world, by, base, on);
  else if (!lost && !mutates) sawState(world, by);
  if (strike?.how === 'slow') await cloud.time.sleep(strike.seconds ?? 0);
  if (strike?.how === 'refuse') {
    const code = strike.code ?? 'INTERNAL_ERROR';
    failed(code);
    throw new XapiFailure(...refusal(code, call));
  }
  if (strike?.how === 'lose-request' || strike?.how === 'hang' || strike?.how === 'html') {
    failed(strike.how);
    throw new SimSocketError(strike.how === 'lose-request' ? 'reset' : strike.how);
  }
  try {
    const value = await (isAsync ? asTask(call, name, method) : method.run(call));
    // The answer was on its way when this host's xapi went (xapi fact 4).
    assertServes(world, call.host);
    if (call.session.closed && base !== 'session.logout') throw new SimSocketError('reset');
    if (strike?.how === 'lose-answer') throw new SimSocketError('reset');
    if (strike?.how === 'truncate') throw new SimSocketError('truncate');
    return value;
  } catch (error) {
    if (error instanceof XapiFailure) failed(error.description[0] ?? '');
    throw error;
  }
}

/** A fault may name the method without its word. */
const struckByName = (cloud: CloudState, name: string, base: string, on: string): Strike | undefined =>
  name === base ? undefined : cloud.faults.strike(`xapi:${name}`, on);

/** `code` may carry parameters behind it: `CODE one two`. Codes of some kinds carry them by nature (xapi §7, §8). */
function refusal(said: string, { args, pool }: Call): string[] {
  const [code = '', ...params] = said.split(' ');
  if (params.length > 0) return [code, ...params];
  if (code.startsWith('SR_BACKEND_FAILURE')) return [code, '', 'injected failure', ''];
  // XCP-ng's plugins fail with a number, a sentence, what was printed and a traceback
  if (code === 'UPDATER_BUSY')
    return ['-1', 'The updater plugin is busy (current operation: check_update)', '', 'Traceback: …'];
  const [self] = args;
  if (!/^(PATCH|UPDATE)_PRECHECK_FAILED_/.test(code) || typeof self !== 'string') return [code];
  const uuid = pool.uuid;
  if (code.endsWith('PREREQUISITE_MISSING')) return [code, self, `${uuid};${uuid}`];
  if (code.endsWith('OUT_OF_SPACE')) return [code, self, '1048576', '104857600'];
  if (code.endsWith('VERSION') || code.endsWith('BUILD')) return [code, self, '1.0', '2.0'];
  return [code, self, 'injected failure'];
}

/** Starts the method and answers with a task at once (xapi §1.4, §9.1). */
function asTask(call: Call, base: string, method: Method): string {
  const { world, pool } = call;
  const { cloud } = world;
  const state = world.of(pool);
  const task: SimTask = {
    uuid: uuidOf('task', pool.uuid, String(++state.serial)),
    name: `Async.${base}`,
    host: call.host.name,
    created: cloud.time.now(),
    finished: 0,
    status: 'pending',
    progress: 0,
    result: '',
    error: [],
  };
  state.tasks.set(task.uuid, task);
  const changed = (): void => {
    if (state.tasks.has(task.uuid)) cloud.changed(pool, 'task', task.uuid);
  };
  const finish = (status: SimTask['status'], result: string, error: readonly string[]): void => {
    Object.assign(task, { status, result, error, finished: cloud.time.now(), progress: 1 });
    delete task.cancel;
    changed();
  };
  changed();
  const taskCall: Call = {
    ...call,
    report: (progress) => {
      if (progress <= task.progress) return;
      task.progress = progress;
      changed();
    },
    cancellable: (cancel) => void (task.cancel = cancel),
  };
  void Promise.resolve()
    .then(() => method.run(taskCall))
    .then(
      (value) => finish('success', value === VOID && call.release === '6.5' ? '' : encodeValue(value), []),
      (error: unknown) => {
        const description =
          error instanceof XapiFailure
            ? error.description
            : ['INTERNAL_ERROR', error instanceof Error ? error.message : ''];
        finish(description[0] === 'TASK_CANCELLED' ? 'cancelled' : 'failure', '', description);
      },
    );
  return refOf(task.uuid);
}

/** The host that serves this address, for faces that are called by address. */
export const hostAtAddress = (cloud: CloudState, address: string): SimHost | undefined => {
  for (const pool of cloud.pools) {
    const host = pool.hosts.find((one) => one.address === address) ?? hostByName(pool, address);
    if (host) return host;
  }
  return undefined;
};
