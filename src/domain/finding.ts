/** What a check found. A remedy is data: the planner makes the line. */
import type { Json } from './json';

export type Severity = 'block' | 'question' | 'warn' | 'note';

export interface Finding {
  /** File name of the check. */
  readonly check: string;
  readonly severity: Severity;
  /** Pool, host or VM name. */
  readonly on: string;
  readonly what: string;
  /** What was seen, one fact each. */
  readonly evidence: readonly string[];
  /** What to do, one step each. */
  readonly advice: readonly string[];
  readonly remedy?: { readonly kind: string; readonly args: Json };
}
