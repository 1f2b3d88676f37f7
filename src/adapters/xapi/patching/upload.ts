/** A file onto the pool: read from disk or a web server, counted on the way, its end held back until it is proved right. */
import { createHash } from 'node:crypto';
import { NotSent, Refused, Unreachable } from '../../../domain/errors';
import type { StagedArtefact } from '../../../domain/patching';
import { problems } from '../../../domain/problems';
import { xapiProblem } from '../../../domain/xapi-advice';
import { objectFrom, textFrom } from '../record';
import type { OpenArtefact } from './artefact-files';
import { type PatchContext } from './context';
import { PATCH_SECONDS } from './seconds';

/** XAPI names a hotfix by what stands in its file; another uuid than the catalogue's is another hotfix. */
export async function assertIsIt(
  { session, source }: PatchContext,
  artefact: StagedArtefact,
  cls: 'pool_patch' | 'pool_update',
  row: string,
): Promise<void> {
  const { name, file, uuid } = artefact;
  const seen = textFrom(await session.read(`${cls}.get_uuid`, [row], `look at ${name}`), source);
  if (seen === uuid) return;
  const doing = `throw away what was uploaded as ${name}`;
  await session.act(`${cls}.destroy`, [row], doing).catch(() => undefined);
  throw new Refused(problems.hotfixFileWrong(name, file, `its uuid is ${seen}, not ${uuid}`));
}

type Progress = ((bytes: number) => void) | undefined;

/** The pieces of the file. Throws Refused before the last piece where size or checksum are not the catalogue's. */
async function* checked(
  artefact: StagedArtefact,
  pieces: AsyncIterable<Uint8Array>,
  progress: Progress,
): AsyncGenerator<Uint8Array> {
  const { name, file, bytes, sha256 } = artefact;
  const wrong = (what: string): Refused => new Refused(problems.hotfixFileWrong(name, file, what));
  const hash = createHash('sha256');
  let size = 0;
  let held: Uint8Array | undefined;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > bytes) throw wrong(`it is longer than ${bytes} bytes`);
    hash.update(piece);
    if (held) {
      yield held;
      progress?.(size - piece.length);
    }
    held = piece;
  }
  if (size !== bytes) throw wrong(`it has ${size} bytes, not ${bytes}`);
  const seen = hash.digest('hex');
  if (seen !== sha256.toLowerCase()) throw wrong(`its SHA-256 is ${seen}`);
  if (held) yield held;
  progress?.(size);
}

/** Opened before anything is asked of the pool: a file that is not there costs nothing. */
async function opened({ files }: PatchContext, artefact: StagedArtefact): Promise<OpenArtefact> {
  const { name, file } = artefact;
  const found = await files.open(file).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : 'it is unreadable';
    throw new Refused(problems.hotfixFileGone(name, file, why));
  });
  if (found.bytes !== undefined && found.bytes !== artefact.bytes) {
    await found.close();
    throw new Refused(
      problems.hotfixFileWrong(name, file, `it has ${found.bytes} bytes, not ${artefact.bytes}`),
    );
  }
  return found;
}

/** A file that breaks off while it is read is no answer of the pool's: nothing was taken. */
async function* readable(
  artefact: StagedArtefact,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it broke off';
    throw new Refused(problems.hotfixFileGone(artefact.name, artefact.file, why));
  }
}

/** `path` without session and task. Resolves to the reference that the task ended with. Refused with the task's own error; Unreachable where the end was not seen. */
export async function upload(
  context: PatchContext,
  path: string,
  artefact: StagedArtefact,
  progress: Progress,
): Promise<string> {
  const { session, source } = context;
  const file = await opened(context, artefact);
  const doing = `upload ${artefact.name}`;
  try {
    const task = textFrom(await session.act('task.create', [doing, 'xsupgrade'], doing), source);
    return await sent(context, path, artefact, { task, pieces: file.pieces, progress, doing });
  } finally {
    // whoever read it to its end has closed it; what never left must not stay open
    await file.close().catch(() => undefined);
  }
}

interface Sending {
  readonly task: string;
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly progress: Progress;
  readonly doing: string;
}

async function sent(
  context: PatchContext,
  path: string,
  artefact: StagedArtefact,
  { task, pieces, progress, doing }: Sending,
): Promise<string> {
  const { session, source } = context;
  try {
    const status = await session.put(
      (ref) =>
        `${path}${path.includes('?') ? '&' : '?'}session_id=${encodeURIComponent(ref)}&task_id=${encodeURIComponent(task)}`,
      { bytes: artefact.bytes, body: checked(artefact, readable(artefact, pieces), progress) },
      PATCH_SECONDS,
    );
    const ended = objectFrom(task, await session.read('task.get_record', [task], doing), source);
    const [code, ...params] = ended.set('error_info');
    if (code !== undefined && ended.text('status') === 'failure') throw failure(context, doing, code, params);
    if (status === 401 || status === 403)
      throw new NotSent(`${source}: the session was not accepted for the upload`);
    if (status !== 200) throw new Unreachable(source, `answered HTTP ${status} to the upload`);
    return /OpaqueRef:[\w-]+/.exec(ended.text('result'))?.[0] ?? '';
  } finally {
    // XAPI forgets finished tasks by itself after an hour
    await session.act('task.destroy', [task], 'forget a finished task').catch(() => undefined);
  }
}

function failure(context: PatchContext, doing: string, code: string, params: readonly string[]): Error {
  const nameOf = (ref: string): string | undefined => context.directory.nameOf(ref);
  // the end of the stream never came, or XAPI broke over it: looked at, not guessed
  if (code === 'INTERNAL_ERROR')
    return new Unreachable(context.source, `an internal error while asked to ${doing}`);
  return new Refused(xapiProblem({ doing, code, params, nameOf }), code, params);
}
