/** With the mark the installer partitions the disk anew, and local storage on it is gone (seed 003; xc §2.8). */
import type { Snapshot } from '../domain/pool';
import { defineCheck, found } from './check';
import { isBefore, NEW_LAYOUT, stillToUpgrade, type LookedAt } from './host-by-host';

const MARK = '/var/preserve/safe2upgrade';

export const safe2upgradeMark = defineCheck({
  name: 'safe2upgrade-mark',
  summary: `No host carries ${MARK}, which lets the installer partition its disk anew.`,
  source: 'seeds 003 and 004, pl S17, xc §2.8',
  since: 'target 7.0',
  look(pool, target, { installer }) {
    if (isBefore(target, NEW_LAYOUT)) return [];
    return stillToUpgrade(pool, target)
      .filter(({ dom0 }) => dom0.safe2upgrade === true)
      .map((host) => {
        if (installer?.repartition?.includes(host.name)) return toldOf(pool, host);
        return installer && host.name in installer.hosts
          ? removedByPlan(host.name)
          : { ...toldOf(pool, host), remedy: removal(host) };
      });
  },
});

const removedByPlan = (name: string) =>
  found(
    'note',
    name,
    `${name} carries the mark for a new partition layout. The plan removes it before the host is rebooted.`,
    [`${MARK} is there`],
    'Nothing to do: with --automatic the partitions stay, but for hosts behind --repartition.',
  );

function toldOf(pool: Snapshot, { name, dom0 }: LookedAt) {
  const evidence = [`${MARK} is there`];
  if (dom0.disk?.layout === 'new')
    return found(
      'note',
      name,
      `${name} carries the mark for a new partition layout, which it has already.`,
      evidence,
      `Remove it: rm ${MARK}`,
    );
  const { srs = [] } = dom0.disk ?? {};
  const vms = pool.vms.filter((vm) => vm.disks.some((sr) => srs.includes(sr))).map((vm) => vm.name);
  if (vms.length > 0)
    return found(
      'block',
      name,
      `${name} will be partitioned anew, and the disks of ${vms.join(', ')} are on its system disk.`,
      [
        ...evidence,
        ...srs.map((sr) => `on the system disk: ${pool.srs.find((one) => one.uuid === sr)?.name ?? sr}`),
      ],
      'Move those disks to shared storage, or remove the mark so that the partitions stay.',
    );
  return found(
    'question',
    name,
    `${name} will be partitioned anew by the installer, and its local storage made anew. Is that meant?`,
    [...evidence, 'no VM has a disk on its system disk'],
    'If it is not: remove the mark. The seeds advise against a new layout in a rolling upgrade.',
    'Approving the plan says that it is meant.',
  );
}

const removal = ({ name, uuid }: LookedAt) => ({
  kind: 'by-hand-seen',
  args: {
    title: `Remove the mark for a new partition layout from ${name}`,
    doThis: [`On ${name}: rm ${MARK}`],
    until: { see: 'dom0-clean', uuid, of: 'safe2upgrade' },
  },
});
