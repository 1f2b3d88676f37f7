/** A plan with --automatic: nothing is partitioned anew, which takes SSH to see to, and the target takes the disk as it is (xc §1.3 row 6, §2.8). */
import { compareVersions } from '../domain/version';
import { defineCheck, found, type Found } from './check';

/** From here on the installer refuses disks that it could not partition anew (xc §1.3 row 6). */
const STRICT = '8.4';

const MEANS: Readonly<Record<string, string>> = {
  not_enough_space: 'its local storage is smaller than the new partitions need',
  vdi_present: 'there are disks of VMs on its local storage',
  utility_part_present: 'its system disk has a utility partition in front, too small for the new boot loader',
  legacy_partition_table: 'its system disk has an old partition table',
  false: 'there are disks of VMs on its local storage',
};
/** Without new partitions these do no harm: VMs' disks stay where they are. */
const HARMLESS = ['false', 'vdi_present'];

export const installerPartitions = defineCheck({
  name: 'installer-partitions',
  summary:
    'With --automatic: partitions stay as they are, which needs SSH to the hosts, and the target accepts them.',
  source: 'xc §1.3 row 6 and §2.8, seeds 003 and 004',
  look(pool, target, { installer, configured }) {
    if (!installer) return [];
    const unseen = configured.dom0
      ? []
      : [
          found(
            'block',
            pool.name,
            'Without SSH to every host nobody sees what the next boot does, nor keeps an installer from new partitions.',
            ['the upgrade plugin marks a host for new partitions by itself where its local storage is empty'],
            'Set ssh for the hosts in pools.yaml; or plan without --automatic.',
          ),
        ];
    const strict = compareVersions(target, STRICT) >= 0;
    return [
      ...unseen,
      ...Object.entries(installer.hosts).flatMap(([host, { repartition }]): readonly Found[] => {
        const word = repartition?.toLowerCase();
        if (word === undefined || word === 'true' || (!strict && HARMLESS.includes(word))) return [];
        return [
          found(
            strict ? 'block' : 'warn',
            host,
            `${host}: ${MEANS[word] ?? `its upgrade plugin says: ${word}`}.`,
            [`testSafe2Upgrade: ${word}`],
            strict
              ? `The ${target} installer may refuse this disk; make room, or upgrade the host by hand.`
              : 'Its installer may fail at the very end, with the boot loader (seed 003). Remove the partition, or upgrade it by hand.',
          ),
        ];
      }),
    ];
  },
});
