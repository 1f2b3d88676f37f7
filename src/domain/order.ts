/** The order in which names are listed: numbers in them count as numbers, so host-2 comes before host-10. */

/** Same answer on every machine: no locale takes part. */
export function compareNames(a: string, b: string): number {
  const left = pieces(a);
  const right = pieces(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = comparePieces(left[i]!, right[i]!);
    if (difference !== 0) return difference;
  }
  return left.length - right.length || compareText(a, b);
}

export const byName = <T extends { readonly name: string }>(a: T, b: T): number =>
  compareNames(a.name, b.name);

export const sortedNames = (names: Iterable<string>): readonly string[] => [...names].toSorted(compareNames);

function comparePieces(a: string, b: string): number {
  const numbers = /^\d/.test(a) && /^\d/.test(b);
  if (!numbers) return compareText(a, b);
  const left = a.replace(/^0+(?=\d)/, '');
  const right = b.replace(/^0+(?=\d)/, '');
  return left.length - right.length || compareText(left, right);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const pieces = (name: string): readonly string[] => name.match(/\d+|\D+/g) ?? [];
