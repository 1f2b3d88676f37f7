/** Lines of the remedies that were chosen for this plan. Nothing is put right without such a line. */
import { steps } from '../steps/index';
import type { LineDraft } from '../steps/step';
import type { ProcedureInput } from './procedure';

/** Right after the approval of the run, in the order of the findings. */
export const remedyLines = ({ remedies }: ProcedureInput): readonly LineDraft[] =>
  remedies.map(({ kind, args }) => {
    const step = steps.get(kind);
    if (!step) throw new Error(`a remedy of kind ${kind} has no step`);
    return { kind, v: step.v, title: step.title(args), args };
  });
