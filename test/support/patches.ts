/** Pools that take patches, artefacts on disk, and the product's client at them over real TLS. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StagedArtefact } from '../../src/domain/patching';
import { uuidOf } from '../../src/sim/identity';
import { makeArtefact, type ArtefactSpec } from '../../src/sim/artefact';
import type { SimHost } from '../../src/sim/model';
import type { PoolFile } from '../../src/sim/snapshot-file';

export const SHARED = { name: 'nfs-primary', type: 'nfs', shared: true } as const;

/** Three hosts of one release and no VM. */
export const poolOn = (version: string, brand?: string, more: Partial<PoolFile> = {}): PoolFile => ({
  name: 'pool-a',
  hosts: ['host-1', 'host-2', 'host-3'].map((name) => ({ name, version, ...(brand && { brand }) })),
  srs: [SHARED],
  vms: [],
  ...more,
});

export interface Folder {
  /** Writes the file and says what the catalogue would. */
  artefact(
    spec: Partial<ArtefactSpec> & { readonly name: string },
    more?: { readonly bytes?: number; readonly kind?: StagedArtefact['kind'] },
  ): StagedArtefact;
  remove(): void;
}

export function folder(version: string): Folder {
  const directory = mkdtempSync(join(tmpdir(), 'patches-'));
  return {
    artefact: (spec, { bytes = 200_000, kind = 'hotfix' } = {}) => {
      const uuid = uuidOf('artefact', spec.name);
      const content = makeArtefact({ uuid, versions: [version], ...spec }, bytes);
      const file = join(directory, `${spec.name.replaceAll(':', '-')}.bin`);
      writeFileSync(file, content);
      const sha256 = createHash('sha256').update(content).digest('hex');
      return { uuid, name: spec.name, kind, file, sha256, bytes: content.length };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** In CloudStack Maintenance, its cluster Unmanaged, disabled in XAPI: nothing that is done to it now is a breach. */
export function takeOut(host: SimHost): void {
  host.pool.cluster.managedState = 'Unmanaged';
  host.cs.resourceState = 'Maintenance';
  host.enabled = false;
  host.disabledByUser = true;
}
