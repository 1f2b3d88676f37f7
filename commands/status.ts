/** Where a run stands: its lanes, its questions, what is owed, what went wrong. */
import { defineCommand } from './command';

export const status = defineCommand({
  name: 'status',
  usage: ['status RUN', 'status POOL'],
  summary: 'Shows where a run stands; with a pool, its open run or the last one.',
  deed: 'view',
  shape: { arguments: ['RUN'] },
  parse: ({ arguments: [run] }) => run!,
  run: async ({ operator, person }, run) => ({ about: 'status', status: await operator.status(person, run) }),
});
