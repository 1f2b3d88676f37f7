/** The pool of `sim` without FILE: pool-a, three hosts, twelve VMs, with the traps of the seeds in it. */
import type { HiddenFile, PoolFile, VmFile } from './snapshot-file';

const NFS = 'nfs-primary';
const ISCSI = 'iscsi-primary';
const ISO = 'iso-secondary';
const HOSTS = ['host-1', 'host-2', 'host-3'] as const;
const GIB = 1024;

const guest = (id: number, on: string, memoryMib: number, disk: string): VmFile => ({
  name: `i-2-${id}-VM`,
  kind: 'guest',
  power: 'Running',
  on,
  memoryMib,
  vcpus: 2,
  tools: true,
  disks: [disk],
  networks: ['guest'],
  cloudstack: { displayName: `web-${id}`, account: 'acme', haEnabled: false },
});

/** N-1 holds: about 21 GiB of guests on three hosts of 32 GiB. */
const vms: readonly VmFile[] = [
  guest(10, 'host-1', 2 * GIB, NFS),
  guest(11, 'host-1', 4 * GIB, ISCSI),
  guest(12, 'host-2', 2 * GIB, NFS),
  { ...guest(13, 'host-2', 2 * GIB, ISCSI), tools: false },
  // CloudStack's ISO SR is plugged where the VM was started and nowhere else (xapi §6.5).
  { ...guest(14, 'host-2', 2 * GIB, NFS), cd: { sr: ISO, name: 'debian-8.iso', byCloudStack: true } },
  guest(15, 'host-3', 2 * GIB, NFS),
  guest(16, 'host-3', 4 * GIB, ISCSI),
  {
    ...guest(17, 'host-1', 2 * GIB, NFS),
    cloudstack: { displayName: 'web-17', account: 'acme', haEnabled: true },
  },
  ...(['host-1', 'host-3'] as const).map((on, i) => ({
    name: `r-${4 + i}-VM`,
    kind: 'router' as const,
    power: 'Running' as const,
    on,
    memoryMib: 256,
    vcpus: 1,
    tools: true,
    disks: [NFS],
    networks: ['guest', 'management'],
    cloudstack: {
      displayName: `r-${4 + i}-VM`,
      account: 'acme',
      haEnabled: true,
      redundantGroup: 'net-acme',
    },
  })),
  {
    name: 's-1-VM',
    kind: 'ssvm',
    power: 'Running',
    on: 'host-2',
    memoryMib: 512,
    vcpus: 1,
    tools: true,
    disks: [NFS],
    networks: ['management', 'guest'],
    cloudstack: { displayName: 's-1-VM', account: 'system', haEnabled: true },
  },
  {
    name: 'v-2-VM',
    kind: 'cpvm',
    power: 'Running',
    on: 'host-3',
    memoryMib: 1 * GIB,
    vcpus: 1,
    tools: true,
    disks: [NFS],
    networks: ['management', 'guest'],
    cloudstack: { displayName: 'v-2-VM', account: 'system', haEnabled: true },
  },
];

export const defaultPool: PoolFile = {
  name: 'pool-a',
  master: 'host-1',
  ha: { on: true, srs: [ISCSI], tolerates: 1, configuration: { timeout: '60' }, allowOvercommit: false },
  wlb: { on: false, url: '' },
  srs: [
    { name: NFS, type: 'nfs', shared: true },
    { name: ISCSI, type: 'lvmoiscsi', shared: true },
    { name: ISO, type: 'iso', shared: true },
    ...HOSTS.map((host) => ({ name: `local-${host}`, type: 'ext', shared: false })),
  ],
  hosts: HOSTS.map((name) => ({
    name,
    version: '6.5.0',
    memoryMib: { total: 32 * GIB },
    pbds: [NFS, ISCSI, `local-${name}`, ...(name === 'host-2' ? [ISO] : [])].map((sr) => ({
      sr,
      attached: true,
    })),
    pifs: [
      { device: 'eth0', network: 'management', attached: true, management: true },
      { device: 'eth1', network: 'guest', attached: true, management: false },
    ],
  })),
  vms: [...vms],
};

/** The bot must not be surprised: one host comes back from its installer with other keys (xapi F58). */
export const defaultHidden: Readonly<Record<string, HiddenFile>> = { 'pool-a': { rotatesKeys: ['host-2'] } };
