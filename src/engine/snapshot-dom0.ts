/** dom0's side of the snapshot: hosts that have SSH configured and are live, so many at a time. */
import { liesOn, type Dom0Snapshot } from '../domain/dom0';
import { sortedNames } from '../domain/order';
import type { Dom0, Dom0Seen, XenHostSeen } from '../ports';

/** A handshake costs processor time on both sides: a large pool is read in turns. */
const AT_ONCE = 16;

/** By host uuid. Never throws for a host: what fails stands in its `unread`. */
export async function readDom0(
  dom0: Dom0 | undefined,
  hosts: readonly XenHostSeen[],
): Promise<ReadonlyMap<string, Dom0Snapshot>> {
  const seen = new Map<string, Dom0Snapshot>();
  if (!dom0) return seen;
  const waiting = hosts.filter((host) => host.live && dom0.configured.includes(host.uuid));
  const next = async (): Promise<void> => {
    for (let host = waiting.shift(); host; host = waiting.shift())
      seen.set(host.uuid, dom0Snapshot(host, await dom0.look(host.uuid)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return seen;
}

function dom0Snapshot(host: XenHostSeen, { disk, ...rest }: Dom0Seen): Dom0Snapshot {
  if (!disk) return rest;
  const { names, ...known } = disk;
  const srs = host.pbds.filter(({ device }) => liesOn(device, names)).map(({ sr }) => sr);
  return { ...rest, disk: { ...known, srs: sortedNames(srs) } };
}
