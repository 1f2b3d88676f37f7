/** The virtual disks of one SR, and whose they are (xapi §7). */
import { byName, sortedNames } from '../../domain/order';
import type { XenDiskSeen } from '../../ports';
import type { Look } from './read-hosts';

export async function readDisks(
  { session, directory }: Look,
  srRef: string,
): Promise<readonly XenDiskSeen[]> {
  const [vdis, vbds, vms] = await Promise.all([
    directory.table(session, 'VDI'),
    directory.table(session, 'VBD'),
    directory.table(session, 'VM'),
  ]);
  const namesOf = (refs: readonly string[]): readonly string[] =>
    refs.flatMap((ref) => vms.get(vbds.get(ref)?.text('VM') ?? '')?.text('name_label') ?? []);
  return [...vdis.values()]
    .filter((vdi) => vdi.text('SR') === srRef)
    .map((vdi) => ({
      name: vdi.text('name_label'),
      uuid: vdi.text('uuid'),
      vms: sortedNames(new Set(namesOf(vdi.set('VBDs')))),
    }))
    .toSorted(byName);
}
