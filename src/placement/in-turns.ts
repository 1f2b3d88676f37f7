/** Work that pauses now and then, so that whoever carries it out can do something else in between. */
export type InTurns<T> = Generator<void, T>;

export function atOnce<T>(work: InTurns<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
