/** Recurring volume snapshots: XAPI refuses snapshots of running VMs while versions differ (R25; xapi §4.2; pl §0b). */
import { dueInWords, dueWithin } from '../domain/recurring-snapshots';
import { changesVersion, defineCheck, expectedMinutes, found } from './check';

export const snapshotSchedules = defineCheck({
  name: 'snapshot-schedules',
  summary: 'No recurring snapshot of a volume in the cluster is due in the time that an upgrade takes.',
  source: 'xc R25, xapi §4.2',
  look(pool, target, extra) {
    const schedules = pool.cloudstack.openWork.schedules ?? [];
    // hosts that end on the version they have never differ
    if (schedules.length === 0 || !changesVersion(extra)) return [];
    // once the run has made versions differ, what is due fails whether or not it goes on: the plan has said so
    if (extra.toCome && pool.hosts.some(({ version }) => version === target)) return [];
    const minutes = expectedMinutes(pool, extra);
    const due = dueWithin(schedules, pool.takenAt, minutes);
    const hours = Math.max(1, Math.ceil(minutes / 60));
    const on = pool.cloudstack.clusterName || pool.name;
    if (due.length === 0)
      return [
        found(
          'note',
          on,
          `Recurring snapshots of volumes in the cluster begin later than ${hours} h from now.`,
          schedules,
          'An upgrade that begins later may meet them: they fail while versions differ.',
        ),
      ];
    return [
      found(
        'warn',
        on,
        `Recurring snapshots of volumes in the cluster are due within ${hours} h; they fail while versions differ.`,
        due.map(dueInWords),
        'Tell the owners, or switch the schedules off for the time of the upgrade.',
      ),
    ];
  },
});
