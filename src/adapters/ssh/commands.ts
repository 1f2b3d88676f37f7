/** Every command line we ever send over SSH is built here: nothing typed by a person, every word quoted. */

import type { DomZeroBin } from '../../domain/version-eras';

declare const allowed: unique symbol;
/** A command line from this file's allow-list. */
export type Command = string & { readonly [allowed]: true };

/** One line is one line: a newline or another control character would be a second command. */
const isOneLine = (line: string): line is Command => !/\p{Cc}/u.test(line);

function allow(line: string): Command {
  if (!isOneLine(line)) throw new Error('A command line holds a control character');
  return line;
}

/** POSIX single quotes: the only character that needs care is the quote itself. */
export const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

// ── dom0 of a XenServer host ──────────────────────────────────────────────────────────

/** One modification time a line, epoch seconds (cs §8.4: SetupCommand copies the scripts here). */
export const scriptTimes = (bin: DomZeroBin): Command =>
  allow(`find ${bin} -maxdepth 1 -type f -name '${OURS[bin]}' -printf '%T@\\n'`);
/** Up to 4.1 CloudStack's scripts lie among XenServer's own (cs §8.4): there those of the heartbeat tell. */
const OURS: Readonly<Record<DomZeroBin, string>> = {
  '/opt/cloud/bin': '*.sh',
  '/opt/xensource/bin': '*heartbeat*.sh',
};
/** The bracket keeps pgrep from finding the shell that runs it. */
export const heartbeatProcess = allow(`pgrep -f '[x]enheartbeat.sh'`);
/** One heartbeat file a line; its path names the SR (cs fact 15). */
export const heartbeatFile = (bin: DomZeroBin): Command => allow(`cat ${bin}/heartbeat`);
export const clock = allow('date +%s');

/** Where cron looks, beside /etc/crontab, which the installer brings. */
const CRON =
  '/var/spool/cron /etc/cron.d /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly';
/** Comments, empty lines, and the one line that rc.local is delivered with. */
const STOCK_RC_LOCAL = '^[[:space:]]*(#|$)|^touch /var/lock/subsys/local$';

/** What dom0 tells about itself before an upgrade. All of it runs on CentOS 5 (up to 6.5) as on 7. */
export const DOM0 = {
  /** In this order; without a partition of its own /var/log is where `/` is. */
  space: allow('df -P -k / /var/log'),
  /** The partition tool opens the disk for writing even to list it; the kernel's own table is as good. */
  partitions: allow('cat /proc/partitions'),
  inventory: allow(
    `grep -E '^(INSTALLATION_UUID|PRIMARY_DISK|MANAGEMENT_INTERFACE)=' /etc/xensource-inventory`,
  ),
  safe2upgrade: allow('test -e /var/preserve/safe2upgrade'),
  /** Messages only: RRDs and other blobs lie beside them. One dot a file: a hundred thousand names would be megabytes. */
  blobs: allow('find /var/lib/xcp/blobs/messages -type f -printf .'),
  rcLocal: allow('sha256sum /etc/rc.d/rc.local'),
  rcLocalLines: allow(`grep -cvE ${quote(STOCK_RC_LOCAL)} /etc/rc.d/rc.local`),
  /** Mount point and type only: the other columns may name a user and a password. */
  mounts: allow(`awk '$1 !~ /^#/ && NF > 2 { print $2, $3 }' /etc/fstab`),
  crontabs: allow(`find ${CRON} -type f -exec sha256sum '{}' +`),
  crontabOwners: allow(`find ${CRON} -type f -exec rpm -qf '{}' +`),
  /** Python 2 says its version on stderr. */
  pythons: allow('python -V; python2 -V; python3 -V'),
  /** Which of the two there is depends on the release; -n: no name is looked up. */
  timeSync: allow('chronyc -n tracking; ntpq -pn'),
} as const;

/** One file's head, redirections followed: only the status comes back. The URL is a plan's own, without a login in it. */
export const mediaHead = (url: string, file: string): Command =>
  allow(`curl -s -I -L -m 10 -o /dev/null -w '%{http_code}' ${quote(`${url.replace(/\/+$/, '')}/${file}`)}`);

// ── dom0: what its next boot does (xc §2.8) ──────────────────────────────────────────────────────

/** Boot loaders' files: extlinux up to 6.5; GRUB from 7.0 on, where a machine has one of the two. */
export const BOOT_FILES = {
  extlinux: '/boot/extlinux.conf',
  grub: ['/boot/grub', '/boot/efi/EFI/xenserver'],
} as const;
export type GrubDirectory = (typeof BOOT_FILES.grub)[number];

export const extlinuxFile = allow(`cat ${BOOT_FILES.extlinux}`);
export const grubFile = (directory: GrubDirectory): Command => allow(`cat ${directory}/grub.cfg`);
/** GRUB's own variables: `override_entry` is the entry of the next boot only. */
export const grubVariables = (directory: GrubDirectory): Command => allow(`cat ${directory}/grubenv`);

export const removeRepartitionMark = allow('rm -f /var/preserve/safe2upgrade');
export const forgetNextBoot = (directory: GrubDirectory): Command =>
  allow(`grub-editenv ${directory}/grubenv unset override_entry`);

/** A label of extlinux, a number of GRUB: nothing that sed could read otherwise. */
const ENTRY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
function checkedEntry(entry: string): string {
  if (!ENTRY.test(entry)) throw new Error(`A boot entry cannot be called ${JSON.stringify(entry)}`);
  return entry;
}
export const bootByExtlinux = (entry: string): Command =>
  allow(`sed -i ${quote(`s/^default .*/default ${checkedEntry(entry)}/`)} ${BOOT_FILES.extlinux}`);
export const bootByGrub = (directory: GrubDirectory, entry: string): Command =>
  allow(`sed -i ${quote(`s/^set default=.*/set default=${checkedEntry(entry)}/`)} ${directory}/grub.cfg`);

// ── CloudStack's services ────────────────────────────────────────────────────────────────────────

/** cs §12.1: unit names since 4.1. */
export const UNITS = { management: 'cloudstack-management', usage: 'cloudstack-usage' } as const;
export type Unit = keyof typeof UNITS;

export const isActive = (unit: Unit): Command => allow(`systemctl is-active ${UNITS[unit]}`);
/** A Java server takes its time to stop: systemd takes the job at once and is observed by is-active. */
export const stopUnit = (unit: Unit): Command => allow(`systemctl --no-block stop ${UNITS[unit]}`);
export const startUnit = (unit: Unit): Command => allow(`systemctl --no-block start ${UNITS[unit]}`);

// ── Backups (cs §11) ─────────────────────────────────────────────────────────────────────────────

/** Where backups are made: all on the machine that runs mysqldump. */
export interface BackupPlace {
  /** Absolute directory that receives one directory per backup. */
  readonly directory: string;
  /** Option file with user and password of the backup user, 0600, already there (cs §11.2). */
  readonly defaultsFile: string;
  /** Parent of `management` (with its `key`) and `usage`. */
  readonly configuration: string;
}

/** A run's id and the attempt: nothing that a shell or a path could read otherwise. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

export function checkedName(name: string): string {
  if (!NAME.test(name)) throw new Error(`A backup cannot be called ${JSON.stringify(name)}`);
  return name;
}

const final = (place: BackupPlace, name: string): string => `${place.directory}/${checkedName(name)}`;
const partial = (place: BackupPlace, name: string): string => `${final(place, name)}.partial`;
const inPartial = (place: BackupPlace, name: string, file: string): string =>
  quote(`${partial(place, name)}/${file}`);

export const dumpClientVersion = allow('mysqldump --version');

/** Which program mysqldump is: each family and age refuses the options of the others. */
export interface DumpClient {
  readonly family: 'mariadb' | 'mysql';
  /** Major and minor version of the client. */
  readonly version: readonly [major: number, minor: number];
}

/** `Ver 8.0.35 for Linux` is MySQL's own; `Ver 10.13 Distrib 5.6.51` names the tool first and the release after. */
export function readDumpClient(says: string): DumpClient {
  const [, major = '0', minor = '0'] =
    /Distrib (\d+)\.(\d+)/.exec(says) ?? /Ver (\d+)\.(\d+)/.exec(says) ?? [];
  return { family: /mariadb/i.test(says) ? 'mariadb' : 'mysql', version: [Number(major), Number(minor)] };
}

/** cs §11.2: --set-gtid-purged came with MySQL 5.6, --column-statistics with 8.0; MariaDB knows neither. */
function ownOptions({ family, version: [major, minor] }: DumpClient): readonly string[] {
  if (family === 'mariadb') return [];
  return [
    ...(major > 5 || (major === 5 && minor >= 6) ? ['--set-gtid-purged=OFF'] : []),
    ...(major >= 8 ? ['--column-statistics=0'] : []),
  ];
}

function dumpOptions(place: BackupPlace, client: DumpClient): string {
  return [
    `--defaults-extra-file=${quote(place.defaultsFile)}`,
    '--single-transaction --quick --routines --triggers --events --hex-blob --default-character-set=utf8mb4',
    '--no-tablespaces',
    ...ownOptions(client),
    // One command for both: one snapshot for both (cs §11.2).
    '--databases cloud cloud_usage',
  ].join(' ');
}

/**
 * Makes the `.partial` directory (refused when it is there: one name is one attempt) and leaves dump and tar to
 * a process that outlives the connection. Each writes its code and stderr into a file; `finished` comes last.
 */
export function startBackup(place: BackupPlace, name: string, client: DumpClient): Command {
  const directory = quote(partial(place, name));
  const script = [
    `cd ${directory}`,
    `mysqldump ${dumpOptions(place, client)} > dump.sql 2> dump.stderr`,
    'echo $? > dump.rc',
    `tar -czf configuration.tar.gz -C ${quote(place.configuration)} . 2> tar.stderr`,
    'echo $? > tar.rc',
    'date +%s > finished',
  ].join('; ');
  return allow(
    `umask 077 && mkdir -p ${quote(place.directory)} && mkdir ${directory} && ` +
      `{ nohup sh -c ${quote(script)} > /dev/null 2>&1 < /dev/null & }`,
  );
}

export const verifiedVerdict = (place: BackupPlace, name: string): Command =>
  allow(`cat ${quote(`${final(place, name)}/verdict.json`)}`);
export const partialVerdict = (place: BackupPlace, name: string): Command =>
  allow(`cat ${inPartial(place, name, 'verdict.json')}`);
export const partialIsThere = (place: BackupPlace, name: string): Command =>
  allow(`test -d ${quote(partial(place, name))}`);
export const finishedAt = (place: BackupPlace, name: string): Command =>
  allow(`cat ${inPartial(place, name, 'finished')}`);
/** Finds the detached shell by the name in its command line; a bracket keeps it from finding the shell that looks. */
export function backupProcess(name: string): Command {
  const [first = '', ...rest] = checkedName(name);
  return allow(`pgrep -f ${quote(`/[${first}]${rest.join('').replaceAll('.', '[.]')}[.]partial`)}`);
}
export const dumpCode = (place: BackupPlace, name: string): Command =>
  allow(`cat ${inPartial(place, name, 'dump.rc')}`);
export const tarCode = (place: BackupPlace, name: string): Command =>
  allow(`cat ${inPartial(place, name, 'tar.rc')}`);
/** The first 4 KB say what was wrong. */
export const dumpErrors = (place: BackupPlace, name: string): Command =>
  allow(`head -c 4096 ${inPartial(place, name, 'dump.stderr')}`);
export const dumpBytes = (place: BackupPlace, name: string): Command =>
  allow(`stat -c %s ${inPartial(place, name, 'dump.sql')}`);
export const dumpSha256 = (place: BackupPlace, name: string): Command =>
  allow(`sha256sum ${inPartial(place, name, 'dump.sql')}`);
export const dumpHead = (place: BackupPlace, name: string): Command =>
  allow(`head -c 400 ${inPartial(place, name, 'dump.sql')}`);
/** The trailer `-- Dump completed on …` is the last line of a whole dump. */
export const dumpTail = (place: BackupPlace, name: string): Command =>
  allow(`tail -c 200 ${inPartial(place, name, 'dump.sql')}`);

/** Lines of a dump that begin an object, and the DELIMITERs that say which of them stand inside a routine's body. */
export const OUTLINE =
  '^(USE `|DELIMITER |CREATE TABLE `|CREATE .*(PROCEDURE|FUNCTION) `|/\\*!50003 CREATE\\*/ .*(PROCEDURE|FUNCTION) `|/\\*!50001 VIEW `)';
export const dumpOutline = (place: BackupPlace, name: string): Command =>
  allow(`grep -aE ${quote(OUTLINE)} ${inPartial(place, name, 'dump.sql')}`);
/** MariaDB writes one row a line, MySQL all rows in one: up to the semicolon. */
export const dumpVersionRows = (place: BackupPlace, name: string): Command =>
  allow(
    `sed -n -e '/^USE \`/p' -e '/^INSERT INTO \`version\` VALUES/,/;$/p' ${inPartial(place, name, 'dump.sql')}`,
  );
export const archiveMembers = (place: BackupPlace, name: string): Command =>
  allow(`tar -tzf ${inPartial(place, name, 'configuration.tar.gz')}`);

/** What the database says it holds: `schema kind count`, and the running version, tab separated. */
export const DATABASE_COUNTS =
  "SELECT table_schema, table_type, COUNT(*) FROM information_schema.tables WHERE table_schema IN ('cloud', 'cloud_usage') GROUP BY table_schema, table_type " +
  "UNION ALL SELECT routine_schema, 'ROUTINE', COUNT(*) FROM information_schema.routines WHERE routine_schema IN ('cloud', 'cloud_usage') GROUP BY routine_schema";
export const DATABASE_VERSION = 'SELECT version FROM cloud.version ORDER BY id DESC LIMIT 1';

const ask = (place: BackupPlace, sql: string): Command =>
  allow(`mysql --defaults-extra-file=${quote(place.defaultsFile)} -N -B -e ${quote(sql)}`);
export const databaseCounts = (place: BackupPlace): Command => ask(place, DATABASE_COUNTS);
/** Bytes of both databases: a dump writes them as text, without the indexes. */
export const DATABASE_BYTES =
  "SELECT SUM(data_length + index_length) FROM information_schema.tables WHERE table_schema IN ('cloud', 'cloud_usage')";
export const databaseBytes = (place: BackupPlace): Command => ask(place, DATABASE_BYTES);
/** The directory itself may not be there yet: the last of its parents that is has the row that counts. */
export const spaceFor = (place: BackupPlace): Command => {
  const parts = place.directory.split('/').filter((part) => part !== '');
  const paths = parts.map((_, n) => quote(`/${parts.slice(0, n + 1).join('/')}`));
  return allow(`df -P -k / ${paths.join(' ')}`);
};
export const databaseVersion = (place: BackupPlace): Command => ask(place, DATABASE_VERSION);

/** Verdicts of verified backups, oldest first: the size of the previous one is the measure of the next. */
export const earlierVerdicts = (place: BackupPlace): Command =>
  allow(
    `find ${quote(place.directory)} -mindepth 2 -maxdepth 2 -name verdict.json -not -path '*.partial/*' -printf '%T@ %p\\n'`,
  );
/** Only for paths that `earlierVerdicts` printed. */
export const readVerdict = (path: string): Command => allow(`cat ${quote(path)}`);

export const writeVerdict = (place: BackupPlace, name: string, verdict: string): Command =>
  allow(`printf %s ${quote(verdict)} > ${inPartial(place, name, 'verdict.json')}`);
/** -T: never into a directory that is already there. */
export const promote = (place: BackupPlace, name: string): Command =>
  allow(`mv -T ${quote(partial(place, name))} ${quote(final(place, name))}`);
export const finalPath = (place: BackupPlace, name: string): string => final(place, name);
