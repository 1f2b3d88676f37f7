/** A bell that is open: what both kinds are to whoever made them. */
import type { Bell } from '../../ports';

/** `ring` never rejects: what cannot be rung is told to `trouble` and, where this process listens, rung here. */
export interface OpenBell extends Bell {
  /** Throws Unreachable when nothing would carry a ring to another process. */
  check(): Promise<void>;
}
