/** Backups of CloudStack's databases and configuration: started detached, judged by what lies on the disk. */
import { z } from 'zod';
import { Malformed, Refused } from '../../domain/errors';
import type { BackupSeen } from '../../ports';
import * as line from '../ssh/commands';
import type { SshAnswer } from '../ssh/transport';
import { readCounts, readDumpVersion, readOutline } from './outline';
import { judge, type Evidence, type Verdict } from './verdict';

/** Runs one line on the machine that makes the backups. */
export type RunLine = (command: line.Command, seconds?: number) => Promise<SshAnswer>;

/** Reading and hashing a dump of some GB takes minutes; the engine runs this outside the tick. */
const READ_SECONDS = 900;

export interface Backups {
  backUp(name: string): Promise<void>;
  backup(name: string): Promise<BackupSeen>;
  verifyBackup(name: string): Promise<void>;
}

export function backups(server: string, place: line.BackupPlace, run: RunLine): Backups {
  const text = async (command: line.Command, seconds?: number): Promise<string | undefined> => {
    const answer = await run(command, seconds);
    return answer.code === 0 ? answer.stdout : undefined;
  };
  const number = async (command: line.Command): Promise<number | undefined> => {
    const said = (await text(command))?.trim();
    return said !== undefined && /^\d+$/.test(said) ? Number(said) : undefined;
  };

  const previousBytes = async (): Promise<number | undefined> => {
    const found = (await text(line.earlierVerdicts(place))) ?? '';
    const newest = found
      .split('\n')
      .map((entry) => /^([\d.]+) (\/.+)$/.exec(entry))
      .filter((entry) => entry !== null)
      .toSorted((a, b) => Number(b[1]) - Number(a[1]))[0];
    return newest && readVerdict(server, (await text(line.readVerdict(newest[2]!))) ?? '')?.bytes;
  };

  const evidence = async (name: string): Promise<Evidence> => {
    const [
      dumpCode,
      errors,
      bytes,
      sum,
      head,
      tail,
      outline,
      rows,
      tarCode,
      members,
      counts,
      version,
      previous,
    ] = await Promise.all([
      number(line.dumpCode(place, name)),
      text(line.dumpErrors(place, name)),
      number(line.dumpBytes(place, name)),
      text(line.dumpSha256(place, name), READ_SECONDS),
      text(line.dumpHead(place, name)),
      text(line.dumpTail(place, name)),
      text(line.dumpOutline(place, name), READ_SECONDS),
      text(line.dumpVersionRows(place, name), READ_SECONDS),
      number(line.tarCode(place, name)),
      text(line.archiveMembers(place, name)),
      text(line.databaseCounts(place), 60),
      text(line.databaseVersion(place), 60),
      previousBytes(),
    ]);
    const contents = readOutline(outline ?? '');
    return {
      dumpCode,
      dumpErrors: errors ?? 'its stderr could not be read',
      bytes: bytes ?? 0,
      sha256: sum?.split(' ')[0] ?? '',
      head: head ?? '',
      tail: tail ?? '',
      databases: contents.databases,
      inDump: contents.counts,
      inDatabase: readCounts(counts ?? ''),
      versionInDump: readDumpVersion(rows ?? ''),
      versionInDatabase: version?.trim(),
      previousBytes: previous,
      tarCode,
      archive: (members ?? '')
        .split('\n')
        .filter((member) => member !== '')
        .map((member) => member.replace(/^\.\//, '')),
    };
  };

  const verified = async (name: string): Promise<BackupSeen | undefined> => {
    const said = await text(line.verifiedVerdict(place, name));
    if (said === undefined) return undefined;
    const { bytes, sha256, facts } = readVerdict(server, said);
    return {
      state: 'verified',
      path: line.finalPath(place, name),
      server,
      bytes,
      sha256,
      facts,
      problems: [],
    };
  };

  /** What lies in the partial directory; `absent` where there is none. */
  const partial = async (name: string): Promise<BackupSeen> => {
    if ((await run(line.partialIsThere(place, name))).code !== 0)
      return { state: 'absent', facts: [], problems: [] };
    const judged = await text(line.partialVerdict(place, name));
    if (judged !== undefined) {
      const verdict = readVerdict(server, judged);
      // A good verdict in the partial directory: the rename is still to come, so verifying does it again.
      if (verdict.problems.length === 0)
        return { state: 'unverified', server, facts: verdict.facts, problems: [] };
      return { state: 'failed', server, facts: verdict.facts, problems: verdict.problems };
    }
    // The process first: it writes `finished` before it ends, so neither seen means it died.
    const runs = (await run(line.backupProcess(name))).code === 0;
    const finished = await number(line.finishedAt(place, name));
    const bytes = await number(line.dumpBytes(place, name));
    const size = bytes === undefined ? [] : [`${bytes} bytes so far`];
    if (finished === undefined)
      return runs
        ? { state: 'running', server, facts: size, problems: [] }
        : {
            state: 'failed',
            server,
            facts: size,
            problems: [`The backup on ${server} ended without finishing: its process is gone`],
          };
    const code = await number(line.dumpCode(place, name));
    if (code === 0) return { state: 'unverified', server, facts: [`${bytes ?? 0} bytes`], problems: [] };
    const said = ((await text(line.dumpErrors(place, name))) ?? '').trim().split('\n')[0] ?? '';
    return {
      state: 'failed',
      server,
      facts: size,
      problems: [`mysqldump ended with code ${code ?? 'unknown'}: ${said}`],
    };
  };

  return {
    async backUp(name) {
      const client = await dumpClient(server, run);
      const answer = await run(line.startBackup(place, name, client));
      if (answer.code !== 0) throw notStarted(server, place, answer);
    },

    async backup(name) {
      const before = await verified(name);
      if (before) return before;
      const seen = await partial(name);
      // the rename may come between two of these commands: what was looked for has moved, not gone
      return seen.state === 'absent' || seen.state === 'failed' ? ((await verified(name)) ?? seen) : seen;
    },

    async verifyBackup(name) {
      // Asked again after the rename: it is verified already, and saying so twice changes nothing.
      if ((await text(line.verifiedVerdict(place, name))) !== undefined) return;
      const verdict = judge(await evidence(name));
      const written = await run(line.writeVerdict(place, name, oneLine(verdict)));
      if (written.code !== 0)
        throw new Malformed(`${server} over SSH`, `the verdict on ${name} could not be written`);
      if (verdict.problems.length > 0) throw notABackup(server, place, name, verdict);
      const renamed = await run(line.promote(place, name));
      if (renamed.code !== 0)
        throw new Malformed(`${server} over SSH`, `${name} was verified but could not be renamed`);
    },
  };
}

async function dumpClient(server: string, run: RunLine): Promise<line.DumpClient> {
  const answer = await run(line.dumpClientVersion);
  if (answer.code === 0) return line.readDumpClient(answer.stdout);
  throw new Refused({
    code: 'NO_MYSQLDUMP',
    what: `There is no mysqldump on ${server}.`,
    why: 'The databases are dumped on the machine that pools.yaml names for backups, and it has no MySQL or MariaDB client.',
    doThis: [
      `On ${server}: install the client package of your database server`,
      'or name another server for backups in pools.yaml.',
    ],
  });
}

/** What mysqldump complained about may hold control characters; a command line may not. */
const oneLine = (verdict: Verdict): string => JSON.stringify(verdict).replace(/\p{Cc}/gu, ' ');

const verdictFile = z.object({
  v: z.literal(1),
  facts: z.array(z.string()),
  problems: z.array(z.string()),
  bytes: z.number(),
  sha256: z.string(),
});

function readVerdict(server: string, json: string): Verdict {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    content = undefined;
  }
  const read = verdictFile.safeParse(content);
  if (!read.success)
    throw new Malformed(`${server} over SSH`, 'a verdict file is not what was written there');
  return read.data;
}

function notStarted(server: string, place: line.BackupPlace, answer: SshAnswer): Refused {
  return new Refused({
    code: 'BACKUP_NOT_STARTED',
    what: `The backup on ${server} did not start.`,
    why: answer.stderr.trim().split('\n')[0] || `The command ended with code ${answer.code}.`,
    doThis: [
      `On ${server}: df -h ${place.directory}; ls -la ${place.directory}`,
      'Then retry: the next attempt gets a name of its own.',
    ],
  });
}

function notABackup(server: string, place: line.BackupPlace, name: string, verdict: Verdict): Refused {
  return new Refused({
    code: 'BACKUP_NOT_VERIFIED',
    what: `The dump ${name} on ${server} does not count as a backup.`,
    why: verdict.problems.join('. '),
    doThis: [
      `On ${server}: cat ${line.finalPath(place, name)}.partial/dump.stderr`,
      'Correct the cause, then retry: a new dump is taken under a name of its own.',
    ],
  });
}
