/** Pool time as a discrete-event queue: events run in time order, whatever the wall does. */

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

export interface Timer {
  cancel(): void;
}

export class Timeline {
  private readonly queue: Due[] = [];
  private count = 0;

  constructor(
    /** Epoch milliseconds of pool time. */
    private current: number,
  ) {}

  /** Set by whoever drives this timeline by the wall clock; absent, time moves only by advanceTo. */
  private pace: (() => number | undefined) | undefined;
  private sooner: (() => void) | undefined;

  /**
   * `pace` says what time it should be, or nothing while events are being run; `sooner` is called when an event
   * is due before all others. Between events the time read is the wall's; at an event it is the event's own.
   */
  follow(pace: () => number | undefined, sooner: () => void): void {
    this.pace = pace;
    this.sooner = sooner;
  }

  now(): number {
    const wanted = this.pace?.();
    // What is overdue happens first, at its own instant: late, never out of order.
    if (wanted !== undefined && wanted > this.current && (this.nextAt() ?? Infinity) > wanted)
      this.current = wanted;
    return this.current;
  }

  /** ISO 8601 of pool time. */
  iso(): string {
    return new Date(this.now()).toISOString();
  }

  /** Runs `event` after so many pool seconds. Events of one instant run in the order they were made. */
  in(seconds: number, event: () => void): Timer {
    const due: Due = { at: this.now() + seconds * 1000, order: this.count++, run: event, cancelled: false };
    let low = 0;
    let high = this.queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.queue[middle]!;
      if (other.at < due.at || (other.at === due.at && other.order < due.order)) low = middle + 1;
      else high = middle;
    }
    this.queue.splice(low, 0, due);
    if (low === 0) this.sooner?.();
    return { cancel: () => void (due.cancelled = true) };
  }

  /** Repeats for ever, first after one interval. */
  every(seconds: number, event: () => void): Timer {
    let timer: Timer;
    let stopped = false;
    const again = (): void => {
      if (stopped) return;
      event();
      timer = this.in(seconds, again);
    };
    timer = this.in(seconds, again);
    return {
      cancel: () => {
        stopped = true;
        timer.cancel();
      },
    };
  }

  sleep(seconds: number): Promise<void> {
    return new Promise((resolve) => this.in(seconds, resolve));
  }

  nextAt(): number | undefined {
    while (this.queue[0]?.cancelled) this.queue.shift();
    return this.queue[0]?.at;
  }

  /** Runs everything due up to `to`, each event at its own instant. */
  advanceTo(to: number): void {
    for (let at = this.nextAt(); at !== undefined && at <= to; at = this.nextAt()) {
      const due = this.queue.shift()!;
      this.current = Math.max(this.current, due.at);
      due.run();
    }
    this.current = Math.max(this.current, to);
  }
}
