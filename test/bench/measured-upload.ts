/** Puts one artefact on a pool, as a worker would, and tells its parent what that took: wall seconds, and memory beyond before. */
import { wireTransport } from '../../src/adapters/xapi/wire';
import { xapiPool } from '../../src/adapters/xapi/xapi-pool';
import type { StagedArtefact } from '../../src/domain/patching';
import type { Announcement } from '../../src/sim/serve';
import { watchLoop } from './loop-watch';

export interface UploadAsked {
  readonly announcement: Announcement;
  readonly artefact: StagedArtefact;
}

export interface UploadReport {
  readonly seconds: number;
  readonly extraMib: number;
  readonly p99: number;
  readonly worst: number;
  readonly peakRssMib: number;
  /** The pool has it, whole. */
  readonly staged: boolean;
}

async function upload({ announcement, artefact }: UploadAsked): Promise<UploadReport> {
  const [pool] = announcement.pools;
  const transport = wireTransport();
  const client = xapiPool({
    pool: pool!.name,
    hosts: pool!.hosts.map(({ name, uuid, xapi }) => ({
      name,
      uuid,
      address: xapi.url,
      fingerprint: xapi.fingerprint,
    })),
    user: announcement.xapiUser,
    password: announcement.xapiPassword,
    transport,
  });
  // logged in, and everything loaded that a look needs: what comes on top is the upload's
  await client.patching.seen();
  const before = process.resourceUsage().maxRSS / 1024;
  const report = watchLoop();
  const from = performance.now();
  await client.patching.stage(artefact);
  const seconds = (performance.now() - from) / 1000;
  const loop = report();
  const { staged } = await client.patching.seen();
  await client.close();
  transport.close();
  return {
    ...loop,
    seconds,
    extraMib: loop.peakRssMib - before,
    staged: staged.some(({ uuid }) => uuid === artefact.uuid),
  };
}

process.once('message', (asked) => {
  upload(asked as UploadAsked).then(
    (report) => process.send?.(report, () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
});
