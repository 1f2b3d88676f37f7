/** Unknown is unsafe: a source that failed blocks, with its reason. */
import { defineCheck, found } from './check';

export const sourcesRead = defineCheck({
  name: 'sources-read',
  summary: 'Everything that is configured could be read.',
  source: 'xc §1.10 no. 4',
  look: (pool) => [
    ...pool.unread.map(({ source, why }) =>
      found(
        'block',
        pool.name,
        `${source} could not be read.`,
        [why],
        `Make ${source} reachable with the addresses, pins and logins of pools.yaml and the environment.`,
        'Then ask for the plan again.',
      ),
    ),
    // one finding a host, whatever was asked of it
    ...pool.hosts.flatMap(({ name, dom0 }) =>
      dom0?.unread
        ? [
            found(
              'block',
              name,
              `Cannot tell of ${name}: ${dom0.unread.map(({ what }) => what).join(', ')}.`,
              dom0.unread.map(({ what, why }) => `${what}: ${why}`),
              `Log in as pools.yaml says and look: ssh root@${name} 'df -P / /var/log; cat /proc/partitions; cat /etc/xensource-inventory'`,
              'Then ask for the plan again.',
            ),
          ]
        : [],
    ),
  ],
});
