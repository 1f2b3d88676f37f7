/** Versions that this product knows, as data with sources. An unknown one is refused with a sentence, never guessed. */
import { compareVersions } from './version';

/**
 * The oldest release whose rules stand below: it brought managedstate. Without it the master cannot be rebooted, for
 * CloudStack would give its role to another host (cs §9.5, fact 8).
 */
export const OLDEST_CLOUDSTACK = '2.2.10';
/** Newest release whose sources were read (cs §2, §3, §8.2). */
export const NEWEST_CLOUDSTACK = '4.22';

export type CloudStackEra = 'older' | 'known' | 'newer' | 'unreadable';

/** `4.11.3.0` and `4.22.1` are known; of the newest the first two numbers count. */
export function cloudStackEra(version: string): CloudStackEra {
  const match = /^(\d+\.\d+)(?:\.|$)/.exec(version);
  if (!match) return 'unreadable';
  if (compareVersions(version, OLDEST_CLOUDSTACK) < 0) return 'older';
  return compareVersions(match[1]!, NEWEST_CLOUDSTACK) > 0 ? 'newer' : 'known';
}

/** Why a release before OLDEST_CLOUDSTACK is refused, one fact each (cs §9.5, §10.2, fact 8). */
export const whyTooOld = (version: string): readonly string[] => [
  `no cluster can be Unmanaged before ${OLDEST_CLOUDSTACK}: while the master reboots, CloudStack makes another host the master`,
  ...(hasCome('hostAllocation', version)
    ? []
    : [`no host can be kept free of new VMs before ${SINCE.hostAllocation}`]),
];

/** What came with a release of CloudStack and changes what the product does: fact → first release with it. */
const SINCE = {
  /** allocation_state of a host: new VMs can be kept away from it (cs §10.2). */
  hostAllocation: '2.2.4',
  /** resource_state beside the status of a host: before, maintenance is a status and hides the connection (cs §4.1). */
  resourceStates: '3.0',
  /** addGuestOsMapping and its list: names of guest systems for an exact version (cs §8.5). */
  guestOsNames: '4.4',
  /** findHostsForMigration (cs §3). */
  findsHosts: '4.2',
  /** All columns of hypervisor_capabilities that cs §8.5 reads; before, only those that are there for certain are named. */
  capabilityColumns: '4.2',
  /** CloudStack's own files in dom0 under /opt/cloud/bin (cs §8.4). */
  ownBin: '4.2',
  /** Maintenance of the master leaves its role where it is (cs fact 9, §6). */
  masterRoleStays: '4.2.1',
  /** Services and directories called cloudstack-… instead of cloud-… (cs §12.1). */
  ownNames: '4.1',
  /** systemd units of the services (cs §12.1). */
  systemd: '4.9',
  /** Cluster allocation Disabled is honoured on every path (CLOUDSTACK-10147; cs §9.5). */
  clusterAllocation: '4.11.1',
  /** listManagementServers (cs §3). */
  managementServers: '4.12',
} as const;

const hasCome = (fact: keyof typeof SINCE, cloudStack: string): boolean =>
  compareVersions(cloudStack, SINCE[fact]) >= 0;

export const listsManagementServers = (cloudStack: string): boolean =>
  hasCome('managementServers', cloudStack);

export const honoursClusterAllocation = (cloudStack: string): boolean =>
  hasCome('clusterAllocation', cloudStack);

/** False: a host in maintenance does not show whether it is connected. */
export const showsConnection = (cloudStack: string): boolean => hasCome('resourceStates', cloudStack);

/** False: nobody can keep new VMs away from a host before its maintenance, so only CloudStack distributes them (cs §9.5). */
export const choosesHosts = (cloudStack: string): boolean => hasCome('hostAllocation', cloudStack);

/** True: what guest systems are called only the database tells. */
export const guestOsNamesInDatabase = (cloudStack: string): boolean => !hasCome('guestOsNames', cloudStack);
/** True: allocation stands beside maintenance and stays disabled through it; else maintenance takes its place (cs fact 3). */
export const allocationStaysDisabled = (cloudStack: string): boolean => !showsConnection(cloudStack);

export const findsHosts = (cloudStack: string): boolean => hasCome('findsHosts', cloudStack);

/** Columns of hypervisor_capabilities that a new row copies; the others are left to the database. */
export const capabilityColumns = (cloudStack: string): readonly string[] => [
  'max_guests_limit',
  'security_group_enabled',
  ...(hasCome('capabilityColumns', cloudStack)
    ? ['max_data_volumes_limit', 'max_hosts_per_cluster', 'storage_motion_supported', 'vm_snapshot_enabled']
    : []),
];

/** False: its rows have no uuid. */
export const namesCapabilities = (cloudStack: string): boolean => hasCome('capabilityColumns', cloudStack);

/** Where CloudStack puts its scripts and its heartbeat file in dom0. */
export const binOf = (cloudStack: string): DomZeroBin =>
  hasCome('ownBin', cloudStack) ? '/opt/cloud/bin' : '/opt/xensource/bin';
export type DomZeroBin = '/opt/cloud/bin' | '/opt/xensource/bin';

/** False: CloudStack maintenance would hand the master role to another host, so the master never enters it. */
export const keepsMasterRole = (cloudStack: string): boolean => hasCome('masterRoleStays', cloudStack);

export interface ServiceWords {
  readonly management: string;
  readonly usage: string;
  /** Directory with db.properties and the key that decrypts the database's secrets. */
  readonly configuration: string;
  readonly command: (verb: 'start' | 'stop', unit: string) => string;
}

/** How an operator of this release stops and starts the services (cs §12.1, §11.1). */
export function servicesOf(cloudStack: string): ServiceWords {
  const prefix = hasCome('ownNames', cloudStack) ? 'cloudstack' : 'cloud';
  return {
    management: `${prefix}-management`,
    usage: `${prefix}-usage`,
    configuration: `/etc/${prefix}/management`,
    command: (verb, unit) =>
      hasSystemd(cloudStack) ? `systemctl ${verb} ${unit}` : `service ${unit} ${verb}`,
  };
}

/** False: SysV scripts, which no allow-listed command of ours drives; a person stops and starts the services. */
export const hasSystemd = (cloudStack: string): boolean => hasCome('systemd', cloudStack);

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
  ...releases('XenServer', '2.2.4', '5.6.0', '5.6.100'),
  ...releases('XenServer', '2.2.14', '6.0.0'),
  ...releases('XenServer', '3.0.5', '6.0.2', '6.1.0'),
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
