/** The hosts of a plan: a table while Slack has room for one, else the same in letters of equal width. */
import type { KnownBlock } from '@slack/types';
import { HOST_COLUMNS, hostRows, type HostRow } from '../../domain/plan-outline';
import type { Plan } from '../../domain/plan';
import { section, table } from './blocks';
import { fitting, LIMITS, packed } from './limits';
import { clip, count, plain } from './words';

/** Above this it is text: a table of more rows would use up the message (stack §8). */
const TABLE_HOSTS = 16;
/** Characters of a cell: a fully qualified name is cut, the report has it whole. */
const CELL = 40;

/** `budget`: characters of JSON. What does not fit is told by number, those in order first. */
export function hostTable(plan: Plan, budget: number): readonly KnownBlock[] {
  const rows = hostRows(plan);
  if (rows.length === 0) return [];
  const cut = rows.map(({ cells }) => cells.map((cell) => clip(cell, CELL)));
  const asTable = table([HOST_COLUMNS, ...cut]);
  if (rows.length <= TABLE_HOSTS && JSON.stringify(asTable).length <= budget) return [asTable];
  const most = budget - 200;
  const all = aligned(rows);
  const whole = fitting(all, most, leftOut);
  // where not all fit, those that need a person come first
  const shown =
    whole.length === all.length
      ? whole
      : fitting(aligned([...rows].sort((a, b) => Number(a.sound) - Number(b.sound))), most, leftOut);
  return packed(shown, LIMITS.section - 10).map((text) => section(`\`\`\`\n${text}\n\`\`\``));
}

const leftOut = (n: number): string => `… and ${count(n, 'more host')}: all are in the report in this thread`;

function aligned(rows: readonly HostRow[]): readonly string[] {
  const cells = [HOST_COLUMNS, ...rows.map((row) => row.cells)].map((row) =>
    row.map((cell) => clip(cell, CELL)),
  );
  const widths = HOST_COLUMNS.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells.map((row) =>
    plain(
      row
        // a fence would end at three of these
        .map((cell, column) => cell.replaceAll('`', '’').padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    ),
  );
}
