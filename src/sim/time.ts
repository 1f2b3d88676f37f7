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

  now(): number {
    return this.current;
  }

  /** ISO 8601 of pool time. */
  iso(): string {
    return new Date(this.current).toISOString();
  }

  /** Runs `event` after so many pool seconds. Events of one instant run in the order they were made. */
  in(seconds: number, event: () => void): Timer {
    const due: Due = { at: this.current + seconds * 1000, order: this.count++, run: event, cancelled: false };
    let low = 0;
    let high = this.queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.queue[middle]!;
      if (other.at < due.at || (other.at === due.at && other.order < due.order)) low = middle + 1;
      else high = middle;
    }
    this.queue.splice(low, 0, due);
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
