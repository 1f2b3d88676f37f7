/** Versions, digests and JSON: small laws that everything else leans on. */
import { array, assert, jsonValue, nat, property } from 'fast-check';
import { digestOf } from '../../../src/domain/digest';
import { canonical, type Json } from '../../../src/domain/json';
import { compareVersions, sameOrNewer } from '../../../src/domain/version';

const version = array(nat({ max: 30 }), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
const json = jsonValue().map((value) => value as Json);

describe('versions', () => {
  test.each([
    ['7.1.2', '7.1', 1],
    ['7.1.2', '7.1.10', -1],
    ['6.5.0', '7.0.0', -1],
    ['8.2.0', '8.2.0', 0],
    ['4.11.3.0', '4.9.2', 1],
    ['6.5.0-90233', '6.5.0', 1],
  ])('%s against %s', (a, b, expected) => {
    expect(compareVersions(a, b)).toBe(expected);
  });
  test('are an order: the same both ways round, and in a row', () => {
    assert(property(version, version, (a, b) => compareVersions(a, b) + compareVersions(b, a) === 0));
    assert(
      property(version, version, version, (a, b, c) => {
        const [low, mid, high] = [a, b, c].toSorted(compareVersions);
        return (
          compareVersions(low!, high!) <= 0 &&
          compareVersions(low!, mid!) <= 0 &&
          compareVersions(mid!, high!) <= 0
        );
      }),
    );
  });
  test('a VM may go to the same or a newer version, and one of two always qualifies', () => {
    assert(property(version, (a) => sameOrNewer(a, a)));
    assert(property(version, version, (a, b) => sameOrNewer(a, b) || sameOrNewer(b, a)));
    assert(
      property(
        version,
        nat({ max: 9 }),
        (a, n) => sameOrNewer(`${a}.${n}`, a) && !sameOrNewer(a, `${a}.${n}`),
      ),
    );
  });
});

describe('canonical JSON', () => {
  test('is the same for the same content, whatever the order of keys, and for what comes back from disk', () => {
    expect(canonical({ b: 1, a: [{ d: 2, c: undefined }] })).toBe(canonical({ a: [{ d: 2 }], b: 1 }));
    assert(
      property(json, (value) => canonical(JSON.parse(JSON.stringify(value)) as Json) === canonical(value)),
    );
  });
  test('is JSON, and loses nothing', () => {
    assert(property(json, (value) => canonical(JSON.parse(canonical(value)) as Json) === canonical(value)));
    expect(canonical(undefined)).toBe('null');
  });
  test('differs for different content', () => {
    expect(canonical(['a', 'b'])).not.toBe(canonical(['a,b']));
    expect(canonical([1])).not.toBe(canonical(['1']));
    expect(canonical({ a: null })).not.toBe(canonical({}));
  });
});

test('a digest is twelve hexadecimal digits and follows the content', () => {
  expect(digestOf({ a: 1 })).toMatch(/^[0-9a-f]{12}$/);
  expect(digestOf({ a: 1, b: 2 })).toBe(digestOf({ b: 2, a: 1 }));
  const seen = new Set(Array.from({ length: 1000 }, (_none, n) => digestOf({ line: 'x', n })));
  expect(seen.size).toBe(1000);
});
