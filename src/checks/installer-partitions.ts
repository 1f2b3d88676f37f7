/** A plan with --automatic: nothing is partitioned anew, which takes SSH to see to, and the target takes the disk as it is (xc §1.3 row 6, §2.8). */
import type { HostSnapshot } from '../domain/pool';
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
/** The first with the layout that stays as it is (seed 004). */
const NEW_LAYOUT = '7.0';

/** Without new partitions these do no harm: VMs' disks stay where they are. */
const HARMLESS = ['false', 'vdi_present'];

export const installerPartitions = defineCheck({
  name: 'installer-partitions',
  summary:
    'With --automatic: partitions stay as they are, which before 7.0 needs SSH to the hosts, and the target accepts them.',
  source: 'xc §1.3 row 6 and §2.8, seeds 003 and 004',
  look(pool, target, { installer, configured }) {
    if (!installer) return [];
    const unseen = pool.hosts
      .filter(({ name }) => installer.hosts[name] !== undefined && configured.withoutDom0.includes(name))
      .map((host) => withoutSsh(host, installer.repartition?.includes(host.name) ?? false));
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

/** Before 7.0 a host has the old layout for certain, and the plugin marks it for another where its local storage is empty. */
function withoutSsh({ name, version }: HostSnapshot, repartition: boolean): Found {
  const why = 'the upgrade plugin marks a host for new partitions by itself where its local storage is empty';
  const advice = `Set ssh for ${name} in pools.yaml; or plan this host by hand: --by-hand ${name}`;
  if (repartition)
    return found(
      'block',
      name,
      `Without SSH to ${name} nobody sees what new partitions would take: it is not partitioned anew.`,
      ['SSH to it is not configured'],
      advice,
    );
  if (compareVersions(version, NEW_LAYOUT) < 0)
    return found(
      'block',
      name,
      `Without SSH to ${name} nobody keeps its installer from new partitions: it has the layout of before 7.0.`,
      [`it runs ${version}; SSH to it is not configured`, why],
      advice,
    );
  return found(
    'question',
    name,
    `SSH to ${name} is not configured: does it have the partition layout of 7.0?`,
    [why],
    `On ${name}: df -P / /var/log shows two devices. With one it has the old layout: plan it by hand, --by-hand ${name}`,
    'Right before its reboot a person is asked what it boots next, and again before it is in service.',
  );
}
