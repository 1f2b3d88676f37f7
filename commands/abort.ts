/** Ends a run at the end of the block in hand. What was changed stays owed. */
import { defineCommand } from './command';

export const abort = defineCommand({
  name: 'abort',
  usage: ['abort RUN [--reason TEXT]'],
  summary: 'Ends the run where it is safe; what it changed stays on the list of obligations.',
  deed: 'abort',
  shape: { arguments: ['RUN'], options: ['reason'], free: ['reason'] },
  parse: ({ arguments: [run], options: { reason } }) => ({
    run: run!,
    wish: reason === undefined ? {} : { reason },
  }),
  run: async ({ operator, person }, { run, wish }) => {
    const { effectAfter, ...answer } = await operator.abort(person, run, wish);
    return { about: 'run', did: 'abort', answer, ...(effectAfter !== undefined && { effectAfter }) };
  },
});
