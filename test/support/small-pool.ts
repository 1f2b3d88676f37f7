/** Two hosts and a handful of VMs: what a story needs that is told many times. HA is on; one VM has no tools, one a CD. */
import type { PoolFile, VmFile } from '../../src/sim/snapshot-file';

const NFS = 'nfs-primary';
const ISO = 'iso-secondary';
const GIB = 1024;

const guest = (id: number, on: string): VmFile => ({
  name: `i-2-${id}-VM`,
  kind: 'guest',
  power: 'Running',
  on,
  memoryMib: GIB,
  vcpus: 1,
  tools: true,
  disks: [NFS],
  networks: ['guest'],
  cloudstack: { displayName: `web-${id}`, account: 'acme', haEnabled: false },
});

const router = (id: number, on: string): VmFile => ({
  name: `r-${id}-VM`,
  kind: 'router',
  power: 'Running',
  on,
  memoryMib: 256,
  vcpus: 1,
  tools: true,
  disks: [NFS],
  networks: ['guest', 'management'],
  cloudstack: { displayName: `r-${id}-VM`, account: 'acme', haEnabled: true },
});

export const smallPool: PoolFile = {
  name: 'pool-a',
  master: 'host-1',
  ha: { on: true, srs: [NFS], tolerates: 1, configuration: { timeout: '60' }, allowOvercommit: false },
  wlb: { on: false, url: '' },
  srs: [
    { name: NFS, type: 'nfs', shared: true },
    { name: ISO, type: 'iso', shared: true },
  ],
  hosts: ['host-1', 'host-2'].map((name) => ({
    name,
    version: '6.5.0',
    memoryMib: { total: 16 * GIB },
    pbds: [NFS, ...(name === 'host-2' ? [ISO] : [])].map((sr) => ({ sr, attached: true })),
    pifs: [
      { device: 'eth0', network: 'management', attached: true, management: true },
      { device: 'eth1', network: 'guest', attached: true, management: false },
    ],
  })),
  vms: [
    guest(10, 'host-1'),
    router(4, 'host-1'),
    { ...guest(13, 'host-2'), tools: false },
    { ...guest(14, 'host-2'), cd: { sr: ISO, name: 'debian-8.iso', byCloudStack: true } },
  ],
};

/** The same pool over again under another name, on the same CloudStack. */
export const secondPool: PoolFile = {
  ...smallPool,
  name: 'pool-b',
  master: 'host-8',
  hosts: (smallPool.hosts ?? []).map((host, i) => ({ ...host, name: `host-${8 + i}` })),
  vms: [
    { ...guest(20, 'host-8'), name: 'i-2-20-VM' },
    { ...router(6, 'host-9'), name: 'r-6-VM' },
  ],
};
