/** What one worker's lanes share: its ports, its folds, and what it has under way itself. */
import type { Run } from '../domain/run';
import type { Clock, Journal, World } from '../ports';
import type { AnyStep } from '../steps/step';
import type { Folds } from './fold';

export interface EngineLog {
  error(facts: object, text: string): void;
  info(facts: object, text: string): void;
}

export interface EngineDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  /** The step of that kind, undefined when this build does not know it. */
  step(kind: string): AnyStep | undefined;
  world(run: Run): World;
  /** Unique per process. */
  readonly worker: string;
  readonly log: EngineLog;
  /** Called when a lane that outlived its tick has moved. */
  ring(run: string): void;
  /** A tick waits this long (wall) for slow lanes, then leaves them to finish by themselves. */
  readonly laneGraceMs?: number;
}

/** When to look again: at once, after pool seconds, or when somebody rings. */
export type Next = 'again' | 'idle' | { readonly inSeconds: number };

export interface Walker extends EngineDeps {
  readonly folds: Folds;
  /** Acts this process has sent and not yet heard of, by run/line/subject. */
  readonly underWay: Map<string, Promise<void>>;
  /** When this process first saw an intent, monotonic, by run/seq. */
  readonly firstSeen: Map<string, number>;
  /** One lane of a run decides at a time in this process; between processes the insert decides. */
  readonly chain: Map<string, Promise<unknown>>;
  stopping: boolean;
}
