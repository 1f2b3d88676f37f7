/** Files of hotfixes where the worker finds them: on its disk, or on a web server. */
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { shownFile } from '../../../domain/patching';
import { PATCH_SECONDS } from './seconds';

/** Small enough that a few of them at once are nothing, large enough for a gigabit line. */
const PIECE_BYTES = 256 * 1024;

export interface OpenArtefact {
  /** Absent where the server does not say. */
  readonly bytes?: number;
  /** Read once, a piece at a time. */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Without having read it. */
  close(): Promise<void>;
}

export interface ArtefactFiles {
  /** A path or a URL. Throws an error whose message says what is wrong with it. */
  open(file: string): Promise<OpenArtefact>;
}

export const artefactFiles: ArtefactFiles = {
  open: (file) => (/^https?:\/\//i.test(file) ? fetched(file) : onDisk(file)),
};

/** Opened at once: a stream that opens by itself fails when nobody listens yet, and takes the worker with it. */
async function onDisk(file: string): Promise<OpenArtefact> {
  const handle = await open(file);
  try {
    const seen = await handle.stat();
    if (!seen.isFile()) throw new Error('it is no file');
    return {
      bytes: seen.size,
      pieces: piecesOf(handle),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Nothing is read before the first piece is asked for. */
async function* piecesOf(handle: FileHandle): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function fetched(url: string): Promise<OpenArtefact> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATCH_SECONDS * 1000) }).catch(
    (error: unknown) => {
      // what cannot be asked for is quoted whole, with what may be secret in it
      const why = error instanceof Error ? error.message : 'it cannot be fetched';
      throw new Error(why.replaceAll(url, shownFile(url)));
    },
  );
  const { body } = answer;
  if (!answer.ok || !body) {
    await body?.cancel();
    throw new Error(`the server answered HTTP ${answer.status}`);
  }
  const length = Number(answer.headers.get('content-length'));
  const packed = answer.headers.has('content-encoding');
  return {
    // what is packed on the way has another length
    ...(length > 0 && !packed && { bytes: length }),
    pieces: Readable.fromWeb(body as ReadableStream<Uint8Array>),
    close: () => body.cancel(),
  };
}
