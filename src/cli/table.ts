/** Rows as columns and sentences in lines, as wide as the terminal; into a pipe nothing is broken. */

/** Of a last column: narrower than this it would be a tower of words. */
const NARROWEST = 20;

/** The last column is broken where the terminal ends, under itself. `width`: absent where nobody looks on. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width = Infinity,
): readonly string[] {
  const all = [head, ...rows];
  const last = head.length - 1;
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const before = widths.slice(0, last).reduce((sum, one) => sum + one + 2, 0);
  const room = width - before < NARROWEST ? Infinity : width - before;
  return all.flatMap((row) => {
    const [first = '', ...more] = broken(row[last] ?? '', room);
    const cells = row.slice(0, last).map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return [
      [...cells, first].join('  ').trimEnd(),
      ...more.map((line) => `${' '.repeat(before)}${line}`.trimEnd()),
    ];
  });
}

export const indented = (lines: readonly string[], by = 2): readonly string[] =>
  lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line));

/** One sentence after its mark, broken under its own beginning. */
export const hanging = (mark: string, text: string, width = Infinity): readonly string[] =>
  broken(text, width - mark.length).map((line, i) => `${i === 0 ? mark : ' '.repeat(mark.length)}${line}`);

/** At spaces; a word longer than the line stays whole, so that it can be copied. */
function broken(text: string, width: number): readonly string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
