/** Answers the run's question: yes, or no with a reason. */
import { isWayOut, WAYS_OUT } from '../src/domain/ways-out';
import { defineCommand } from './command';

export const advance = defineCommand({
  name: 'advance',
  usage: [
    'advance RUN [--question ID] [--reason TEXT]',
    `advance RUN [--question ID] --way ${WAYS_OUT.join('|')}`,
    'advance RUN [--question ID] --no --reason TEXT',
  ],
  summary:
    'Answers the open question: approves, confirms, accepts, tries again or chooses a way out; --no declines.',
  deed: 'approve',
  shape: { arguments: ['RUN'], flags: ['no'], options: ['question', 'reason', 'way'], free: ['reason'] },
  parse: ({ arguments: [run], flags, options }, wrong) => {
    const { question, reason, way } = options;
    const no = flags.has('no');
    if (no && reason === undefined) throw wrong('--no needs --reason TEXT.');
    if (way !== undefined && (no || !isWayOut(way))) throw wrong(`--way takes ${WAYS_OUT.join(', ')}.`);
    return {
      run: run!,
      says: no ? ('no' as const) : ('yes' as const),
      ...(question !== undefined && { question }),
      ...(reason !== undefined && { reason }),
      ...(way !== undefined && isWayOut(way) && { way }),
    };
  },
  run: async ({ operator, person }, { run, ...wish }) => {
    const { question, ...answer } = await operator.answer(person, run, wish);
    return {
      about: 'run',
      did: 'advance',
      answer,
      question,
      says: wish.says,
      ...(wish.way && { way: wish.way }),
    };
  },
});
