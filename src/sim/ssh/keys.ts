/** SSH host keys of the pretend machines: one per machine and serial number, so a new serial is really a new key. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { utils } from 'ssh2';
import type { Machine } from './machines';

export interface HostKey {
  /** PEM, as the server half of ssh2 takes it. */
  readonly privateKey: string;
  /** `SHA256:…` as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

const made = new WeakMap<object, Map<number, HostKey>>();

export const keySerial = (machine: Machine): number => (machine.kind === 'dom0' ? machine.host.sshKey : 1);

export function hostKeyOf(machine: Machine): HostKey {
  const owner = machine.kind === 'dom0' ? machine.host : machine.server;
  const keys = made.get(owner) ?? new Map<number, HostKey>();
  made.set(owner, keys);
  const serial = keySerial(machine);
  const known = keys.get(serial);
  if (known) return known;
  // Not ssh2's own generator: some of the keys it makes it cannot read.
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateKey = pair.privateKey.export({ type: 'sec1', format: 'pem' }).toString();
  const parsed = utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  const blob = (Array.isArray(parsed) ? parsed[0]! : parsed).getPublicSSH();
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  const key = { privateKey, fingerprint: `SHA256:${digest}` };
  keys.set(serial, key);
  return key;
}
