/** Everything that can have happened to a run, in the past tense. Shapes are only ever added to. */
import type { Act, Ask } from './decision';
import type { Inventory } from './inventory';
import type { Json } from './json';
import type { Obligation, Owed } from './obligation';
import type { Person } from './person';
import type { Revision } from './plan';
import type { Problem } from './problem';
import type { WayOut } from './ways-out';

export interface RunStarted {
  readonly type: 'RunStarted';
  readonly plan: string;
  readonly digest: string;
  readonly pool: string;
  readonly by: Person;
  /** What earlier runs of the pool still owe, with their before-pictures. */
  readonly owed: readonly Obligation[];
  /** Fingerprints accepted in earlier runs, by host uuid. */
  readonly keys: Readonly<Record<string, { readonly tls?: string; readonly ssh?: string }>>;
  /** What an earlier run of this very upgrade recorded before its first host, and the losses that people accepted since. */
  readonly recorded?: { readonly inventory: Inventory; readonly accepted: readonly string[] };
  /** Seconds by kind of line, of the slowest host of earlier runs. */
  readonly lasted?: Readonly<Record<string, number>>;
}
/** The first look of a line, on disk before anything is touched. */
export interface LineBegan {
  readonly type: 'LineBegan';
  readonly line: string;
  readonly before: Json;
}
/** Written before the act; whoever's insert wins is the only one who may send it. */
export interface ActIntended {
  readonly type: 'ActIntended';
  readonly line: string;
  readonly act: Act;
  /** Which try of this (line, subject): 1, 2, … */
  readonly n: number;
  /** Obligations that this act opens, with their before-pictures. */
  readonly owes: readonly { readonly what: Owed; readonly on: string; readonly before: Json }[];
  /** Worker that holds the intent: the only one that may send it. */
  readonly worker: string;
}
export interface ActAnswered {
  readonly type: 'ActAnswered';
  readonly line: string;
  readonly subject: string;
  readonly n: number;
  readonly receipt?: Json;
}
/** Proved not sent: does not count and leaves no doubt. */
export interface ActNotSent {
  readonly type: 'ActNotSent';
  readonly line: string;
  readonly subject: string;
  readonly n: number;
  readonly why: string;
}
/** Sent, but the answer was lost: in doubt until settleSeconds have passed. */
export interface ActLost {
  readonly type: 'ActLost';
  readonly line: string;
  readonly subject: string;
  readonly n: number;
  readonly why: string;
}
export interface ActRefused {
  readonly type: 'ActRefused';
  readonly line: string;
  readonly subject: string;
  readonly n: number;
  readonly problem: Problem;
}
export interface LineWaiting {
  readonly type: 'LineWaiting';
  readonly line: string;
  readonly for: string;
  /** What the step wants to remember of this look (for example: a boot time seen). */
  readonly note?: Json;
}
/** The soft limit has passed: people are told, nothing is stopped. */
export interface LineOverdue {
  readonly type: 'LineOverdue';
  readonly line: string;
  readonly softSeconds: number;
}
export interface QuestionAsked {
  readonly type: 'QuestionAsked';
  readonly line: string;
  /** `q1`, `q2`, … within the run. */
  readonly question: string;
  readonly ask: Ask;
}
export interface QuestionAnswered {
  readonly type: 'QuestionAnswered';
  readonly question: string;
  readonly says: 'yes' | 'no';
  readonly by: Person;
  readonly digest: string;
  readonly reason?: string;
  /** Which of the ways that the question offered. */
  readonly way?: WayOut;
}
/** The picture changed before anybody answered: the buttons go, another question follows. */
export interface QuestionWithdrawn {
  readonly type: 'QuestionWithdrawn';
  readonly question: string;
  readonly why: string;
}
export interface LineDone {
  readonly type: 'LineDone';
  readonly line: string;
  readonly saw: string;
  readonly result?: Json;
  readonly gaveBack: readonly { readonly what: Owed; readonly on: string }[];
}
/** The lane is held: a person is needed. A retry question follows in the same tick. */
export interface LineStopped {
  readonly type: 'LineStopped';
  readonly line: string;
  readonly problem: Problem;
}
/** Lines not yet begun were replaced. The digest is that of the revised plan. */
export interface PlanRevised extends Revision {
  readonly type: 'PlanRevised';
}
export interface PauseRequested {
  readonly type: 'PauseRequested';
  readonly by: Person;
  /** True: hold at once, in the middle of a block; needs a reason. */
  readonly now: boolean;
  readonly reason?: string;
}
export interface RunPaused {
  readonly type: 'RunPaused';
}
export interface RunResumed {
  readonly type: 'RunResumed';
  readonly by: Person;
}
export interface AbortRequested {
  readonly type: 'AbortRequested';
  readonly by: Person;
  readonly reason?: string;
}
export interface RunAborted {
  readonly type: 'RunAborted';
}
export interface RunFinished {
  readonly type: 'RunFinished';
}
/** A named person takes over what is owed; it closes with their reason. */
export interface ObligationTakenOver {
  readonly type: 'ObligationTakenOver';
  readonly what: Owed;
  readonly on: string;
  readonly by: Person;
  readonly reason: string;
}

export type Entry =
  | RunStarted
  | LineBegan
  | ActIntended
  | ActAnswered
  | ActNotSent
  | ActLost
  | ActRefused
  | LineWaiting
  | LineOverdue
  | QuestionAsked
  | QuestionAnswered
  | QuestionWithdrawn
  | LineDone
  | LineStopped
  | PlanRevised
  | PauseRequested
  | RunPaused
  | RunResumed
  | AbortRequested
  | RunAborted
  | RunFinished
  | ObligationTakenOver;

export const ENTRY_VERSION = 1;

/** An entry as it stands in the journal. */
export interface Recorded {
  readonly run: string;
  /** 1, 2, 3, … without gaps; (run, seq) is the lock. */
  readonly seq: number;
  /** Pool time, epoch milliseconds. */
  readonly at: number;
  readonly v: number;
  readonly entry: Entry;
}

/** These end a run: the pool is free for the next one. */
export const closesRun = (entry: Entry): boolean =>
  entry.type === 'RunFinished' || entry.type === 'RunAborted';
