/** How long it takes: the figures that planning §3 measured and assumed, until the pool's own journal says better. */
import type { Minutes } from '../domain/plan';
import type { VmKind } from '../domain/pool';

/** A migration: five seconds, and its memory with a tenth sent again at 0.25 GiB/s, one stream of 10 GbE (planning §3). */
const SETUP_SECONDS = 5;
const SENT_AGAIN = 1.1;
const GIB_PER_SECOND = 0.25;
/** Lognormal with σ 0.3 (planning §4.4): nine of ten take no longer than 1.47 times the median. */
const SLOW = Math.exp(1.2816 * 0.3);
/** CloudStack ends a maintenance at its next round, every 60 s (planning §7). */
const ROUND: Minutes = { p50: 0.5, p90: 1 };

export const migrationSeconds = (mib: number): number =>
  SETUP_SECONDS + ((mib / 1024) * SENT_AGAIN) / GIB_PER_SECOND;

/** Some user VMs at a time, big ones first; then routers and system VMs one by one, as the drain does it. */
export function emptyingMinutes(
  moves: readonly { readonly kind: VmKind; readonly mib: number }[],
  atOnce: number,
): number {
  const streams = Array.from({ length: Math.max(1, atOnce) }, () => 0);
  for (const { mib } of moves.filter(({ kind }) => kind === 'guest').toSorted((a, b) => b.mib - a.mib)) {
    const first = streams.indexOf(Math.min(...streams));
    streams[first]! += migrationSeconds(mib);
  }
  const others = moves.filter(({ kind }) => kind !== 'guest');
  const alone = others.reduce((sum, { mib }) => sum + migrationSeconds(mib), 0);
  return (Math.max(...streams) + alone) / 60;
}

/** Emptied, away and back; without the time that people take to answer. */
export const hostMinutes = (emptying: number, away: Minutes): Minutes => ({
  p50: tenths(emptying + away.p50 + ROUND.p50),
  p90: tenths(emptying * SLOW + away.p90 + ROUND.p90),
});

/**
 * A slow network makes all migrations slow together, so those are added up; installers are slow each for itself, so
 * their spreads add up as independent ones do.
 */
export function allMinutes(emptying: readonly number[], away: Minutes): Minutes {
  const moved = emptying.reduce((sum, one) => sum + one, 0);
  const hosts = emptying.length;
  const spread = Math.sqrt(hosts) * (away.p90 - away.p50 + ROUND.p90 - ROUND.p50);
  const p50 = moved + hosts * (away.p50 + ROUND.p50);
  return { p50: tenths(p50), p90: tenths(p50 + moved * (SLOW - 1) + spread) };
}

const tenths = (minutes: number): number => Math.round(minutes * 10) / 10;
