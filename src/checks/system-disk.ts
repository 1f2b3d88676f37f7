/** The installer of 7.0 and newer wants 46 GB; on a smaller disk only the old layout can stay (seed 004; peers S17). */
import { defineCheck, found } from './check';
import { isBefore, NEW_LAYOUT, NEW_LAYOUT_ONLY, stillToUpgrade } from './host-by-host';

/** 18 GB root, 18 GB backup, 4 GB log, 1 GB swap, 0.5 GB boot, and some; the installer rounds down to GiB. */
const ENOUGH_GIB = 46;

export const systemDisk = defineCheck({
  name: 'system-disk',
  summary: `The system disk of every host has ${ENOUGH_GIB} GB where the target is 7.0 or newer.`,
  source: 'seed 004, pl S17',
  since: 'target 7.0',
  look(pool, target) {
    if (isBefore(target, NEW_LAYOUT)) return [];
    return stillToUpgrade(pool, target).flatMap(({ name, dom0: { disk } }) => {
      if (!disk) return [];
      if (disk.gib === undefined)
        return [
          found(
            'question',
            name,
            `Has the system disk of ${name} at least ${ENOUGH_GIB} GB? It boots from ${disk.device}, which the kernel lists under no such name.`,
            ['df names the device of /, /proc/partitions does not'],
            `Run on ${name}: multipath -ll; fdisk -l`,
          ),
        ];
      if (disk.gib >= ENOUGH_GIB) return [];
      const onlyNew = !isBefore(target, NEW_LAYOUT_ONLY);
      return [
        found(
          onlyNew ? 'block' : 'warn',
          name,
          `The system disk of ${name} has ${disk.gib} GB; ${target} wants ${ENOUGH_GIB}.`,
          [`/proc/partitions: ${disk.device} has ${disk.gib} GiB`, `partition layout: ${disk.layout}`],
          onlyNew
            ? `Put a larger disk into ${name}: eject it from the pool, install ${target} anew, and let it join again.`
            : `The upgrade keeps the old partitions; a new installation of ${name} needs a larger disk.`,
        ),
      ];
    });
  },
});
