/** A plan with --automatic: each dom0 reaches the files that its installer reads, the hidden one among them (xc R34, §2.8). */
import { TREEINFO } from '../domain/installer';
import { compareVersions } from '../domain/version';
import { defineCheck, found, type Found } from './check';

/** From here on the plugin and the installer read what the media are from .treeinfo; older media have none (xc §2.8, 2.1.0). */
const TREEINFO_FROM = '8.0';

export const installerFiles = defineCheck({
  name: 'installer-files',
  summary: `With --automatic: dom0 of every host reaches the installer’s files at the URL, the hidden ${TREEINFO} among them.`,
  source: 'xc R34, §1.4 and §2.8',
  look(_pool, target, { installer }) {
    if (!installer) return [];
    const { url, hosts } = installer;
    return Object.entries(hosts).flatMap(([host, said]): readonly Found[] => {
      // what the plugin itself refuses is told by installer-media
      if (said.plugin !== 'present' || said.refused !== undefined) return [];
      const { files } = said;
      if (files === undefined || 'unseen' in files) {
        // a plugin that tells the version has read .treeinfo
        if (said.version !== undefined) return [];
        const why = files === undefined ? 'SSH to it is not configured' : files.unseen;
        return [
          found(
            'question',
            host,
            `Does ${host} reach the hidden file ${TREEINFO} at the URL of the media?`,
            [`nobody looked: ${why}`],
            `On ${host}: curl -sIL ${url}/${TREEINFO}`,
          ),
        ];
      }
      return files.missing.map(({ file, why }) =>
        found(
          file === TREEINFO && compareVersions(target, TREEINFO_FROM) < 0 ? 'warn' : 'block',
          host,
          `${host} does not reach ${file} at the URL of the media: ${why}.`,
          [`looked for on ${host}, over SSH: ${url}/${file}`],
          `On ${host}: curl -sIL ${url}/${file}`,
          file === TREEINFO
            ? 'Its name begins with a dot: copy it to the server, and let the server hand out such files.'
            : 'Serve the whole contents of the ISO, and let every host reach the server.',
        ),
      );
    });
  },
});
