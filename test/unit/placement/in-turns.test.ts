/** Placing a large pool leaves the event loop to others in between, and comes to the same answer. */
import { place, placing, simpleRules } from '../../../src/placement';
import type { Snapshot } from '../../../src/domain/pool';
import { generatedPool } from '../../support/generated-pools';

const rules = simpleRules('7.1.2');

/** One VM more than any other host can take: every way ends with it, and every way out is tried. */
function tooFull(): Snapshot {
  const pool = generatedPool({ profile: 'constrained', hosts: 8, used: 0.9, seed: 3 });
  const [master] = pool.hosts;
  const vm = pool.vms.find(({ on }) => on === master!.name)!;
  const large = { ...vm, memoryMib: master!.memoryMib.total };
  return { ...pool, vms: pool.vms.map((one) => (one === vm ? large : one)) };
}

test.each([
  ['a pool that fits', generatedPool({ profile: 'mixed', hosts: 8, used: 0.7, seed: 1 }), 2],
  // a pause for each way that was tried, for the pool as it is and as each way out would have it
  ['a pool that does not fit', tooFull(), 8],
] as const)('%s: between any two tries somebody else has a turn', (_what, pool, atLeast) => {
  const work = placing(pool, rules);
  let pauses = 0;
  let step = work.next();
  for (; !step.done; step = work.next()) pauses += 1;
  expect(pauses).toBeGreaterThanOrEqual(atLeast);
  expect(step.value).toEqual(place(pool, rules));
});
