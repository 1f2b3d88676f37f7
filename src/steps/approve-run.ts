/** Asks for the run as a whole before anything is touched. The click is the fact; it is bound to the plan's digest. */
import { ask, done } from '../domain/decision';
import { digestOf } from '../domain/digest';
import type { Finding } from '../domain/finding';
import { problems } from '../domain/problems';
import { answersOn } from '../domain/run';
import { defineStep, LOOKS_ONLY } from './step';
import { hours } from './sight';

/** `facts`: what the approver must know, one sentence each; the CloudStack outage among them. */
type Args = {
  readonly pool: string;
  readonly from: string;
  readonly to: string;
  readonly facts: readonly string[];
};

export const approveRun = defineStep<Args, null>({
  ...LOOKS_ONLY,
  kind: 'approve-run',
  v: 1,
  title: ({ pool, from, to }) => `Approve the upgrade of ${pool} from ${from} to ${to}`,
  // nothing happens while people sleep on it; an hour unanswered is worth a word, a week is not an approval
  patience: { softSeconds: hours(1), hardSeconds: hours(24 * 7) },
  observe: async () => null,
  decide: ({ args, line, run }) => {
    const digest = digestOf({ line: line.line.id, plan: run.digest });
    const yes = answersOn(run, line.line.id).findLast(
      (q) => q.answer.says === 'yes' && q.ask.digest === digest,
    );
    if (yes) return done(`approved by ${yes.answer.by.name}`);
    return ask({
      kind: 'approve',
      text: `Upgrade ${args.pool} from ${args.from} to ${args.to}?`,
      saw: [...args.facts, ...answeredBy(run.plan.findings)],
      digest,
      notTheRequester: true,
    });
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'nobody has answered for a week'),
});

/** Who approves answers the plan's questions and takes its warnings: they read them where they press. */
const answeredBy = (findings: readonly Finding[]): readonly string[] => [
  ...findings.flatMap(({ severity, what }) => (severity === 'question' ? [`You also answer: ${what}`] : [])),
  ...findings.flatMap(({ severity, what }) => (severity === 'warn' ? [`Warning: ${what}`] : [])),
];
