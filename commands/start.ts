/** Opens the run of a plan. Starting a started plan again shows the same run. */
import { defineCommand } from './command';

export const start = defineCommand({
  name: 'start',
  usage: ['start PLAN'],
  summary: 'Starts a plan; its first line asks for approval before anything is changed.',
  deed: 'start',
  shape: { arguments: ['PLAN'] },
  parse: ({ arguments: [plan] }) => plan!,
  run: async ({ operator, person }, plan) => ({
    about: 'run',
    did: 'start',
    answer: await operator.start(person, plan),
  }),
});
