/** A line that a person carries out and confirms: for what is not configured. What can be seen is shown beside it. */
import { ask, done } from '../domain/decision';
import { digestOf } from '../domain/digest';
import { problems } from '../domain/problems';
import { answersOn } from '../domain/run';
import { defineStep, LOOKS_ONLY } from './step';
import { hours } from './sight';

type Args = { readonly title: string; readonly doThis: readonly string[] };

export const byHand = defineStep<Args, null>({
  ...LOOKS_ONLY,
  kind: 'by-hand',
  v: 1,
  title: ({ title }) => title,
  patience: { softSeconds: hours(1), hardSeconds: hours(24 * 7) },
  observe: async () => null,
  decide: ({ args, line, run }) => {
    const digest = digestOf({ line: line.line.id, doThis: args.doThis });
    const yes = answersOn(run, line.line.id).findLast(
      (q) => q.answer.says === 'yes' && q.ask.digest === digest,
    );
    if (yes) return done(`done by hand, confirmed by ${yes.answer.by.name}`);
    return ask({
      kind: 'confirm',
      text: `Done? ${args.title}`,
      saw: args.doThis,
      digest,
      notTheRequester: false,
    });
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'nobody has confirmed it'),
});
