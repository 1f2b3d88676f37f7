/** Answers the run's question: yes, or no with a reason. */
import { defineCommand } from './command';

export const advance = defineCommand({
  name: 'advance',
  usage: ['advance RUN [--question ID] [--reason TEXT]', 'advance RUN [--question ID] --no --reason TEXT'],
  summary: 'Answers the open question: approves, confirms, accepts or tries again; --no declines.',
  deed: 'approve',
  shape: { arguments: ['RUN'], flags: ['no'], options: ['question', 'reason'], free: ['reason'] },
  parse: ({ arguments: [run], flags, options }, wrong) => {
    const { question, reason } = options;
    const no = flags.has('no');
    if (no && reason === undefined) throw wrong('--no needs --reason TEXT.');
    return {
      run: run!,
      says: no ? ('no' as const) : ('yes' as const),
      ...(question !== undefined && { question }),
      ...(reason !== undefined && { reason }),
    };
  },
  run: async ({ operator, person }, { run, ...wish }) => {
    const { question, ...answer } = await operator.answer(person, run, wish);
    return { about: 'run', did: 'advance', answer, question, says: wish.says };
  },
});
