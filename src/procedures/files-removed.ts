/** Files of hotfixes that this plan, or an earlier run that was aborted, has brought to the pool: removed after the last host. */
import type { Obligation } from '../domain/obligation';
import { cleanHotfixes } from '../steps/clean-hotfixes';
import type { Artefact } from '../steps/patches-look';
import type { LineDraft } from '../steps/step';
import type { ProcedureInput } from './procedure';

export function filesRemoved({ snapshot, patching, owed }: ProcedureInput): readonly LineDraft[] {
  const ours = (patching?.artefacts ?? []).map(({ uuid, name }) => ({ uuid, name }));
  const theirs = stagedBefore(owed).filter(({ name }) => !ours.some((one) => one.name === name));
  const artefacts = [...ours, ...theirs];
  return artefacts.length > 0 ? [cleanHotfixes({ pool: snapshot.name, artefacts })] : [];
}

export const stagedBefore = (owed: readonly Obligation[]): readonly Artefact[] =>
  owed
    .filter(({ what }) => what === 'hotfixes-staged')
    .map(({ on, before }) => ({ name: on, uuid: (before as { readonly uuid?: string } | null)?.uuid ?? '' }));
