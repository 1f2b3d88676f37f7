/** Rows as columns of equal width, for a terminal. */

export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

export const indented = (lines: readonly string[], by = 2): readonly string[] =>
  lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line));
