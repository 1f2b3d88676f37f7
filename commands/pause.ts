/** Pauses a run at the end of the block in hand, or at once with a reason. */
import { defineCommand } from './command';

export const pause = defineCommand({
  name: 'pause',
  usage: ['pause RUN', 'pause RUN --now --reason TEXT'],
  summary: 'Pauses the run where it is safe and says after which line that is; --now holds at once.',
  deed: 'pause',
  shape: { arguments: ['RUN'], flags: ['now'], options: ['reason'], free: ['reason'] },
  parse: ({ arguments: [run], flags, options }, wrong) => {
    const reason = options['reason'];
    const now = flags.has('now');
    if (now && reason === undefined)
      throw wrong('--now needs --reason TEXT: people will ask why the host is left as it is.');
    return { run: run!, wish: { ...(now && { now }), ...(reason !== undefined && { reason }) } };
  },
  run: async ({ operator, person }, { run, wish }) => {
    const { effectAfter, ...answer } = await operator.pause(person, run, wish);
    return { about: 'run', did: 'pause', answer, ...(effectAfter !== undefined && { effectAfter }) };
  },
});
