/** A refusal that a step makes a sentence of its own from. It stands until a person says "try again". */
import type { LineState } from '../domain/run';

export function refusedOn(
  line: LineState,
  subject: string,
): { readonly code: string; readonly says: string; readonly doThis: readonly string[] } | undefined {
  const was = line.acts[subject];
  if (was?.outcome !== 'refused' || !was.refusal) return undefined;
  if ((was.settledAt ?? 0) < (line.patienceFrom ?? 0)) return undefined;
  const { code, what, why, doThis } = was.refusal;
  return { code, says: `${what} ${why}`, doThis };
}
