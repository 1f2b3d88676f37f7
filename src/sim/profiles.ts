/** Version profiles: what differs between releases of XenServer, as data (xapi §5.2, §12.5). */
import { compareVersions } from '../domain/version';

/** Releases in the order in which record fields came (xapi App. B). */
export const RELEASES = ['6.5', '6.5SP1', '7.0', '7.1', '7.2'] as const;
export type Release = (typeof RELEASES)[number];

export interface XenProfile {
  /** product_version. */
  readonly version: string;
  readonly build: string;
  readonly platform: string;
  readonly brand: string;
  readonly release: Release;
  /** API_version_major and _minor. */
  readonly api: readonly [major: number, minor: number];
  /** Other software_version keys as the product shows them. */
  readonly xen: string;
  readonly linux: string;
  readonly date: string;
  /** What pool_migrate does with an HVM guest that has no PV drivers (xapi §6.2): tries it, or says this code. */
  readonly withoutTools: 'tries' | 'VM_LACKS_FEATURE_SUSPEND' | 'VM_LACKS_FEATURE';
}

/** Platform versions: xapi §5.2. 7.1.1 and 7.1.2 are cumulative updates of 7.1 and share its platform version. */
export const PROFILES: readonly XenProfile[] = [
  {
    version: '6.5.0',
    build: '90233c',
    platform: '1.9.0',
    brand: 'XenServer',
    release: '6.5',
    api: [2, 3],
    xen: '4.4.1-xs90192',
    linux: '3.10.0+2',
    date: '2014-12-18',
    withoutTools: 'tries',
  },
  {
    version: '7.1.0',
    build: '137272c',
    platform: '2.2.0',
    brand: 'XenServer',
    release: '7.1',
    api: [2, 6],
    xen: '4.7.1-xs92231',
    linux: '4.4.0+2',
    date: '2017-02-17',
    withoutTools: 'VM_LACKS_FEATURE',
  },
  {
    version: '7.1.2',
    build: '158137c',
    platform: '2.2.0',
    brand: 'XenServer',
    release: '7.1',
    api: [2, 6],
    xen: '4.7.6-xs92231',
    linux: '4.4.0+10',
    date: '2018-12-05',
    withoutTools: 'VM_LACKS_FEATURE',
  },
];

/** The profile of this version, or of the newest known one that is not newer. */
export function profileOf(version: string): XenProfile {
  const exact = PROFILES.find((profile) => profile.version === version);
  if (exact) return exact;
  const older = PROFILES.filter((profile) => compareVersions(profile.version, version) <= 0).at(-1);
  return { ...(older ?? PROFILES[0]!), version };
}

/** CloudStack's class for a host of this version in 4.11.3; part of the vmops-version tag (cs §8.3). */
export const resourceClassOf = (_version: string): string =>
  'com.cloud.hypervisor.xenserver.resource.XenServer650Resource';

/** True when a record of `release` has fields that came with `since`. */
export const hasSince = (release: Release, since: Release): boolean =>
  RELEASES.indexOf(release) >= RELEASES.indexOf(since);
