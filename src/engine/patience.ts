/** Slow is not failed: a soft limit tells people, a hard one holds the lane and asks. Pool time. */
import type { LineState } from '../domain/run';
import type { Patience } from '../steps/step';

export interface PatienceNow {
  readonly soft: boolean;
  readonly hard: boolean;
  /** Pool seconds until the next limit. */
  readonly nextSeconds: number;
}

export function outOfPatience(
  step: { readonly patience: Patience },
  state: LineState,
  at: number,
): PatienceNow {
  const { softSeconds, hardSeconds, byProgress, notBefore } = step.patience;
  const begun = state.patienceFrom ?? state.waitingSince ?? at;
  const from = Math.max(begun, notBefore ?? begun, byProgress ? (state.progressAt ?? begun) : begun);
  const seconds = (at - from) / 1000;
  const soft = seconds >= softSeconds;
  const hard = seconds >= hardSeconds;
  const limit = soft ? hardSeconds : softSeconds;
  return { soft, hard, nextSeconds: Math.max(0.1, limit - seconds) };
}
