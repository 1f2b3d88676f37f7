/** What an SSH connection is to us: one command line in, code and output out. Nothing else travels. */

export interface SshTarget {
  readonly host: string;
  readonly port: number;
}

export interface SshAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Throws NotSent while it is proved that the command did not leave, Unreachable afterwards, WrongKey when the
 * machine shows another host key than the pinned one (nothing secret was sent to it), Refused for a refused login.
 */
export interface SshTransport {
  exec(target: SshTarget, command: string, options: { readonly signal: AbortSignal }): Promise<SshAnswer>;
  /** Fingerprint (`SHA256:…`) that the machine shows now, before any login; undefined when it does not answer. */
  hostKey(target: SshTarget): Promise<string | undefined>;
}

/** The pinned fingerprints, by target. An approver's acceptance replaces one of them. */
export interface HostKeyPins {
  pinned(target: SshTarget): string | undefined;
  trust(target: SshTarget, fingerprint: string): void;
}

const at = (target: SshTarget): string => `${target.host}:${target.port}`;

export function hostKeyPins(
  known: readonly { readonly target: SshTarget; readonly fingerprint: string }[],
): HostKeyPins {
  const pins = new Map(known.map((pin) => [at(pin.target), pin.fingerprint]));
  return {
    pinned: (target) => pins.get(at(target)),
    trust: (target, fingerprint) => void pins.set(at(target), fingerprint),
  };
}
