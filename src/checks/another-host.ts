/** A host can be emptied only when there is another one (cs fact 4). */
import { defineCheck, found, wasRead } from './check';

export const anotherHost = defineCheck({
  name: 'another-host',
  summary: 'The pool has more than one host: on the last host of a cluster CloudStack force-stops the VMs.',
  source: 'cs fact 4',
  look: (pool) =>
    pool.hosts.length === 1 && wasRead(pool, 'xapi')
      ? [
          found(
            'block',
            pool.name,
            `${pool.name} has one host only.`,
            [`CloudStack force-stops VMs when the last host of a cluster goes into maintenance`],
            'Join another host, or upgrade this one by hand with its VMs stopped.',
          ),
        ]
      : [],
});
