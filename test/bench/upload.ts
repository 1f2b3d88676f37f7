/** What putting a hotfix of 600 MB on a pool costs the worker: it is streamed, so that its size is nobody's memory. */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StagedArtefact } from '../../src/domain/patching';
import { makeArtefact } from '../../src/sim/artefact';
import { uuidOf } from '../../src/sim/identity';
import type { PoolFile } from '../../src/sim/snapshot-file';
import type { Figure } from './figures';
import { delaysOf } from './loop-watch';
import type { UploadAsked, UploadReport } from './measured-upload';
import { directory, startSim } from './scene';

const BYTES = 600 * 1024 * 1024;
/** Beyond what the worker holds anyway. */
const MOST_EXTRA_MIB = 100;
/** The far side unpacks in pool time, which is not what is measured. */
const SPEED = 60;

/** A file for each of the two ways: a PUT to the master, and a PUT into a disk. */
const RELEASES = [
  { version: '6.5.0', way: 'pool_patch' },
  { version: '8.2.1', way: 'pool_update' },
] as const;

export async function upload(workload: number): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { version, way } of RELEASES) {
    const { dir, remove } = directory();
    const sim = await startSim(poolOn(version), dir, SPEED);
    try {
      const report = await measured({
        announcement: sim.announcement,
        artefact: await artefactIn(dir, version),
      });
      if (!report.staged) throw new Error(`${way}: the pool has not got it`);
      const row = (what: string, value: number, unit: Figure['unit'], rest: Partial<Figure>): Figure => ({
        bench: 'upload',
        what: `600 MB by ${way}: ${what}`,
        value,
        unit,
        ...rest,
      });
      figures.push(
        row('memory beyond before', report.extraMib, 'MiB', { goal: MOST_EXTRA_MIB }),
        row('wall time', report.seconds, 's', { ofWorkload: (report.seconds * 1000) / workload }),
        ...delaysOf('upload', `600 MB by ${way}`, report, workload),
      );
    } finally {
      await sim.end();
      remove();
    }
  }
  return figures;
}

const poolOn = (version: string): PoolFile => ({
  name: 'pool-a',
  hosts: ['host-1', 'host-2'].map((name) => ({ name, version })),
  vms: [],
});

/** Its first line, and then nothing but zeros that no disk has to hold. */
async function artefactIn(dir: string, version: string): Promise<StagedArtefact> {
  const uuid = uuidOf('bench', version);
  const file = join(dir, 'hotfix.bin');
  await writeFile(file, makeArtefact({ uuid, name: 'BENCH', versions: [version] }));
  await truncate(file, BYTES);
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return { uuid, name: 'BENCH', kind: 'hotfix', file, sha256: hash.digest('hex'), bytes: BYTES };
}

/** In a process of its own, so that nothing but the product is in its memory. */
function measured(asked: UploadAsked): Promise<UploadReport> {
  const child = fork(join(__dirname, 'measured-upload.js'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (report) => resolve(report as UploadReport));
    child.once('exit', (code) => reject(new Error(`the upload ended with ${code}`)));
    child.send(asked);
  });
}
