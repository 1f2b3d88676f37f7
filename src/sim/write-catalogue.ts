/** hotfixes.yaml for the pretend hosts, with the files of its hotfixes: what one contains, what another requires, a driver. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { providerFor } from '../domain/patching';
import { makeArtefact, type ArtefactSpec } from './artefact';
import { uuidOf } from './identity';
import type { SimHost } from './model';

/** A hotfix has some ten megabytes; the pretend ones are long enough to be seen on their way. */
const BYTES = 2_000_000;

/** Writes DIR/hotfixes.yaml and DIR/hotfixes; nothing where hosts take no single hotfixes. Gives the names that can be applied. */
export function writeCatalogue(
  directory: string,
  { brand, version }: Pick<SimHost, 'brand' | 'version'>,
): readonly string[] {
  const provider = providerFor(brand, version);
  if (provider !== 'pool_patch' && provider !== 'pool_update') return [];
  const [major = '', minor = ''] = version.split('.');
  const named = (number: string): string => `XS${major}${minor}E${number}`;
  // before 7.1 a driver is a pack, which is called by who made it as well
  const driver = provider === 'pool_patch' ? 'acme:nic-driver' : 'nic-driver';
  mkdirSync(join(directory, 'hotfixes'), { recursive: true });
  const entry = (spec: Omit<ArtefactSpec, 'uuid' | 'versions'>, more: object = {}) => {
    const uuid = uuidOf('artefact', spec.name);
    const content = makeArtefact({ ...spec, uuid, versions: [version] }, BYTES);
    const file = `hotfixes/${spec.name.replace(':', '-')}.iso`;
    writeFileSync(join(directory, file), content);
    return {
      uuid,
      name: spec.name,
      versions: [version],
      guidance: spec.guidance?.[0] ?? 'none',
      ...(spec.requires && { requires: spec.requires }),
      file,
      sha256: createHash('sha256').update(content).digest('hex'),
      bytes: content.length,
      ...more,
    };
  };
  const hotfixes = [
    entry({ name: named('002'), requires: [named('001')], guidance: ['restart-toolstack'] }),
    entry({ name: named('001'), guidance: ['reboot'] }, { supersedes: [named('000')] }),
    entry({ name: named('000'), guidance: ['reboot'] }),
    entry(
      { name: driver, guidance: ['reboot'], ...(provider === 'pool_patch' && { kind: 'pack' as const }) },
      { kind: 'driver-disk' },
    ),
  ];
  writeFileSync(join(directory, 'hotfixes.yaml'), stringify({ hotfixes }));
  return [named('001'), named('002'), driver];
}
