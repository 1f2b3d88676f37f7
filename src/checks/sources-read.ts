/** Unknown is unsafe: a source that failed blocks, with its reason. */
import { changesVersion, defineCheck, found, type Extra } from './check';

export const sourcesRead = defineCheck({
  name: 'sources-read',
  summary: 'Everything that is configured could be read.',
  source: 'xc §1.10 no. 4',
  look: (pool, _target, extra) => [
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
    ...pool.hosts.flatMap(({ name, dom0 }) => {
      const unread = (dom0?.unread ?? []).filter(({ what }) => matters(what, extra));
      return unread.length > 0
        ? [
            found(
              'block',
              name,
              `Cannot tell of ${name}: ${unread.map(({ what }) => what).join(', ')}.`,
              unread.map(({ what, why }) => `${what}: ${why}`),
              `Log in as pools.yaml says and look: ssh root@${name} 'df -P / /var/log; cat /proc/partitions; cat /etc/xensource-inventory'`,
              'Then ask for the plan again.',
            ),
          ]
        : [];
    }),
  ],
});

/** What a boot needs of dom0, and what is written to; the rest of it only an installer touches. */
const AT_A_BOOT: readonly string[] = ['free space', 'management interface', 'time servers'];

/** `what`: parts, separated by commas, that could not be read for one reason. */
const matters = (what: string, extra: Extra): boolean =>
  changesVersion(extra) || what.split(', ').some((part) => AT_A_BOOT.includes(part));
