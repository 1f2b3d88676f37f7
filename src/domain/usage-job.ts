/** When CloudStack's usage server counts what was used, by its global settings. */

/** Read beside the settings that change a run. */
export const USAGE_SETTINGS: readonly string[] = [
  'enable.usage.server',
  'usage.execution.timezone',
  'usage.stats.job.aggregation.range',
  'usage.stats.job.exec.time',
];

/** Minutes of usage.stats.job.aggregation.range: the job counts so much at a time, and begins as often. */
const EVERY: Readonly<Record<string, 'hourly' | 'daily'>> = { '60': 'hourly', '1440': 'daily' };

/**
 * As recurring-snapshots.ts writes times: `usage job daily 00:15 GMT`. Undefined where there is no usage server. A zone that
 * is not set is that of the server, which no API tells; it is taken for GMT.
 */
export function usageJob(settings: Readonly<Record<string, string>>): string | undefined {
  if (settings['enable.usage.server'] !== 'true') return undefined;
  const every = EVERY[settings['usage.stats.job.aggregation.range'] ?? ''];
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(settings['usage.stats.job.exec.time'] ?? '') ?? [];
  if (every === undefined || hour === undefined || minute === undefined)
    return 'usage job at times of its own';
  const zone = settings['usage.execution.timezone'] || 'GMT';
  return `usage job ${every} ${every === 'hourly' ? '' : hour.padStart(2, '0')}:${minute} ${zone}`;
}
