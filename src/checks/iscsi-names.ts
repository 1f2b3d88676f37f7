/** Two hosts with one iSCSI name share one session: the storage sees one host (xapi §5.1). */
import { defineCheck, found } from './check';

export const iscsiNames = defineCheck({
  name: 'iscsi-names',
  summary: 'Every host has an iSCSI name of its own where iSCSI storage is used.',
  source: 'xapi §5.1, seeds 003 and 004',
  look(pool) {
    const iscsi = pool.srs.filter((sr) => sr.type === 'lvmoiscsi');
    if (iscsi.length === 0) return [];
    const named = pool.hosts.filter((host) => host.traits);
    const empty = named.filter((host) => host.traits?.iqn === '');
    const twice = named.filter((host) =>
      named.some(
        (other) => other !== host && other.traits?.iqn !== '' && other.traits?.iqn === host.traits?.iqn,
      ),
    );
    return [
      ...empty.map((host) =>
        found(
          'warn',
          host.name,
          `${host.name} shows no iSCSI name although ${iscsi.map((sr) => sr.name).join(', ')} needs one.`,
          ['host: iscsi_iqn is empty'],
          `Read it on the host (cat /etc/iscsi/initiatorname.iscsi) and write it down before the upgrade.`,
        ),
      ),
      ...(twice.length === 0
        ? []
        : [
            found(
              'block',
              pool.name,
              `${twice.map((host) => host.name).join(', ')} have the same iSCSI name.`,
              twice.map((host) => `${host.name}: ${host.traits?.iqn}`),
              'The storage cannot tell them apart and cuts one off: give each a name of its own, each host in maintenance.',
            ),
          ]),
    ];
  },
});
