/** How fast we may speak to Slack, in wall time: posts 1/s in a channel, 50 edits a minute over all runs (stack §8). */

export interface Pace {
  /** Wall milliseconds until a post into the channel may leave; 0: now. */
  untilPost(channel: string): number;
  posted(channel: string): void;
  /** Wall milliseconds until this message may be edited; 0: now. */
  untilEdit(message: string): number;
  edited(message: string): void;
}

export interface PaceOptions {
  /** Wall milliseconds, never set back. */
  readonly monotonic: () => number;
  /** Between two posts in a channel. */
  readonly postEvery?: number;
  /** Between two edits of one message: what changed meanwhile goes out as one. */
  readonly editEvery?: number;
  readonly editsPerMinute?: number;
}

const MINUTE = 60_000;

export function pace({
  monotonic,
  postEvery = 1_100,
  editEvery = 3_000,
  editsPerMinute = 50,
}: PaceOptions): Pace {
  const lastPost = new Map<string, number>();
  const lastEdit = new Map<string, number>();
  let edits: number[] = [];
  const left = (last: number | undefined, every: number): number =>
    last === undefined ? 0 : Math.max(0, last + every - monotonic());

  return {
    untilPost: (channel) => left(lastPost.get(channel), postEvery),
    posted: (channel) => void lastPost.set(channel, monotonic()),
    untilEdit(message) {
      edits = edits.filter((at) => at > monotonic() - MINUTE);
      const oldest = edits[0];
      const crowded =
        edits.length >= editsPerMinute && oldest !== undefined ? oldest + MINUTE - monotonic() : 0;
      return Math.max(left(lastEdit.get(message), editEvery), crowded);
    },
    edited(message) {
      edits.push(monotonic());
      lastEdit.set(message, monotonic());
      // a message of a run that is over is never looked up again
      if (lastEdit.size > 5_000) lastEdit.clear();
    },
  };
}
