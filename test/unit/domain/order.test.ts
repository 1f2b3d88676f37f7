/** Names are listed as people count. */
import * as fc from 'fast-check';
import { compareNames, sortedNames } from '../../../src/domain/order';

test.each([
  [
    ['host-10', 'host-2', 'host-1'],
    ['host-1', 'host-2', 'host-10'],
  ],
  [
    ['i-2-100-VM', 'i-2-13-VM', 'i-2-9-VM', 'r-4-VM'],
    ['i-2-9-VM', 'i-2-13-VM', 'i-2-100-VM', 'r-4-VM'],
  ],
  [
    ['b', 'a', 'B'],
    ['B', 'a', 'b'],
  ],
  [
    ['host-01', 'host-1', 'host-001'],
    ['host-001', 'host-01', 'host-1'],
  ],
])('%j', (names, sorted) => {
  expect(sortedNames(names)).toEqual(sorted);
});

const nameArb = fc.oneof(fc.string(), fc.stringMatching(/^[a-b]{0,2}-?[0-9]{0,3}[a-b]?[0-9]{0,2}$/));

test('it is an order: the same list whatever came first, and only equal names are equal', () => {
  fc.assert(
    fc.property(fc.array(nameArb, { maxLength: 8 }), (names) => {
      expect(sortedNames(names.toReversed())).toEqual(sortedNames(names));
      for (const a of names) for (const b of names) expect(compareNames(a, b) === 0).toBe(a === b);
    }),
    { numRuns: 500 },
  );
});
