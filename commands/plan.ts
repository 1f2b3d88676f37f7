/** Looks at a pool and shows the exact list of what an upgrade would do. Changes nothing. */
import { defineCommand } from './command';

export const plan = defineCommand({
  name: 'plan',
  usage: ['plan POOL [--to VERSION] [--remedy CHECK[,CHECK]]', 'plan POOL [--to VERSION] --remedy all'],
  summary: 'Looks at the pool and at CloudStack and shows every line an upgrade would walk. Changes nothing.',
  deed: 'plan',
  shape: { arguments: ['POOL'], options: ['to', 'remedy'] },
  parse: ({ arguments: [pool], options }, wrong) => {
    const to = options['to'];
    // versions as XAPI spells them: 7.1.2, 8.3.0 (xapi §5.2)
    if (to !== undefined && !/^\d+(\.\d+)+$/.test(to))
      throw wrong(`${to} is not a version; versions look like 7.1.2.`);
    const remedies = options['remedy']?.split(',');
    // checks are named as their files: capability-rows
    const odd = remedies?.find((name) => !/^[a-z]+(-[a-z0-9]+)*$/.test(name));
    if (odd !== undefined)
      throw wrong(`“${odd}” is no name of a check; a plan shows them behind its findings.`);
    return { pool: pool!, wish: { ...(to !== undefined && { to }), ...(remedies && { remedies }) } };
  },
  run: async ({ operator, person, makePlan, replyTo }, { pool, wish }) => {
    if (makePlan) return { about: 'plan', plan: await makePlan(pool, wish) };
    const { request } = await operator.requestPlan(person, pool, { ...wish, ...(replyTo && { replyTo }) });
    return { about: 'plan-asked', pool, request };
  },
});
