/** What a worker is made of, so that a test can wrap it. */
import type { Journal, World } from '../../src/ports';

/** What a worker is made of; a test may hand out other parts to kill it. */
export interface Parts {
  readonly journal: Journal;
  readonly world: World;
}
