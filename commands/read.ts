/** The text that a question is about, whole: what stands as a file in the thread. */
import { Rejected } from '../src/domain/errors';
import { problems } from '../src/domain/problems';
import { defineCommand } from './command';

export const read = defineCommand({
  name: 'read',
  usage: ['read RUN [--question ID]'],
  summary: 'Shows the whole text that a question is about, for example the licence of a target.',
  deed: 'view',
  shape: { arguments: ['RUN'], options: ['question'] },
  parse: ({ arguments: [run], options }) => ({ id: run!, question: options['question'] }),
  run: async ({ operator, person }, { id, question }) => {
    const run = await operator.run(person, id);
    const file = run.questions.findLast(
      (one) => one.ask.file && (question === undefined || one.id === question),
    )?.ask.file;
    if (!file) throw new Rejected(problems.noText(run.id, question));
    return { about: 'text', run: run.id, ...file };
  },
});
