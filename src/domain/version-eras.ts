/** Versions that this product knows, as data with sources. An unknown one is refused with a sentence, never guessed. */
import { compareVersions } from './version';

/** From here on CloudStack behaves as the last column of cs §9.5; older eras need other procedures. */
export const OLDEST_CLOUDSTACK = '4.4';
/** Newest release whose sources were read (cs §2, §3, §8.2). */
export const NEWEST_CLOUDSTACK = '4.22';

export type CloudStackEra = 'older' | 'known' | 'newer' | 'unreadable';

/** `4.11.3.0` and `4.22.1` are known; compares the first two numbers only. */
export function cloudStackEra(version: string): CloudStackEra {
  const match = /^(\d+\.\d+)(?:\.|$)/.exec(version);
  if (!match) return 'unreadable';
  if (compareVersions(match[1]!, OLDEST_CLOUDSTACK) < 0) return 'older';
  return compareVersions(match[1]!, NEWEST_CLOUDSTACK) > 0 ? 'newer' : 'known';
}

/** listManagementServers exists (cs §3). */
export const listsManagementServers = (cloudStack: string): boolean =>
  compareVersions(cloudStack, '4.12') >= 0;

/** Cluster allocation Disabled is honoured on every path (CLOUDSTACK-10147; cs §9.5). */
export const honoursClusterAllocation = (cloudStack: string): boolean =>
  compareVersions(cloudStack, '4.11.1') >= 0;

interface XenRelease {
  /** product_version as XAPI reports it. */
  readonly version: string;
  readonly family: 'XenServer' | 'XCP-ng';
  /** First CloudStack that connects to it (cs §8.2, §1 fact 19). */
  readonly cloudStack: string;
}

const releases = (
  family: XenRelease['family'],
  cloudStack: string,
  ...versions: readonly string[]
): readonly XenRelease[] => versions.map((version) => ({ version, family, cloudStack }));

export const XEN_RELEASES: readonly XenRelease[] = [
  ...releases('XenServer', '3.0.5', '6.0.0', '6.0.2', '6.1.0'),
  ...releases('XenServer', '4.2.0', '6.2.0'),
  ...releases('XenServer', '4.5.0', '6.5.0'),
  // CLOUDSTACK-9662: 4.5.2 and 4.9.0 reject 7.x
  ...releases(
    'XenServer',
    '4.9.3',
    '7.0.0',
    '7.1.0',
    '7.1.1',
    '7.1.2',
    '7.2.0',
    '7.3.0',
    '7.4.0',
    '7.5.0',
    '7.6.0',
  ),
  // the brand is "Citrix Hypervisor", which 4.14 rejects
  ...releases('XenServer', '4.15.0', '8.0.0', '8.1.0', '8.2.0', '8.2.1'),
  // python3 in dom0
  ...releases('XenServer', '4.20.1', '8.4.0'),
  ...releases('XCP-ng', '4.11.1', '7.4.0', '7.5.0', '7.6.0', '8.0.0', '8.1.0', '8.2.0', '8.2.1'),
  ...releases('XCP-ng', '4.20.1', '8.3.0'),
];

/** `brand`: software_version.product_brand. Citrix Hypervisor is XenServer under another name. */
export const familyOf = (brand: string): XenRelease['family'] =>
  /xcp/i.test(brand) ? 'XCP-ng' : 'XenServer';

export const xenRelease = (family: XenRelease['family'], version: string): XenRelease | undefined =>
  XEN_RELEASES.find(
    (release) => release.family === family && compareVersions(release.version, version) === 0,
  );
