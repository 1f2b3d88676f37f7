/** One call at a time for each run in this process; rings during a call become one call more, after it. */

export interface OneAtATime {
  /** Resolves when a call that began after this moment has ended. Never rejects. */
  call(run: string): Promise<void>;
  /** Resolves when no call is in hand. */
  idle(): Promise<void>;
}

/** `answer`'s errors are its own; `trouble` hears of them so that they are not lost. */
export function oneAtATime(
  answer: (run: string) => Promise<void>,
  trouble: (error: unknown) => void,
): OneAtATime {
  const inHand = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<void>>();

  const begin = (run: string): Promise<void> => {
    const ended = answer(run)
      .catch(trouble)
      .finally(() => inHand.delete(run));
    inHand.set(run, ended);
    return ended;
  };

  const call = (run: string): Promise<void> => {
    const current = inHand.get(run);
    if (current === undefined) return begin(run);
    const already = waiting.get(run);
    if (already !== undefined) return already;
    const next = current.then(() => {
      waiting.delete(run);
      return begin(run);
    });
    waiting.set(run, next);
    return next;
  };

  return {
    call,
    idle: async () => {
      while (inHand.size > 0) await Promise.all([...inHand.values(), ...waiting.values()]);
    },
  };
}

/** A tick ends within this or is cut off: the whole process has 20 s from SIGTERM (rule of the processes). */
const CLOSING_MS = 10_000;

/** Waits for the work in hand, but not for ever. */
export async function within(work: Promise<unknown>, ms = CLOSING_MS): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
