/** The usage job: it works on the databases while they are dumped, and services that are stopped under it lose its work (cs §12.1). */
import { dueInWords, dueWithin, minuteOf } from '../domain/recurring-snapshots';
import { usageJob } from '../domain/usage-job';
import { defineCheck, expectedMinutes, found } from './check';

export const usageJobs = defineCheck({
  name: 'usage-jobs',
  summary: 'No usage job of CloudStack begins in the time that the run takes.',
  source: 'cs §12.1, xc R25',
  look(pool, _target, extra) {
    // backups, by us or by hand, come before the first host: then nothing stops the services any more
    if (extra.toCome?.includes('stop-services') === false) return [];
    const settings = pool.cloudstack.traits?.settings ?? {};
    const job = usageJob(settings);
    if (job === undefined) return [];
    const minutes = expectedMinutes(pool, extra);
    const [due] = dueWithin([job], pool.takenAt, minutes);
    if (!due) return [];
    const end = Date.parse(pool.takenAt) + minutes * 60_000;
    return [
      found(
        'warn',
        pool.name,
        due.at === undefined
          ? 'When the usage job of CloudStack begins cannot be read; it may be in the time of this run.'
          : `The usage job of CloudStack begins at ${minuteOf(due.at)}, in the time of this run.`,
        [
          dueInWords(due),
          `expected: ${minuteOf(Date.parse(pool.takenAt))} to ${minuteOf(end)}`,
          ...(settings['usage.execution.timezone']
            ? []
            : ['usage.execution.timezone is not set: the zone of the usage server is taken for GMT']),
        ],
        'Begin when it is over, or stop the usage service for the time of the run: what it has not counted it counts the next time.',
      ),
    ];
  },
});
