/** Work that is long on a large pool is done in turns, so that buttons and other runs are answered in between. */

/** Ends when whatever waits in the event loop has had its turn: the first immediate may still be in this round of it. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });

/** Work that pauses by itself, with a turn of its own for each part of it. */
export async function inTurns<T>(work: Generator<void, T>): Promise<T> {
  for (;;) {
    await nextTurn();
    const step = work.next();
    if (step.done) return step.value;
  }
}
