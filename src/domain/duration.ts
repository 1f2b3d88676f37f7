/** Lengths of time as people say them. */
import { hoursToMinutes, intervalToDuration, millisecondsToMinutes, minutesToMilliseconds } from 'date-fns';
import type { Minutes } from './plan';

/** To round to the nearest minute, milliseconds. */
const HALF_A_MINUTE = 30_000;

/** 95 minutes read as "1 h 35 min". */
export function duration(ms: number): string {
  const minutes = millisecondsToMinutes(ms + HALF_A_MINUTE);
  if (minutes < 1) return 'less than a minute';
  if (minutes < hoursToMinutes(1)) return `${minutes} min`;
  const {
    days = 0,
    hours = 0,
    minutes: rest = 0,
  } = intervalToDuration({ start: 0, end: minutes * 2 * HALF_A_MINUTE });
  const whole = `${days * 24 + hours} h`;
  return rest === 0 ? whole : `${whole} ${rest} min`;
}

/** "about 1 h 35 min, nine times of ten at most 2 h". */
export const aboutMinutes = ({ p50, p90 }: Minutes): string =>
  `about ${duration(minutesToMilliseconds(p50))}, nine times of ten at most ${duration(minutesToMilliseconds(p90))}`;

/** What a run in hand still takes. */
export const workLeft = (minutes: Minutes): string =>
  `Work left: ${aboutMinutes(minutes)}, without the time that people take`;
