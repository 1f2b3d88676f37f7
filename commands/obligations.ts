/** What a pool is owed: listed, given back, or taken over by name. */
import { defineCommand } from './command';

export const obligations = defineCommand({
  name: 'obligations',
  usage: [
    'obligations POOL',
    'obligations POOL --give-back ID',
    'obligations POOL --take-over ID --reason TEXT',
  ],
  summary: 'Lists what the pool is owed; gives one thing back, or takes it over with a reason.',
  deed: 'view',
  shape: { arguments: ['POOL'], options: ['give-back', 'take-over', 'reason'], free: ['reason'] },
  parse: ({ arguments: [pool], options }, wrong) => {
    const giveBack = options['give-back'];
    const takeOver = options['take-over'];
    const reason = options['reason'];
    if (giveBack !== undefined && takeOver !== undefined)
      throw wrong('--give-back and --take-over exclude each other.');
    if (takeOver !== undefined && reason === undefined) throw wrong('--take-over needs --reason TEXT.');
    if (takeOver === undefined && reason !== undefined) throw wrong('--reason goes with --take-over.');
    return {
      pool: pool!,
      giveBack,
      ...(takeOver !== undefined && { takeOver: { id: takeOver, reason: reason! } }),
    };
  },
  run: async ({ operator, person }, { pool, giveBack, takeOver }) => {
    if (giveBack !== undefined)
      return { about: 'run', did: 'give-back', answer: await operator.giveBack(person, pool, giveBack) };
    if (takeOver) await operator.takeOver(person, pool, takeOver.id, takeOver.reason);
    const owed = await operator.obligations(person, pool);
    return { about: 'obligations', pool, owed, ...(takeOver && { tookOver: takeOver }) };
  },
});
