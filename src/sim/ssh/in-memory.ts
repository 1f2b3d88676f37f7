/** SSH without a socket: the product's own adapters run their lines on the pretend machines through this transport. */
import { NotSent, Unreachable, WrongKey } from '../../domain/errors';
import { SSH_LOGIN } from '../credentials';
import { SimSocketError } from '../socket-error';
import { hostKeyOf } from './keys';
import { answersSsh, machineAt, type SshSide } from './machines';
import { execOn, type Answer } from './shell';

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface InMemorySsh {
  exec(target: Target, command: string, options: { readonly signal: AbortSignal }): Promise<Answer>;
  hostKey(target: Target): Promise<string | undefined>;
}

/** Targets are the machines' own addresses, port 22. `pinned` as the wire's client has it. */
export function inMemorySsh(side: SshSide, pinned: (target: Target) => string | undefined): InMemorySsh {
  const found = (target: Target) => {
    const machine = machineAt(side, target);
    return machine && answersSsh(machine) ? machine : undefined;
  };
  return {
    async exec(target, command, { signal }) {
      const source = `SSH on ${target.host}:${target.port}`;
      const machine = found(target);
      if (!machine) throw new NotSent(`${source}: connection refused`);
      if (signal.aborted) throw new NotSent(`${source}: no connection within the deadline`);
      const seen = hostKeyOf(machine).fingerprint;
      const pin = pinned(target);
      if (seen !== pin) throw new WrongKey(source, 'ssh', pin ?? 'none', seen);
      const gaveUp = new Promise<never>((_, reject) =>
        signal.addEventListener(
          'abort',
          () => reject(new Unreachable(source, 'no answer within the deadline')),
          {
            once: true,
          },
        ),
      );
      try {
        return await Promise.race([execOn(side, machine, command, SSH_LOGIN.user), gaveUp]);
      } catch (error) {
        if (!(error instanceof SimSocketError)) throw error;
        if (error.kind === 'hang') return gaveUp;
        throw new Unreachable(source, 'the connection broke before the answer');
      }
    },
    hostKey(target) {
      const machine = found(target);
      return Promise.resolve(machine && hostKeyOf(machine).fingerprint);
    },
  };
}
