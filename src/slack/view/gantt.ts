/** A plan as a picture: hosts from top to bottom in their order, time from left to right. SVG text; pure. */
import { aboutMinutes, duration } from '../../domain/duration';
import type { HostPlacement, Plan } from '../../domain/plan';
import { purposeOf } from '../../domain/aim';

/** Pixels. */
const WIDTH = 1100;
const NAMES = 220;
const RIGHT = 190;
const ROW = 26;
const BAR = 16;
const TOP = 92;
const BOTTOM = 30;

/** Minutes between two marks of the axis: the first that gives at most ten. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440] as const;
const MARKS = 10;

const INK = '#1d1c1d';
const FAINT = '#8d8d8d';
const LINE = '#e3e3e3';
const DRAINED = '#7fb3d5';
const WAITS = '#d9d9d9';
const AWAY = '#e08e45';

/** When a host is expected to be where, minutes after the first begins. */
type Timed = HostPlacement & { readonly expected: NonNullable<HostPlacement['expected']> };

/** Undefined where a plan does not say when: it does not fit, or nothing is to be done. */
export function gantt(plan: Plan): string | undefined {
  const { hosts, figures } = plan.placement;
  const rows = hosts.filter((host): host is Timed => host.expected !== undefined);
  const end = Math.max(0, ...rows.map(({ expected }) => expected.back));
  if (!figures || rows.length === 0 || end === 0) return undefined;
  const height = TOP + rows.length * ROW + BOTTOM;
  const scale = (WIDTH - NAMES - RIGHT) / end;
  const x = (minutes: number): number => NAMES + minutes * scale;
  const bottom = TOP + rows.length * ROW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="DejaVu Sans" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(16, 26, `${purposeOf(plan)}: who is away when`, { size: 16 }),
    text(16, 46, `${aboutMinutes(figures.minutes)}, without the time that people take to answer`, {
      fill: FAINT,
    }),
    ...legend([
      ['its VMs move away', DRAINED],
      ['empty, waits for its turn', WAITS],
      ['away: maintenance, work, back', AWAY],
    ]),
    ...marks(end).flatMap((minutes) => [
      `<line x1="${at(x(minutes))}" y1="${TOP - 6}" x2="${at(x(minutes))}" y2="${bottom}" stroke="${LINE}"/>`,
      text(x(minutes), bottom + 18, minutes === 0 ? '0' : duration(minutes * 60_000), {
        fill: FAINT,
        anchor: 'middle',
      }),
    ]),
    ...rows.flatMap((row, n) => hostRow(plan, row, TOP + n * ROW, x)),
    '</svg>',
    '',
  ].join('\n');
}

function hostRow(
  plan: Plan,
  { host, moves, stops, expected }: Timed,
  y: number,
  x: (minutes: number) => number,
): readonly string[] {
  const { begin, empty, down, back } = expected;
  const bar = (from: number, until: number, fill: string): string =>
    `<rect x="${at(x(from))}" y="${y}" width="${at(Math.max(x(until) - x(from), 1))}" height="${BAR}" fill="${fill}"/>`;
  const gib = moves.reduce((sum, { memoryMib }) => sum + memoryMib, 0) / 1024;
  const stopped = stops.length === 0 ? '' : `, ${stops.length} stopped`;
  return [
    text(16, y + 13, clipped(host === plan.snapshot.master ? `${host} (master)` : host), {}),
    bar(begin, empty, DRAINED),
    ...(down - empty >= 0.5 ? [bar(empty, down, WAITS)] : []),
    bar(down, back, AWAY),
    text(x(back) + 8, y + 13, `${moves.length} moved, ${gib.toFixed(1)} GiB${stopped}`, { fill: FAINT }),
  ];
}

function legend(entries: readonly (readonly [says: string, fill: string])[]): readonly string[] {
  return entries.flatMap(([says, fill], n) => [
    `<rect x="${16 + n * 260}" y="60" width="12" height="12" fill="${fill}"/>`,
    text(34 + n * 260, 71, says, {}),
  ]);
}

function marks(end: number): readonly number[] {
  const step = STEPS.find((one) => end / one <= MARKS) ?? Math.ceil(end / MARKS);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, n) => n * step);
}

const at = (pixels: number): number => Math.round(pixels * 10) / 10;

const text = (
  x: number,
  y: number,
  says: string,
  {
    size,
    fill = INK,
    anchor,
  }: { readonly size?: number; readonly fill?: string; readonly anchor?: 'middle' },
): string =>
  `<text x="${at(x)}" y="${y}" fill="${fill}"${size === undefined ? '' : ` font-size="${size}"`}${anchor ? ` text-anchor="${anchor}"` : ''}>${escaped(says)}</text>`;

/** Names are people's own: they are never markup. */
const escaped = (says: string): string =>
  says
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    // what XML cannot hold at all
    .replace(/\p{Cc}/gu, ' ');

const LONGEST_NAME = 26;
const clipped = (name: string): string =>
  name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
