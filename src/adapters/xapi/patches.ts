/** Hotfixes of a host, and what those of before 7.1 still ask for: XAPI itself keeps no list of it (xapi §8.1, xc §1.6 row 11). */
import { PRE_UPGRADE_HOTFIXES } from '../../domain/pre-upgrade-hotfix';
import type { XenHostCondition, XenHostSeen } from '../../ports';
import { seconds } from './patching/context';
import type { XapiObject } from './record';
import type { Table } from './tables';

/** When it was booted, and when its toolstack was started. */
export function startsOf(host: XapiObject): Pick<XenHostSeen, 'bootTime' | 'agentStartTime'> {
  const other = host.map('other_config');
  return { bootTime: seconds(other['boot_time']), agentStartTime: seconds(other['agent_start_time']) };
}

const appliedTo = (host: XapiObject, hostPatches: Table): readonly XapiObject[] =>
  [...hostPatches.values()].filter((patch) => patch.text('host') === host.ref && patch.flag('applied'));

/** Whatever an ISO of it is labelled, XenCenter tells it by its uuid (xc §1.3 row 3). */
const KNOWN_BY_UUID = new Map(PRE_UPGRADE_HOTFIXES.map(({ uuid, name }) => [uuid, name]));

export const nameOfUpdate = (update: XapiObject): string =>
  KNOWN_BY_UUID.get(update.text('uuid')) ?? update.text('name_label');

/** Hosts up to 7.0 list host_patches, from 7.1 on updates; while versions differ both kinds exist (xapi §8). */
export function hotfixesOf(
  host: XapiObject,
  { hostPatches, updates }: { readonly hostPatches: Table; readonly updates: Table },
): readonly string[] {
  const names = new Set<string>();
  for (const patch of appliedTo(host, hostPatches)) names.add(patch.text('name_label'));
  for (const update of updates.values())
    if (update.set('hosts').includes(host.ref)) names.add(nameOfUpdate(update));
  return [...names].toSorted();
}

/**
 * A hotfix that asks for a reboot and was applied after the boot, or for a restart of the toolstack and was applied after
 * its start: all these times are the host's own. A reboot does both.
 */
export function askedSince(
  host: XapiObject,
  { hostPatches, patches }: { readonly hostPatches: Table; readonly patches: Table },
): Pick<XenHostCondition, 'rebootsFor' | 'restartsFor'> {
  const applied = appliedTo(host, hostPatches);
  const { bootTime, agentStartTime } = startsOf(host);
  const after = (since: number, guidance: string): readonly string[] =>
    applied
      .filter(
        (patch) =>
          since > 0 &&
          patch.time('timestamp_applied') > since * 1000 &&
          patches.get(patch.text('pool_patch'))?.set('after_apply_guidance').includes(guidance),
      )
      .map((patch) => patch.text('name_label'))
      .toSorted();
  const rebootsFor = after(bootTime, 'restartHost');
  const restartsFor = after(agentStartTime, 'restartXAPI').filter((name) => !rebootsFor.includes(name));
  return { ...(rebootsFor.length > 0 && { rebootsFor }), ...(restartsFor.length > 0 && { restartsFor }) };
}
