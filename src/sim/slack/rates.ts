/** Slack's rate limits per method, in wall time (stack §8). Bursts are tolerated, as Slack does. */

interface Tier {
  readonly perMinute: number;
  readonly burst: number;
}

const T2: Tier = { perMinute: 20, burst: 20 };
const T3: Tier = { perMinute: 50, burst: 50 };
const T4: Tier = { perMinute: 100, burst: 100 };
/** About one a second in a channel, a short burst above it. */
const POST: Tier = { perMinute: 60, burst: 3 };
const GENEROUS: Tier = { perMinute: 600, burst: 600 };

const TIERS: Readonly<Record<string, Tier>> = {
  'chat.postMessage': POST,
  'chat.update': T3,
  'chat.delete': T3,
  'reactions.add': T3,
  'conversations.info': T3,
  'conversations.history': T3,
  'conversations.replies': T3,
  'conversations.join': T3,
  'users.lookupByEmail': T3,
  'chat.postEphemeral': T4,
  'views.open': T4,
  'views.push': T4,
  'views.update': T4,
  'views.publish': T4,
  'users.info': T4,
  'conversations.members': T4,
  'files.getUploadURLExternal': T4,
  'files.completeUploadExternal': T4,
  'usergroups.list': T2,
  'usergroups.users.list': T2,
  'conversations.list': T2,
  'users.list': T2,
  'pins.add': T2,
};

export class Rates {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  /** Seconds to wait (Retry-After), or undefined when the call may pass. `channel` counts for posts only. */
  over(method: string, channel: string): number | undefined {
    const tier = TIERS[method] ?? GENEROUS;
    const key = tier === POST ? `${method} ${channel}` : method;
    const now = performance.now();
    const bucket = this.buckets.get(key) ?? { tokens: tier.burst, at: now };
    const perMs = tier.perMinute / 60_000;
    bucket.tokens = Math.min(tier.burst, bucket.tokens + (now - bucket.at) * perMs);
    bucket.at = now;
    this.buckets.set(key, bucket);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perMs / 1000));
    bucket.tokens -= 1;
    return undefined;
  }
}
