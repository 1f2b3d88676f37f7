/** Pool time by the wall clock: start + wall × speed. A stalled process makes events late, never out of order. */
import type { Timeline } from './time';

export interface Drive {
  speed(): number;
  /** Pool seconds per wall second from now on; what has passed stays as it was. */
  setSpeed(speed: number): void;
  stop(): void;
}

/** A timer of Node holds at most 24.8 days. */
const LONGEST_MS = 2_000_000_000;

/** Wall milliseconds that are never set back. */
const wall = (): number => performance.now();

export function drive(time: Timeline, firstSpeed: number): Drive {
  let anchor = { pool: time.now(), wall: wall(), speed: firstSpeed };
  let timer: NodeJS.Timeout | undefined;
  const state = { running: false, stopped: false };

  const target = (): number => anchor.pool + (wall() - anchor.wall) * anchor.speed;

  /** Each instant by itself, and what it awakens before the next: a sleeper wakes at its own time, however late. */
  const run = async (): Promise<void> => {
    if (state.running || state.stopped) return;
    state.running = true;
    for (let at = time.nextAt(); !state.stopped && at !== undefined && at <= target(); at = time.nextAt()) {
      time.advanceTo(at);
      await new Promise((resolve) => setImmediate(resolve));
    }
    state.running = false;
    arm();
  };

  const arm = (): void => {
    if (state.running || state.stopped) return;
    clearTimeout(timer);
    const at = time.nextAt();
    if (at === undefined) return;
    const delay = Math.min(Math.max(0, (at - target()) / anchor.speed), LONGEST_MS);
    timer = setTimeout(() => void run(), Math.ceil(delay));
  };

  time.follow(() => (state.running ? undefined : target()), arm);
  arm();
  return {
    speed: () => anchor.speed,
    setSpeed(speed) {
      anchor = { pool: target(), wall: wall(), speed };
      arm();
    },
    stop() {
      state.stopped = true;
      clearTimeout(timer);
      time.follow(
        () => undefined,
        () => undefined,
      );
    },
  };
}
