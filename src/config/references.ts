/** What pools.yaml says in two places must agree: names that point somewhere, and things that may be there once. */
import type { Problem } from '../domain/problem';
import { mistake } from './mistakes';
import type { PoolsYaml } from './pools-yaml';

export function disagreements(yaml: PoolsYaml): readonly Problem[] {
  const found: Problem[] = [];
  const known = Object.keys(yaml.cloudstacks);
  const clusters = once();
  const poolUuids = once();
  const hostUuids = once();
  for (const [name, pool] of Object.entries(yaml.pools)) {
    const at = ['pools', name];
    if (!known.includes(pool.cloudstack))
      found.push(
        mistake(
          [...at, 'cloudstack'],
          `names ${pool.cloudstack}, which is not under cloudstacks (there: ${known.join(', ') || 'none'})`,
        ),
      );
    const cluster = clusters.before(`${pool.cloudstack} ${pool.clusterId}`, name);
    if (cluster !== undefined)
      found.push(
        mistake([...at, 'clusterId'], `is the cluster of ${cluster} already; one cluster is one pool`),
      );
    const samePool = pool.uuid === undefined ? undefined : poolUuids.before(pool.uuid, name);
    if (samePool !== undefined)
      found.push(mistake([...at, 'uuid'], `is the uuid of ${samePool} already; one pool has one name`));
    const names = once();
    for (const [i, host] of pool.hosts.entries()) {
      const twice = names.before(host.name, `hosts[${i}]`);
      if (twice !== undefined)
        found.push(mistake([...at, 'hosts', i, 'name'], `is the name of ${twice} already`));
      const elsewhere = hostUuids.before(host.uuid, `${host.name} in ${name}`);
      if (elsewhere !== undefined)
        found.push(mistake([...at, 'hosts', i, 'uuid'], `is the uuid of ${elsewhere} already`));
    }
    if (pool.maxDown >= pool.hosts.length && pool.hosts.length > 1)
      found.push(
        mistake(
          [...at, 'maxDown'],
          `would let all ${pool.hosts.length} hosts be away at once; at most ${pool.hosts.length - 1}`,
        ),
      );
  }
  for (const [name, cloudStack] of Object.entries(yaml.cloudstacks))
    if (cloudStack.managementServers.length > 0 && cloudStack.ssh === undefined)
      found.push(
        mistake(
          ['cloudstacks', name, 'ssh'],
          'is missing; without it nobody can log in at the management servers',
        ),
      );
  return found;
}

interface Once {
  /** Where it was seen before; remembers where it is seen now. */
  before(value: string, where: string): string | undefined;
}

function once(): Once {
  const seen = new Map<string, string>();
  return {
    before: (value, where) => {
      const earlier = seen.get(value.toLowerCase());
      if (earlier === undefined) seen.set(value.toLowerCase(), where);
      return earlier;
    },
  };
}
