/**
 * Recurring snapshots as sentences with their time: `ROOT-10 hourly :05 GMT`, `ROOT-10 daily 01:00 GMT`, `ROOT-10 weekly
 * Sunday 01:00 GMT`, `ROOT-10 monthly 15 01:00 GMT`. What cannot be read counts as due: unknown is unsafe.
 */

const DAYS: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
];

/** snapshot_policy.interval counts from 0. */
const INTERVALS: readonly string[] = ['hourly', 'daily', 'weekly', 'monthly'];

/** From a row: `schedule` is minute, hour and day, as far as the interval needs them, `00:01:1`; Sunday is 1. */
export function recurringSnapshot(volume: string, every: number, schedule: string, timezone: string): string {
  const interval = INTERVALS[every];
  if (interval === undefined) return `${volume} at times of its own`;
  const [minute = '', hour = '', day = ''] = schedule.split(':').map((part) => part.padStart(2, '0'));
  const on =
    interval === 'weekly' ? DAYS[Number(day) - 1] : interval === 'monthly' ? String(Number(day)) : undefined;
  return [
    volume,
    interval,
    ...(on === undefined ? [] : [on]),
    `${interval === 'hourly' ? '' : hour}:${minute}`,
    timezone,
  ].join(' ');
}

const SENTENCE =
  /^.* (?<interval>hourly|daily|weekly|monthly)(?: (?<day>[A-Z][a-z]+day|\d{1,2}))? (?<hour>\d{2})?:(?<minute>\d{2}) (?<zone>\S+)$/;

type Moment = Readonly<Record<'weekday' | 'day' | 'hour' | 'minute', string>>;

/** One that begins within the time asked about; `at`: when first, epoch milliseconds, where its time can be read. */
export interface Due {
  readonly sentence: string;
  readonly at?: number;
}

/** Those of them that begin within so many minutes from that time on. */
export function dueWithin(sentences: readonly string[], from: string, minutes: number): readonly Due[] {
  const known = new Map<string, readonly Moment[]>();
  return sentences.flatMap((sentence): readonly Due[] => {
    const wanted = SENTENCE.exec(sentence)?.groups;
    if (!wanted) return [{ sentence }];
    const zone = wanted['zone'] ?? '';
    const moments = known.get(zone) ?? momentsOf(zone, Date.parse(from), minutes);
    known.set(zone, moments);
    if (moments.length === 0) return [{ sentence }];
    const { hour, minute, day } = wanted;
    const first = moments.findIndex(
      (at) =>
        at.minute === minute &&
        (hour === undefined || at.hour === hour) &&
        (day === undefined || at.weekday === day || at.day === day),
    );
    return first < 0 ? [] : [{ sentence, at: Date.parse(from) + first * 60_000 }];
  });
}

/** `ROOT-10 hourly :05 GMT, first at 2026-01-03 22:05 UTC`. */
export const dueInWords = ({ sentence, at }: Due): string =>
  at === undefined ? sentence : `${sentence}, first at ${minuteOf(at)}`;

/** `2026-01-03 22:05 UTC`. */
export const minuteOf = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Every minute of the time as a clock of that zone shows it; none where nobody knows the zone. */
function momentsOf(zone: string, from: number, minutes: number): readonly Moment[] {
  const clock = clockOf(zone);
  if (!clock) return [];
  return Array.from({ length: Math.ceil(minutes) + 1 }, (_, at) => {
    const parts = new Map(clock.formatToParts(from + at * 60_000).map(({ type, value }) => [type, value]));
    const of = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
    return {
      weekday: of('weekday'),
      day: of('day'),
      hour: of('hour'),
      minute: of('minute').padStart(2, '0'),
    };
  });
}

function clockOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'long',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
}
