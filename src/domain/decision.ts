/** What a step concludes from its evidence. The engine carries it out and knows no step by name. */
import type { Json } from './json';
import type { NamedText } from './named-text';
import type { Revision } from './plan';
import type { Problem } from './problem';
import type { WayOut } from './ways-out';

/** One change of one thing. Intents, doubt and limits are kept per (line, subject). */
export interface Act {
  /** Host, VM, cluster or service name acted on. */
  readonly subject: string;
  /** In the operator's words: "migrate i-2-5-VM to host-2". */
  readonly what: string;
  /** Everything `act` needs; journalled with the intent, so the choice is on disk before the move. */
  readonly args: Json;
}

export const QUESTION_KINDS = [
  'approve',
  'confirm',
  'retry',
  'accept-key',
  'accept-loss',
  'accept-licence',
] as const;
export type QuestionKind = (typeof QUESTION_KINDS)[number];

/** What a person is asked. The answer is bound to `digest`: another picture is another question. */
export interface Ask {
  readonly kind: QuestionKind;
  readonly text: string;
  /** The evidence shown, one sentence a line. */
  readonly saw: readonly string[];
  /** Over the section with its bounds and the material evidence. */
  readonly digest: string;
  /** Requester and starter may not answer (approvals, unless the pool allows it). */
  readonly notTheRequester: boolean;
  /** With `retry` of a one-way act: a yes allows one more act on this subject. */
  readonly subject?: string;
  /** The lane is held by what is asked about: on-call is told at once, and no other host begins meanwhile. */
  readonly problem?: Problem;
  /** With `retry`: what may be chosen; a yes that chooses nothing looks again. */
  readonly ways?: readonly WayOut[];
  /** With `accept-key`: what a yes pins, for that host only. */
  readonly key?: { readonly hostUuid: string; readonly tls?: string; readonly ssh?: string };
  /** The text that is asked about, where it is too long for a message; `digest` is over it. */
  readonly file?: NamedText;
}

export type Decision =
  | { readonly do: 'done'; readonly saw: string; readonly result?: Json }
  | { readonly do: 'wait'; readonly for: string; readonly againInSeconds?: number; readonly note?: Json }
  | { readonly do: 'act'; readonly acts: readonly Act[]; readonly why: string; readonly note?: Json }
  | { readonly do: 'ask'; readonly ask: Ask }
  | { readonly do: 'revise'; readonly revision: Revision }
  | { readonly do: 'stop'; readonly problem: Problem };

export const done = (saw: string, result?: Json): Decision =>
  result === undefined ? { do: 'done', saw } : { do: 'done', saw, result };
export const wait = (reason: string, options: { againInSeconds?: number; note?: Json } = {}): Decision => ({
  do: 'wait',
  for: reason,
  ...options,
});
export const act = (why: string, ...acts: readonly Act[]): Decision => ({ do: 'act', acts, why });
export const ask = (question: Ask): Decision => ({ do: 'ask', ask: question });
export const stop = (problem: Problem): Decision => ({ do: 'stop', problem });
