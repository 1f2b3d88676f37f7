/** What dom0 is given of a host's memory: by the platform version of its release and the host's size, as the installers do. */
import { compareVersions } from '../domain/version';

/** Xen's own part of a small host. */
export const MIB_XEN = 272;

/** First platform version whose dom0 grows with the host. */
const GROWS_SINCE = '2.9.0';
/** From there on: 1 GiB and a twentieth of the host, in steps of 16 MiB, at most 8 GiB. */
const MIB_FROM = 1024;
const SHARE = 0.05;
const MIB_STEP = 16;
export const MIB_MOST = 8192;
/** Before, by the GiB of the host: below so many, so much. */
const TIERS: readonly (readonly [number, number])[] = [
  [24, 752],
  [48, 2048],
  [64, 3072],
];
const MIB_LARGE = 4096;
/** What Xen keeps for itself is not in the size that it tells. */
const MIB_UNTOLD = 256;

/** MiB that the installer of this platform gives to dom0 of a host of this size. */
export function dom0DefaultMib(platform: string, totalMib: number): number {
  const size = totalMib + MIB_UNTOLD;
  if (compareVersions(platform || '0', GROWS_SINCE) >= 0) {
    const share = Math.floor((size * SHARE) / MIB_STEP) * MIB_STEP;
    return Math.min(MIB_FROM + share, MIB_MOST);
  }
  return TIERS.find(([below]) => Math.floor(size / 1024) < below)?.[1] ?? MIB_LARGE;
}
