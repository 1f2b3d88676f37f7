/** A plan with --automatic: how much memory dom0 takes under the target, which its VMs then lack (xc §1.3 row 18). */
import { defineCheck, found } from './check';

export const installerMemory = defineCheck({
  name: 'installer-memory',
  summary: 'With --automatic: dom0 needs no more memory under the target than now.',
  source: 'xc §1.3 row 18',
  look: (_pool, target, { installer }) =>
    Object.entries(installer?.hosts ?? {}).flatMap(([host, { dom0Mib }]) =>
      dom0Mib === undefined || dom0Mib.target <= dom0Mib.now
        ? []
        : [
            found(
              'warn',
              host,
              `dom0 of ${host} takes ${dom0Mib.target - dom0Mib.now} MiB more under ${target}: its VMs have so much less.`,
              [`now ${dom0Mib.now} MiB, then ${dom0Mib.target} MiB`],
              'See that the VMs that are to come back still fit.',
            ),
          ],
    ),
});
