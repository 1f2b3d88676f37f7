/** Pool time and wall time. Real pools live in the wall's time; a simulated one says itself what time it is. */
import { Malformed, Unreachable } from '../domain/errors';
import type { Clock } from '../ports';

/** Pool time is the machine's time. */
export function systemClock(): Clock {
  return { now: () => Date.now(), monotonic: () => performance.now(), speed: () => 1 };
}

export interface SimClock extends Clock {
  /** Stops asking. */
  close(): void;
}

/** Often enough that a changed speed is noticed before a person wonders, seldom enough to cost nothing. */
const ASK_MS = 200;
/** A simulator on loopback that has not answered for so long is stopped or gone. */
const ANSWER_MS = 2_000;
/** Pool time is carried on for so long after the last answer, then it stands still until the next one. */
const CARRY_MS = 1_000;

interface Reading {
  readonly poolNow: number;
  readonly speed: number;
  /** Monotonic milliseconds at which it was true. */
  readonly at: number;
}

/**
 * Follows `GET {controlUrl}/clock` → `{poolNow, wallNow, speed}`; `poolNow` is ISO 8601 or epoch milliseconds.
 * Between two answers time is carried on at the speed told last, and it never goes back: where an answer is behind what
 * was said already, time stands still until it has caught up. Unreachable when the first question is not answered.
 */
export async function simClock(controlUrl: string): Promise<SimClock> {
  const url = `${controlUrl.replace(/\/+$/, '')}/clock`;
  let last = await ask(url);
  let latest = Number.NEGATIVE_INFINITY;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const follow = async (): Promise<void> => {
    try {
      last = await ask(url);
    } catch {
      // the last reading stands, and time with it
    }
    again();
  };
  const again = (): void => {
    if (closed) return;
    timer = setTimeout(() => void follow(), ASK_MS);
    // following the clock keeps no process alive
    timer.unref();
  };
  again();

  return {
    now: () => {
      const carried = Math.min(performance.now() - last.at, CARRY_MS);
      latest = Math.max(latest, last.poolNow + carried * last.speed);
      return latest;
    },
    monotonic: () => performance.now(),
    speed: () => last.speed,
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

async function ask(url: string): Promise<Reading> {
  const asked = performance.now();
  let answer: unknown;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    answer = await response.json();
  } catch (error) {
    throw new Unreachable("the simulator's clock", error instanceof Error ? error.name : 'no answer');
  }
  // it was read somewhere between question and answer
  const at = (asked + performance.now()) / 2;
  if (typeof answer !== 'object' || answer === null || !('poolNow' in answer) || !('speed' in answer))
    throw new Malformed("the simulator's clock", 'no poolNow and speed in the answer');
  const poolNow = typeof answer.poolNow === 'string' ? Date.parse(answer.poolNow) : Number(answer.poolNow);
  const speed = Number(answer.speed);
  if (!Number.isFinite(poolNow) || !(speed > 0))
    throw new Malformed("the simulator's clock", 'poolNow is no time or speed is not above 0');
  return { poolNow, speed, at };
}
