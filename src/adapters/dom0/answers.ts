/** What dom0's programs print, read: each answer is what its manual says, or Malformed with what was expected. */
import { Malformed } from '../../domain/errors';
import type { Customisations, TimeSync } from '../../domain/dom0';
import { sortedNames } from '../../domain/order';
import type { Dom0Seen } from '../../ports';
import type { SshAnswer } from '../ssh/transport';

interface Named {
  readonly uuid: string;
  readonly name: string;
}
type OnlyNamed = Pick<Named, 'name'>;

const KIB_PER_GIB = 1024 * 1024;
/** Dell's is some 32 to 100 MB; the smallest root that any release had is 4 GB. */
const UTILITY_KIB = KIB_PER_GIB;

const malformed = (host: OnlyNamed, why: string): Malformed => new Malformed(`SSH on ${host.name}`, why);
const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '');
export const saysMissing = (answer: SshAnswer): boolean => /No such file or directory/.test(answer.stderr);

interface Mounted {
  readonly device: string;
  readonly freeMib: number;
}

/** Two rows, `/` first (POSIX df). */
export function readSpace(host: Named, answer: SshAnswer): { readonly root: Mounted; readonly log: Mounted } {
  const rows = linesOf(answer.stdout).flatMap((line) => {
    const [, device = '', free = '', mount = ''] =
      /^(\S+)\s+\d+\s+\d+\s+(-?\d+)\s+\d+%\s+(\/\S*)$/.exec(line) ?? [];
    return mount === '' ? [] : [{ device, mount, freeMib: Math.max(0, Math.floor(Number(free) / 1024)) }];
  });
  const [root, log] = rows;
  if (answer.code !== 0 || !root || !log || rows.length > 2 || root.mount !== '/')
    throw malformed(host, 'df did not print one row for / and one for /var/log');
  return { root, log };
}

export function readInventory(
  host: Named,
  answer: SshAnswer,
): { readonly primaryDisk: string; readonly managementInterface: string } {
  const values = new Map(
    linesOf(answer.stdout).flatMap((line) => {
      const [, key, value] = /^([A-Z_]+)='([^']*)'$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value] as const];
    }),
  );
  const uuid = values.get('INSTALLATION_UUID');
  if (answer.code !== 0 || uuid === undefined)
    throw malformed(host, '/etc/xensource-inventory does not name the host');
  if (uuid !== host.uuid)
    throw malformed(host, `the machine at its SSH address is another one: its uuid is ${uuid}`);
  return {
    primaryDisk: values.get('PRIMARY_DISK') ?? '',
    managementInterface: values.get('MANAGEMENT_INTERFACE') ?? '',
  };
}

/** The disk of `/`: its size from the kernel's table, its layout from where /var/log is. */
export function readDisk(
  host: Named,
  df: SshAnswer,
  partitions: SshAnswer,
  primaryDisk: string,
): NonNullable<Dom0Seen['disk']> {
  const { root, log } = readSpace(host, df);
  const kib = new Map(
    linesOf(partitions.stdout).flatMap((line) => {
      const [, blocks, name] = /^\s*\d+\s+\d+\s+(\d+)\s+(\S+)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(blocks)] as const];
    }),
  );
  if (partitions.code !== 0 || kib.size === 0)
    throw malformed(host, '/proc/partitions lists no disk and no partition');
  const layout = root.device === log.device ? 'old' : 'new';
  const mounted = root.device.replace(/^\/dev\//, '');
  const [disk] = [...kib.keys()]
    .filter((name) => mounted.startsWith(name) && /^p?\d+$/.test(mounted.slice(name.length)))
    .toSorted((a, b) => b.length - a.length);
  const known = (path: string): readonly string[] => [path, ...(primaryDisk === '' ? [] : [primaryDisk])];
  // boot from a SAN goes through device mapper, whose names are not in the kernel's table
  if (disk === undefined || !kib.has(mounted))
    return { device: root.device, layout, utilityPartition: false, names: known(root.device) };
  const between = /^p?/.exec(mounted.slice(disk.length))![0];
  const first = kib.get(`${disk}${between}1`);
  return {
    device: `/dev/${disk}`,
    gib: Math.floor(kib.get(disk)! / KIB_PER_GIB),
    layout,
    utilityPartition: mounted !== `${disk}${between}1` && first !== undefined && first < UTILITY_KIB,
    names: known(`/dev/${disk}`),
  };
}

export function readMark(host: OnlyNamed, answer: SshAnswer): boolean {
  if (answer.stdout !== '' || ![0, 1].includes(answer.code))
    throw malformed(host, 'test did not say whether /var/preserve/safe2upgrade is there');
  return answer.code === 0;
}

/** One dot a file. A host that never kept a message has no directory. */
export function readBlobs(host: Named, answer: SshAnswer): number {
  const missing = answer.code !== 0 && answer.stdout === '' && saysMissing(answer);
  if (!missing && (answer.code !== 0 || !/^\.*$/.test(answer.stdout)))
    throw malformed(host, 'find did not count the files under /var/lib/xcp/blobs/messages');
  return answer.stdout.length;
}

export function readRcLocal(host: Named, sum: SshAnswer, lines: SshAnswer): Customisations['rcLocal'] {
  if (sum.code !== 0 && saysMissing(sum)) return { lines: 0, sha256: '' };
  const sha256 = /^([0-9a-f]{64})\s/.exec(sum.stdout)?.[1];
  const count = lines.stdout.trim();
  // grep ends with 1 when it counts none
  if (sha256 === undefined || ![0, 1].includes(lines.code) || !/^\d+$/.test(count))
    throw malformed(host, '/etc/rc.d/rc.local has no digest or no number of lines');
  return { lines: Number(count), sha256 };
}

/** Those of the installer, of every release since 5.6. */
const STOCK_MOUNTS = [
  '/',
  '/boot',
  '/boot/efi',
  '/dev/pts',
  '/dev/shm',
  '/proc',
  '/sys',
  '/var/log',
  '/var/xen/xc-install',
  '/opt/xensource/packages/iso',
];

export function readMounts(host: Named, answer: SshAnswer): readonly string[] {
  const rows = linesOf(answer.stdout).map((line) => /^(\S+) (\w[\w.-]*)$/.exec(line));
  const whole = rows.every((row) => row !== null) && rows.some((row) => row?.[1] === '/');
  if (answer.code !== 0 || !whole) throw malformed(host, '/etc/fstab does not mount /');
  return sortedNames(
    rows.flatMap((row) => {
      const [line = '', mount = '', type = ''] = row ?? [];
      return STOCK_MOUNTS.includes(mount) || type === 'swap' ? [] : [line];
    }),
  );
}

/** Paths with digests, and what rpm says of the same paths; a package brings cron jobs on every release. */
export function readCrontabs(host: Named, digests: SshAnswer, owners: SshAnswer): Customisations['crontabs'] {
  const wrong = malformed(host, 'the crontabs have no digests or no owners');
  const sums = new Map(
    linesOf(digests.stdout).map((line) => {
      const [, sha256, path] = /^([0-9a-f]{64})\s+(\/.+)$/.exec(line) ?? [];
      if (sha256 === undefined || path === undefined) throw wrong;
      return [path, sha256] as const;
    }),
  );
  const said = linesOf(owners.stdout);
  // a line for each file at least: of one that two packages own there are two
  if (sums.size === 0 || said.length < sums.size) throw wrong;
  const strangers = said.flatMap((line) => {
    const [, path] = /^file (\/.+) is not owned by any package$/.exec(line) ?? [];
    if (path === undefined && !/^[A-Za-z0-9][\w.+~^-]*$/.test(line)) throw wrong;
    return path === undefined ? [] : [path];
  });
  return sortedNames(strangers).flatMap((path) => {
    const sha256 = sums.get(path);
    return sha256 === undefined ? [] : [{ path, sha256 }];
  });
}

/** `Python 2.7.5` each; a name that is not there is told by the shell, on stderr. */
export function readPythons(host: Named, answer: SshAnswer): readonly string[] {
  const version = /^Python (\d+(?:\.\d+)+)/;
  const onStdout = linesOf(answer.stdout);
  const said = [...onStdout, ...linesOf(answer.stderr)];
  const versions = said.flatMap((line) => version.exec(line)?.[1] ?? []);
  const isAnswer = versions.length > 0 || /not found/.test(answer.stderr);
  if (!isAnswer || !onStdout.every((line) => version.test(line)))
    throw malformed(host, 'Python told no version');
  return sortedNames(new Set(versions));
}

/** ntpq -p: a sign, the peer, and nine columns. */
const PEER = /^[ *+#ox.-]\S+(?:\s+\S+){9}$/;

/** chronyc's leap status, or the peer that ntpq marks with a star; a daemon that does not run says so on either stream. */
export function readTimeSync(host: OnlyNamed, { stdout, stderr }: SshAnswer): TimeSync {
  const leap = /^Leap status\s*: (.+)\n/m.exec(stdout)?.[1];
  if (leap !== undefined) return leap === 'Not synchronised' ? 'unsynchronised' : 'synchronised';
  const said = `${stdout}\n${stderr}`;
  const [, , ...peers] = /^\s+remote\s+refid/m.test(stdout) ? stdout.trimEnd().split('\n') : [];
  if (peers.length > 0 && peers.every((peer) => PEER.test(peer)))
    return peers.some((peer) => peer.startsWith('*')) ? 'synchronised' : 'unsynchronised';
  if (/^No association ID/m.test(said)) return 'unsynchronised';
  if (peers.length === 0 && /Cannot talk to daemon|Connection refused/i.test(said)) return 'off';
  throw malformed(host, 'neither chronyc nor ntpq says whether a time server is followed');
}
