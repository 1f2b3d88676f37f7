/** A small partition in front of the root leaves no room for GRUB: the installer fails at its very end (seed 003). */
import { defineCheck, found } from './check';
import { isBefore, NEW_LAYOUT, NEW_LAYOUT_ONLY, stillToUpgrade } from './host-by-host';

export const dellUtilityPartition = defineCheck({
  name: 'dell-utility-partition',
  summary:
    'No utility partition of the server’s maker lies in front of the root where GRUB comes with the target.',
  source: 'seed 003, pl S17, xc §1.3 row 6',
  since: 'target 7.0',
  look(pool, target) {
    return stillToUpgrade(pool, target)
      .filter(({ dom0 }) => dom0.disk?.utilityPartition === true)
      .filter(
        // a host that got to 7.0 with the partition has its GRUB; XenServer 8 refuses it all the same
        ({ version }) =>
          (isBefore(version, NEW_LAYOUT) && !isBefore(target, NEW_LAYOUT)) ||
          !isBefore(target, NEW_LAYOUT_ONLY),
      )
      .map(({ name, uuid, dom0 }) => {
        const device = dom0.disk?.device ?? '';
        return {
          ...found(
            'block',
            name,
            `${name} has a utility partition in front of its root: the installer of ${target} fails when it writes GRUB.`,
            [`/proc/partitions: the first partition of ${device} is smaller than 1 GiB, and / is on another`],
            'Delete that partition; it can be done while the host runs. Then ask for the plan again.',
          ),
          remedy: {
            kind: 'by-hand-seen',
            args: {
              title: `Delete the utility partition of ${name}`,
              doThis: [
                `On ${name}: fdisk -l ${device}; see that its first partition is the maker’s own and not mounted: mount`,
                `On ${name}: fdisk ${device}, then d, 1, w; nothing else of the table may change`,
                'A GPT disk: gdisk instead of fdisk. Then let the kernel see it: partprobe',
              ],
              until: { see: 'dom0-clean', uuid, of: 'utility-partition' },
            },
          },
        };
      });
  },
});
