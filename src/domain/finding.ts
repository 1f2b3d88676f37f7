/** What a check found. A remedy is data: the procedure makes the line of it, when a person has chosen it. */
import type { Json } from './json';

export type Severity = 'block' | 'question' | 'warn' | 'note';

/** Kind and arguments of the step that would put it right: the line has exactly these. */
export interface Remedy {
  readonly kind: string;
  readonly args: Json;
}

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
  readonly remedy?: Remedy;
  /** In a plan that was asked for with this remedy: how grave it was, and the id of the line that puts it right. */
  readonly takenCareOf?: { readonly severity: Severity; readonly line: string };
}
