/** What is said about one of XAPI's codes. */

/** `{0}`, `{1}` stand for the parameters, named. */
export interface Advice {
  readonly why: string;
  readonly doThis: readonly string[];
}
