/** Unknown is unsafe: a source that failed blocks, with its reason. */
import { defineCheck, found } from './check';

export const sourcesRead = defineCheck({
  name: 'sources-read',
  summary: 'Everything that is configured could be read.',
  source: 'xc §1.10 no. 4',
  look: (pool) =>
    pool.unread.map(({ source, why }) =>
      found(
        'block',
        pool.name,
        `${source} could not be read.`,
        [why],
        `Make ${source} reachable with the addresses, pins and passwords of pools.yaml and the environment.`,
        'Then ask for the plan again.',
      ),
    ),
});
