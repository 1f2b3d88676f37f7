/** Reads many sources at once and lets none throw away the rest: what fails is named with its reason. */
import { Malformed, NotSent, Refused, Unreachable, WrongKey } from '../domain/errors';

export interface Unread {
  readonly source: string;
  readonly why: string;
}

export interface Sources {
  readonly unread: readonly Unread[];
  /** What was thrown, in the order in which it failed. */
  readonly failures: readonly { readonly source: string; readonly error: Error }[];
  /** The answer, or `instead` when the source failed as sources do. A bug is thrown on. */
  read<T>(source: string, call: () => Promise<T>, instead: T): Promise<T>;
  /** The answer came and cannot be right. */
  missing(source: string, why: string): void;
}

export function sources(): Sources {
  const unread: Unread[] = [];
  const failures: { readonly source: string; readonly error: Error }[] = [];
  const missing = (source: string, why: string): void => {
    // one dead machine fails every call in the same words: once is enough
    if (!unread.some((one) => one.source === source && one.why === why)) unread.push({ source, why });
  };
  return {
    unread,
    failures,
    missing,
    async read(source, call, instead) {
      try {
        return await call();
      } catch (error) {
        const why = whyUnread(error);
        if (why === undefined || !(error instanceof Error)) throw error;
        failures.push({ source, error });
        missing(source, why);
        return instead;
      }
    },
  };
}

/** How the outside fails, as a sentence; undefined for anything else, which is a bug. */
function whyUnread(error: unknown): string | undefined {
  if (error instanceof Refused) return `${error.problem.what} ${error.problem.why}`.trim();
  if (error instanceof NotSent) return error.why;
  if (error instanceof Unreachable || error instanceof WrongKey || error instanceof Malformed)
    return error.message;
  return undefined;
}
