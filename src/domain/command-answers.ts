/** What each command answers: one shape a command, rendered by Slack or by a shell, never text. */
import type { OwedAnswer, RunAnswer, StatusAnswer } from './answers';
import type { Role } from './person';
import type { Phase } from './phases';
import type { Finding } from './finding';
import type { Plan } from './plan';
import type { WayOut } from './ways-out';
import type { PlanBrief, PlanDifference } from './plan-difference';

export interface CommandHelp {
  readonly name: string;
  /** Without the program's name: `plan POOL [--to VERSION]`. */
  readonly usage: readonly string[];
  readonly summary: string;
  /** Any one of these is enough. Empty: everybody. */
  readonly roles: readonly Role[];
}

export interface PoolAnswer {
  readonly pool: string;
  readonly target?: string;
  readonly openRun?: string;
  readonly phase?: Phase;
  readonly roles: readonly Role[];
}

export type CommandAnswer =
  | { readonly about: 'help'; readonly commands: readonly CommandHelp[] }
  | { readonly about: 'pools'; readonly pools: readonly PoolAnswer[] }
  /** Made in this process (a shell). */
  | { readonly about: 'plan'; readonly plan: Plan }
  /** The worker makes it and answers where it was asked for (Slack). */
  | { readonly about: 'plan-asked'; readonly pool: string; readonly request: string }
  | {
      readonly about: 'run';
      readonly did: 'start' | 'pause' | 'resume' | 'abort' | 'advance' | 'give-back';
      readonly answer: RunAnswer;
      /** Title of the line after which a pause or an abort takes effect. */
      readonly effectAfter?: string;
      /** The question that `advance` answered, and how. */
      readonly question?: string;
      readonly says?: 'yes' | 'no';
      readonly way?: WayOut;
    }
  /** Of the newest plan; empty where nothing blocks it. */
  | {
      readonly about: 'why';
      readonly plan: PlanBrief;
      readonly blockers: readonly Finding[];
      /** What follows `plan` where it is asked for again. */
      readonly again: string;
    }
  | { readonly about: 'diff'; readonly difference: PlanDifference }
  /** What a question is about. */
  | { readonly about: 'text'; readonly run: string; readonly name: string; readonly content: string }
  | { readonly about: 'status'; readonly status: StatusAnswer }
  | {
      readonly about: 'obligations';
      readonly pool: string;
      readonly owed: readonly OwedAnswer[];
      /** What was taken over just now, and why. */
      readonly tookOver?: { readonly id: string; readonly reason: string };
    };
