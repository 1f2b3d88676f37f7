/** What a dump holds, read from its outline: only what is created counts, never what a routine's body mentions. */
import { DATABASES, type Counts } from './verdict';

export interface Outline {
  readonly databases: readonly string[];
  readonly counts: Readonly<Record<string, Counts>>;
}

/** Reads the lines that `dumpOutline` prints; counts per database. */
export function readOutline(lines: string): Outline {
  const counts: Record<string, { tables: number; views: number; routines: number }> = {};
  const databases: string[] = [];
  let current: { tables: number; views: number; routines: number } | undefined;
  // Between `DELIMITER ;;` and `DELIMITER ;` stands one trigger, event or routine with its body.
  let body: 'outside' | 'begins' | 'inside' = 'outside';
  for (const line of lines.split('\n')) {
    const use = /^USE `([^`]+)`;/.exec(line);
    if (use) {
      const name = use[1]!;
      if (!databases.includes(name)) databases.push(name);
      current = counts[name] ??= { tables: 0, views: 0, routines: 0 };
    } else if (line.startsWith('DELIMITER ')) {
      body = line.startsWith('DELIMITER ;;') ? 'begins' : 'outside';
    } else if (!current) {
      continue;
    } else if (body === 'begins' && /^(CREATE |\/\*!50003 CREATE\*\/ ).*(PROCEDURE|FUNCTION) `/.test(line)) {
      current.routines++;
      body = 'inside';
    } else if (body === 'outside' && line.startsWith('CREATE TABLE `')) {
      current.tables++;
    } else if (body === 'outside' && line.startsWith('/*!50001 VIEW `')) {
      current.views++;
    }
  }
  return { databases, counts };
}

/** Reads what `databaseCounts` prints: schema, kind, number. */
export function readCounts(lines: string): Readonly<Record<string, Counts>> {
  const counts: Record<string, { tables: number; views: number; routines: number }> = {};
  for (const line of lines.split('\n').filter((text) => text !== '')) {
    const [schema = '', kind = '', number = ''] = line.split('\t');
    const of = (counts[schema] ??= { tables: 0, views: 0, routines: 0 });
    if (kind === 'VIEW') of.views += Number(number);
    else if (kind === 'ROUTINE') of.routines += Number(number);
    else of.tables += Number(number);
  }
  return counts;
}

/** The newest version row of `cloud` in what `dumpVersionRows` prints; undefined when there is none. */
export function readDumpVersion(lines: string): string | undefined {
  let database: string | undefined;
  let newest: { id: number; version: string } | undefined;
  for (const line of lines.split('\n')) {
    const use = /^USE `([^`]+)`;/.exec(line);
    if (use) database = use[1];
    if (database !== DATABASES[0]) continue;
    for (const row of line.matchAll(/\((\d+),'([^']*)'/g)) {
      const id = Number(row[1]);
      if (!newest || id > newest.id) newest = { id, version: row[2]! };
    }
  }
  return newest?.version;
}
