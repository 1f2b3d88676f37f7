/** A step: what to look at, what to conclude, what to do about it. Verifying is looking again. */
import type { Act, Decision } from '../domain/decision';
import type { Json } from '../domain/json';
import type { Owed } from '../domain/obligation';
import type { Problem } from '../domain/problem';
import type { LineState, Run } from '../domain/run';
import type { World } from '../ports';

/** Everything a step may consider. The same evidence gives the same decision. */
export interface Evidence<Args, Seen> {
  readonly args: Args;
  /** The first look, journalled before anything was touched. */
  readonly before: Seen;
  readonly now: Seen;
  /** Pool time of the look, epoch milliseconds. */
  readonly at: number;
  readonly line: LineState;
  readonly run: Run;
}

export interface Look {
  readonly line: LineState;
  readonly run: Run;
  /** Pool time, epoch milliseconds. */
  readonly at: number;
}

export interface Patience {
  /** Tell people, page softly. */
  readonly softSeconds: number;
  /** Hold the lane and ask. */
  readonly hardSeconds: number;
  /** Counted from the last waiting text that was new, instead of from the beginning: progress renews patience. */
  readonly byProgress?: true;
  /** Counted from no earlier than this, epoch milliseconds: when what it waited for ended that is not its own. */
  readonly notBefore?: number;
}

export interface StepDefinition<Args extends Json, Seen extends Json> {
  readonly kind: string;
  /** Version of args and look; raised when their shape changes. */
  readonly v: number;
  /** One line of the runbook, in the operator's words. */
  title(args: Args): string;
  /** Reads, never changes. Cheap; called before every decision. */
  observe(world: World, args: Args, look: Look): Promise<Seen>;
  /** Pure. */
  decide(evidence: Evidence<Args, Seen>): Decision;
  /** Starts one change. Returns when it is accepted, not when it is finished. */
  act?(world: World, act: Act, evidence: Evidence<Args, Seen>): Promise<Json | void>;
  /** What this act will owe the pool, with the before-picture. Journalled with the intent. */
  owes?(
    act: Act,
    evidence: Evidence<Args, Seen>,
  ): readonly { readonly what: Owed; readonly on: string; readonly before: Json }[];
  /** What is given back once this line is done: observation equals the before-picture. */
  gaveBack?(evidence: Evidence<Args, Seen>): readonly { readonly what: Owed; readonly on: string }[];
  /** How long an act without an answer may still take effect. Nothing is repeated within it. */
  readonly settleSeconds: number;
  /** Deadline of one call of `act`, wall seconds. */
  readonly callTimeoutSeconds: number;
  /** How long the far side itself may take to show an accepted act. */
  readonly farDelaySeconds: number;
  /** 1 for what cannot be taken back: never repeated without a person. */
  readonly maxActs: number;
  readonly patience: Patience;
  /** Longer limits where this pool has needed longer; never shorter than `patience`. */
  limits?(look: Pick<Look, 'line' | 'run'>): Patience;
  /** What to say when patience has run out. */
  tooLong(evidence: Evidence<Args, Seen>): Problem;
  /** `decide`: a refusal is one more thing the step considers (line.acts), instead of holding the lane. */
  readonly onRefusal?: 'decide';
  /** Runs outside the tick and is judged by observation only (longer than 5 s). */
  readonly long?: true;
  /** While this line takes a host away, its silence is the expected answer, within patience. */
  readonly silence?: 'host' | 'pool';
}

/** Seconds after its intent within which an act must leave, else nothing is sent (design: Acts). */
export const SEND_WITHIN_SECONDS = 10;

/** A step with its types erased: what the engine runs. */
export type AnyStep = StepDefinition<Json, Json>;

/** A line before the planner numbers it. */
export interface LineDraft {
  readonly kind: string;
  readonly v: number;
  readonly title: string;
  readonly args: Json;
  readonly block?: string;
}

/** The verb a procedure is written with; carries the definition for the registry. */
export interface Verb<Args extends Json> {
  (args: Args): LineDraft;
  readonly step: AnyStep;
}

/** Turns a definition into a verb. Refuses a settle time shorter than the doubt can last. */
export function defineStep<Args extends Json, Seen extends Json>(
  step: StepDefinition<Args, Seen>,
): Verb<Args> {
  const doubt = SEND_WITHIN_SECONDS + step.callTimeoutSeconds + step.farDelaySeconds;
  if (step.act && step.settleSeconds < doubt)
    throw new Error(
      `${step.kind}: settleSeconds ${step.settleSeconds} is shorter than the doubt can last (${doubt} s)`,
    );
  if (step.patience.hardSeconds < step.patience.softSeconds)
    throw new Error(`${step.kind}: the hard limit comes before the soft one`);
  const verb = (args: Args): LineDraft => ({ kind: step.kind, v: step.v, title: step.title(args), args });
  // The registry hands args and looks back to the step that made them, so the erased types fit.
  return Object.assign(verb, { step });
}

/** Read-only steps: no act, so nothing can be in doubt. */
export const LOOKS_ONLY = {
  settleSeconds: 0,
  callTimeoutSeconds: 0,
  farDelaySeconds: 0,
  maxActs: 0,
} as const;
