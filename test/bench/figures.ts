/** What a measurement says and how it is shown: a row with its goal, and beside the fixed workload where time is the machine's. */
import { createHash } from 'node:crypto';

export type Unit = 's' | 'ms' | '%' | 'MiB' | 'calls' | 'h' | '×' | 'in all';

export interface Figure {
  readonly bench: string;
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  /** At most this; absent: for reading only. */
  readonly goal?: number;
  /** How many samples stand behind it. */
  readonly samples?: number;
  /** How often the fixed workload fits into it, measured in the same run; for wall time only. */
  readonly ofWorkload?: number;
  readonly note?: string;
}

/** Numbers to sort and bytes to hash: some hundred milliseconds, long enough that one timer tick does not show. */
const NUMBERS = 400_000;

/** Wall milliseconds of a fixed piece of CPU work, the median of three: what this machine gives us right now. */
export function fixedWorkload(): number {
  return percentile(
    [1, 2, 3].map(() => sortAndHash()),
    50,
  );
}

function sortAndHash(): number {
  const from = performance.now();
  const numbers = new Float64Array(NUMBERS);
  let seed = 42;
  for (let at = 0; at < NUMBERS; at++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    numbers[at] = seed;
  }
  // sorted as text the slow way and as bytes the fast way: work for the interpreter and for the native side
  const sorted = [...numbers].sort((a, b) => a - b);
  createHash('sha256')
    .update(Buffer.from(Float64Array.from(sorted).buffer))
    .digest();
  return performance.now() - from;
}

/** The nearest rank: a value that was really measured. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((one) => [
    one.bench,
    one.what,
    shown(one.value, one.unit),
    one.goal === undefined ? '' : `≤ ${shown(one.goal, one.unit)}`,
    one.goal === undefined ? '' : one.value <= one.goal ? 'met' : 'missed',
    one.ofWorkload === undefined ? '' : `${one.ofWorkload.toFixed(1)} ×`,
    one.samples === undefined ? '' : String(one.samples),
    one.note ?? '',
  ]);
  const all = [['BENCH', 'WHAT', 'MEASURED', 'GOAL', '', 'OF WORKLOAD', 'SAMPLES', 'NOTE'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const shown = (value: number, unit: Unit): string =>
  `${unit === 'calls' || unit === 'in all' || unit === 'ms' || unit === 'MiB' ? value.toFixed(0) : value.toFixed(2)} ${unit}`;
