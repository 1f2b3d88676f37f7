/** The order in which names are listed: numbers in them count as numbers, so host-2 comes before host-10. */

/** Same answer on every machine: no locale takes part. */
export function compareNames(a: string, b: string): number {
  let left = 0;
  let right = 0;
  while (left < a.length && right < b.length) {
    const leftEnd = pieceEnd(a, left);
    const rightEnd = pieceEnd(b, right);
    const difference = comparePieces(a.slice(left, leftEnd), b.slice(right, rightEnd));
    if (difference !== 0) return difference;
    left = leftEnd;
    right = rightEnd;
  }
  // whoever has pieces left comes later
  return Number(left < a.length) - Number(right < b.length) || compareText(a, b);
}

export const byName = <T extends { readonly name: string }>(a: T, b: T): number =>
  compareNames(a.name, b.name);

export const sortedNames = (names: Iterable<string>): readonly string[] => [...names].toSorted(compareNames);

function comparePieces(a: string, b: string): number {
  if (!isDigit(a, 0) || !isDigit(b, 0)) return compareText(a, b);
  const left = withoutZeros(a);
  const right = withoutZeros(b);
  return left.length - right.length || compareText(left, right);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const isDigit = (text: string, at: number): boolean => text[at]! >= '0' && text[at]! <= '9';

const withoutZeros = (digits: string): string =>
  digits.startsWith('0') ? digits.replace(/^0+(?=\d)/, '') : digits;

/** Where the run of digits, or of anything else, ends that begins here. Thousands of VMs are sorted: no regular expression. */
function pieceEnd(name: string, from: number): number {
  const digits = isDigit(name, from);
  let end = from + 1;
  while (end < name.length && isDigit(name, end) === digits) end++;
  return end;
}
