/** The bell on BullMQ and Redis. What Redis forgets, the sweep rings again; what it refuses is rung in this process. */
import { Queue, Worker, type Job } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { Rejected, Unreachable } from '../../domain/errors';
import type { Clock } from '../../ports';
import type { OpenBell } from './open-bell';
import { oneAtATime, within, type OneAtATime } from './one-at-a-time';

export interface RedisBellOptions {
  /** `redis://…`, `rediss://…` or `unix:/path`. */
  readonly redisUrl: string;
  /** First word of every key; two installations on one Redis need two. */
  readonly prefix?: string;
  readonly clock: Clock;
  readonly trouble: (error: unknown) => void;
}

interface Ring {
  readonly run: string;
}

/** A worker that dies is noticed after 15 s, and its ring is given to another (stack §4: the defaults take 55 s). */
const TAKE_OVER = {
  lockDuration: 15_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000,
  // a Redis that is back is used again within a second
  runRetryDelay: 1_000,
} as const;
/** Runs ticked at once by one worker; more than there are pools in most places. */
const CONCURRENCY = 20;
/** A bot must answer a person within three seconds, so it cannot wait longer than this for a Redis. */
const COMMAND_MS = 1_500;

/**
 * Rejected (REDIS_MAY_FORGET) unless the server's maxmemory-policy is noeviction; Unreachable when it does not answer.
 * Immediate and delayed rings have keys of their own, so that neither swallows the other.
 */
export async function redisBell({
  redisUrl,
  prefix = 'xsupgrade',
  clock,
  trouble,
}: RedisBellOptions): Promise<OpenBell> {
  // Fails at once when Redis is away: a person waits for the answer.
  const asking = connect(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_MS,
  });
  let away = false;
  asking.on('ready', () => (away = false));
  // an outage is told once, not with every try of every connection
  const inTrouble = (error: unknown): void => {
    if (!isOutage(error)) return trouble(error);
    if (!away) trouble(error);
    away = true;
  };
  asking.on('error', inTrouble);
  try {
    await asking.connect();
    await refuseForgetful(asking);
  } catch (error) {
    asking.disconnect();
    throw error instanceof Rejected ? error : new Unreachable('Redis', wordsOf(error));
  }
  const queue = new Queue<Ring>('bell', {
    connection: asking,
    prefix,
    skipWaitingForReady: true,
    defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  });
  queue.on('error', inTrouble);
  const listeners: { readonly worker: Worker<Ring>; readonly redis: Redis; readonly calls: OneAtATime }[] =
    [];
  const timers = new Set<NodeJS.Timeout>();

  /** The doorbell is broken, the door is not: whoever listens in this process is called directly. */
  const ringHere = (run: string, delayMs: number): void => {
    for (const { calls } of listeners) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        void calls.call(run);
      }, delayMs);
      timers.add(timer);
    }
  };

  return {
    ring: async (run, inSeconds = 0) => {
      const delayMs = Math.max(0, (inSeconds * 1000) / clock.speed());
      try {
        if (delayMs === 0) await ringNow(queue, run);
        else await ringLater(queue, run, delayMs);
      } catch (error) {
        inTrouble(error);
        ringHere(run, delayMs);
      }
    },

    listen: async (answer) => {
      const calls = oneAtATime(answer, trouble);
      const redis = connect(redisUrl, { maxRetriesPerRequest: null });
      redis.on('error', inTrouble);
      await redis.connect();
      const worker = new Worker<Ring>(
        'bell',
        async (job) => {
          // From here on a ring means another tick after this one, so its key must be free.
          if (job.name === 'later') await job.removeDeduplicationKey();
          await calls.call(job.data.run);
        },
        { connection: redis, prefix, concurrency: CONCURRENCY, ...TAKE_OVER },
      );
      worker.on('error', inTrouble);
      listeners.push({ worker, redis, calls });
      await worker.waitUntilReady();
    },

    check: async () => {
      try {
        await asking.ping();
      } catch (error) {
        throw new Unreachable('Redis', wordsOf(error));
      }
    },

    close: async () => {
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(
        listeners.map(async ({ worker, redis, calls }) => {
          // a Redis that is away cannot be taken leave of
          await within(Promise.all([worker.close(asking.status !== 'ready'), calls.idle()]));
          redis.disconnect();
        }),
      );
      if (asking.status === 'ready') await within(queue.close());
      asking.disconnect();
    },
  };
}

/** While a tick of this ring runs, one more is kept and comes after it. */
async function ringNow(queue: Queue<Ring>, run: string): Promise<void> {
  await queue.add('now', { run }, { deduplication: { id: `now ${run}`, keepLastIfActive: true } });
}

/** One delayed ring for each run, and it only ever comes nearer. */
async function ringLater(queue: Queue<Ring>, run: string, delayMs: number): Promise<void> {
  const id = `later ${run}`;
  const held = await queue.getDeduplicationJobId(id);
  const job = held === null ? undefined : await queue.getJob(held);
  if (job !== undefined && (await isNearEnough(job, delayMs))) return;
  // Its key outlived the ring: a part of Redis was emptied.
  if (held !== null && job === undefined) await queue.removeDeduplicationKey(id);
  await queue.add('later', { run }, { delay: Math.ceil(delayMs), deduplication: { id } });
}

async function isNearEnough(job: Job<Ring>, delayMs: number): Promise<boolean> {
  if (job.timestamp + job.delay <= Date.now() + delayMs) return true;
  try {
    await job.changeDelay(Math.ceil(delayMs));
    return true;
  } catch {
    // it has just become due; the ring asked for now comes after it
    await job.removeDeduplicationKey();
    return false;
  }
}

type Patience = Pick<RedisOptions, 'enableOfflineQueue' | 'maxRetriesPerRequest' | 'commandTimeout'>;

function connect(url: string, options: Patience): Redis {
  const common = {
    lazyConnect: true,
    connectTimeout: 5_000,
    // back within a second of Redis, however long it was away
    retryStrategy: (times: number) => Math.min(times * 50, 1_000),
    ...options,
  };
  const path = /^unix:(?:\/\/)?([^?]+)/.exec(url)?.[1];
  return path === undefined ? new Redis(url, common) : new Redis({ path, ...common });
}

/** An evicting Redis drops rings without a word, and BullMQ only prints a line about it (stack §4). */
async function refuseForgetful(redis: Redis): Promise<void> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1] ?? 'unknown';
  if (policy === 'noeviction') return;
  throw new Rejected({
    code: 'REDIS_MAY_FORGET',
    what: `The Redis server's maxmemory-policy is ${policy}.`,
    why: 'When its memory is full it would drop rings without a word, and runs would stand still until the sweep.',
    doThis: [
      'redis-cli config set maxmemory-policy noeviction',
      'And the same in redis.conf, so that it stays',
    ],
  });
}

/** Redis is not there, as against: Redis says no. */
function isOutage(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const words = error instanceof Error ? error.message : '';
  return (
    /^(ECONN|ENOENT|ETIMEDOUT|EPIPE|EHOST|ENET|ENOTFOUND|EAI_)/.test(code) ||
    /isn't writeable|Connection is closed|Command timed out|max retries per request/i.test(words)
  );
}

/** A code and no address: an address may hold the password. */
function wordsOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  if (error instanceof Error && /^(NOAUTH|WRONGPASS|NOPERM)/.test(error.message))
    return error.message.split(' ')[0]!;
  return 'no answer';
}
