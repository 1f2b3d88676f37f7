/** Recurring volume snapshots: XAPI refuses snapshots of running VMs while versions differ (R25; xapi §4.2; pl §0b). */
import { defineCheck, found } from './check';

export const snapshotSchedules = defineCheck({
  name: 'snapshot-schedules',
  summary: 'No recurring snapshot of a volume in the cluster is due while versions differ.',
  source: 'xc R25, xapi §4.2',
  look(pool) {
    const schedules = pool.cloudstack.openWork.schedules ?? [];
    if (schedules.length === 0) return [];
    return [
      found(
        'warn',
        pool.cloudstack.clusterName || pool.name,
        `Volumes of the cluster have recurring snapshots, which fail while versions differ.`,
        schedules,
        'Tell the owners, or switch the schedules off for the time of the upgrade.',
      ),
    ];
  },
});
