/** How long placements take where hosts overlap: one away at a time, and waves of two and four (planning G5, G6, G11). */
import type { Placement } from '../../src/domain/plan';
import type { Snapshot } from '../../src/domain/pool';
import { place, simpleRules } from '../../src/placement';
import { generatedPool } from '../support/generated-pools';
import { breachesOf } from '../support/placement-checker';
import { chanceOf } from '../support/random';
import { rivalRun } from '../support/rivals';
import { percentile, type Figure } from './figures';
import { hoursOf, plannedHours, upgradesOf, type Network } from './placement-hours';

/** Of each kind. */
const POOLS = 5;
const TARGET = '7.1.2';

interface Made {
  readonly pool: Snapshot;
  readonly placement: Placement;
  readonly seed: number;
  readonly breaches: number;
}

function madeFor(
  hosts: number,
  used: number,
  wish: { readonly maxDown: number; readonly fill?: 'balanced' | 'fast' },
  seed: number,
): readonly Made[] {
  return Array.from({ length: POOLS }, (_, n) => seed * 1000 + n).map((one): Made => {
    const pool = generatedPool({ profile: 'identical', hosts, used, seed: one });
    const rules = simpleRules(TARGET, [], wish);
    const placement = place(pool, rules);
    return { pool, placement, seed: one, breaches: breachesOf(pool, placement, rules).length };
  });
}

const ofLeast = ({ placement, seed }: Made): number => {
  const { all, least } = plannedHours(placement, upgradesOf(placement.order, seed));
  return all / least;
};

const beside = (
  { pool, placement, seed }: Made,
  rival: 'XenCenter and XAPI' | 'Xen Orchestra',
  on: Network,
): number => {
  const upgrades = upgradesOf(placement.order, seed);
  const { emptied, back } = rivalRun(pool, rival, seed);
  return plannedHours(placement, upgrades, on).all / hoursOf(emptied, back, upgrades.values(), on).all;
};

export function waves(seed: number): readonly Figure[] {
  const row = (
    what: string,
    all: readonly Made[],
    value: (one: Made) => number,
    goal: Partial<Figure>,
  ): Figure => ({
    bench: 'placement',
    what,
    value: percentile(all.map(value), 50),
    unit: '×',
    samples: all.length,
    ...goal,
  });
  const one32 = [0.6, 0.7, 0.8].flatMap((used) => madeFor(32, used, { maxDown: 1 }, seed));
  const one64 = [0.6, 0.7, 0.8].flatMap((used) => madeFor(64, used, { maxDown: 1 }, seed));
  const two = madeFor(64, 0.7, { maxDown: 2 }, seed);
  const balanced = madeFor(64, 0.7, { maxDown: 4 }, seed);
  const fast = madeFor(64, 0.7, { maxDown: 4, fill: 'fast' }, seed);
  const seventy = one64.slice(POOLS, 2 * POOLS);
  const all = [...one32, ...one64, ...two, ...balanced, ...fast];
  const slow = all.flatMap((made) => [1, 2, 3].map((day) => delayed(made, day)));
  return [
    row('G5 one away, 32 identical hosts, 60 to 80 %, hours of evac(master) + all upgrades', one32, ofLeast, {
      goal: 1.1,
    }),
    row('G5 one away, 64 identical hosts, the same', one64, ofLeast, { goal: 1.05 }),
    row(
      'G5 our hours of XenCenter’s, 64 hosts at 70 %, 10 GbE',
      seventy,
      (made) => beside(made, 'XenCenter and XAPI', '10 GbE'),
      { goal: 1 / 1.2 },
    ),
    row('G5 the same on 1 GbE', seventy, (made) => beside(made, 'XenCenter and XAPI', '1 GbE'), {
      goal: 1 / 1.9,
    }),
    row(
      'G5 of Xen Orchestra’s, moving back, 10 GbE',
      seventy,
      (made) => beside(made, 'Xen Orchestra', '10 GbE'),
      { goal: 1 / 1.85 },
    ),
    row(
      'G6 waves of 2, 64 identical hosts at 70 %, our hours of XenCenter’s',
      two,
      (made) => beside(made, 'XenCenter and XAPI', '10 GbE'),
      { goal: 1 / 1.7 },
    ),
    row('G6 waves of 4, the same', balanced, (made) => beside(made, 'XenCenter and XAPI', '10 GbE'), {
      goal: 1 / 1.9,
    }),
    row('G6 waves of 4, balanced, hours of evac(master) + all upgrades', balanced, ofLeast, { goal: 0.42 }),
    row('G6 waves of 4, fast', fast, ofLeast, { goal: 0.36 }),
    {
      bench: 'placement',
      what: 'G1 breaches that the checker finds where hosts overlap',
      value: all.reduce((sum, { breaches }) => sum + breaches, 0),
      unit: 'in all',
      samples: all.length,
      goal: 0,
    },
    {
      bench: 'placement',
      what: 'G11 runs on paper with durations off by ± 50 % in which a VM comes to a host that is away',
      value: slow.filter(Boolean).length,
      unit: 'in all',
      samples: slow.length,
      goal: 0,
    },
  ];
}

/** True where, with every drain and every upgrade off by up to half, some destination is not back when its VM comes. */
function delayed({ placement: { hosts, turns, order, maxDown = 1 }, seed }: Made, day: number): boolean {
  const chance = chanceOf(seed * 10 + day);
  const off = (minutes: number): number => minutes * (0.5 + chance.next());
  const empty = new Map<string, number>();
  const back = new Map<string, number>();
  const latest = (names: readonly string[], when: ReadonlyMap<string, number>): number =>
    Math.max(0, ...names.map((name) => when.get(name)!));
  return hosts.some(({ host, moves }, at) => {
    const wait = turns?.[at];
    const begin = wait
      ? Math.max(latest(wait.afterBack, back), latest(wait.afterEmpty, empty))
      : latest(order.slice(0, at), back);
    const slot = [...back.values()].toSorted((a, b) => b - a)[maxDown - 1] ?? 0;
    empty.set(host, begin + off(10));
    back.set(host, Math.max(empty.get(host)!, slot, latest(wait?.downAfterBack ?? [], back)) + off(30));
    return moves.some(({ to }) => to !== host && back.has(to) && back.get(to)! > begin);
  });
}
