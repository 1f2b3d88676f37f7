/** What one look at dom0 over SSH tells of a host. Contents of files that people wrote never leave it: names, counts, digests. */

export type Layout = 'old' | 'new';

/** Whether dom0 follows a time server; `off`: nothing runs that could. */
export const TIME_SYNC = ['synchronised', 'unsynchronised', 'off'] as const;
export type TimeSync = (typeof TIME_SYNC)[number];

/** The disk that `/` is on. */
export interface SystemDiskSnapshot {
  /** `/dev/sda`; what `/` is mounted from where that is no plain partition. */
  readonly device: string;
  /** GiB rounded down, as the installer counts; absent where the kernel lists no such disk. */
  readonly gib?: number;
  /** From 7.0 on /var/log has a partition of its own, and `/` 18 GB instead of 4 (seed 004). */
  readonly layout: Layout;
  /** A small partition that the maker of the server left in front of `/` (seed 003). */
  readonly utilityPartition: boolean;
  /** uuids of SRs of this host that lie on this disk, sorted. */
  readonly srs: readonly string[];
}

/** `/dev/sda3` and `/dev/disk/by-id/scsi-1-part3` are parts of `/dev/sda` and `/dev/disk/by-id/scsi-1`; devices are separated by commas. */
export const liesOn = (device: string | undefined, disks: readonly string[]): boolean =>
  (device ?? '').split(',').some((path) => disks.some((disk) => isPartOf(path, disk)));

const isPartOf = (path: string, disk: string): boolean =>
  path === disk || (path.startsWith(disk) && /^(?:-part|p)?\d+$/.test(path.slice(disk.length)));

/** What people added to dom0 and an installer does not bring back (seeds 003 and 004). */
export type Customisations = {
  /** Lines of /etc/rc.d/rc.local that do something, the stock one left out. */
  readonly rcLocal: { readonly lines: number; readonly sha256: string };
  /** Crontabs that no package brought, by path. */
  readonly crontabs: readonly { readonly path: string; readonly sha256: string }[];
  /** Mounts of /etc/fstab that the installer does not write, as `mount point type`: options may hold a password. */
  readonly mounts: readonly string[];
};

/** Absent parts could not be read; `unread` says why. */
export interface Dom0Snapshot {
  readonly disk?: SystemDiskSnapshot;
  readonly freeMib?: { readonly root: number; readonly log: number };
  /** /var/preserve/safe2upgrade is there: the installer may partition the disk anew (xc §2.8). */
  readonly safe2upgrade?: boolean;
  /** Message files, under /var/lib/xcp/blobs/messages (xapi §9.3). */
  readonly blobs?: number;
  readonly customisations?: Customisations;
  /** Versions of Python found, sorted: `2.7.5`. */
  readonly pythons?: readonly string[];
  /** Bridge named by /etc/xensource-inventory; '' where it names none. */
  readonly managementInterface?: string;
  readonly timeSync?: TimeSync;
  readonly unread?: readonly { readonly what: string; readonly why: string }[];
}

/** Whether there is anything that an upgrade could take away. */
export const isCustomised = ({ rcLocal, crontabs, mounts }: Customisations): boolean =>
  rcLocal.lines > 0 || crontabs.length > 0 || mounts.length > 0;

/** One sentence part each, without contents. */
export const customisationWords = ({ rcLocal, crontabs, mounts }: Customisations): readonly string[] => [
  ...(rcLocal.lines > 0
    ? [`/etc/rc.d/rc.local: ${rcLocal.lines} ${rcLocal.lines === 1 ? 'line' : 'lines'}`]
    : []),
  ...crontabs.map(({ path }) => path),
  ...mounts.map((mount) => `/etc/fstab: ${mount}`),
];

/** What of it is not there any more, or is another, one fact each. What is new is no loss. */
export function lostCustomisations(before: Customisations, now: Customisations): readonly string[] {
  const { rcLocal, crontabs, mounts } = before;
  const isThere = new Map(now.crontabs.map((one) => [one.path, one.sha256]));
  return [
    ...(rcLocal.lines > 0 && rcLocal.sha256 !== now.rcLocal.sha256
      ? [`/etc/rc.d/rc.local (${rcLocal.lines} then, ${now.rcLocal.lines} now)`]
      : []),
    ...crontabs
      .filter(({ path, sha256 }) => isThere.get(path) !== sha256)
      .map(({ path }) => (isThere.has(path) ? `${path} (another one)` : path)),
    ...mounts.filter((mount) => !now.mounts.includes(mount)).map((mount) => `/etc/fstab: ${mount}`),
  ];
}
