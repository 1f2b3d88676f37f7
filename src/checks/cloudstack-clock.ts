/** CloudStack's clock against ours: signed calls carry a time after which they count for nothing (cs §2.2). */
import { defineCheck, found } from './check';

const NOTICED_SECONDS = 60;

export const cloudstackClock = defineCheck({
  name: 'cloudstack-clock',
  summary: `CloudStack’s clock agrees with this machine’s within ${NOTICED_SECONDS} seconds.`,
  source: 'cs §2.2, xc R26',
  look(pool) {
    const skew = pool.cloudstack.traits?.clockSkewSeconds ?? 0;
    if (Math.abs(skew) < NOTICED_SECONDS) return [];
    return [
      found(
        'warn',
        pool.name,
        `CloudStack’s clock is ${Math.abs(skew)} seconds ${skew > 0 ? 'ahead of' : 'behind'} this machine’s.`,
        ['the Date header of its answers'],
        'Let management servers and this machine use the same time servers; calls are signed with a time, and refused when it has passed.',
      ),
    ];
  },
});
