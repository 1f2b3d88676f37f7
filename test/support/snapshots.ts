/** Snapshots for tests: a healthy pool, and what a test changes in it. */
import type { Dom0Snapshot } from '../../src/domain/dom0';
import type {
  BackupRoomSnapshot,
  CloudStackVmSnapshot,
  HostSnapshot,
  Snapshot,
  SrSnapshot,
  VmSnapshot,
} from '../../src/domain/pool';
import type { CloudStackTraits, HostTraits, VmTraits } from '../../src/domain/traits';

export const GIB = 1024;
export const NFS: SrSnapshot = { uuid: 'sr-nfs', name: 'nfs-primary', type: 'nfs', shared: true };

/** A CloudStack that was prepared for 7.1.2: it has the rows that 4.11.3 lacks. */
const HEALTHY_CLOUDSTACK: CloudStackTraits = {
  capabilities: ['6.5.0', '7.1.2', '8.3.0'].map((version) => ({
    version,
    maxGuests: 500,
    storageMotion: true,
  })),
  guestOsMappings: { '6.5.0': 180, '7.1.2': 199, '8.3.0': 220 },
  settings: { 'integration.api.port': '0', 'ping.interval': '60' },
  key: { account: 'admin', rootAdmin: true },
  missingCalls: [],
  clockSkewSeconds: 0,
};

/** Nothing special about a host, or a VM. */
export const hostTraits: HostTraits = {
  maintenanceMode: false,
  operations: [],
  powerOnMode: '',
  iqn: '',
  multipathing: false,
  licence: { edition: 'free', motion: true },
  cpu: { vendor: 'GenuineIntel', features: '' },
  legacySsl: false,
  packs: [],
  rebootsFor: [],
  clockSkewSeconds: 0,
};
export const vmTraits: VmTraits = {
  operations: [],
  blocked: {},
  autoPowerOn: false,
  haPriority: '',
  inAppliance: false,
  paravirtual: false,
  coresPerSocket: 1,
};

/** Far more than a dump takes. */
export const HEALTHY_ROOM: BackupRoomSnapshot = {
  server: 'ms-1',
  directory: '/var/backups/xsupgrade',
  freeMib: 20_000,
  neededMib: 600,
};

/** A dom0 that no check has anything to say of: the layout of 7.0, space, nothing added. */
export const HEALTHY_DOM0: Dom0Snapshot = {
  disk: { device: '/dev/sda', gib: 136, layout: 'new', utilityPartition: false, srs: [] },
  freeMib: { root: 14_000, log: 3000 },
  safe2upgrade: false,
  blobs: 0,
  customisations: { rcLocal: { lines: 0, sha256: 'a'.repeat(64) }, crontabs: [], mounts: [] },
  pythons: ['2.7.5'],
  managementInterface: 'xenbr0',
  timeSync: 'synchronised',
};

export const localSr = (host: string): SrSnapshot => ({
  uuid: `sr-local-${host}`,
  name: `local-${host}`,
  type: 'ext',
  shared: false,
});

export function hostOf(name: string, change: Partial<HostSnapshot> = {}): HostSnapshot {
  const version = change.version ?? '6.5.0';
  return {
    name,
    uuid: `uuid-${name}`,
    address: `10.0.0.${name.replace(/\D/g, '') || '9'}`,
    version,
    build: '90233c',
    platform: version.startsWith('7.1') ? '2.2.0' : '1.9.0',
    brand: 'XenServer',
    hotfixes: [],
    enabled: true,
    live: true,
    bootedAt: '2026-01-01T00:00:00.000Z',
    memoryMib: { total: 32 * GIB, free: 31 * GIB },
    tags: [],
    pbds: [
      { sr: NFS.uuid, attached: true },
      { sr: localSr(name).uuid, attached: true },
    ],
    pifs: [
      { device: 'eth0', network: 'management', attached: true, management: true },
      { device: 'eth1', network: 'guest', attached: true, management: false },
    ],
    dom0: HEALTHY_DOM0,
    cloudstack: {
      id: `cs-${name}`,
      name,
      state: 'Up',
      resourceState: 'Enabled',
      hypervisorVersion: version,
    },
    ...change,
  };
}

/** A running guest on `on`; `cloudstack: null` in the change: CloudStack does not know it. */
export function vmOf(
  name: string,
  on: string,
  change: Partial<Omit<VmSnapshot, 'cloudstack' | 'on'>> & {
    readonly cloudstack?: Partial<CloudStackVmSnapshot> | null;
  } = {},
): VmSnapshot {
  const { cloudstack, ...rest } = change;
  return {
    name,
    uuid: `uuid-${name}`,
    kind: 'guest',
    power: 'Running',
    on,
    memoryMib: 2 * GIB,
    vcpus: 2,
    tools: true,
    disks: [NFS.uuid],
    networks: ['guest'],
    devices: [],
    ...rest,
    ...(cloudstack !== null && {
      cloudstack: {
        id: `cs-${name}`,
        displayName: name,
        account: 'acme',
        state: 'Running',
        on,
        haEnabled: false,
        ...cloudstack,
      },
    }),
  };
}

/** Free memory follows from what runs: 1 GiB for Xen and dom0, the rest for the residents. */
export function withMemory(pool: Snapshot): Snapshot {
  const hosts = pool.hosts.map((host) => {
    const used = pool.vms.filter((vm) => vm.on === host.name).reduce((sum, vm) => sum + vm.memoryMib, GIB);
    return {
      ...host,
      memoryMib: { total: host.memoryMib.total, free: Math.max(0, host.memoryMib.total - used) },
    };
  });
  return { ...pool, hosts };
}

/** Three hosts on 6.5.0 under CloudStack 4.11.3, host-1 the master, seven VMs: nothing is wrong with it. */
export function healthyPool(change: Partial<Snapshot> = {}): Snapshot {
  const hosts = change.hosts ?? ['host-1', 'host-2', 'host-3'].map((name) => hostOf(name));
  const pair = { redundantGroup: 'net-acme' };
  return withMemory({
    v: 1,
    takenAt: '2026-01-02T00:00:00.000Z',
    name: 'pool-a',
    uuid: 'uuid-pool-a',
    master: 'host-1',
    ha: { on: false, srs: [], tolerates: 0, configuration: {}, allowOvercommit: false },
    wlb: { on: false, url: '' },
    rollingUpgradeFlag: false,
    autoPowerOn: false,
    traits: { operations: [], tasks: [], messages: 12, vswitchController: '' },
    cloudstack: {
      version: '4.11.3.0',
      clusterId: 'cluster-a',
      clusterName: 'cluster-a',
      managedState: 'Managed',
      allocationState: 'Enabled',
      managementServers: [{ name: 'ms-1', state: 'Up', version: '4.11.3.0' }],
      backupRoom: HEALTHY_ROOM,
      openWork: { jobs: [], transitions: [], haWork: [], transfers: [] },
      traits: HEALTHY_CLOUDSTACK,
    },
    vms: [
      vmOf('i-2-10-VM', 'host-1'),
      vmOf('i-2-11-VM', 'host-2', { memoryMib: 4 * GIB }),
      vmOf('i-2-12-VM', 'host-3'),
      vmOf('r-4-VM', 'host-1', { kind: 'router', memoryMib: 256, cloudstack: pair }),
      vmOf('r-5-VM', 'host-3', { kind: 'router', memoryMib: 256, cloudstack: pair }),
      vmOf('s-1-VM', 'host-2', { kind: 'ssvm', memoryMib: 512 }),
      vmOf('v-2-VM', 'host-3', { kind: 'cpvm', memoryMib: GIB }),
    ],
    srs: [NFS, ...hosts.map((host) => localSr(host.name))],
    unread: [],
    ...change,
    hosts,
  });
}

/** The same pool with one host changed. */
export const withHost = (pool: Snapshot, name: string, change: Partial<HostSnapshot>): Snapshot => ({
  ...pool,
  hosts: pool.hosts.map((host) => (host.name === name ? { ...host, ...change } : host)),
});

export const withVms = (pool: Snapshot, ...vms: readonly VmSnapshot[]): Snapshot =>
  withMemory({
    ...pool,
    vms: [...pool.vms.filter((vm) => vms.every((one) => one.name !== vm.name)), ...vms],
  });

/** The master and these members are done; the rest is not. */
export function halfWay(pool: Snapshot, done: readonly string[], target = '7.1.2'): Snapshot {
  return {
    ...pool,
    rollingUpgradeFlag: true,
    hosts: pool.hosts.map((host) =>
      done.includes(host.name)
        ? {
            ...host,
            version: target,
            build: '158137c',
            platform: '2.2.0',
            ...(host.cloudstack && { cloudstack: { ...host.cloudstack, hypervisorVersion: target } }),
          }
        : host,
    ),
  };
}
