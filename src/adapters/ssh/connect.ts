/** The real SSH: one connection per machine, kept; another host key than the pinned one is really refused. */
import { createHash } from 'node:crypto';
import { Client, type ClientChannel } from 'ssh2';
import { NotSent, Refused, Unreachable, WrongKey } from '../../domain/errors';
import { networkWords } from '../../domain/net-words';
import type { HostKeyPins, SshAnswer, SshTarget, SshTransport } from './transport';

export interface SshLogin {
  readonly user: string;
  readonly password?: string;
  /** PEM or OpenSSH text of a private key. */
  readonly privateKey?: string;
}

export interface SshConnections extends SshTransport {
  close(): void;
}

/** A machine that has not finished the handshake by then is not going to answer in time for a tick. */
const CONNECT_SECONDS = 10;
/** A kept connection costs the far side a process; between two hosts of a run it may close. */
const IDLE_SECONDS = 60;
/** sshd opens ten sessions on one connection and refuses the eleventh (MaxSessions of sshd_config). */
const CHANNELS = 8;
/** The largest answer we read is the outline of a dump, some 100 KB; more is not an answer to us. */
const OUTPUT_LIMIT_BYTES = 8 * 1024 * 1024;

/** As `ssh-keygen -l` prints it: SHA256 and unpadded base64 of the public key blob. */
export const fingerprintOf = (publicKey: Buffer): string =>
  `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')}`;

/** SSH connections over TCP. Wall-clock deadlines only: the caller's signal ends every exec. */
export function sshConnections(options: {
  readonly login: (target: SshTarget) => SshLogin;
  readonly pins: HostKeyPins;
  readonly connectSeconds?: number;
  readonly idleSeconds?: number;
}): SshConnections {
  const open = new Map<string, Kept>();
  const connectMs = (options.connectSeconds ?? CONNECT_SECONDS) * 1000;
  const idleMs = (options.idleSeconds ?? IDLE_SECONDS) * 1000;

  const drop = (key: string, kept: Kept): void => {
    clearTimeout(kept.idle);
    if (open.get(key) === kept) open.delete(key);
    kept.client.destroy();
  };

  const connection = (target: SshTarget): Kept => {
    const key = nameOf(target);
    const known = open.get(key);
    if (known) return known;
    const client = new Client();
    // Small packets one after the other: waiting for acknowledgements would cost 40 ms each.
    client.on('connect', () => client.setNoDelay(true));
    const ready = connect(client, target, options.login(target), options.pins, connectMs);
    const kept: Kept = {
      client,
      ready,
      waiting: 0,
      channels: 0,
      queue: new Set(),
      underWay: new Set(),
      idle: undefined,
    };
    open.set(key, kept);
    ready.catch(() => drop(key, kept));
    client.on('close', () => {
      drop(key, kept);
      for (const lose of kept.underWay) lose();
      // Who still waits for a channel finds out that there is none.
      for (const enter of kept.queue) enter();
    });
    return kept;
  };

  return {
    async exec(target, command, { signal }) {
      const kept = connection(target);
      clearTimeout(kept.idle);
      kept.waiting++;
      try {
        await beforeSending(kept.ready, target, signal);
        const done = await turn(kept, target, signal);
        try {
          return await run(kept, target, command, signal);
        } finally {
          done();
        }
      } catch (error) {
        // A dead connection looks alive until something times out on it; the next command gets a new one.
        if (error instanceof Unreachable || error instanceof NotSent) drop(nameOf(target), kept);
        throw error;
      } finally {
        kept.waiting--;
        if (kept.waiting === 0) kept.idle = setTimeout(() => drop(nameOf(target), kept), idleMs).unref();
      }
    },

    async hostKey(target) {
      let seen: string | undefined;
      const client = new Client();
      await new Promise<void>((resolve) => {
        client.on('error', () => resolve());
        client.on('close', () => resolve());
        client.connect({
          host: target.host,
          port: target.port,
          username: 'nobody',
          readyTimeout: connectMs,
          hostVerifier: (publicKey: Buffer) => {
            seen = fingerprintOf(publicKey);
            return false;
          },
        });
      });
      client.destroy();
      return seen;
    },

    close() {
      for (const [key, kept] of open) drop(key, kept);
    },
  };
}

interface Kept {
  readonly client: Client;
  readonly ready: Promise<void>;
  /** Commands begun and not ended, those still waiting for the connection included. */
  waiting: number;
  /** Channels open now, and who waits for one. */
  channels: number;
  readonly queue: Set<() => void>;
  /** Called for every command that was sent when the connection breaks. */
  readonly underWay: Set<() => void>;
  idle: NodeJS.Timeout | undefined;
}

const nameOf = (target: SshTarget): string => `${target.host}:${target.port}`;
const sourceOf = (target: SshTarget): string => `SSH on ${nameOf(target)}`;

function connect(
  client: Client,
  target: SshTarget,
  login: SshLogin,
  pins: HostKeyPins,
  connectMs: number,
): Promise<void> {
  const pinned = pins.pinned(target);
  let wrongKey: WrongKey | undefined;
  return new Promise((resolve, reject) => {
    client.on('ready', () => resolve());
    client.on('error', (error) => reject(wrongKey ?? explain(target, login.user, error)));
    client.on('close', () =>
      reject(wrongKey ?? new NotSent(`${sourceOf(target)} closed the connection before the login`)),
    );
    client.connect({
      host: target.host,
      port: target.port,
      username: login.user,
      ...(login.password !== undefined && { password: login.password }),
      ...(login.privateKey !== undefined && { privateKey: login.privateKey }),
      readyTimeout: connectMs,
      // A host that reboots sends no FIN: three unanswered probes end the connection.
      keepaliveInterval: 10_000,
      keepaliveCountMax: 3,
      hostVerifier: (publicKey: Buffer) => {
        const seen = fingerprintOf(publicKey);
        if (seen === pinned) return true;
        wrongKey = new WrongKey(sourceOf(target), 'ssh', pinned ?? 'none', seen);
        return false;
      },
    });
  });
}

function explain(target: SshTarget, user: string, error: Error & { level?: string }): Error {
  if (error.level !== 'client-authentication')
    return new NotSent(`${sourceOf(target)}: ${networkWords(error)}`);
  return new Refused({
    code: 'SSH_LOGIN_REFUSED',
    what: `${nameOf(target)} does not let ${user} in over SSH.`,
    why: 'The password or key in the configuration is not the one of this machine.',
    doThis: [
      `Try it by hand: ssh -p ${target.port} ${user}@${target.host} true`,
      'Correct the SSH password in .env.',
    ],
  });
}

/** Until the connection stands, nothing of the command has left: the caller's deadline is NotSent. */
async function beforeSending(ready: Promise<void>, target: SshTarget, signal: AbortSignal): Promise<void> {
  const late = (): NotSent => new NotSent(`${sourceOf(target)}: no connection within the deadline`);
  if (signal.aborted) throw late();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(late());
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([ready, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Waits until fewer than the allowed number of channels are open; what it gives back lets the next one in. */
async function turn(kept: Kept, target: SshTarget, signal: AbortSignal): Promise<() => void> {
  if (kept.channels >= CHANNELS) {
    let enter = (): void => undefined;
    const free = new Promise<void>((resolve) => (enter = resolve));
    kept.queue.add(enter);
    await beforeSending(free, target, signal).finally(() => kept.queue.delete(enter));
  }
  kept.channels++;
  return () => {
    kept.channels--;
    const [next] = kept.queue;
    if (!next) return;
    kept.queue.delete(next);
    next();
  };
}

function run(
  { client, underWay }: Kept,
  target: SshTarget,
  command: string,
  signal: AbortSignal,
): Promise<SshAnswer> {
  const lost = (why: string): Unreachable => new Unreachable(sourceOf(target), why);
  return new Promise<SshAnswer>((resolve, reject) => {
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      underWay.delete(onClose);
      settle();
    };
    const onAbort = (): void => end(() => reject(lost('no answer within the deadline')));
    const onClose = (): void => end(() => reject(lost('the connection broke before the answer')));
    signal.addEventListener('abort', onAbort, { once: true });
    underWay.add(onClose);
    try {
      client.exec(command, (error, channel) => {
        // A refused channel never carried the command; any other error may come after it.
        if (error)
          end(() =>
            reject(
              'reason' in error
                ? new NotSent(`${sourceOf(target)}: ${networkWords(error)}`)
                : lost(networkWords(error)),
            ),
          );
        else
          collect(channel, (answer) =>
            end(() => (answer ? resolve(answer) : reject(lost('the answer was cut off or too long')))),
          );
      });
    } catch (error) {
      // ssh2 throws here only when the socket is already gone: nothing was written.
      end(() => reject(new NotSent(`${sourceOf(target)}: ${networkWords(error)}`)));
    }
  });
}

function collect(channel: ClientChannel, done: (answer: SshAnswer | undefined) => void): void {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let bytes = 0;
  let code: number | undefined;
  const take = (into: Buffer[]) => (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > OUTPUT_LIMIT_BYTES) channel.close();
    else into.push(chunk);
  };
  channel.on('data', take(out));
  channel.stderr.on('data', take(err));
  channel.on('exit', (status: number | null) => {
    // Ended by a signal: no status. 128 is what a shell says then, at the least.
    code = status ?? 128;
  });
  channel.on('close', () => {
    const whole = code !== undefined && bytes <= OUTPUT_LIMIT_BYTES;
    done(
      whole
        ? { code: code!, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }
        : undefined,
    );
  });
}
