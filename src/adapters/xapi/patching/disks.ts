/** ISOs of updates and packs as disks of an SR: made, filled, found again by our own label, thrown away (xc §3.2). */
import { Malformed, Refused } from '../../../domain/errors';
import type { StagedArtefact } from '../../../domain/patching';
import { problems } from '../../../domain/problems';
import type { NamedArtefact } from '../../../ports-patching';
import { objectFrom, textFrom, type XapiObject } from '../record';
import { beforeActing, type PatchContext } from './context';
import { upload } from './upload';

/** What all of them are called: a pool has thousands of disks, and XAPI finds by name. Which one it is stands in the description. */
const NAME = 'xsupgrade artefact';
/** XenCenter's mark; ours from the beginning, and ours once the disk is full: which artefact it is. */
const PACK_MARK = 'supp_pack_iso';
const BEGUN_MARK = 'xsupgrade_upload';
const FULL_MARK = 'xsupgrade_artefact';

interface Disk {
  readonly ref: string;
  readonly uuid: string;
  readonly name: string;
}

interface Marked extends Disk {
  readonly artefact: string;
  readonly isFull: boolean;
}

/** Disks that this product made. */
async function marked({ session, source }: PatchContext): Promise<readonly Marked[]> {
  const doing = 'look at what was uploaded';
  const refs = await session.read('VDI.get_by_name_label', [NAME], doing);
  if (!Array.isArray(refs)) throw new Malformed(source, 'a list of disks was expected');
  const disks = await Promise.all(
    refs
      .filter((ref): ref is string => typeof ref === 'string')
      .map(async (ref) => objectFrom(ref, await session.read('VDI.get_record', [ref], doing), source)),
  );
  return disks.flatMap((disk) => {
    const { [BEGUN_MARK]: begun, [FULL_MARK]: full } = disk.map('other_config');
    if (begun === undefined) return [];
    const names = { ref: disk.ref, uuid: disk.text('uuid'), name: disk.text('name_description') };
    return [{ ...names, artefact: begun, isFull: full === begun }];
  });
}

/** Disks that hold a whole artefact, by the artefact's uuid. */
export async function disksByArtefact(context: PatchContext): Promise<ReadonlyMap<string, Disk>> {
  const whole = (await marked(context)).filter(({ isFull }) => isFull);
  return new Map(whole.map((disk) => [disk.artefact, disk]));
}

/** Names of the artefacts that have a disk of ours, and are not among these: brought half-way. */
export async function begunBut(
  context: PatchContext,
  ready: (disk: { readonly artefact: string; readonly isFull: boolean }) => boolean,
): Promise<{ readonly begun?: readonly string[] }> {
  const begun = (await marked(context)).filter((disk) => !ready(disk)).map(({ name }) => name);
  return begun.length > 0 ? { begun: [...new Set(begun)].toSorted() } : {};
}

export const diskOf = async (context: PatchContext, { uuid }: NamedArtefact): Promise<Disk | undefined> =>
  (await disksByArtefact(context)).get(uuid);

/** Whatever was ever uploaded for this artefact, whole or not. */
export async function dropDisks(context: PatchContext, artefact: NamedArtefact): Promise<void> {
  const disks = await beforeActing(() => marked(context));
  for (const { ref } of disks.filter((disk) => disk.artefact === artefact.uuid))
    try {
      await context.session.act('VDI.destroy', [ref], `throw away an upload of ${artefact.name}`);
    } catch (error) {
      // somebody was faster
      if (!(error instanceof Refused) || error.code !== 'HANDLE_INVALID') throw error;
    }
}

const MIB = 1024 * 1024;

/** The default SR first, then shared ones, then the others; all plugged on the master, with room (xc §3.2). */
async function storageFor({ session, directory }: PatchContext, artefact: StagedArtefact): Promise<string> {
  const [pools, srs, pbds] = await Promise.all([
    directory.table(session, 'pool'),
    directory.table(session, 'SR'),
    directory.table(session, 'PBD'),
  ]);
  const [pool] = pools.values();
  const master = pool?.text('master');
  const plugged = new Set(
    [...pbds.values()]
      .filter((pbd) => pbd.text('host') === master && pbd.flag('currently_attached'))
      .map((pbd) => pbd.text('SR')),
  );
  const free = (sr: XapiObject): number => sr.integer('physical_size') - sr.integer('physical_utilisation');
  const rank = (sr: XapiObject): number =>
    sr.ref === pool?.text('default_SR') ? 0 : sr.flag('shared') ? 1 : 2;
  const [best] = [...srs.values()]
    .filter((sr) => plugged.has(sr.ref) && sr.text('content_type') !== 'iso' && free(sr) > artefact.bytes)
    .toSorted((a, b) => rank(a) - rank(b));
  if (best) return best.ref;
  throw new Refused(problems.hotfixNoRoom(artefact.name, Math.ceil(artefact.bytes / MIB)));
}

/** Made and filled. One that could not be filled is thrown away again; what is there already is left as it is. */
export async function makeDisk(
  context: PatchContext,
  artefact: StagedArtefact,
  progress?: (bytes: number) => void,
): Promise<void> {
  if (await beforeActing(() => diskOf(context, artefact))) return;
  // an upload that broke off with its worker
  await dropDisks(context, artefact);
  await fill(context, artefact, progress);
}

/** The reference of a new disk that holds the file. */
export async function fill(
  context: PatchContext,
  artefact: StagedArtefact,
  progress?: (bytes: number) => void,
): Promise<string> {
  const { session, source } = context;
  const sr = await beforeActing(() => storageFor(context, artefact));
  const doing = `make room for ${artefact.name}`;
  const record = {
    name_label: NAME,
    name_description: artefact.name,
    SR: sr,
    virtual_size: String(artefact.bytes),
    type: 'user',
    sharable: false,
    read_only: false,
    other_config: { [PACK_MARK]: 'true', [BEGUN_MARK]: artefact.uuid },
    xenstore_data: {},
    sm_config: {},
    tags: [],
  };
  const vdi = textFrom(await session.act('VDI.create', [record], doing), source);
  try {
    await upload(context, `/import_raw_vdi?vdi=${encodeURIComponent(vdi)}&format=raw`, artefact, progress);
    await session.act('VDI.add_to_other_config', [vdi, FULL_MARK, artefact.uuid], doing);
  } catch (error) {
    await session.act('VDI.destroy', [vdi], 'throw away an unfinished upload').catch(() => undefined);
    throw error;
  }
  return vdi;
}
