/** A plan with --automatic: where the target asks for a licence, every host can read it; approvers accept it (xc §1.3 row 5). */
import { needsLicence } from '../domain/licence';
import { defineCheck, found, type Found } from './check';

export const installerLicence = defineCheck({
  name: 'installer-licence',
  summary:
    'With --automatic: every host can read the licence of the target where that has one; it is accepted in the run.',
  source: 'xc §1.3 row 5 and §2.8',
  look(pool, target, { installer }) {
    const asked = pool.hosts.flatMap((host) => {
      const licence = installer?.hosts[host.name]?.licence;
      return licence ? [{ host, licence }] : [];
    });
    const unread = asked.flatMap(({ host, licence }): readonly Found[] =>
      'refused' in licence && needsLicence(host.brand, target)
        ? [
            found(
              'block',
              host.name,
              `${host.name} cannot read the licence of ${target}: ${licence.refused}.`,
              [`asked on ${host.name}: prepare_host_upgrade.py getEUA with ${installer?.url}`],
              'See that the media hold the file EULA, at their root; then ask for the plan again.',
              `Or plan this host by hand: --by-hand ${host.name}`,
            ),
          ]
        : [],
    );
    const read = asked.flatMap(({ host, licence }) =>
      'digest' in licence ? [{ name: host.name, digest: licence.digest }] : [],
    );
    const digests = [...new Set(read.map(({ digest }) => digest))];
    if (digests.length === 0) return unread;
    return [
      ...unread,
      found(
        digests.length > 1 ? 'warn' : 'note',
        pool.name,
        digests.length > 1
          ? `The hosts are given ${digests.length} different licences of ${target}.`
          : `The media of ${target} come with a licence: an approver is asked to accept it before anything is changed.`,
        digests.map(
          (digest) =>
            `digest ${digest}: ${read.flatMap((one) => (one.digest === digest ? [one.name] : [])).join(', ')}`,
        ),
        digests.length > 1
          ? 'See that all hosts read the same media. Each text is asked about before the first host that is given it.'
          : 'Have the text read by whoever may accept it; it stands in the thread as a file.',
      ),
    ];
  },
});
