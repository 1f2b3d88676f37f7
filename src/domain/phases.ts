/** The phases of a run; the only place that knows what may follow what, one sentence each. */
export const PHASES = ['running', 'pausing', 'paused', 'held', 'aborting', 'aborted', 'finished'] as const;
export type Phase = (typeof PHASES)[number];

export const mayBecome = {
  running: ['pausing', 'held', 'aborting', 'finished'], // pause asked · no lane moves and a person is needed · abort asked · last line done
  pausing: ['paused', 'held', 'aborting', 'running'], // every block in hand is at its end · it went wrong meanwhile · abort asked · resumed before it took effect
  paused: ['running', 'aborting'], // resume · abort
  held: ['running', 'pausing', 'aborting', 'aborted'], // advance: a person looked · pause asked · abort asked, which ends a held run at once
  aborting: ['aborted', 'held'], // every block in hand is at its end · it went wrong meanwhile
  aborted: [],
  finished: [],
} as const satisfies Record<Phase, readonly Phase[]>;

export const isOver = (phase: Phase): boolean => phase === 'aborted' || phase === 'finished';
