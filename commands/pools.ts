/** The pools of pools.yaml, with what is under way in each. */
import { defineCommand } from './command';

export const pools = defineCommand({
  name: 'pools',
  usage: ['pools'],
  summary: 'Lists the pools you may see, with the run that is open in each.',
  shape: { arguments: [] },
  parse: () => null,
  run: async ({ operator, person }) => ({ about: 'pools', pools: await operator.pools(person) }),
});
