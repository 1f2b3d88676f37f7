/** What was changed is owed back. Obligations belong to the pool: they are the fold of all its runs. */
import type { Json } from './json';

export const OWED = [
  'ha-off',
  'wlb-paused',
  'auto-start-off',
  'operations-allowed',
  'setting-changed',
  'services-stopped',
  'cluster-allocation-disabled',
  'host-allocation-disabled',
  'cluster-unmanaged',
  'host-in-maintenance',
  'host-disabled',
  'installer-prepared',
  'vm-stopped',
  'hotfixes-staged',
  'test-vm',
  'test-network',
] as const;
export type Owed = (typeof OWED)[number];

export interface Obligation {
  /** Stable for (pool, what, on): the same thing is owed once, whoever opened it. */
  readonly id: string;
  readonly what: Owed;
  /** The pool, cluster, host, VM or management server concerned. */
  readonly on: string;
  /** The before-picture to be restored; from the first run that opened it. */
  readonly before: Json;
  readonly since: string;
  readonly run: string;
  readonly line: string;
  /** Subject and number of the intent that opened it: one that was never sent opens nothing. */
  readonly subject: string;
  readonly n: number;
  /** All tries of that act that may have brought it about; absent: only the first. */
  readonly tries?: readonly number[];
  /** The newest try, of whichever run, while no answer to it has come: it may still take effect. */
  readonly unanswered?: {
    readonly run: string;
    readonly line: string;
    readonly n: number;
    /** When it was meant, epoch milliseconds. */
    readonly at: number;
  };
}

export const obligationId = (what: Owed, on: string): string => `${what}:${on}`;
