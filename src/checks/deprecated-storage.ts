/** Storage that the way to the target does not know any more (xc §1.3 rows 19 and 20, §1.9). */
import { compareVersions } from '../domain/version';
import type { Snapshot } from '../domain/pool';
import { defineCheck, found, type Found } from './check';

export const deprecatedStorage = defineCheck({
  name: 'deprecated-storage',
  summary: 'No SR is of a type that the target, or the way to it, does not support.',
  source: 'xc §1.3 rows 19 and 20, §1.9',
  look(pool, target) {
    const oldest = pool.hosts.map((host) => host.version).toSorted(compareVersions)[0] ?? target;
    return [
      ...ofType(pool, 'cslg', compareVersions(oldest, '6.5') < 0 && compareVersions(target, '6.5') >= 0, {
        severity: 'block',
        what: 'StorageLink storage does not exist from 6.5 on.',
        advice: 'Move its disks to other storage and forget the SR.',
      }),
      // 7.5 only: its clusters cannot be upgraded while they run
      ...ofType(pool, 'gfs2', compareVersions(oldest, '7.5') >= 0 && compareVersions(oldest, '7.6') < 0, {
        severity: 'block',
        what: 'A pool of 7.5 with GFS2 storage cannot be upgraded host by host.',
        advice: 'Detach the GFS2 storage and switch clustering off first.',
      }),
      ...ofType(pool, 'lvmofcoe', compareVersions(target, '8.4') >= 0, {
        severity: 'warn',
        what: 'Software FCoE is not supported any more.',
        advice: 'Move the disks to storage behind another connection.',
      }),
    ];
  },
});

const ofType = (
  pool: Snapshot,
  type: string,
  counts: boolean,
  said: { readonly severity: 'block' | 'warn'; readonly what: string; readonly advice: string },
): Found[] =>
  counts
    ? pool.srs
        .filter((sr) => sr.type === type)
        .map((sr) =>
          found(
            said.severity,
            sr.name,
            `${sr.name}: ${said.what}`,
            [`the SR ${sr.name} is of type ${type}`],
            said.advice,
          ),
        )
    : [];
