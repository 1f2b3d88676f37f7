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

/** How long a host is away, minutes, and how much slower than usual migrations are. */
export interface Pace {
  readonly away: number;
  readonly slower: number;
}

/** What a course is reckoned with: half of all times, and with every migration as slow as one of ten is. */
export const usualPace = (away: Minutes): Pace => ({ away: away.p50 + ROUND.p50, slower: 1 });
export const slowPace = (away: Minutes): Pace => ({ ...usualPace(away), slower: SLOW });

/** When a host is back, and how many hosts in a row have waited for one another by then. */
interface Ending {
  readonly back: number;
  readonly inRow: number;
}

/**
 * A slow network makes all migrations slow together; installers are slow each for itself, so the spreads of those that
 * wait for one another add up as independent ones do.
 */
export function allMinutes(usual: readonly Ending[], slow: readonly Ending[], away: Minutes): Minutes {
  const last = (spans: readonly Ending[]): Ending | undefined =>
    spans.reduce<Ending | undefined>((most, one) => (most && most.back >= one.back ? most : one), undefined);
  const [half, late] = [last(usual), last(slow)];
  if (!half || !late) return { p50: 0, p90: 0 };
  const spread = Math.sqrt(half.inRow) * (away.p90 - away.p50 + ROUND.p90 - ROUND.p50);
  return { p50: tenths(half.back), p90: tenths(late.back + spread) };
}

export const tenths = (minutes: number): number => Math.round(minutes * 10) / 10;
