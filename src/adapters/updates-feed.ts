/** A feed of updates at a URL, read when a plan needs it. Too large, too slow or no feed: a sentence, never half a catalogue. */
import { shownFile } from '../domain/patching';
import { readFeed, type FeedRead } from '../domain/updates-feed';

/** A feed of every release there ever was is below one megabyte. */
const LIMIT_BYTES = 8_000_000;
/** A mirror that takes longer keeps somebody waiting for a plan. */
const LIMIT_MS = 20_000;

export async function fetchFeed(url: string): Promise<FeedRead> {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS), redirect: 'follow' });
    if (!reply.ok) return { wrong: `is answered with ${reply.status}` };
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of reply.body ?? []) {
      bytes += part.byteLength;
      if (bytes > LIMIT_BYTES) return { wrong: `is larger than ${LIMIT_BYTES} bytes` };
      parts.push(part);
    }
    return readFeed(Buffer.concat(parts).toString('utf8'));
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    // what cannot be asked for is quoted whole, with what may be secret in it
    return { wrong: `cannot be fetched: ${why.replaceAll(url, shownFile(url))}` };
  }
}
