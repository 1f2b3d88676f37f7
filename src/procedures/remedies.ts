/** Lines of the remedies that were chosen for this plan, and what gives back what they changed. Nothing is put right without such a line. */
import type { Owed } from '../domain/obligation';
import { blockOperations } from '../steps/block-operations';
import { steps } from '../steps/index';
import { restoreAutoStart } from '../steps/restore-auto-start';
import { restoreSettings } from '../steps/restore-settings';
import type { LineDraft } from '../steps/step';
import type { ProcedureInput } from './procedure';

/** Right after the approval of the run, in the order of the findings. */
export const remedyLines = ({ remedies }: ProcedureInput): readonly LineDraft[] =>
  remedies.map(({ kind, args }) => {
    const step = steps.get(kind);
    if (!step) throw new Error(`a remedy of kind ${kind} has no step`);
    return { kind, v: step.v, title: step.title(args), args };
  });

/** After the last host: of this plan's remedies, and of those that an earlier run still owes. */
export function remediesGivenBack({ snapshot, remedies, owed }: ProcedureInput): readonly LineDraft[] {
  const isDue = (kind: string, what: Owed): boolean =>
    remedies.some((one) => one.kind === kind) || owed.some((one) => one.what === what);
  return [
    ...(isDue('allow-operations', 'operations-allowed') ? [blockOperations({ vms: [] })] : []),
    ...(isDue('change-setting', 'setting-changed') ? [restoreSettings({ names: [] })] : []),
    ...(isDue('stop-auto-start', 'auto-start-off') ? [restoreAutoStart({ pool: snapshot.name })] : []),
  ];
}
