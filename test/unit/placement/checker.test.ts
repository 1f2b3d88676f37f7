/** The checker finds what is broken, whatever is broken, and nothing else. */
import { place, simpleRules } from '../../../src/placement';
import { BREAKS } from '../../support/broken-placements';
import { generatedPool, PROFILES } from '../../support/generated-pools';
import { breachesOf } from '../../support/placement-checker';
import { chanceOf } from '../../support/random';
import type { Snapshot } from '../../../src/domain/pool';

const rules = simpleRules('7.1.2');
/** Sixteen ways of breaking, most of them possible in most pools: a thousand broken plans and some more. */
const POOLS = 100;

/** Every third pool has members on a release that is older still. */
function poolFor(n: number): Snapshot {
  const profile = PROFILES[n % 3]!;
  const pool = generatedPool({ profile, hosts: 4 + (n % 6), used: 0.5 + (n % 4) / 20, seed: n });
  if (n % 3 > 0) return pool;
  const row = { version: '6.2.0', maxGuests: 500, storageMotion: true };
  const traits = { ...pool.cloudstack.traits, capabilities: [...pool.cloudstack.traits!.capabilities!, row] };
  return {
    ...pool,
    cloudstack: { ...pool.cloudstack, traits },
    hosts: pool.hosts.map((host, at) => (at > 1 && at % 2 === 0 ? { ...host, version: '6.2.0' } : host)),
  };
}

const planned = Array.from({ length: POOLS }, (_, n) => poolFor(n))
  .map((pool) => ({ pool, placement: place(pool, rules) }))
  .filter(({ placement }) => placement.misfits.length === 0);

test('a plan that nobody has broken is clean', () => {
  expect(planned.length).toBeGreaterThan(POOLS / 2);
  expect(planned.flatMap(({ pool, placement }) => breachesOf(pool, placement, rules))).toEqual([]);
});

test('of a thousand plans broken in one way each, 99 of 100 are found, and every way is found', () => {
  const missed: string[] = [];
  const broken = new Map(Object.keys(BREAKS).map((name) => [name, 0]));
  for (const [n, { pool, placement }] of planned.entries())
    for (const [name, how] of Object.entries(BREAKS)) {
      const wrong = how(pool, placement, chanceOf(n));
      if (!wrong) continue;
      broken.set(name, broken.get(name)! + 1);
      if (breachesOf(pool, wrong, rules).length === 0) missed.push(`${name}, pool ${n}`);
    }
  const all = [...broken.values()].reduce((sum, count) => sum + count, 0);

  expect(all).toBeGreaterThan(1000);
  expect([...broken].filter(([, count]) => count < 5)).toEqual([]);
  expect(missed.length).toBeLessThanOrEqual(all / 100);
});
