/** What was asked for and needs the worker: plans. Durable: asked once, carried out once somebody can, answered once. */
import { askedWith } from '../domain/aim';
import { Rejected } from '../domain/errors';
import type { Json } from '../domain/json';
import type { Person } from '../domain/person';
import type { Plan, PlanRequest } from '../domain/plan';
import type { Problem } from '../domain/problem';
import type { Journal, Request } from '../ports';

export interface RequestDeps {
  readonly journal: Journal;
  /** Of this process; holds what it has taken. */
  readonly owner: string;
  makePlan(pool: string, wish: PlanRequest, by: Person): Promise<Plan>;
  /** Tells whoever asked; must not throw away a plan because Slack is slow. */
  tell(request: Request, answer: { readonly plan: Plan } | { readonly problem: Problem }): Promise<void>;
  report(what: string, error: unknown): void;
}

/** Longer than any plan takes (64 hosts within 60 s): after it another worker may take the request. */
const LEASE_MS = 180_000;

/** Carries out everything that is asked for now; true when there was something. */
export async function carryOut(deps: RequestDeps): Promise<boolean> {
  let some = false;
  for (;;) {
    const request = await deps.journal.takeRequest(deps.owner, LEASE_MS);
    if (!request) return some;
    some = true;
    const answer = await answerTo(deps, request);
    await deps.tell(request, answer);
    const kept: Json = 'plan' in answer ? { plan: answer.plan.id } : { problem: { ...answer.problem } };
    await deps.journal.answerRequest(request.id, kept);
  }
}

async function answerTo(
  deps: RequestDeps,
  request: Request,
): Promise<{ readonly plan: Plan } | { readonly problem: Problem }> {
  // written by requestPlan and nobody else
  const wish = request.args as PlanRequest;
  try {
    return { plan: await deps.makePlan(request.pool, wish, request.by) };
  } catch (error) {
    if (error instanceof Rejected) return { problem: error.problem };
    deps.report(`The plan of ${request.pool} could not be made`, error);
    return {
      problem: {
        code: 'PLAN_FAILED',
        what: `The plan of ${request.pool} could not be made.`,
        why: error instanceof Error ? `${error.message}.` : 'The reason is in the log of the worker.',
        doThis: [`Try again: /xsupgrade plan ${askedWith(request.pool, wish)}`],
      },
    };
  }
}
