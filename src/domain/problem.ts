/** A problem in words. No OpaqueRef and no secret is ever part of one. */
import type { WayOut } from './ways-out';

export interface Problem {
  readonly code: string;
  /** What happened, names filled in, one sentence. */
  readonly what: string;
  readonly why: string;
  /** What to do, commands ready to paste. */
  readonly doThis: readonly string[];
  /** What was seen when it was said, one sentence a line; shown beside the ways out. */
  readonly state?: readonly string[];
  /** What may be chosen instead of only looking again. */
  readonly ways?: readonly WayOut[];
}

/** A problem from its parts, as the lists of problems write it. */
export const problem = (code: string, what: string, why: string, ...doThis: readonly string[]): Problem => ({
  code,
  what,
  why,
  doThis,
});
