/** A text that people get as a file. */

export interface NamedText {
  /** With its ending, unique in its thread: `pool-a-20260102-101500-3fa9c1.md`. */
  readonly name: string;
  readonly content: string;
}

/** A text, or a picture. */
export interface NamedFile extends Pick<NamedText, 'name'> {
  readonly content: string | Uint8Array;
}
