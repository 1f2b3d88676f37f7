/** One worker's day: a ring is answered by ticking until nothing more follows, then rung again when it is time. */
import type { Bell, Journal } from '../ports';
import type { Engine } from './tick';

export interface WorkDeps {
  readonly journal: Journal;
  readonly bell: Bell;
  readonly engine: Engine;
  /** Requests rung by their own id; carries out everything that is asked. */
  carryOut(): Promise<boolean>;
  /** After each tick that moved the run, and at the end. */
  publish(run: string): Promise<void>;
  isRequest(id: string): boolean;
}

/** A tick that always finds more to do is left after so many rounds; its own ring takes it up again. */
const ROUNDS = 200;

export function answerRings(deps: WorkDeps): (id: string) => Promise<void> {
  return async (id) => {
    if (deps.isRequest(id)) {
      await deps.carryOut();
      return;
    }
    for (let round = 0; round < ROUNDS; round++) {
      const before = await deps.journal.lastSeq(id);
      const next = await deps.engine.tick(id);
      const after = await deps.journal.lastSeq(id);
      if (after !== before) {
        await deps.publish(id);
        continue;
      }
      if (next === 'again') continue;
      if (next !== 'idle') await deps.bell.ring(id, next.inSeconds);
      return;
    }
    await deps.bell.ring(id);
  };
}
