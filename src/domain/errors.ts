/** How the outside fails. The class decides what the engine does; the problem says it to people. */
import type { Problem } from './problem';

/** The other side said no; nothing happened and asking again will not help. Stops the lane with its advice. */
export class Refused extends Error {
  constructor(
    readonly problem: Problem,
    /** The other side's own code (XAPI's ErrorDescription[0], CloudStack's errorcode). */
    readonly code: string = problem.code,
    readonly params: readonly string[] = [],
  ) {
    super(problem.what);
    this.name = 'Refused';
  }
}

/** Proved not sent: connection refused, name not found, our own deadline before the first byte. No doubt, not counted. */
export class NotSent extends Error {
  constructor(readonly why: string) {
    super(why);
    this.name = 'NotSent';
  }
}

/** It may or may not have happened: reset, timeout, garbage in the answer. Look again; never repeat blindly. */
export class Unreachable extends Error {
  constructor(
    /** What was being reached, in our words: "XAPI on host-1", "CloudStack at 10.0.0.5". */
    readonly source: string,
    readonly why: string,
  ) {
    super(`${source}: ${why}`);
    this.name = 'Unreachable';
  }
}

/** The other side showed another certificate or host key than the pinned one. Nothing was sent to it. */
export class WrongKey extends Error {
  constructor(
    readonly source: string,
    readonly kind: 'tls' | 'ssh',
    readonly pinned: string,
    readonly seen: string,
  ) {
    super(
      `${source} shows another ${kind === 'tls' ? 'certificate' : 'host key'}: ${seen} instead of ${pinned}`,
    );
    this.name = 'WrongKey';
  }
}

/** The answer came but makes no sense. Carries what was wrong, never the raw text. */
export class Malformed extends Error {
  constructor(
    readonly source: string,
    readonly why: string,
  ) {
    super(`${source}: ${why}`);
    this.name = 'Malformed';
  }
}

/** Somebody else moved the run first: the insert at this seq lost. */
export class Stale extends Error {
  constructor(
    readonly runId: string,
    readonly seen: number,
  ) {
    super(`run ${runId} has moved past entry ${seen}`);
    this.name = 'Stale';
  }
}

/** A request that cannot be carried out as asked. Carries the sentence the person reads. */
export class Rejected extends Error {
  constructor(readonly problem: Problem) {
    super(problem.what);
    this.name = 'Rejected';
  }
}
