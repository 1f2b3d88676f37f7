/** The sides of one cloud, made once: XAPI, CloudStack and the machines behind SSH share its state and its time. */
import { cloudStackSide } from './cloudstack/cloudstack';
import type { CloudStackSide } from './cloudstack/side';
import type { CloudState, XapiSide } from './model';
import { sshSide, type SshSide } from './ssh/machines';
import { xapiSide } from './xapi';

export interface Sides {
  readonly xapi: XapiSide;
  readonly cloudStack: CloudStackSide;
  readonly ssh: SshSide;
}

const made = new WeakMap<CloudState, Sides>();

/** The same sides for the same cloud: their loops run on its timeline and must not run twice. */
export function sidesOf(cloud: CloudState): Sides {
  const known = made.get(cloud);
  if (known) return known;
  const xapi = xapiSide(cloud);
  const cloudStack = cloudStackSide(cloud, xapi);
  const sides = { xapi, cloudStack, ssh: sshSide(cloudStack) };
  made.set(cloud, sides);
  return sides;
}
