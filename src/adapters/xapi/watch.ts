/** The pool's event stream: rings whenever something changed, reconnects by itself, never throws (xapi §9.2). */
import { Refused } from '../../domain/errors';
import { objectFrom } from './record';
import type { Session } from './session';

/** Named classes only: one NaN in a metric would spoil the whole reply (xapi §1.5). */
const CLASSES = ['pool', 'host', 'host_metrics', 'VM', 'PBD', 'PIF', 'VBD'];
/** A double on the wire; XAPI answers empty when it passes. */
const BLOCK_SECONDS = 30.1;
/** The stream is dead when it says nothing for this much longer. */
const GRACE_SECONDS = 30;
/** How often to look where nothing tells of changes. Wall seconds. */
const LOOK_SECONDS = 5;
/** Between tries while nobody answers, wall seconds: quick at first, because the master may be back any moment. */
const PAUSES = [0.05, 0.1, 0.2, 0.5];
/** A wrong password asked twice a second locks the account: the ticks say what is wrong, the stream waits. Wall seconds. */
const REFUSED_PAUSE = 30;

export async function watchPool(session: Session, changed: () => void, signal: AbortSignal): Promise<void> {
  let token = '';
  let failures = 0;
  while (!signal.aborted) {
    try {
      const answer = await session.read('event.from', [CLASSES, token, BLOCK_SECONDS], 'watch the pool', {
        seconds: BLOCK_SECONDS + GRACE_SECONDS,
        signal,
      });
      const next = objectFrom('', answer, 'XAPI').text('token');
      const isFirst = token === '';
      const moved = next !== token;
      token = next;
      // Losing the stream and getting it back is itself a change: whatever happened meanwhile is behind it.
      if (moved || (isFirst && failures > 0)) changed();
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && error.code === 'MESSAGE_METHOD_UNKNOWN') {
        // before 6.0 there is no event.from (xapi §9.2): then somebody looks again
        await pause(LOOK_SECONDS, signal);
        changed();
        continue;
      }
      token = '';
      // The break is the fastest sign that the master's toolstack went (xapi §2.3).
      if (failures === 0) changed();
      await pause(
        error instanceof Refused
          ? REFUSED_PAUSE
          : (PAUSES[Math.min(failures, PAUSES.length - 1)] ?? REFUSED_PAUSE),
        signal,
      );
      failures++;
    }
  }
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, seconds * 1000);
    signal.addEventListener('abort', finish, { once: true });
  });
}
