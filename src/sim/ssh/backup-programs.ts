/** mysqldump, mysql and tar of the pretend machines: backups good and bad (cs §11.3). */
import { BROKEN_VIEW, dumpText } from '../db/dump';
import { query, SqlRefused } from '../db/query';
import type { Strike } from '../faults';
import { diskOfMachine } from './machines';
import { failed, fullPath, ok, onFile, optionValue, type Result, type Shell } from './program';

/** mysqldump of a CloudStack database of middling size, and its configuration: seconds of pool time. */
const DUMP_SECONDS = 40;
const TAR_SECONDS = 2;

export async function mysqldump(
  shell: Shell,
  parameters: readonly string[],
  strike: Strike | undefined,
): Promise<Result> {
  const { source } = shell.side;
  if (parameters.includes('--version'))
    return ok('mysqldump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)\n');
  const missing = missingDefaults(shell, 'mysqldump', parameters);
  if (missing) return missing;
  const foreign = parameters.find((word) => /^--(set-gtid-purged|column-statistics)/.test(word));
  if (foreign !== undefined) return failed(7, `mysqldump: unknown variable '${foreign.slice(2)}'`);
  await source.cloud.time.sleep(DUMP_SECONDS);
  const named = parameters.slice(parameters.indexOf('--databases') + 1);
  const code = strike?.how === 'refuse' ? (strike.code ?? '1356') : undefined;
  const brokenView = code === '1356';
  const dump = dumpText(source, {
    databases: code === 'one-database' ? named.slice(0, 1) : named,
    routines: parameters.includes('--routines') && code !== 'no-routines',
    brokenView,
  });
  if (brokenView) return { code: 2, out: dump, err: `${BROKEN_VIEW}\n` };
  if (strike?.how === 'truncate') return ok(dump.slice(0, Math.floor(dump.length * 0.6)));
  if (code !== undefined && !['no-routines', 'one-database'].includes(code))
    return { code: 2, out: '', err: `mysqldump: Got error: ${code} when trying to connect\n` };
  return ok(dump);
}

export function mysql(shell: Shell, parameters: readonly string[]): Result {
  const missing = missingDefaults(shell, 'mysql', parameters);
  if (missing) return missing;
  const sql = optionValue(parameters, '-e') ?? '';
  try {
    const answer = query(shell.side.source, { user: 'backup', database: undefined }, sql);
    const rows = answer === 'ok' ? [] : answer.rows;
    return ok(rows.map((row) => `${row.map((cell) => cell ?? 'NULL').join('\t')}\n`).join(''));
  } catch (error) {
    if (error instanceof SqlRefused) return failed(1, `ERROR ${error.code}: ${error.message}`);
    throw error;
  }
}

/** A named option file that is not there ends the program before it connects. */
function missingDefaults(shell: Shell, name: string, parameters: readonly string[]): Result | undefined {
  const [, file] = /^--defaults-extra-file=(.+)$/.exec(parameters[0] ?? '') ?? [];
  if (file === undefined || diskOfMachine(shell.machine).read(file)) return undefined;
  return failed(1, `${name}: Could not open required defaults file: ${file}`);
}

export async function tar(
  shell: Shell,
  parameters: readonly string[],
  strike: Strike | undefined,
): Promise<Result> {
  const archive = parameters[1] ?? '';
  if (parameters[0] === '-tzf') return onFile(shell, 'tar', [archive], (content) => content);
  const from = optionValue(parameters, '-C') ?? '/';
  const { machine, side } = shell;
  await side.source.cloud.time.sleep(TAR_SECONDS);
  if (machine.kind !== 'management' || (strike?.how === 'refuse' && strike.code !== 'no-key'))
    return failed(2, 'tar: refused');
  const members = machine.files.below(from).map((path) => `.${path.slice(from.length)}`);
  const kept = strike?.code === 'no-key' ? members.filter((member) => !member.endsWith('/key')) : members;
  machine.files.write(
    fullPath(shell, archive),
    ['./', ...kept, ''].join('\n'),
    Math.floor(side.source.cloud.time.now() / 1000),
  );
  return ok();
}
