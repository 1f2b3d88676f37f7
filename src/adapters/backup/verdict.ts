/** Is this dump a backup? The rules of cs §11.4 over what was seen of it: a pure function, good and bad alike. */

/** What a restore of CloudStack needs (cs §11.1). */
export const DATABASES = ['cloud', 'cloud_usage'] as const;

export interface Counts {
  readonly tables: number;
  readonly views: number;
  readonly routines: number;
}

/** Everything that was looked at, before any opinion. */
export interface Evidence {
  readonly dumpCode: number | undefined;
  readonly dumpErrors: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly head: string;
  readonly tail: string;
  readonly databases: readonly string[];
  readonly inDump: Readonly<Record<string, Counts>>;
  readonly inDatabase: Readonly<Record<string, Counts>>;
  readonly versionInDump: string | undefined;
  readonly versionInDatabase: string | undefined;
  readonly previousBytes: number | undefined;
  readonly tarCode: number | undefined;
  readonly archive: readonly string[];
}

export interface Verdict {
  readonly v: 1;
  readonly facts: readonly string[];
  readonly problems: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
}

/** Lines that a healthy mysqldump may print on stderr: the password warning, and MariaDB's note on its own name. */
const HARMLESS = [
  /^(mysqldump|mariadb-dump): \[Warning\] Using a password on the command line interface can be insecure\.$/,
  /^mysqldump: Deprecated program name\. It will be removed in a future release, use '.*mariadb-dump' instead$/,
];

/** A dump half the size of the last good one has lost something, whatever its counts say (cs §11.4). */
const SMALLEST_SHARE = 0.5;

export function judge(seen: Evidence): Verdict {
  const problems: string[] = [];
  const refuse = (bad: boolean, problem: string): void => void (bad && problems.push(problem));

  refuse(seen.dumpCode !== 0, `mysqldump ended with code ${seen.dumpCode ?? 'unknown'} instead of 0`);
  const complaints = seen.dumpErrors
    .split('\n')
    .filter((line) => line.trim() !== '' && !HARMLESS.some((known) => known.test(line)));
  refuse(complaints.length > 0, `mysqldump complained: ${complaints[0] ?? ''}`);
  refuse(!/^-- Dump completed/m.test(seen.tail), 'The file has no trailer: it is cut off');
  for (const database of DATABASES) {
    const there = seen.databases.includes(database);
    refuse(!there, `The dump has no database ${database}`);
    const dumped = seen.inDump[database];
    const real = seen.inDatabase[database];
    refuse(real === undefined, `The database server shows no tables of ${database} to the backup user`);
    if (!there || !dumped || !real) continue;
    for (const kind of ['tables', 'views', 'routines'] as const)
      refuse(
        dumped[kind] !== real[kind],
        `${database}: ${dumped[kind]} of ${real[kind]} ${kind} are in the dump`,
      );
  }
  refuse(
    seen.versionInDump === undefined || seen.versionInDump !== seen.versionInDatabase,
    `The dump is of CloudStack ${seen.versionInDump ?? 'unknown'}, the database of ${seen.versionInDatabase ?? 'unknown'}`,
  );
  refuse(
    seen.previousBytes !== undefined && seen.bytes < seen.previousBytes * SMALLEST_SHARE,
    `The dump has ${seen.bytes} bytes, less than half of the previous one (${seen.previousBytes})`,
  );
  refuse(!/^[0-9a-f]{64}$/.test(seen.sha256), 'The SHA-256 of the dump could not be read');
  refuse(
    seen.tarCode !== 0,
    `tar of the management configuration ended with code ${seen.tarCode ?? 'unknown'}`,
  );
  for (const needed of ['management/key', 'management/db.properties'])
    refuse(!seen.archive.includes(needed), `The configuration archive has no ${needed}`);

  const total = (kind: keyof Counts): number =>
    DATABASES.map((database) => seen.inDump[database]?.[kind] ?? 0).reduce((sum, count) => sum + count, 0);
  return {
    v: 1,
    facts: [
      `${seen.bytes} bytes, SHA-256 ${seen.sha256}`,
      `Databases ${seen.databases.join(', ') || 'none'}`,
      `${total('tables')} tables, ${total('views')} views, ${total('routines')} routines, as the database has them`,
      `CloudStack ${seen.versionInDump ?? 'unknown'}`,
      `Written by ${/^-- (\S+) dump/m.exec(seen.head)?.[1] ?? 'an unknown client'}`,
      `Management configuration with its key, ${seen.archive.length} files`,
    ].filter((_, index) => problems.length === 0 || index < 2),
    problems,
    bytes: seen.bytes,
    sha256: seen.sha256,
  };
}
