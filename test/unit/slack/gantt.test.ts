/** The picture of a plan: every host once, in order, and nothing of a name is markup. */
import { png } from '../../../src/adapters/png';
import type { HostPlacement, Plan } from '../../../src/domain/plan';
import { gantt } from '../../../src/slack/view/gantt';
import { plan } from './story';

const host = (name: string, at: number): HostPlacement => ({
  host: name,
  moves: [{ vm: 'i-2-5-VM', to: 'other', candidates: ['other'], memoryMib: 2048 }],
  stops: [],
  minutes: { p50: 40, p90: 48 },
  expected: { begin: at, empty: at + 8, down: at + 10, back: at + 40 },
});

function timed(...names: readonly string[]): Plan {
  const made = plan(names);
  const figures = {
    moves: 2,
    leastMoves: 2,
    movedMib: 4096,
    leastMib: 4096,
    stops: 0,
    peak: 0.5,
    leastPeak: 0.5,
  };
  return {
    ...made,
    placement: {
      ...made.placement,
      hosts: names.map((name, n) => host(name, n * 30)),
      figures: { ...figures, minutes: { p50: 30 * names.length + 10, p90: 30 * names.length + 20 } },
    },
  };
}

test('each host has a row with its bars, the master is named, and the axis begins at 0', () => {
  const svg = gantt(timed('host-1', 'host-2'))!;
  expect(svg.match(/>(host-1 \(master\)|host-2)</g)).toEqual(['>host-1 (master)<', '>host-2<']);
  expect(svg.match(/<rect [^>]*fill="#e08e45"/g)).toHaveLength(3);
  expect(svg).toContain('>1 moved, 2.0 GiB<');
  expect(svg).toContain('>0<');
});

test('bars of hosts that follow one another stand one after the other', () => {
  const svg = gantt(timed('host-1', 'host-2', 'host-3'))!;
  const xs = [...svg.matchAll(/<rect x="([\d.]+)" y="\d+" width="[\d.]+" height="16" fill="#7fb3d5"/g)].map(
    (one) => Number(one[1]),
  );
  expect(xs).toHaveLength(3);
  expect(xs).toEqual(xs.toSorted((a, b) => a - b));
});

test('a name is no markup, and a long one is cut', () => {
  const svg = gantt(timed('<b>&"host', `h${'x'.repeat(60)}`))!;
  expect(svg).toContain('&lt;b&gt;&amp;"host');
  expect(svg).not.toContain('x'.repeat(30));
});

test('a plan that does not say when has no picture', () => {
  expect(gantt(plan(['host-1']))).toBeUndefined();
});

test('64 hosts are a PNG that a person can look at, of less than a megabyte', () => {
  const bytes = png(gantt(timed(...Array.from({ length: 64 }, (_, n) => `host-${n + 1}`)))!);
  expect([...bytes.subarray(1, 4)].map((one) => String.fromCharCode(one)).join('')).toBe('PNG');
  expect(bytes.length).toBeGreaterThan(20_000);
  expect(bytes.length).toBeLessThan(1_000_000);
});
