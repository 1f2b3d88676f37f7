/** The texts that stand as files in a run's thread. */
import { inventoryFilesOf } from './inventory-files';
import type { NamedText } from './named-text';
import type { Run } from './run';

/** Each once: what a question is about is asked about again under the same name. */
export function filesOf(run: Run): readonly NamedText[] {
  const asked = new Map(
    run.questions.flatMap(({ ask: { file } }) => (file ? [[file.name, file] as const] : [])),
  );
  return [...inventoryFilesOf(run), ...asked.values()];
}
