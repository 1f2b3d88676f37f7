/** A message as it should read now. What it is about (`key`) never changes; what it says may. */
import type { KnownBlock } from '@slack/types';

export interface Message {
  /** Unique within its run: `card`, `host:host-2`, `question:q3`, `finish`. */
  readonly key: string;
  /** What notifications, screen readers and clients without blocks show; never empty. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
  /** Also shown in the channel: approval needed, failure, finish. */
  readonly broadcast?: boolean;
}

/** The card is the parent of the thread; everything else is a reply to it. */
export const CARD = 'card';

/** The last word of a run: said when all else reads as it should. */
export const FINISH = 'finish';
