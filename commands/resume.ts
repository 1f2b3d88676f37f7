/** Lets a paused run go on. */
import { defineCommand } from './command';

export const resume = defineCommand({
  name: 'resume',
  usage: ['resume RUN'],
  summary: 'Lets a paused run go on from the line where it stands.',
  deed: 'resume',
  shape: { arguments: ['RUN'] },
  parse: ({ arguments: [run] }) => run!,
  run: async ({ operator, person }, run) => ({
    about: 'run',
    did: 'resume',
    answer: await operator.resume(person, run),
  }),
});
