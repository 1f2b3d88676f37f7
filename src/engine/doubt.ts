/** May this act go out now? Pure, but for the monotonic reading handed in. */
import type { Act } from '../domain/decision';
import type { LineState, SubjectActs } from '../domain/run';
import { SEND_WITHIN_SECONDS, type AnyStep } from '../steps/step';

export type Verdict =
  | { readonly go: true; readonly n: number }
  | {
      readonly go: false;
      readonly why: 'in doubt' | 'in flight' | 'settling' | 'soon';
      readonly againInSeconds: number;
    }
  | { readonly go: false; readonly why: 'no more' };

/** A refused connection is tried again after so long, pool seconds: fast enough for a restart, slow enough for a log. */
const NOT_SENT_AGAIN_SECONDS = 5;

/**
 * `firstSeenMonotonic`: when this process first saw the newest intent, so that its wall deadline has surely passed
 * whoever holds it. Both must have passed: wall deadline and pool-time settle.
 */
export function mayAct(
  step: AnyStep,
  line: LineState,
  act: Act,
  now: { readonly at: number; readonly monotonic: number; readonly firstSeenMonotonic: number },
  inFlightHere: boolean,
): Verdict {
  const was = line.acts[act.subject];
  if (!was) return { go: true, n: 1 };
  if (inFlightHere) return { go: false, why: 'in flight', againInSeconds: step.callTimeoutSeconds };
  if (was.outcome === 'not-sent') {
    const left = NOT_SENT_AGAIN_SECONDS - (now.at - (was.settledAt ?? was.intendedAt)) / 1000;
    return left > 0 ? { go: false, why: 'soon', againInSeconds: left } : limited(step, line, was);
  }
  if (was.outcome === 'refused') return limited(step, line, was);
  const settle = Math.max(
    step.settleSeconds - (now.at - was.intendedAt) / 1000,
    // a late answer is only the beginning of what it promises: the far side's own delay counts from it
    was.outcome === 'answered' ? step.farDelaySeconds - (now.at - (was.settledAt ?? now.at)) / 1000 : 0,
  );
  if (settle > 0)
    return { go: false, why: was.outcome === 'answered' ? 'settling' : 'in doubt', againInSeconds: settle };
  const wall =
    SEND_WITHIN_SECONDS + step.callTimeoutSeconds - (now.monotonic - now.firstSeenMonotonic) / 1000;
  if (was.outcome !== 'answered' && wall > 0) return { go: false, why: 'in doubt', againInSeconds: wall };
  return limited(step, line, was);
}

function limited(step: AnyStep, line: LineState, was: SubjectActs): Verdict {
  const limit =
    step.maxActs === 1
      ? 1 + (line.allowed[was.subject] ?? 0) // one way: only the second question's answer allows one more
      : step.maxActs * (1 + line.retries);
  return was.tries < limit ? { go: true, n: was.n + 1 } : { go: false, why: 'no more' };
}
