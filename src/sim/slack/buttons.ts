/** Buttons in blocks, and the id by which each can be pressed. */
import { textIn, type Block } from './model';

const elementsOf = (block: Block): readonly Block[] => {
  const elements = Array.isArray(block['elements']) ? (block['elements'] as readonly Block[]) : [];
  const { accessory } = block;
  return typeof accessory === 'object' && accessory !== null ? [...elements, { ...accessory }] : elements;
};

/** Every button of the blocks with the id by which it can be pressed. */
export function buttonsOf(
  blocks: readonly Block[],
): readonly { readonly id: string; readonly label: string; readonly block: Block; readonly button: Block }[] {
  const found = blocks.flatMap((block) =>
    elementsOf(block).flatMap((button) => (button['type'] === 'button' ? [{ block, button }] : [])),
  );
  const ids = found.map(({ button }) => textIn(button['action_id']));
  return found.map(({ block, button }, i) => {
    const id = ids[i] ?? '';
    const alone = ids.filter((other) => other === id).length === 1;
    const { text } = button as { text?: { text?: unknown } };
    return {
      id: alone ? id : `${textIn(block['block_id'])}/${id}`,
      label: textIn(text?.text),
      block,
      button,
    };
  });
}

/** In the newest version that has it. */
export function findButton(
  versions: readonly (readonly Block[])[],
  wanted: string,
): { readonly block: Block; readonly button: Block } | undefined {
  for (const blocks of versions) {
    const buttons = buttonsOf(blocks);
    const found =
      buttons.find(({ id }) => id === wanted) ??
      buttons.find(({ button }) => button['action_id'] === wanted) ??
      buttons.find(({ label }) => label === wanted);
    if (found) return found;
  }
  return undefined;
}
