/** Inputs of an open modal: what is missing, and their values as Slack hands them in. */
import { textIn, type Block, type SimView } from './model';

const inputsOf = (open: SimView): readonly { readonly block: Block; readonly element: Block }[] =>
  (Array.isArray(open.view['blocks']) ? (open.view['blocks'] as readonly Block[]) : []).flatMap((block) =>
    block['type'] === 'input' ? [{ block, element: { ...(block['element'] as object) } }] : [],
  );

const valueFor = (
  { block, element }: { readonly block: Block; readonly element: Block },
  values: Readonly<Record<string, string>>,
): string => values[textIn(element['action_id'])] ?? values[textIn(block['block_id'])] ?? '';

/** What Slack itself demands before it hands a modal in: every input that is not optional. */
export function unfilled(
  open: SimView,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  const missing = inputsOf(open).filter(
    (input) => input.block['optional'] !== true && valueFor(input, values).trim() === '',
  );
  if (missing.length === 0) return undefined;
  return Object.fromEntries(
    missing.map(({ block }) => [textIn(block['block_id']), 'Please complete this required field.']),
  );
}

export const filled = (
  open: SimView,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    inputsOf(open).map((input) => [
      textIn(input.block['block_id']),
      {
        [textIn(input.element['action_id'])]: { type: input.element['type'], value: valueFor(input, values) },
      },
    ]),
  );
