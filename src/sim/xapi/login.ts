/** Login: one root account, a deliberate delay on a wrong password, a quota per originator (xapi §2.1). */
import type { SimHost } from '../model';
import { SimSocketError } from '../socket-error';
import { SECONDS } from './timing';
import { refOf, XapiFailure, type XapiValue } from './values';
import type { XapiWorld } from './world';

export const XAPI_USER = 'root';
export const XAPI_PASSWORD = 'xenroot';
/** Sessions per originator; the one idle longest is evicted (F5). */
const QUOTA = 500;

export async function login(world: XapiWorld, host: SimHost, params: readonly XapiValue[]): Promise<string> {
  const [user, password, , originator] = params.map((param) => (typeof param === 'string' ? param : ''));
  if (params.length < 2)
    throw new XapiFailure(
      'MESSAGE_PARAMETER_COUNT_MISMATCH',
      'session.login_with_password',
      '4',
      String(params.length),
    );
  const by = originator || user || 'nobody';
  const { cloud } = world;
  const strike = cloud.faults.strike('xapi:session.login_with_password', host.name);
  const log = (code?: string): void =>
    cloud.record({
      face: 'xapi',
      call: 'session.login_with_password',
      on: host.name,
      by,
      mutates: false,
      ok: code === undefined,
      ...(code !== undefined && { code }),
    });
  if (strike?.how === 'slow') await cloud.time.sleep(strike.seconds ?? 0);
  else if (strike?.how === 'refuse') {
    log(strike.code);
    throw new XapiFailure(
      strike.code ?? 'SESSION_AUTHENTICATION_FAILED',
      user ?? '',
      'Authentication failure',
    );
  } else if (strike) {
    log(strike.how);
    throw new SimSocketError(socketKind(strike.how));
  }
  if (user !== XAPI_USER || password !== XAPI_PASSWORD) {
    await cloud.time.sleep(SECONDS.loginPenalty);
    log('SESSION_AUTHENTICATION_FAILED');
    throw new XapiFailure('SESSION_AUTHENTICATION_FAILED', user ?? '', 'Authentication failure');
  }
  log();
  return openSession(world, host, user, originator ?? '');
}

const socketKind = (how: string): SimSocketError['kind'] =>
  how === 'hang' || how === 'truncate' || how === 'html' ? how : 'reset';

function openSession(world: XapiWorld, host: SimHost, user: string, originator: string): string {
  const { sessions } = world.of(host.pool);
  const same = [...sessions].filter(([, session]) => session.originator === originator);
  if (same.length >= QUOTA) {
    const [oldest] = same.toSorted(([, a], [, b]) => a.lastActive - b.lastActive);
    if (oldest) {
      oldest[1].closed = true;
      sessions.delete(oldest[0]);
    }
  }
  const uuid = world.uuid(host.pool, 'session');
  const ref = refOf(uuid);
  sessions.set(ref, { uuid, user, originator, lastActive: world.cloud.time.now(), closed: false });
  return ref;
}
