/** dom0's files as an upgrade finds them: the kernel's table of disks, the inventory, what people added. */
import { rcLocalText, sha256, type SimDom0 } from '../dom0';
import type { SimHost } from '../model';
import type { Disk, File } from './disk';

/** `/dev/sda` and `/dev/nvme0n1`: a name that ends in a digit puts a p before the number. */
const partition = ({ disk }: SimDom0, number: number): string =>
  `${disk.device}${/\d$/.test(disk.device) ? 'p' : ''}${number}`;

/** What FILE names of a SAN's disk is what `/` is mounted from. */
const rootOf = (dom0: SimDom0): string =>
  isPlain(dom0) ? partition(dom0, dom0.disk.utilityPartition ? 2 : 1) : dom0.disk.device;

/** A SAN's disks have names of device mapper; the kernel's table numbers them. */
const isPlain = ({ disk }: SimDom0): boolean => !disk.device.startsWith('/dev/mapper/');

export const primaryDisk = (host: SimHost): string => `/dev/disk/by-id/scsi-${host.uuid.slice(0, 8)}`;

const MIB_PER_GIB = 1024;
const KIB_PER_MIB = 1024;
/** MiB: root and log of the two layouts (seed 004), and Dell's own partition. */
const SIZES = { old: { root: 4096, log: 4096 }, new: { root: 18_432, log: 4096 }, utility: 39 } as const;

export interface MountedAt {
  readonly device: string;
  readonly sizeMib: number;
  readonly freeMib: number;
  readonly mount: string;
}

/** What df says of a path. */
export function mountOf({ dom0 }: SimHost, path: string): MountedAt {
  const { layout } = dom0.disk;
  const ownLog = layout === 'new' && `${path}/`.startsWith('/var/log/');
  return ownLog
    ? { device: partition(dom0, 5), sizeMib: SIZES.new.log, freeMib: dom0.freeMib.log, mount: '/var/log' }
    : { device: rootOf(dom0), sizeMib: SIZES[layout].root, freeMib: dom0.freeMib.root, mount: '/' };
}

function partitions({ dom0 }: SimHost): string {
  const { disk } = dom0;
  const plain = isPlain(dom0);
  const { root, log } = SIZES[disk.layout];
  const sizes: readonly number[] = [
    ...(disk.utilityPartition ? [SIZES.utility] : []),
    root,
    root,
    ...(disk.srs.length > 0 ? [20 * MIB_PER_GIB] : []),
    ...(disk.layout === 'new' ? [512, log, 1024] : []),
  ];
  const rows = [
    [disk.gib * MIB_PER_GIB, plain ? disk.device : '/dev/dm-0'] as const,
    ...sizes.map((mib, n) => [mib, plain ? partition(dom0, n + 1) : `/dev/dm-${n + 1}`] as const),
  ];
  return [
    'major minor  #blocks  name',
    '',
    ...rows.map(([mib, name], n) => `   8        ${n} ${mib * KIB_PER_MIB} ${name.replace('/dev/', '')}`),
    '',
  ].join('\n');
}

/** Mounts of a fresh installation, device, mount point and type. */
const STOCK_MOUNTS = [
  'LABEL=root-abcdefgh / ext3',
  '/var/swap/swap.001 swap swap',
  'none /dev/pts devpts',
  'none /dev/shm tmpfs',
  'none /proc proc',
  'none /sys sysfs',
  '/opt/xensource/packages/iso/XenCenter.iso /var/xen/xc-install iso9660',
];

const fstab = ({ dom0 }: SimHost): string =>
  [
    '# as the installer wrote it',
    ...STOCK_MOUNTS,
    ...dom0.customisations.mounts.map((mount) => `//filer/share ${mount}`),
    '',
  ]
    .map((line) => (line.startsWith('#') || line === '' ? line : `${line} defaults 0 0`))
    .join('\n');

const MESSAGES = '/var/lib/xcp/blobs/messages';
/** What the distribution brings. */
export const PACKAGED: Readonly<Record<string, string>> = {
  '/etc/cron.d/0hourly': 'cronie-1.4.11-14',
  '/etc/cron.daily/logrotate': 'logrotate-3.8.6-12',
};

/** Read only; the files that messages leave are made when somebody counts them. */
export function withDom0Files(
  host: SimHost,
  base: Disk,
  filesOf: (files: Record<string, File>) => Disk,
): Disk {
  const { dom0 } = host;
  const at = (content: string, digest?: string): File => ({
    content,
    mtime: host.bootTime,
    ...(digest !== undefined && { sha256: digest }),
  });
  const { rcLocal, crontabs } = dom0.customisations;
  const files = filesOf({
    '/proc/partitions': at(partitions(host)),
    '/etc/xensource-inventory': at(
      [
        `PRIMARY_DISK='${primaryDisk(host)}'`,
        `PRODUCT_VERSION='${host.version}'`,
        `MANAGEMENT_INTERFACE='${dom0.managementInterface}'`,
        `INSTALLATION_UUID='${host.uuid}'`,
        '',
      ].join('\n'),
    ),
    '/etc/rc.d/rc.local': at(rcLocalText(rcLocal.lines), rcLocal.sha256),
    '/etc/fstab': at(fstab(host)),
    ...(dom0.safe2upgrade && { '/var/preserve/safe2upgrade': at('') }),
    ...Object.fromEntries(Object.keys(PACKAGED).map((path) => [path, at(`# ${path}\n`)])),
    ...Object.fromEntries(crontabs.map((one) => [one.path, at(`# ${one.path}\n`, one.sha256)])),
  });
  const messages = (): readonly string[] => Array.from({ length: dom0.blobs }, (_, n) => `${MESSAGES}/${n}`);
  return {
    read: (path) => files.read(path) ?? base.read(path),
    isDirectory: (path) => path === MESSAGES || files.isDirectory(path) || base.isDirectory(path),
    below: (path) => (path === MESSAGES ? messages() : [...base.below(path), ...files.below(path)]),
  };
}

export const digestOf = (file: File): string => file.sha256 ?? sha256(file.content);

/** device_config.device of a local SR: on the system disk the partition behind root and its backup, else a disk of its own. */
export const localSrDevice = (host: SimHost, sr: string): string =>
  host.dom0.disk.srs.includes(sr)
    ? `${primaryDisk(host)}-part${host.dom0.disk.utilityPartition ? 4 : 3}`
    : `/dev/disk/by-id/scsi-${sr.slice(0, 8)}`;
