/** The word for a run as a whole, before anything is touched. The click is the fact; it is bound to the plan's digest. */
import { ask, done, type Decision } from '../domain/decision';
import { digestOf } from '../domain/digest';
import type { Finding } from '../domain/finding';
import { problems } from '../domain/problems';
import { answersOn } from '../domain/run';
import { LOOKS_ONLY, type Evidence } from './step';
import { hours } from './sight';

/** `saw`: what the approver must know, one sentence each. */
export function approvalOfRun<Args>(
  { line, run }: Pick<Evidence<Args, null>, 'line' | 'run'>,
  text: string,
  saw: readonly string[],
): Decision {
  const digest = digestOf({ line: line.line.id, plan: run.digest });
  const yes = answersOn(run, line.line.id).findLast(
    (q) => q.answer.says === 'yes' && q.ask.digest === digest,
  );
  if (yes) return done(`approved by ${yes.answer.by.name}`);
  return ask({
    kind: 'approve',
    text,
    saw: [...saw, ...answeredBy(run.plan.findings)],
    digest,
    notTheRequester: true,
  });
}

/** What every such question has beside its words. */
export const APPROVAL = {
  ...LOOKS_ONLY,
  // nothing happens while people sleep on it; an hour unanswered is worth a word, a week is not an approval
  patience: { softSeconds: hours(1), hardSeconds: hours(24 * 7) },
  observe: async () => null,
  tooLong: ({ line }: Pick<Evidence<null, null>, 'line'>) =>
    problems.tooLong(line.line.title, 'nobody has answered for a week'),
} as const;

/** Who approves answers the plan's questions and takes its warnings: they read them where they press. */
const answeredBy = (findings: readonly Finding[]): readonly string[] => [
  ...findings.flatMap(({ severity, what }) => (severity === 'question' ? [`You also answer: ${what}`] : [])),
  ...findings.flatMap(({ severity, what }) => (severity === 'warn' ? [`Warning: ${what}`] : [])),
];
