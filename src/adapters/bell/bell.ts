/** The bell: BullMQ where a Redis is named, else rows in the SQLite file. It may bring the next tick nearer, nothing else. */
import type { Clock } from '../../ports';
import type { OpenBell } from './open-bell';
import { redisBell } from './redis-bell';
import { sqliteBell } from './sqlite-bell';

export type { OpenBell } from './open-bell';

export interface BellOptions {
  /** `redis://…`, `rediss://…` or `unix:/path`; without it the bell is embedded. */
  readonly redisUrl?: string;
  readonly sqliteFile: string;
  /** First word of every key in Redis. */
  readonly prefix?: string;
}

/** Rejected: REDIS_MAY_FORGET. Unreachable: Redis does not answer. `trouble` may be called at any time, for the log. */
export function makeBell(
  options: BellOptions,
  clock: Clock,
  trouble: (error: unknown) => void = () => undefined,
): Promise<OpenBell> {
  const { redisUrl, sqliteFile, prefix } = options;
  if (redisUrl === undefined) return sqliteBell({ sqliteFile, clock, trouble });
  return redisBell({ redisUrl, ...(prefix === undefined ? {} : { prefix }), clock, trouble });
}
