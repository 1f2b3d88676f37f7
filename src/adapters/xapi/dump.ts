/** The pool database by HTTP, and what a dump holds: rows counted, stub and truncation seen (xapi §3.5). */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { Malformed, Refused, Unreachable } from '../../domain/errors';
import { xapiProblem } from '../../domain/xapi-advice';
import type { DatabaseDump } from '../../ports';
import type { Session } from './session';

/** Hundreds of megabytes on a large pool. */
const DUMP_SECONDS = 170;
/** Generation of the stub that XAPI gives while versions differ. */
const STUB_GENERATION = '103';

/** Where dumps are kept: on the worker's disk unless somebody keeps them elsewhere. */
export interface DumpFiles {
  /** 0600, complete or not there. */
  write(file: string, body: Buffer): Promise<void>;
  /** Undefined when it is not there. */
  read(file: string): Promise<Buffer | undefined>;
}

export const onDisk: DumpFiles = {
  async write(file, body) {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const partial = `${file}.partial`;
    const handle = await open(partial, 'w', 0o600);
    try {
      await handle.writeFile(body);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  },
  async read(file) {
    try {
      return await readFile(file);
    } catch (error) {
      if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT')
        return undefined;
      throw error;
    }
  },
};

/** Fetches the database into `file` and says what it holds. */
export async function dumpTo(
  session: Session,
  pool: string,
  file: string,
  files: DumpFiles,
): Promise<DatabaseDump> {
  const source = `XAPI of ${pool}`;
  const reply = await session.get(
    (ref) => `/pool/xmldbdump?session_id=${encodeURIComponent(ref)}`,
    DUMP_SECONDS,
  );
  if (reply.status === 401 || reply.status === 403) {
    const code = reply.status === 401 ? 'SESSION_INVALID' : 'RBAC_PERMISSION_DENIED';
    if (reply.status === 401) session.drop();
    const doing = `dump the database of ${pool} (HTTP ${reply.status})`;
    throw new Refused(xapiProblem({ doing, code, params: ['dump'], nameOf: () => undefined }), code);
  }
  if (reply.status !== 200) throw new Unreachable(source, `answered HTTP ${reply.status} to the dump`);
  if (reply.body.length === 0) throw new Malformed(source, 'the dump is empty');
  await files.write(file, reply.body);
  return judge(file, reply.body);
}

export async function readDumpAt(file: string, files: DumpFiles): Promise<DatabaseDump | undefined> {
  const body = await files.read(file);
  return body && judge(file, body);
}

/** EOF cannot be told from truncation, so the last word must be there and the tables must have rows. */
function judge(file: string, body: Buffer): DatabaseDump {
  const text = body.toString('utf8');
  const hosts = rowsOf(text, 'host').length;
  const vms = rowsOf(text, 'VM').filter(
    (row) => !isTrue(row, 'is_control_domain') && !isTrue(row, 'is_a_template'),
  ).length;
  const generation = /key=["']generation_count["'] value=["'](\d+)["']/.exec(text)?.[1];
  const isStub = generation === STUB_GENERATION && hosts === 0;
  return {
    path: file,
    bytes: body.length,
    sha256: createHash('sha256').update(body).digest('hex'),
    hosts,
    vms,
    whole: text.trimEnd().endsWith('</database>') && !isStub && hosts > 0,
  };
}

function rowsOf(text: string, table: string): string[] {
  const start = new RegExp(`<table name=["']${table}["']>`).exec(text);
  if (!start) return [];
  const from = start.index + start[0].length;
  const end = text.indexOf('</table>', from);
  return text.slice(from, end === -1 ? undefined : end).match(/<row\b[^>]*>/g) ?? [];
}

const isTrue = (row: string, column: string): boolean => new RegExp(`\\b${column}=["']true["']`).test(row);
