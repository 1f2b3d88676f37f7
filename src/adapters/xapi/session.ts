/**
 * Sessions with the pool master. HOST_IS_SLAVE is followed at login only; a lost session is opened again once, and
 * only reads are repeated: a change whose session was lost may have been made (xapi §2.1, fact 4).
 */
import { Malformed, NotSent, Refused, Unreachable, WrongKey } from '../../domain/errors';
import { networkWords } from '../../domain/net-words';
import { xapiProblem } from '../../domain/xapi-advice';
import { endpointOf } from './pinned-agent';
import { replyFrom, type Reply } from './record';
import type { CallOptions, Upload, Wire, XapiTransport } from './transport';

export interface Dialled {
  readonly name: string;
  readonly address: string;
  readonly pin: string | undefined;
}

export interface SessionOptions {
  readonly pool: string;
  readonly user: string;
  readonly password: string;
  readonly transport: XapiTransport;
  /** Wall seconds for reads; default 30. */
  readonly readSeconds: number;
  /** Wall seconds for changes; default 60. */
  readonly actSeconds: number;
  /** Hosts to try, as configured; pins may change while running. */
  readonly hosts: () => readonly Dialled[];
  readonly nameOf: (ref: string) => string | undefined;
  /** After each login: the master may run another release than before. */
  readonly loggedIn?: () => void;
}

/** Sent at login: gives this program a session quota of its own (xapi §2.1). */
const ORIGINATOR = 'xsupgrade';
/** A member whose master is away blocks (xapi §2.3): the others are asked for a shorter time than the known master. */
const OTHERS_SECONDS = 3;
/** With a known master that is away, the others are asked only now and then: nobody takes its role by himself. */
const OTHERS_EVERY_MS = 30_000;

interface Open {
  readonly ref: string;
  readonly master: Dialled;
}

export interface Session {
  /** What is asked about, for the sentence of a refusal: "read the hosts of pool-a". */
  read(
    method: string,
    params: readonly Wire[],
    doing?: string,
    o?: { readonly seconds?: number; readonly signal?: AbortSignal },
  ): Promise<unknown>;
  act(method: string, params: readonly Wire[], doing: string, seconds?: number): Promise<unknown>;
  /**
   * Changes that follow one another at once, over one connection: with a handshake each, 5,000 of them take half an hour.
   * None is sent twice.
   */
  inSeries<T>(work: (act: Session['act']) => Promise<T>): Promise<T>;
  /** A GET with this session, for the dump. */
  get(
    path: (session: string) => string,
    seconds: number,
  ): Promise<{ readonly status: number; readonly body: Buffer }>;
  /** A PUT with this session, for what is uploaded. The HTTP status. */
  put(path: (session: string) => string, upload: Upload, seconds: number): Promise<number>;
  /** Forgets the session without a word: the host it was opened at is no longer trusted. */
  drop(): void;
  close(): Promise<void>;
}

export function openSession(o: SessionOptions): Session {
  let open: Promise<Open> | undefined;
  let lastMaster: string | undefined;
  let othersAskedAt = -Infinity;

  /** What `open` came to: forgetting must take effect at once, not when a promise gets its turn. */
  let current: Open | undefined;

  const connected = (): Promise<Open> => {
    if (open) return open;
    const opening = login();
    open = opening;
    opening.then(
      (at) => {
        if (open === opening) current = at;
        return undefined;
      },
      () => {
        if (open === opening) open = undefined;
      },
    );
    return opening;
  };
  const forget = (stale: Open): void => {
    // Another call may have logged in again meanwhile: that session is kept.
    if (current !== stale) return;
    open = undefined;
    current = undefined;
  };

  async function login(): Promise<Open> {
    const hosts = o.hosts();
    const known = hosts.find((host) => host.name === lastMaster);
    const queue = known ? [known, ...hosts.filter((host) => host !== known)] : [...hosts];
    const tried = new Set<string>();
    let failure: Error = new NotSent(`${o.pool}: no host is configured`);
    for (let host = queue.shift(); host; host = queue.shift()) {
      if (tried.has(host.name)) continue;
      const isFirst = tried.size === 0;
      tried.add(host.name);
      try {
        const reply = await loginAt(host, isFirst ? o.readSeconds : OTHERS_SECONDS);
        if (reply.ok) {
          if (typeof reply.value !== 'string')
            throw new Malformed(`XAPI on ${host.name}`, 'no session came back');
          lastMaster = host.name;
          o.loggedIn?.();
          return { ref: reply.value, master: host };
        }
        if (reply.code === 'HOST_IS_SLAVE') {
          // Behind address translation the master's own address may not be ours: then the others are asked in turn.
          const master = hosts.find((one) => isAt(one, reply.params[0] ?? ''));
          if (master && !tried.has(master.name)) queue.unshift(master);
          failure = new NotSent(`${host.name} is a member, and no configured host says it is the master`);
          continue;
        }
        if (!isStarting(reply.code)) throw refusal(reply, `log in at ${host.name}`);
        failure = new NotSent(`XAPI on ${host.name} is starting (${reply.code})`);
      } catch (error) {
        if (error instanceof Refused || (error instanceof WrongKey && isFirst)) throw error;
        // The password may have gone out, but nothing was changed: for whoever calls, nothing was sent.
        failure = new NotSent(networkWords(error));
      }
      if (host === known) {
        if (performance.now() - othersAskedAt < OTHERS_EVERY_MS) throw failure;
        othersAskedAt = performance.now();
      }
    }
    throw failure;
  }

  async function loginAt(host: Dialled, seconds: number): Promise<Reply> {
    const value = await o.transport.call(
      host.address,
      'session.login_with_password',
      [o.user, o.password, '1.0', ORIGINATOR],
      options(host, seconds),
    );
    return replyFrom(value, `XAPI on ${host.name}`);
  }

  const refusal = (reply: Reply & { ok: false }, doing: string): Refused => {
    const problem = xapiProblem({ doing, code: reply.code, params: reply.params, nameOf: o.nameOf });
    return new Refused(
      problem,
      reply.code,
      reply.params.map((param) => o.nameOf(param) ?? param.replace(/OpaqueRef:\S+/g, 'an object')),
    );
  };

  async function send(at: Open, method: string, params: readonly Wire[], how: CallOptions): Promise<Reply> {
    const value = await o.transport.call(at.master.address, method, [at.ref, ...params], how);
    return replyFrom(value, `XAPI on ${at.master.name}`);
  }

  async function read(
    method: string,
    params: readonly Wire[],
    doing = `answer ${method}`,
    { seconds = o.readSeconds, signal }: { readonly seconds?: number; readonly signal?: AbortSignal } = {},
  ): Promise<unknown> {
    for (const isLast of [false, true]) {
      const at = await connected();
      let reply: Reply;
      try {
        reply = await send(at, method, params, options(at.master, seconds, signal));
      } catch (error) {
        // The master may be another one, or come back without our session: the next call logs in again.
        if (!(error instanceof Malformed)) forget(at);
        throw error;
      }
      if (reply.ok) return reply.value;
      if (!losesSession(reply.code)) {
        if (isStarting(reply.code))
          throw new Unreachable(`XAPI on ${at.master.name}`, `is starting (${reply.code})`);
        // two reads of one look: what the first named is gone before the second (a state file while HA goes off)
        if (reply.code === 'HANDLE_INVALID')
          throw new Unreachable(`XAPI on ${at.master.name}`, 'something changed while it was being read');
        throw refusal(reply, doing);
      }
      forget(at);
      if (isLast) throw new Unreachable(`XAPI on ${at.master.name}`, `${reply.code} twice in a row`);
    }
    throw new Unreachable(o.pool, 'no session');
  }

  async function act(
    method: string,
    params: readonly Wire[],
    doing: string,
    seconds = o.actSeconds,
    series?: AbortSignal,
  ): Promise<unknown> {
    const at = await inTime(connected(), o.pool);
    let reply: Reply;
    try {
      reply = await send(at, method, params, {
        ...options(at.master, seconds),
        ...(series ? { series } : { fresh: true }),
      });
    } catch (error) {
      if (!(error instanceof Malformed)) forget(at);
      throw error;
    }
    if (reply.ok) return reply.value;
    if (losesSession(reply.code)) {
      forget(at);
      // Whether it was the session before or after the change is not known here: look again.
      throw new Unreachable(`XAPI on ${at.master.name}`, `${reply.code} while asked to ${doing}`);
    }
    if (reply.code === INTERNAL)
      throw new Unreachable(`XAPI on ${at.master.name}`, `an internal error while asked to ${doing}`);
    throw refusal(reply, doing);
  }

  return {
    read,
    act: (method, params, doing, seconds) => act(method, params, doing, seconds),
    inSeries: async (work) => {
      const series = new AbortController();
      try {
        return await work((method, params, doing, seconds) =>
          act(method, params, doing, seconds, series.signal),
        );
      } finally {
        series.abort();
      }
    },
    get: async (path, seconds) => {
      const at = await connected();
      return o.transport.get(at.master.address, path(at.ref), options(at.master, seconds));
    },
    put: async (path, upload, seconds) => {
      const at = await inTime(connected(), o.pool);
      return o.transport.put(at.master.address, path(at.ref), upload, options(at.master, seconds));
    },
    drop: () => {
      open = undefined;
      current = undefined;
    },
    close: async () => {
      const at = await open?.catch(() => undefined);
      open = undefined;
      if (!at) return;
      // Logging out is a courtesy; a host that does not take it forgets the session by itself.
      await send(at, 'session.logout', [], options(at.master, OTHERS_SECONDS)).catch(() => undefined);
    },
  };
}

/**
 * What stands before a change must not take so long that the change leaves when nobody expects it any more (design: Acts).
 * Three of them and a change's own deadline, 60 s, are the shortest settle time of a step, 75 s.
 */
const BEFORE_A_CHANGE_MS = 5_000;

/** The login goes on for the next one; this change is not sent. */
export async function inTime<T>(work: Promise<T>, source: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const why = `${source}: not ready within ${BEFORE_A_CHANGE_MS / 1000} s, so nothing was sent`;
    timer = setTimeout(() => reject(new NotSent(why)), BEFORE_A_CHANGE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const options = (host: Dialled, seconds: number, signal?: AbortSignal): CallOptions => {
  const deadline = AbortSignal.timeout(Math.ceil(seconds * 1000));
  return {
    signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
    ...(host.pin !== undefined && { pin: host.pin }),
  };
};

/** XAPI names its master by address alone (xapi §2.2); a port is compared where one is given. */
function isAt(host: Dialled, address: string): boolean {
  const at = endpointOf(host.address);
  return address === at.host || address === `${at.host}:${at.port}`;
}

/** Something broke half-way inside XAPI: the state is unknown, not refused (xapi §15.15). */
export const INTERNAL = 'INTERNAL_ERROR';

const losesSession = (code: string): boolean => code === 'SESSION_INVALID' || code === 'HOST_IS_SLAVE';
/** Emergency and start-up answers: nobody can log in yet (xapi §2.4). */
const isStarting = (code: string): boolean =>
  code === 'HOST_STILL_BOOTING' || code.startsWith('HOST_MASTER_') || code === 'HOST_HAS_NO_MANAGEMENT_IP';
