/** Versions compare as lists of integers: "7.1.2" is newer than "7.1" (xapi §4.1). */

export function compareVersions(a: string, b: string): number {
  const left = parts(a);
  const right = parts(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? -1) - (right[i] ?? -1);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** A VM may only go to the same or a newer version (seed 001 §7.1.2.1; NOT_SUPPORTED_DURING_UPGRADE otherwise). */
export function sameOrNewer(candidate: string, than: string): boolean {
  return compareVersions(candidate, than) >= 0;
}

function parts(version: string): number[] {
  return version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);
}
