/** Pools of a given size for the benchmarks: plain ones, in which nothing blocks a plan. */
import type { PoolFile, VmFile } from '../../src/sim/snapshot-file';

const NFS = 'nfs-primary';
const GIB = 1024;
/** Enough for a good hundred small guests and those of a neighbour. */
const HOST_MIB = 128 * GIB;
const GUEST_MIB = 512;

/** What planning is promised for. */
export const LARGE: Size = { hosts: 16, vms: 500 };
/** …and the largest pool that XenServer supports, full of small guests. */
export const HUGE: Size = { hosts: 64, vms: 4000 };

export interface Size {
  readonly hosts: number;
  readonly vms: number;
}

export const sizeOf = ({ hosts, vms }: Size): string => `${hosts} hosts, ${vms} VMs`;

export interface Shape {
  readonly wlb?: boolean;
  /** Hosts that are on the new version already, the master first: a pool half-way, whose HA is off. */
  readonly upgraded?: number;
}

/** `vms` guests and system VMs in all, spread evenly: one router per host, one SSVM and one CPVM among them. */
export function poolOf(hosts: number, vms: number, o: Shape = {}): PoolFile {
  const { upgraded = 0 } = o;
  const names = Array.from({ length: hosts }, (_, n) => `host-${n + 1}`);
  return {
    name: 'pool-a',
    master: 'host-1',
    ha: {
      on: upgraded === 0,
      srs: [NFS],
      tolerates: 1,
      configuration: { timeout: '60' },
      allowOvercommit: false,
    },
    wlb: { on: o.wlb ?? false, url: o.wlb ? 'wlb.example:8012' : '' },
    // an operator of large hosts has raised the limit of guests, which is 50 for a version without a row (cs fact 18)
    cloudstack: {
      traits: {
        capabilities: ['default', '6.5.0', '7.1.2'].map((version) => ({
          version,
          maxGuests: 500,
          storageMotion: true,
        })),
      },
    },
    srs: [{ name: NFS, type: 'nfs', shared: true }],
    hosts: names.map((name, n) => ({
      name,
      version: n < upgraded ? '7.1.2' : '6.5.0',
      memoryMib: { total: HOST_MIB },
      pbds: [{ sr: NFS, attached: true }],
      pifs: [
        { device: 'eth0', network: 'management', attached: true, management: true },
        { device: 'eth1', network: 'guest', attached: true, management: false },
      ],
    })),
    vms: Array.from({ length: vms }, (_, n) => vmOf(n, names)),
  };
}

function vmOf(n: number, hosts: readonly string[]): VmFile {
  const on = hosts[n % hosts.length] ?? '';
  if (n < hosts.length) return systemVm(`r-${n + 1000}-VM`, 'router', on, 256);
  if (n === hosts.length) return systemVm('s-1-VM', 'ssvm', on, 512);
  if (n === hosts.length + 1) return systemVm('v-2-VM', 'cpvm', on, 1024);
  return {
    name: `i-2-${n + 2000}-VM`,
    kind: 'guest',
    power: 'Running',
    on,
    memoryMib: GUEST_MIB,
    vcpus: 1,
    tools: true,
    disks: [NFS],
    networks: ['guest'],
    cloudstack: { displayName: `web-${n}`, account: 'acme', haEnabled: false },
  };
}

const systemVm = (name: string, kind: 'router' | 'ssvm' | 'cpvm', on: string, memoryMib: number): VmFile => ({
  name,
  kind,
  power: 'Running',
  on,
  memoryMib,
  vcpus: 1,
  tools: true,
  disks: [NFS],
  networks: kind === 'router' ? ['guest', 'management'] : ['management', 'guest'],
  cloudstack: { displayName: name, account: kind === 'router' ? 'acme' : 'system', haEnabled: true },
});
