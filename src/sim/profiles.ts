/** Version profiles: what differs between releases of XenServer and XCP-ng, as data (xapi §4, §5.2, §6.2, §12.5). */
import { familyOf } from '../domain/version-eras';
import { compareVersions } from '../domain/version';

/** Releases in the order in which record fields came (xapi App. B). */
export const RELEASES = [
  '5.6',
  '5.6FP1',
  '6.0',
  '6.1',
  '6.2',
  '6.5',
  '7.0',
  '7.1',
  '7.2',
  '7.3',
  '7.4',
  '7.5',
  '7.6',
  '8.0',
  '8.1',
  '8.2',
  '8.4',
] as const;
export type Release = (typeof RELEASES)[number];

export interface XenProfile {
  /** product_version. */
  readonly version: string;
  readonly build: string;
  /** platform_version; empty before 6.1, which has none. */
  readonly platform: string;
  readonly brand: string;
  readonly release: Release;
  /** API_version_major and _minor. */
  readonly api: readonly [major: number, minor: number];
  /** Other software_version keys as the product shows them. */
  readonly xapi: string;
  readonly xen: string;
  readonly linux: string;
  readonly date: string;
  /** Empty: product_version without its last `.0`. */
  readonly text: string;
  /** What pool_migrate does with an HVM guest that has no PV drivers (xapi §6.2): tries it, or says this code. */
  readonly withoutTools: 'tries' | 'VM_MISSING_PV_DRIVERS' | 'VM_LACKS_FEATURE_SUSPEND' | 'VM_LACKS_FEATURE';
  /** event.from and its tokens came with 6.0; before there is only event.next (xapi §9.2). */
  readonly eventsFrom: boolean;
}

type Given = Pick<
  XenProfile,
  'version' | 'build' | 'platform' | 'release' | 'api' | 'xen' | 'linux' | 'date'
> &
  Partial<XenProfile>;

const xenServer = (given: Given): XenProfile => ({
  brand: 'XenServer',
  xapi: '1.3',
  text: '',
  withoutTools: withoutTools(given.release),
  eventsFrom: RELEASES.indexOf(given.release) >= RELEASES.indexOf('6.0'),
  ...given,
});
const citrixHypervisor = (given: Given): XenProfile => xenServer({ ...given, brand: 'Citrix Hypervisor' });
const xcpNg = (given: Given): XenProfile => xenServer({ ...given, brand: 'XCP-ng' });

/** The table of xapi §6.2. */
function withoutTools(release: Release): XenProfile['withoutTools'] {
  if (RELEASES.indexOf(release) < RELEASES.indexOf('6.5')) return 'VM_MISSING_PV_DRIVERS';
  if (release === '6.5') return 'tries';
  return release === '7.0' ? 'VM_LACKS_FEATURE_SUSPEND' : 'VM_LACKS_FEATURE';
}

/**
 * Platform and API versions: xapi §5.2. 7.1.1 and 7.1.2 are cumulative updates of 7.1 and share its platform version.
 * 8.0 to 8.2 carry the brand Citrix Hypervisor (cs fact 19). Within a family the order is the order of releases.
 */
export const PROFILES: readonly XenProfile[] = [
  xenServer({
    version: '5.6.0',
    build: '31188p',
    platform: '',
    release: '5.6',
    api: [1, 7],
    xen: '3.4.2',
    linux: '2.6.27.42-0.1.1.xs5.6.0.44.111158xen',
    date: '2010-05-20',
  }),
  xenServer({
    version: '5.6.100',
    build: '39265p',
    platform: '',
    release: '5.6FP1',
    api: [1, 8],
    xen: '3.4.2',
    linux: '2.6.32.12-0.7.1.xs5.6.100.307.170586xen',
    date: '2010-11-25',
    text: '5.6 FP1',
  }),
  xenServer({
    version: '6.0.0',
    build: '50762p',
    platform: '',
    release: '6.0',
    api: [1, 9],
    xen: '4.1.1',
    linux: '2.6.32.12-0.7.1.xs6.0.0.529.170661xen',
    date: '2011-09-13',
  }),
  xenServer({
    version: '6.0.2',
    build: '53456p',
    platform: '',
    release: '6.0',
    api: [1, 9],
    xen: '4.1.1',
    linux: '2.6.32.12-0.7.1.xs6.0.2.542.170665xen',
    date: '2012-02-10',
  }),
  xenServer({
    version: '6.1.0',
    build: '59235p',
    platform: '1.6.10',
    release: '6.1',
    api: [1, 10],
    xen: '4.1.3',
    linux: '2.6.32.43-0.4.1.xs1.6.10.734.170748xen',
    date: '2012-09-19',
  }),
  xenServer({
    version: '6.2.0',
    build: '70446c',
    platform: '1.8.0',
    release: '6.2',
    api: [2, 0],
    xen: '4.1.5',
    linux: '2.6.32.43-0.4.1.xs1.8.0.835.170778xen',
    date: '2013-06-14',
  }),
  xenServer({
    version: '6.5.0',
    build: '90233c',
    platform: '1.9.0',
    release: '6.5',
    api: [2, 3],
    xen: '4.4.1-xs90192',
    linux: '3.10.0+2',
    date: '2014-12-18',
  }),
  xenServer({
    version: '7.0.0',
    build: '125380c',
    platform: '2.1.0',
    release: '7.0',
    api: [2, 5],
    xen: '4.6.1-xs125300',
    linux: '3.10.0+10',
    date: '2016-05-11',
  }),
  xenServer({
    version: '7.1.0',
    build: '137272c',
    platform: '2.2.0',
    release: '7.1',
    api: [2, 6],
    xen: '4.7.1-xs92231',
    linux: '4.4.0+2',
    date: '2017-02-17',
  }),
  xenServer({
    version: '7.1.2',
    build: '158137c',
    platform: '2.2.0',
    release: '7.1',
    api: [2, 6],
    xen: '4.7.6-xs92231',
    linux: '4.4.0+10',
    date: '2018-12-05',
  }),
  xenServer({
    version: '7.2.0',
    build: '140101c',
    platform: '2.3.0',
    release: '7.2',
    api: [2, 7],
    xen: '4.7.2-2.2.3',
    linux: '4.4.0+10',
    date: '2017-05-11',
  }),
  xenServer({
    version: '7.5.0',
    build: 'release/kolkata/master/29',
    platform: '2.6.0',
    release: '7.5',
    api: [2, 10],
    xen: '4.7.5-5.5',
    linux: '4.4.0+10',
    date: '2018-05-08',
  }),
  citrixHypervisor({
    version: '8.2.1',
    build: 'release/yangtze/lcm/4',
    platform: '3.2.1',
    release: '8.2',
    api: [2, 15],
    xapi: '1.20',
    xen: '4.13.4-10.22',
    linux: '4.19.0+1',
    date: '2022-06-20',
  }),
  xenServer({
    version: '8.4.0',
    build: 'cloud',
    platform: '3.4.0',
    release: '8.4',
    api: [2, 21],
    xapi: '24.39',
    xen: '4.17.5-6',
    linux: '4.19.0+1',
    date: '2024-03-18',
  }),
  xcpNg({
    version: '8.2.1',
    build: 'release/yangtze/master/58',
    platform: '3.2.1',
    release: '8.2',
    api: [2, 15],
    xapi: '1.20',
    xen: '4.13.5-9.49',
    linux: '4.19.0+1',
    date: '2022-02-11',
  }),
  xcpNg({
    version: '8.3.0',
    build: 'cloud',
    platform: '3.4.0',
    release: '8.4',
    api: [2, 21],
    xapi: '24.19',
    xen: '4.17.5-4',
    linux: '4.19.0+1',
    date: '2024-10-07',
  }),
];

/** The profile of this version in the brand's family, or of the newest known one that is not newer. */
export function profileOf(version: string, brand = 'XenServer'): XenProfile {
  const family = PROFILES.filter((profile) => familyOf(profile.brand) === familyOf(brand));
  const exact = family.find((profile) => profile.version === version);
  if (exact) return exact;
  const older = family.filter((profile) => compareVersions(profile.version, version) <= 0).at(-1);
  return { ...(older ?? family[0]!), version };
}

/** True when a record of `release` has fields that came with `since`. */
export const hasSince = (release: Release, since: Release): boolean =>
  RELEASES.indexOf(release) >= RELEASES.indexOf(since);
