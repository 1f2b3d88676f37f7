/** How two plans differ: what was found, what would be done, where VMs go. */
import { planDifference } from '../src/domain/plan-difference';
import { defineCommand } from './command';

export const diff = defineCommand({
  name: 'diff',
  usage: ['diff PLAN PLAN'],
  summary: 'Shows what is other in the second plan: findings, lines, VMs and hosts.',
  deed: 'view',
  shape: { arguments: ['PLAN', 'PLAN'] },
  parse: ({ arguments: [before, after] }, wrong) => {
    if (before === after) throw wrong('a plan does not differ from itself; name two.');
    return { before: before!, after: after! };
  },
  run: async ({ operator, person }, { before, after }) => ({
    about: 'diff',
    difference: planDifference(await operator.plan(person, before), await operator.plan(person, after)),
  }),
});
