/** Why a pool cannot be upgraded: the blockers of its newest plan, and nothing else. */
import { askedAs } from '../src/domain/aim';
import { briefOf } from '../src/domain/plan-difference';
import { defineCommand } from './command';

export const why = defineCommand({
  name: 'why',
  usage: ['why POOL'],
  summary: 'Shows what blocks the newest plan of the pool, with what to do about it.',
  deed: 'view',
  shape: { arguments: ['POOL'] },
  parse: ({ arguments: [pool] }) => pool!,
  run: async ({ operator, person }, pool) => {
    const plan = await operator.newestPlan(person, pool);
    return {
      about: 'why',
      plan: briefOf(plan),
      blockers: plan.findings.filter((finding) => finding.severity === 'block'),
      again: askedAs(plan),
    };
  },
});
