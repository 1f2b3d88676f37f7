/** Where VMs go, on generated pools: against the least that any placement must cost, and beside models of what others do. */
import type { Placement } from '../../src/domain/plan';
import type { Snapshot } from '../../src/domain/pool';
import { place, simpleRules } from '../../src/placement';
import { BREAKS } from '../support/broken-placements';
import { generatedPool, PROFILES, type Profile } from '../support/generated-pools';
import { breachesOf } from '../support/placement-checker';
import { chanceOf } from '../support/random';
import { RIVALS, rivalRun, type Rival } from '../support/rivals';
import { provedBy } from '../support/shortage-checker';
import { fewestMib, tinyPool } from '../support/tiny-pools';
import { percentile, type Figure, type Unit } from './figures';
import { hoursOf, plannedHours, upgradesOf } from './placement-hours';
import { waves } from './placement-waves';

const rules = simpleRules('7.1.2');
const HOSTS = [8, 16, 32, 64] as const;
const USED = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9] as const;
/** Of each of the 72 kinds of pools: 360 in all. */
const OF_EACH = 5;
const TINY = 2_000;
/** Of what fits while the largest host is away. */
const LOADS = [0.6, 0.75, 0.85, 0.95] as const;
const BROKEN = 1_000;

interface Planned {
  readonly profile: Profile;
  readonly used: number;
  readonly pool: Snapshot;
  readonly placement: Placement;
  readonly ms: number;
  readonly seed: number;
}

export async function placement(workload: number, seed: number): Promise<readonly Figure[]> {
  const planned = PROFILES.flatMap((profile) =>
    HOSTS.flatMap((hosts) =>
      USED.flatMap((used) =>
        Array.from({ length: OF_EACH }, (_, n) => planOf(profile, hosts, used, seed * 1000 + n)),
      ),
    ),
  );
  return Promise.resolve([
    ...answers(planned),
    ...bytes(planned),
    ...rivals(planned),
    ...waves(seed),
    ...pressure(planned),
    ...speed(planned, workload),
    ...again(planned),
    ...broken(planned),
    ...tiny(seed),
  ]);
}

function planOf(profile: Profile, hosts: number, used: number, seed: number): Planned {
  const pool = generatedPool({ profile, hosts, used, seed });
  const from = performance.now();
  const made = place(pool, rules);
  return { profile, used, pool, placement: made, ms: performance.now() - from, seed };
}

const figure = (
  what: string,
  value: number,
  unit: Unit,
  samples: number,
  more: Partial<Figure> = {},
): Figure => ({ bench: 'placement', what, value, unit, samples, ...more });

const share = (of: number, all: number): number => (all === 0 ? 0 : (100 * of) / all);

/** G1 and G2: an answer for every pool, each of them right. */
function answers(planned: readonly Planned[]): readonly Figure[] {
  const of = (answer: Placement['answer']): readonly Planned[] =>
    planned.filter((one) => one.placement.answer === answer);
  const cannot = of('cannot');
  const breaches = planned.flatMap(({ pool, placement: made }) => breachesOf(pool, made, rules));
  const wrong = cannot.filter(({ pool, placement: { proof } }) => !provedBy(pool, proof!, rules.reserve));
  return [
    figure('G1 breaches that the checker finds', breaches.length, 'in all', planned.length, { goal: 0 }),
    figure('G2 pools with a placement', share(of('fits').length, planned.length), '%', planned.length),
    figure('G2 proved impossible', share(cannot.length, planned.length), '%', planned.length),
    figure('G2 proofs that do not add up', wrong.length, 'in all', cannot.length, { goal: 0 }),
    figure(
      'G2 not found and not proved',
      share(of('not-found').length, planned.length),
      '%',
      planned.length,
      {
        goal: 0.5,
      },
    ),
    figure(
      'G1 not proved impossible and without a placement',
      share(of('not-found').length, planned.length - cannot.length),
      '%',
      planned.length - cannot.length,
      { goal: 0.1 },
    ),
  ];
}

const fitted = (planned: readonly Planned[]) =>
  planned.flatMap((one) => (one.placement.figures ? [{ ...one, figures: one.placement.figures }] : []));

/** G3: moved memory beside the bound B1. */
function bytes(planned: readonly Planned[]): readonly Figure[] {
  const all = fitted(planned);
  const ratio = ({ figures }: (typeof all)[number]): number =>
    figures.leastMib === 0 ? 1 : figures.movedMib / figures.leastMib;
  const identical = all.filter(({ profile }) => profile === 'identical');
  const free = all.filter(({ profile }) => profile !== 'constrained');
  const more = free.filter(({ pool, figures, seed }) => {
    const xapi = rivalRun(pool, 'XenCenter and XAPI', seed);
    return xapi.stuckAfter === undefined && figures.movedMib > xapi.movedMib;
  });
  return [
    figure('G3 moved memory of the least, median', percentile(all.map(ratio), 50), '×', all.length, {
      goal: 1,
    }),
    ...PROFILES.map((profile) => {
      const of = all.filter((one) => one.profile === profile);
      return figure(`G3 the same, ${profile}, p95`, percentile(of.map(ratio), 95), '×', of.length);
    }),
    figure(
      'G3 pools above 1.05 of the least',
      share(all.filter((one) => ratio(one) > 1.05).length, all.length),
      '%',
      all.length,
      { goal: 5 },
    ),
    figure(
      'G3 identical hosts above the least',
      share(identical.filter((one) => ratio(one) > 1).length, identical.length),
      '%',
      identical.length,
      { goal: 1 },
    ),
    figure('G3 pools without policy above XAPI', more.length, 'in all', free.length, { goal: 0 }),
    figure(
      'moves of the least, median',
      percentile(
        all.map(({ figures }) => (figures.leastMoves === 0 ? 1 : figures.moves / figures.leastMoves)),
        50,
      ),
      '×',
      all.length,
    ),
  ];
}

/** What others do with the pools that we place, and how long it takes them on 10 GbE, one host away at a time. */
function rivals(planned: readonly Planned[]): readonly Figure[] {
  const all = fitted(planned);
  const upgrades = all.map(({ placement: { order }, seed }) => upgradesOf(order, seed));
  const own = all.map(({ placement: made }, at) => plannedHours(made, upgrades[at]!));
  const named = (Object.keys(RIVALS) as Rival[]).flatMap((rival) => {
    const runs = all.map(({ pool, seed }) => rivalRun(pool, rival, seed));
    const through = runs.flatMap((run, at) =>
      run.stuckAfter === undefined ? [{ run, one: all[at]!, at }] : [],
    );
    const half = runs.filter(({ stuckAfter }) => stuckAfter !== undefined && stuckAfter > 0);
    return [
      figure(
        `${rival}: moved memory of the least, median`,
        percentile(
          through.map(({ run, one }) => run.movedMib / Math.max(1, one.figures.leastMib)),
          50,
        ),
        '×',
        through.length,
      ),
      figure(`${rival}: stuck half-way`, share(half.length, runs.length), '%', runs.length),
      figure(
        `${rival}: hours beside ours, median`,
        percentile(
          through.map(
            ({ run, at }) => hoursOf(run.emptied, run.back, upgrades[at]!.values()).all / own[at]!.all,
          ),
          50,
        ),
        '×',
        through.length,
      ),
    ];
  });
  return [
    figure(
      'G5 hours of ours, of evac(master) + all upgrades, ≥ 16 hosts, ≤ 80 % used, median',
      percentile(
        all.flatMap(({ pool, used }, at) =>
          pool.hosts.length >= 16 && used <= 0.8 ? [own[at]!.all / own[at]!.least] : [],
        ),
        50,
      ),
      '×',
      all.length,
      { goal: 1.15 },
    ),
    ...named,
    figure(
      'G8 router pairs that XAPI puts together, per 100 VMs, constrained pools',
      ratioOf(all.filter(({ profile }) => profile === 'constrained')),
      '%',
      all.length,
    ),
  ];
}

function ratioOf(all: readonly { readonly pool: Snapshot; readonly seed: number }[]): number {
  const runs = all.map(({ pool, seed }) => rivalRun(pool, 'XenCenter and XAPI', seed).violations);
  const vms = all.reduce((sum, { pool }) => sum + pool.vms.length, 0);
  return (100 * runs.reduce((sum, one) => sum + one, 0)) / Math.max(1, vms);
}

/** G7: memory at its fullest beside what cannot be avoided; G7b: how even the pool is at the end. */
function pressure(planned: readonly Planned[]): readonly Figure[] {
  const free = fitted(planned).filter(({ profile }) => profile !== 'constrained');
  const over = free.map(({ figures }) => Math.max(0, figures.peak - figures.leastPeak) * 100);
  const large = free.filter(({ pool, used }) => pool.hosts.length >= 32 && used <= 0.8);
  const worse = large.map(({ pool, placement: made }) => unevenness(pool, made) - unevenness(pool));
  return [
    figure('G7 peak above the unavoidable, points, p95', percentile(over, 95), '%', over.length, { goal: 2 }),
    figure(
      'G7b uneven at the end beside the start, points, median',
      percentile(worse, 50),
      '%',
      worse.length,
      {
        goal: 0,
      },
    ),
  ];
}

/** Memory that is not where the mean would have it, in % of all that is used. */
function unevenness(pool: Snapshot, made?: Placement): number {
  const on = new Map(pool.vms.map((vm) => [vm.name, vm.on]));
  for (const { host, moves, stops } of made?.hosts ?? []) {
    for (const { vm, to } of moves) on.set(vm, to);
    for (const { vm, startOn } of stops) on.set(vm, startOn[0] ?? host);
  }
  const used = pool.hosts.map((host) =>
    pool.vms.reduce((sum, vm) => sum + (on.get(vm.name) === host.name ? vm.memoryMib : 0), 0),
  );
  const all = used.reduce((sum, mib) => sum + mib, 0);
  const total = pool.hosts.reduce((sum, { memoryMib }) => sum + memoryMib.total, 0);
  const off = used.reduce(
    (sum, mib, at) => sum + Math.max(0, mib - (all * pool.hosts[at]!.memoryMib.total) / total),
    0,
  );
  return (100 * off) / all;
}

/** G9: how long one answer takes, the longest pools first. */
function speed(planned: readonly Planned[], workload: number): readonly Figure[] {
  const large = planned.filter(({ pool }) => pool.hosts.length === 64);
  const answered = large.filter(({ placement: made }) => made.answer === 'fits').map(({ ms }) => ms);
  const every = large.map(({ ms }) => ms);
  const vms = Math.max(...large.map(({ pool }) => pool.vms.length));
  const timed = (what: string, value: number, samples: number, goal?: number): Figure =>
    figure(what, value, 'ms', samples, {
      ofWorkload: value / workload,
      ...(goal !== undefined && { goal }),
    });
  return [
    timed(
      `G9 64 hosts, up to ${vms} VMs, a placement, median`,
      percentile(answered, 50),
      answered.length,
      500,
    ),
    timed('G9 the same, slowest', percentile(answered, 100), answered.length, 1000),
    timed('G9 64 hosts, any answer, slowest', percentile(every, 100), every.length),
    figure('G9 memory of this process at the end', process.memoryUsage().rss / 2 ** 20, 'MiB', 1, {
      note: 'all pools and placements at once',
    }),
  ];
}

/** G10: the same pool, its VMs listed the other way round, gives the same bytes. */
function again(planned: readonly Planned[]): readonly Figure[] {
  const some = planned.filter((_one, at) => at % 6 === 0);
  const other = some.filter(
    ({ pool, placement: made }) =>
      JSON.stringify(place({ ...pool, vms: pool.vms.toReversed() }, rules)) !== JSON.stringify(made),
  );
  return [
    figure('G10 placements that differ when made again', other.length, 'in all', some.length, { goal: 0 }),
  ];
}

/** The checker is worth something: placements broken in one way each, and how many of them it lets pass. */
function broken(planned: readonly Planned[]): readonly Figure[] {
  let all = 0;
  let missed = 0;
  for (const { pool, placement: made, seed } of planned.filter(({ pool: { hosts } }) => hosts.length <= 16)) {
    if (made.answer !== 'fits') continue;
    for (const how of Object.values(BREAKS)) {
      const wrong = all < BROKEN ? how(pool, made, chanceOf(seed + all)) : undefined;
      if (!wrong) continue;
      all += 1;
      if (breachesOf(pool, wrong, rules).length === 0) missed += 1;
    }
  }
  return [
    figure('G1 broken placements that the checker lets pass', share(missed, all), '%', all, { goal: 1 }),
  ];
}

/** Small pools beside plain trying of everything. */
function tiny(seed: number): readonly Figure[] {
  const made = LOADS.flatMap((load) =>
    Array.from({ length: TINY / LOADS.length }, (_, n) => {
      const pool = tinyPool(seed * 10_000 + n, load);
      const { answer, figures } = place(pool, rules);
      return { load, answer, mib: figures?.movedMib, fewest: fewestMib(pool) };
    }),
  );
  const rows = ([0.85, 0.95] as const).flatMap((load) => {
    const of = made.filter((one) => (load === 0.85 ? one.load <= load : one.load === load));
    const exists = of.filter(({ fewest }) => fewest !== undefined);
    const found = exists.filter(({ answer }) => answer === 'fits');
    const name = load === 0.85 ? 'up to 85 %' : 'at 95 %';
    return [
      figure(
        `small pools ${name}: a placement exists, none found`,
        share(exists.length - found.length, exists.length),
        '%',
        exists.length,
        {
          goal: load === 0.85 ? 0 : 3,
        },
      ),
      figure(
        `small pools ${name}: more bytes than the fewest`,
        share(found.filter(({ mib, fewest }) => mib! > fewest!).length, found.length),
        '%',
        found.length,
        { goal: 1 },
      ),
    ];
  });
  const lies = made.filter(
    ({ answer, fewest }) =>
      (answer === 'cannot' && fewest !== undefined) || (answer === 'fits' && fewest === undefined),
  );
  return [
    ...rows,
    figure('small pools: false proofs and false placements', lies.length, 'in all', made.length, { goal: 0 }),
  ];
}
