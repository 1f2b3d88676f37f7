/** What a shell needs of the rest of the product: made by compose, small enough to be made by a test. */
import type { Person } from '../domain/person';
import type { Plan, PlanRequest } from '../domain/plan';
import type { Operator } from '../engine/operator';

export interface CliBackend {
  readonly operator: Operator;
  /**
   * The person of an operating-system login: the Slack user that pools.yaml maps it to, else `shell:LOGIN`, who may
   * only read. `as`: somebody else, with the simulator's configuration only; Rejected (AS_ONLY_SIMULATED) otherwise.
   */
  person(login: string, as?: string): Person;
  /** Looks at the pool and keeps the plan. Rejected where this person may not plan, or the pool cannot be read. */
  makePlan(pool: string, wish: PlanRequest, by: Person): Promise<Plan>;
  close(): Promise<void>;
}

/** The ways into the product from a shell; nothing is opened before it is needed. */
export interface Doors {
  /** Throws ConfigInvalid, Rejected or Unreachable: each is a sentence and exit code 3. */
  open(): Promise<CliBackend>;
  /** Brings the database's schema up to date; names of what was applied now. Throws like `open`. */
  migrate(): Promise<readonly string[]>;
  readonly version: string;
}
