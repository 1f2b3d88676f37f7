/** Ids of runs and requests: sortable, readable, safe in file names, and never twice on one machine. */
import type { Clock } from '../ports';

/** Time for people to sort by, a count and the process for machines to tell apart. */
export function idsFrom(clock: Clock): (prefix: string) => string {
  let count = 0;
  return (prefix) => {
    const time = new Date(clock.now()).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
    const unique = (process.pid * 1000 + (count++ % 1000)).toString(36);
    return `${prefix}-${time}-${unique}`;
  };
}
