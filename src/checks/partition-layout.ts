/** Hosts installed before 7.0 have a root of 4 GB. An upgrade keeps it unless asked; from XenServer 8 on it is refused (seeds 003, 004). */
import type { Snapshot } from '../domain/pool';
import { defineCheck, found } from './check';
import {
  isBefore,
  namesOf,
  NEW_LAYOUT,
  NEW_LAYOUT_ONLY,
  stillToUpgrade,
  type LookedAt,
} from './host-by-host';

export const partitionLayout = defineCheck({
  name: 'partition-layout',
  summary:
    'The partition layout is that of 7.0 and newer, or stays as it is and nothing on the system disk is lost.',
  source: 'seeds 003 and 004, xc §1.3 row 6 and §2.8',
  since: 'target 7.0',
  look(pool, target) {
    if (isBefore(target, NEW_LAYOUT)) return [];
    const old = stillToUpgrade(pool, target).filter(({ dom0 }) => dom0.disk?.layout === 'old');
    if (old.length === 0) return [];
    if (!isBefore(target, NEW_LAYOUT_ONLY))
      return [
        found(
          'block',
          pool.name,
          `${namesOf(old)} ${old.length === 1 ? 'has' : 'have'} the partition layout of before 7.0, which ${target} does not take.`,
          old.map((host) => seen(pool, host)),
          'Host by host: move everything off its local storage, eject it from the pool, install the target anew, and let it join again.',
          'Or upgrade to 7.x with the new layout first.',
        ),
      ];
    // the mark is a finding of its own: with it the layout does not stay
    const kept = old.filter(({ dom0 }) => dom0.safe2upgrade !== true);
    return kept.length === 0
      ? []
      : [
          found(
            'note',
            pool.name,
            `${namesOf(kept)} ${kept.length === 1 ? 'keeps' : 'keep'} the partition layout of before 7.0: a root of 4 GB, logs on it, local storage behind it.`,
            kept.map((host) => seen(pool, host)),
            'Nothing is lost by the upgrade. Do not change the layout in the same go: the seeds’ advice is to eject, install anew and rejoin.',
          ),
        ];
  },
});

function seen(pool: Snapshot, { name, dom0 }: LookedAt): string {
  const { device = '', srs = [] } = dom0.disk ?? {};
  const local = srs.map((uuid) => pool.srs.find((sr) => sr.uuid === uuid)?.name ?? uuid);
  return `${name}: / and /var/log share a partition of ${device}${local.length > 0 ? `; ${local.join(', ')} lies on the same disk` : ''}`;
}
