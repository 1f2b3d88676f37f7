/** PUT /pool_patch_upload and /import_raw_vdi: a stream that is looked at and not kept; a task tells the end (xapi §8.1; xc §3.2). */
import { HEADER_BYTES, readArtefact, type SimArtefact } from '../artefact';
import type { CloudState, SimHost } from '../model';
import { SimSocketError } from '../socket-error';
import { rememberDoubt, seeRepetition } from './breaches';
import { assertServes } from './dispatch';
import { clientOf, html, type HttpReply } from './dump';
import { SECONDS } from './timing';
import { refOf, uuidOfRef, XapiFailure } from './values';
import { isMasterHost, masterOf, type SimTask, type XapiWorld } from './world';
import { xapiWorld } from './xapi-world';

export const UPLOAD_CALLS = ['PUT /pool_patch_upload', 'PUT /import_raw_vdi'] as const;
type Path = '/pool_patch_upload' | '/import_raw_vdi';
const isPath = (path: string): path is Path => UPLOAD_CALLS.some((call) => call === `PUT ${path}`);

export async function putXapi(
  cloud: CloudState,
  host: SimHost,
  path: string,
  body: AsyncIterable<Uint8Array>,
): Promise<HttpReply> {
  const world = xapiWorld(cloud);
  assertServes(world, host);
  const url = new URL(path, 'https://host');
  const { pathname } = url;
  if (!isPath(pathname)) return html(403, 'Forbidden');
  const call = `PUT ${pathname}`;
  const on = host.pool.name;
  const by = clientOf(world, host, url, {});
  const task = world.of(host.pool).tasks.get(uuidOfRef(url.searchParams.get('task_id') ?? ''));
  const isReady = world.machine(host).ready && isMasterHost(host);
  cloud.record({ face: 'xapi', call, on, by: by ?? 'nobody', mutates: true, ok: true });
  const n = cloud.calls.length;
  const failed = (code: string): void => {
    cloud.calls[n - 1] = { ...cloud.calls[n - 1]!, ok: false, code };
  };
  if (by === undefined || !isReady) {
    failed(isReady ? '401' : '500');
    return isReady ? html(401, 'Unauthorised') : html(500, 'Internal Server Error');
  }
  seeRepetition(world, host.pool, by, call, on);
  const strike = cloud.faults.strike(`xapi:${call}`, on);
  if (strike && strike.how !== 'refuse' && strike.how !== 'slow') rememberDoubt(world, by, call, on);
  if (strike?.how === 'lose-request' || strike?.how === 'hang' || strike?.how === 'html') {
    failed(strike.how);
    throw new SimSocketError(strike.how === 'lose-request' ? 'reset' : strike.how);
  }
  try {
    const file = await read(body);
    await cloud.time.sleep(SECONDS.uploadEnd + (strike?.seconds ?? 0) + file.bytes / BYTES_PER_SECOND);
    assertServes(world, host);
    if (strike?.how === 'refuse') throw new XapiFailure(strike.code ?? 'INTERNAL_ERROR', '/var/patch');
    const ref = pathname === '/pool_patch_upload' ? takePatch(world, host, file) : fillDisk(host, url, file);
    finish(world, host, task, 'success', `<value>${ref}</value>`, []);
  } catch (error) {
    if (error instanceof SimSocketError) throw error;
    const description = error instanceof XapiFailure ? error.description : ['INTERNAL_ERROR', 'End_of_file'];
    failed(description[0] ?? '');
    finish(world, host, task, 'failure', '', description);
    if (!(error instanceof XapiFailure)) throw error;
    return html(500, 'Internal Server Error');
  }
  if (strike?.how === 'lose-answer' || strike?.how === 'truncate') throw new SimSocketError('reset');
  return { status: 200, headers: { 'content-type': 'text/html' }, body: '' };
}

/** A gigabit line. */
const BYTES_PER_SECOND = 100 * 1024 * 1024;

interface Taken {
  readonly bytes: number;
  readonly artefact: SimArtefact | undefined;
}

/** Only the first line is kept. */
async function read(body: AsyncIterable<Uint8Array>): Promise<Taken> {
  const head: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    // a copy: a piece of a large buffer would keep all of it
    if (bytes < HEADER_BYTES) head.push(Uint8Array.prototype.slice.call(chunk));
    bytes += chunk.length;
  }
  return { bytes, artefact: readArtefact(Buffer.concat(head)) };
}

function takePatch(world: XapiWorld, host: SimHost, { bytes, artefact }: Taken): string {
  const { pool } = host;
  if (!artefact || artefact.kind !== 'hotfix') throw new XapiFailure('INVALID_PATCH');
  const known = pool.patching.known.find(({ uuid }) => uuid === artefact.uuid);
  if (known?.staged) throw new XapiFailure('PATCH_ALREADY_EXISTS', artefact.uuid);
  if (bytes > masterOf(pool).dom0.freeMib.root * 1024 * 1024)
    throw new XapiFailure('OUT_OF_SPACE', '/var/patch');
  if (known) known.staged = true;
  else pool.patching.known.push({ ...artefact, bytes, staged: true });
  world.cloud.changed(pool, 'pool_patch', artefact.uuid);
  return refOf(artefact.uuid);
}

function fillDisk({ pool }: SimHost, url: URL, { artefact }: Taken): string {
  const vdi = url.searchParams.get('vdi') ?? '';
  const disk = pool.patching.disks.find(({ uuid }) => uuid === uuidOfRef(vdi));
  if (!disk) throw new XapiFailure('HANDLE_INVALID', 'VDI', vdi);
  if (artefact) disk.artefact = artefact;
  return vdi;
}

function finish(
  world: XapiWorld,
  { pool }: SimHost,
  task: SimTask | undefined,
  status: 'success' | 'failure',
  result: string,
  error: readonly string[],
): void {
  if (!task) return;
  Object.assign(task, { status, result, error, finished: world.cloud.time.now(), progress: 1 });
  if (world.of(pool).tasks.has(task.uuid)) world.cloud.changed(pool, 'task', task.uuid);
}
