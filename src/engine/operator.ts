/** What a person may do. Slack and the shell call the same functions; authorisation is here and nowhere else. */
import type { OwedAnswer, RunAnswer, StatusAnswer } from '../domain/answers';
import type { Person, Role } from '../domain/person';
import type { Run } from '../domain/run';
import type { Plan, PlanRequest } from '../domain/plan';
import type { WayOut } from '../domain/ways-out';

export interface PoolLine {
  readonly pool: string;
  readonly target?: string;
  readonly openRun?: string;
  readonly phase?: Run['phase'];
  readonly roles: readonly Role[];
}

export interface Operator {
  pools(by: Person): Promise<readonly PoolLine[]>;
  /** A durable request that the worker carries out; the answer goes to `replyTo`. */
  requestPlan(
    by: Person,
    pool: string,
    wish: PlanRequest & { readonly replyTo?: { readonly channel: string; readonly ts?: string } },
  ): Promise<{ readonly request: string }>;
  /** Throws Rejected(PLAN_BLOCKED, PLAN_UNKNOWN, RUN_OPEN, NOT_ALLOWED …). Starting a started plan again is the same run. */
  start(by: Person, plan: string): Promise<RunAnswer>;
  /** Takes effect at the end of the block in hand; `now` holds at once and needs a reason. The same again changes nothing. */
  pause(
    by: Person,
    run: string,
    wish?: { readonly now?: boolean; readonly reason?: string },
  ): Promise<RunAnswer & { readonly effectAfter?: string }>;
  resume(by: Person, run: string): Promise<RunAnswer>;
  abort(
    by: Person,
    run: string,
    wish?: { readonly reason?: string },
  ): Promise<RunAnswer & { readonly effectAfter?: string }>;
  /**
   * Answers one question. `question` may be left out when exactly one is open. `digest`, where given (buttons), must be the
   * one shown. Throws Rejected(ALREADY_ANSWERED: who and when; QUESTION_GONE; SELF_APPROVAL; NOT_ALLOWED; WHICH_QUESTION).
   */
  answer(
    by: Person,
    run: string,
    answer: {
      readonly question?: string;
      readonly says: 'yes' | 'no';
      readonly reason?: string;
      readonly digest?: string;
      /** What is chosen where the question offers ways out; left out: look again. Rejected(NO_SUCH_WAY). */
      readonly way?: WayOut;
    },
  ): Promise<RunAnswer & { readonly question: string }>;
  /** By run id, or by pool name for its open or newest run. */
  status(by: Person, runOrPool: string): Promise<StatusAnswer>;
  obligations(by: Person, pool: string): Promise<readonly OwedAnswer[]>;
  takeOver(by: Person, pool: string, obligation: string, reason: string): Promise<void>;
  /** Starts a small run of `give-back` for one obligation. */
  giveBack(by: Person, pool: string, obligation: string): Promise<RunAnswer>;
  plan(by: Person, plan: string): Promise<Plan>;
  /** Throws Rejected(NO_PLAN) where none has been made. */
  newestPlan(by: Person, pool: string): Promise<Plan>;
  /** The run behind an id or a pool's name, for renderers. */
  run(by: Person, runOrPool: string): Promise<Run>;
}
