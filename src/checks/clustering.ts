/** A pool of 7.5 with clustering on cannot be upgraded host by host, even where no GFS2 storage uses it (xc §1.3 row 19). */
import { isBefore, namesOf } from './host-by-host';
import { defineCheck, found } from './check';

export const clustering = defineCheck({
  name: 'clustering',
  summary: 'Clustering is off on every host of a pool of 7.5 that has no GFS2 storage.',
  source: 'xc §1.3 row 19',
  since: 'hosts 7.5',
  until: 'hosts 7.6',
  look(pool) {
    const clustered = pool.hosts.filter(
      ({ version, traits }) =>
        traits?.clustered === true && !isBefore(version, '7.5') && isBefore(version, '7.6'),
    );
    // with GFS2 the storage is what has to go first
    if (clustered.length === 0 || pool.srs.some(({ type }) => type === 'gfs2')) return [];
    return [
      found(
        'block',
        pool.name,
        `Clustering is on in ${pool.name}, and a pool of 7.5 cannot be upgraded host by host with it.`,
        clustered.map(({ name }) => `${name}: Cluster_host enabled`),
        `Switch it off: xe cluster-list; xe cluster-pool-destroy cluster-uuid=CLUSTER on ${pool.master}`,
        `No GFS2 storage uses it on ${namesOf(clustered)}.`,
      ),
    ];
  },
});
