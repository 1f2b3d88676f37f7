/** A plan with --automatic: every host can read the media, and they are what the plan goes to (xc §1.3 row 4, §1.4). */
import { installerReason } from '../domain/installer';
import { defineCheck, found, type Found } from './check';

export const installerMedia = defineCheck({
  name: 'installer-media',
  summary:
    'With --automatic: every host can read the installation media, and they are of the target version.',
  source: 'xc §1.3 row 4 and §1.4, xapi §5.5',
  look(_pool, target, { installer }) {
    if (!installer) return [];
    const { url, hosts } = installer;
    const byHand = 'Or plan this host by hand: --by-hand HOST';
    return Object.entries(hosts).flatMap(([host, said]): readonly Found[] => {
      const evidence = [`asked on ${host}: prepare_host_upgrade.py with ${url}`];
      if (said.plugin === 'absent')
        return [
          found(
            'block',
            host,
            `${host} has no upgrade plugin: its installer cannot be prepared.`,
            evidence,
            byHand,
          ),
        ];
      if (said.plugin === 'unread')
        return [
          found(
            'block',
            host,
            `${host} could not be asked about the installer.`,
            [...evidence, said.refused ?? 'no reason was given'],
            'Look at the host and its toolstack; then ask for the plan again.',
          ),
        ];
      if (said.refused !== undefined)
        return [
          found(
            'block',
            host,
            `${host} cannot install from there: ${installerReason(said.refused)}.`,
            evidence,
            `On ${host}: curl -sIL ${url}/install.img; curl -sIL ${url}/.treeinfo`,
            byHand,
          ),
        ];
      if (said.version !== undefined && said.version !== target)
        return [
          found(
            'block',
            host,
            `The media are of version ${said.version}, and the plan goes to ${target}.`,
            evidence,
            `Plan for what they are: --to ${said.version}. Or name other media.`,
          ),
        ];
      return said.version === undefined
        ? [
            found(
              'note',
              host,
              `The plugin of ${host} cannot tell what version the media are; ${target} is taken on trust and proved after the reboot.`,
              evidence,
              'See that the media are the right ones.',
            ),
          ]
        : [];
    });
  },
});
