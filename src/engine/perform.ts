/** Sends one act whose intent is on disk, and writes down what became of it. */
import { NotSent, Refused, WrongKey } from '../domain/errors';
import type { ActIntended, Entry } from '../domain/journal';
import type { Json } from '../domain/json';
import type { World } from '../ports';
import { SEND_WITHIN_SECONDS, type AnyStep, type Evidence } from '../steps/step';
import type { Walker } from './walker';

/** Starts it and returns at once; the run is rung when the outcome is written. */
export function perform(
  walker: Walker,
  runId: string,
  step: AnyStep,
  world: World,
  intent: ActIntended,
  evidence: Evidence<Json, Json>,
  intendedMonotonic: number,
): void {
  const key = `${runId}/${intent.line}/${intent.act.subject}`;
  const work = send(walker, step, world, intent, evidence, intendedMonotonic)
    .then((outcome) => settle(walker, runId, step, outcome))
    .catch((error: unknown) =>
      walker.log.error(
        { run: runId, line: intent.line, error },
        'the outcome of an act could not be written',
      ),
    )
    .finally(() => {
      walker.underWay.delete(key);
      walker.ring(runId);
    });
  walker.underWay.set(key, work);
}

async function send(
  walker: Walker,
  step: AnyStep,
  world: World,
  intent: ActIntended,
  evidence: Evidence<Json, Json>,
  intendedMonotonic: number,
): Promise<Entry> {
  const about = { line: intent.line, subject: intent.act.subject, n: intent.n };
  if (!step.act) throw new Error(`${step.kind} decided to act but has no act`);
  if (walker.stopping) return { type: 'ActNotSent', ...about, why: 'The worker was told to stop.' };
  const late = (walker.clock.monotonic() - intendedMonotonic) / 1000;
  if (late > SEND_WITHIN_SECONDS)
    return { type: 'ActNotSent', ...about, why: `${late.toFixed(0)} s had passed since the intent.` };
  let timer: NodeJS.Timeout | undefined;
  try {
    const answer = step.act(world, intent.act, evidence);
    const lost = new Promise<'lost'>((resolve) => {
      timer = setTimeout(() => resolve('lost'), step.callTimeoutSeconds * 1000);
    });
    const receipt = await Promise.race([answer, lost]);
    if (receipt === 'lost') {
      answer.catch(() => undefined);
      return { type: 'ActLost', ...about, why: `No answer within ${step.callTimeoutSeconds} s.` };
    }
    return {
      type: 'ActAnswered',
      ...about,
      ...(receipt !== undefined && receipt !== null && { receipt: receipt as Json }),
    };
  } catch (error) {
    if (error instanceof NotSent) return { type: 'ActNotSent', ...about, why: error.why };
    if (error instanceof WrongKey) return { type: 'ActNotSent', ...about, why: error.message };
    if (error instanceof Refused) return { type: 'ActRefused', ...about, problem: error.problem };
    return {
      type: 'ActLost',
      ...about,
      why: error instanceof Error ? error.message : 'The answer was lost.',
    };
  } finally {
    clearTimeout(timer);
  }
}

/** A refusal holds the lane with its advice; everything else is judged by the next look. */
async function settle(walker: Walker, runId: string, step: AnyStep, outcome: Entry): Promise<void> {
  await walker.folds.write(runId, () => outcome);
  if (outcome.type !== 'ActRefused' || step.onRefusal === 'decide') return;
  await walker.folds.write(runId, (run) => {
    const state = run.lines[outcome.line];
    return state?.status === 'begun'
      ? { type: 'LineStopped', line: outcome.line, problem: outcome.problem }
      : undefined;
  });
}
