/** What the checks of dom0 share: the hosts that the installer is still to touch, and how they are named together. */
import type { Dom0Snapshot } from '../domain/dom0';
import type { HostSnapshot, Snapshot } from '../domain/pool';
import { compareVersions, sameOrNewer } from '../domain/version';
import { changesVersion, type Extra } from './check';

export type LookedAt = HostSnapshot & { readonly dom0: Dom0Snapshot };

/** Hosts not on the target whose dom0 was looked at: what an installer has left behind it says nothing any more. */
export const stillToUpgrade = (pool: Snapshot, target: string): readonly LookedAt[] =>
  pool.hosts.flatMap((host) =>
    host.dom0 && !sameOrNewer(host.version, target) ? [{ ...host, dom0: host.dom0 }] : [],
  );

/** Hosts whose dom0 was looked at and that this plan takes down, or writes to: by the installer, a reboot or hotfixes. */
export const stillToTouch = (pool: Snapshot, target: string, extra: Extra): readonly LookedAt[] =>
  changesVersion(extra)
    ? stillToUpgrade(pool, target)
    : pool.hosts.flatMap((host) =>
        host.dom0 && (extra.patching?.work?.hosts[host.name] ?? extra.aim === 'reboot')
          ? [{ ...host, dom0: host.dom0 }]
          : [],
      );

export const isBefore = (version: string, release: string): boolean => compareVersions(version, release) < 0;

export const namesOf = (hosts: readonly { readonly name: string }[]): string =>
  hosts.map((host) => host.name).join(', ');

/** The release with the partition layout of today, a disk of 46 GB and GRUB in front of it (seeds 003 and 004). */
export const NEW_LAYOUT = '7.0';
/** XenServer 8 and XCP-ng 8.3 take no other layout any more (xc §1.3 row 6). */
export const NEW_LAYOUT_ONLY = '8.3';
