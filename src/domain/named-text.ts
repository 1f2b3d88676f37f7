/** A text that people get as a file. */

export interface NamedText {
  /** With its ending, unique in its thread: `pool-a-20260102-101500-3fa9c1.md`. */
  readonly name: string;
  readonly content: string;
}
