/** The control API says no in words: what is wrong and what is allowed. Nothing was changed. */

export class ControlRefusal extends Error {
  constructor(
    readonly code: string,
    readonly what: string,
    readonly doThis: readonly string[] = [],
    readonly status = 400,
  ) {
    super(what);
    this.name = 'ControlRefusal';
  }
}

/** `one of a, b, c`, and the whole list only where it is short enough to read. */
export const allowed = (words: readonly string[]): string => `Allowed are: ${words.join(', ')}`;
