/** Paravirtual guests do not start on 8.2 CU1 and newer (xc §1.3 row 13). */
import { compareVersions } from '../domain/version';
import { defineCheck, found } from './check';

/** 8.1 was the first to call them unsupported, 8.2.1 the first without them. */
const UNSUPPORTED = '8.1';
const GONE = '8.2.1';

export const paravirtualGuests = defineCheck({
  name: 'paravirtual-guests',
  summary: `No VM boots paravirtualised where the target is ${UNSUPPORTED} or newer.`,
  source: 'xc §1.3 row 13',
  since: `target ${UNSUPPORTED}`,
  look(pool, target) {
    if (compareVersions(target, UNSUPPORTED) < 0) return [];
    const gone = compareVersions(target, GONE) >= 0;
    return pool.vms
      .filter((vm) => vm.traits?.paravirtual === true)
      .map((vm) =>
        found(
          gone ? 'block' : 'warn',
          vm.name,
          `${vm.name} boots paravirtualised, which ${target} ${gone ? 'cannot do any more' : 'does not support'}.`,
          ['HVM_boot_policy is empty'],
          'Give it a guest OS type in CloudStack that boots with hardware virtualisation, and start it anew.',
        ),
      );
  },
});
