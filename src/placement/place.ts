/**
 * Where every running VM goes when each host that is not on the target has its turn: the master first, one host at a
 * time, each VM moved as seldom as possible. Nothing is given out that its own replay does not find clean.
 */
import type { Placement, Shortage } from '../domain/plan';
import type { Snapshot } from '../domain/pool';
import { everyWay, isSmall } from './every-way';
import { atOnce, type InTurns } from './in-turns';
import { leastOf, type Least } from './least';
import { courseOf } from './course';
import { allMinutes, slowPace, tenths } from './minutes';
import { poolInNumbers, type PoolInNumbers } from './pool-in-numbers';
import { brokenBy } from './replay';
import type { Rules } from './rules';
import { allTried, shortageOf } from './shortage';
import { told } from './told';
import { attempt, tryOf, ways, type Try } from './tries';
import { waysOut } from './ways-out';

/** Two points above what cannot be avoided are not worth another try (planning G7). */
const PEAK_SLACK = 0.02;
/** Enough where one already costs hardly more than the least: another order would only move hosts around. */
const TRIES_WHEN_GOOD = 4;
const GOOD = 1.02;
/** So much above the least time is as good as it gets: hosts must be emptied too (planning G5, §4.3). */
const GOOD_TIME = 1.05;
/** Less than so much faster is no reason to change the order that people know. */
const NOTICED = 1.01;
/** When so many ways have left VMs over, it is asked whether that can be proved. */
const TRIES_BEFORE_PROOF = 3;

/**
 * What does not fit is a misfit in words, never left out in silence: each VM is moved, stopped with its cause, or named
 * in a misfit. The answer is `cannot` only with a proof.
 */
export const place = (pool: Snapshot, rules: Rules): Placement => atOnce(placing(pool, rules));

/** The same, a try at a time: whoever has other things to do as well does them in between. */
export function* placing(pool: Snapshot, rules: Rules): InTurns<Placement> {
  const numbers = poolInNumbers(pool, rules);
  yield;
  const found = yield* search(numbers);
  const { best } = found;
  const placement = placementOf(numbers, found);
  if (placement.answer === 'fits') return placement;
  yield;
  const out = yield* waysOut(numbers, best, fitsWith);
  return out.length > 0 ? { ...placement, waysOut: out } : placement;
}

/** A quick look: whether the pool would fit if it were so. */
function* fitsWith(pool: Snapshot, rules: Rules): InTurns<boolean> {
  const numbers = poolInNumbers(pool, { ...rules, tries: TRIES_BEFORE_PROOF });
  yield;
  const { best, broken } = yield* search(numbers);
  return isClean(best) && broken === undefined;
}

const isClean = ({ turns }: Try): boolean => turns.every(({ homeless }) => homeless.length === 0);

interface Found {
  readonly best: Try;
  readonly proof?: Shortage;
  /** What the replay found wrong with the only tries there were: then nothing is given out. */
  readonly broken?: string;
}

/** More than one away squeezes the others more, and people have asked for it (planning G7). */
const PEAK_SLACK_IN_WAVES = 0.05;

const slackOf = ({ rules }: PoolInNumbers): number => (rules.maxDown > 1 ? PEAK_SLACK_IN_WAVES : PEAK_SLACK);

const capOf = (numbers: PoolInNumbers, least: Least): number =>
  numbers.rules.fill === 'fast' ? 1 : Math.min(1, least.peak + slackOf(numbers));

function* search(numbers: PoolInNumbers): InTurns<Found> {
  const least = leastOf(numbers);
  const slack = slackOf(numbers);
  let best: Try | undefined;
  let tries = 0;
  let broken: string | undefined;
  for (const way of ways(numbers, capOf(numbers, least))) {
    if (tries >= numbers.rules.tries) break;
    tries += 1;
    yield;
    const next = attempt(numbers, way);
    const wrong = isClean(next) ? brokenBy(numbers, next.turns, next.waits) : undefined;
    broken ??= wrong;
    if (wrong !== undefined) continue;
    if (!best || costlier(best, next, least, slack)) best = next;
    if (isAsGoodAsAny(best, least, slack)) return { best };
    if (tries >= TRIES_WHEN_GOOD && isGood(best, least)) break;
    if (tries === TRIES_BEFORE_PROOF && !isClean(best)) {
      const proof = shortageOf(numbers);
      if (proof) return { best, proof };
    }
  }
  if (!best) {
    best = attempt(numbers, { prefer: numbers.left, how: 'level', fixed: true });
    return { best, broken: broken ?? 'nothing was tried' };
  }
  if (isSmall(numbers) && (!isClean(best) || best.movedMib > least.movedMib)) {
    const all = everyWay(numbers);
    if (all === 'none') return { best, proof: allTried(numbers) };
    if (all !== 'too-many') {
      const exact = tryOf(numbers, all);
      if (brokenBy(numbers, all, exact.waits) === undefined && costlier(best, exact, least, slack))
        return { best: exact };
    }
  }
  return { best };
}

const isAsGoodAsAny = (one: Try, least: Least, slack: number): boolean =>
  isClean(one) &&
  one.partnerStops === 0 &&
  one.movedMib <= least.movedMib &&
  one.peak <= least.peak + slack &&
  one.minutes <= least.minutes * GOOD_TIME;

const isGood = (one: Try, least: Least): boolean =>
  isClean(one) && one.partnerStops === 0 && one.movedMib <= least.movedMib * GOOD;

/**
 * While VMs are left over only that counts, so that the listed order stays what people read. First that it fits, then that
 * nobody is stopped, then the bytes, then the peak, then the hours, then the number of moves.
 */
function costlier(one: Try, than: Try, least: Least, slack: number): boolean {
  if (!isClean(than)) return one.homelessMib > than.homelessMib;
  if (!isClean(one)) return true;
  const over = ({ peak }: Try): number => Math.max(0, peak - least.peak - slack);
  const hours = one.minutes > than.minutes * NOTICED || than.minutes > one.minutes * NOTICED;
  return (
    (one.partnerStops - than.partnerStops ||
      one.movedMib - than.movedMib ||
      over(one) - over(than) ||
      (hours ? one.minutes - than.minutes : one.moves - than.moves)) > 0
  );
}

function placementOf(numbers: PoolInNumbers, { best, proof, broken }: Found): Placement {
  const { hosts, crowded, turns, peak, ...rest } = told(numbers, best);
  const misfits =
    broken === undefined
      ? rest.misfits
      : [`The placement did not stand its own replay: ${broken}.`, ...rest.misfits];
  const order = hosts.map(({ host }) => host);
  const fits = misfits.length + crowded.length === 0;
  const shown = { order, hosts, misfits, ...(crowded.length > 0 && { crowded }) };
  if (!fits) return { ...shown, answer: proof ? 'cannot' : 'not-found', ...(proof && { proof }) };
  const stopped = new Set(best.turns.flatMap(({ stops }) => stops.map(({ at }) => at)));
  const least = leastOf(numbers, stopped);
  const { maxDown, awayMinutes } = numbers.rules;
  return {
    ...shown,
    ...(turns && { turns }),
    ...(maxDown > 1 && { maxDown }),
    answer: 'fits',
    figures: {
      moves: best.moves,
      leastMoves: least.moves,
      movedMib: best.movedMib,
      leastMib: least.movedMib,
      stops: best.turns.reduce((sum, { stops }) => sum + stops.length, 0),
      peak,
      leastPeak: share(least.peak),
      minutes: allMinutes(best.spans, slowly(numbers, best.turns), awayMinutes),
      leastMinutes: tenths(least.minutes),
    },
  };
}

/** The same turns on a bad day. */
function slowly(numbers: PoolInNumbers, turns: Try['turns']): Try['spans'] {
  const course = courseOf(numbers, slowPace(numbers.rules.awayMinutes));
  for (const turn of turns) course.add(turn);
  return course.spans;
}

const share = (one: number): number => Math.round(one * 1e4) / 1e4;
