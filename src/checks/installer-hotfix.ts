/** A plan with --automatic: the hotfix that a release wants before it is upgraded by its own plugin is on (xc §1.3 row 3). */
import { preUpgradeHotfix } from '../domain/pre-upgrade-hotfix';
import { compareVersions } from '../domain/version';
import { defineCheck, found, type Found } from './check';

export const installerHotfix = defineCheck({
  name: 'installer-hotfix',
  summary:
    'With --automatic: every host has the hotfix that its release wants before an upgrade; from 8.2 on it is needed.',
  source: 'xc §1.3 row 3 and §1.9',
  look: (pool, _target, { installer }) =>
    pool.hosts.flatMap((host): readonly Found[] => {
      const hotfix = preUpgradeHotfix(host.brand, host.version);
      if (!installer?.hosts[host.name] || !hotfix || host.hotfixes.includes(hotfix.name)) return [];
      const { name, uuid, needed } = hotfix;
      // pool_update took the place of pool_patch with 7.1 (xapi §8)
      const kind = compareVersions(host.version, '7.1') >= 0 ? 'update' : 'patch';
      return [
        found(
          needed ? 'block' : 'warn',
          host.name,
          needed
            ? `${host.name} lacks ${name}, which its release needs before its plugin prepares an installer.`
            : `${host.name} lacks ${name}: its upgrade plugin is the one that its release came with.`,
          [
            `hotfixes of ${host.name}: ${host.hotfixes.join(', ') || 'none'}`,
            `${name} has the uuid ${uuid}`,
            ...(needed ? [] : ['XenCenter asked for it until 2021']),
          ],
          `Apply ${name} by hand, to every host of ${pool.name}: XenCenter brings it along and offers it in its upgrade wizard; on a host: xe ${kind}-upload, then xe ${kind}-apply uuid=${uuid}. Then ask for the plan again.`,
          `Or plan this host by hand: --by-hand ${host.name}`,
        ),
      ];
    }),
});
