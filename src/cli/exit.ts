/** How a command ended: exit code and problem. 0 done, 1 refused or blocked, 2 usage, 3 unreachable or configuration invalid. */
import { Malformed, NotSent, Refused, Rejected, Unreachable, WrongKey } from '../domain/errors';
import type { Problem } from '../domain/problem';
import { problems } from '../domain/problems';

export const EXIT = { done: 0, refused: 1, usage: 2, unreachable: 3 } as const;

export interface Failure {
  readonly code: (typeof EXIT)[keyof typeof EXIT];
  readonly problem: Problem;
}

const USAGE: readonly string[] = ['USAGE', 'UNKNOWN_COMMAND'];
const NOT_THERE: readonly string[] = [
  'POOL_UNREAD',
  'WRONG_KEY',
  'CONFIG_INVALID',
  'SCHEMA_BEHIND',
  'SCHEMA_NEWER',
  'VOLATILE_JOURNAL',
];

export function failureOf(error: unknown): Failure {
  if (error instanceof Rejected || error instanceof Refused)
    return { code: codeOf(error.problem), problem: error.problem };
  if (error instanceof WrongKey)
    return {
      code: EXIT.unreachable,
      problem: problems.wrongKey(error.source, error.kind, error.pinned, error.seen),
    };
  if (error instanceof Unreachable || error instanceof Malformed)
    return { code: EXIT.unreachable, problem: problems.unreachable(error.source, error.why) };
  if (error instanceof NotSent) return { code: EXIT.unreachable, problem: notSent(error.why) };
  if (isConfigInvalid(error)) return { code: EXIT.unreachable, problem: allAtOnce(error.problems) };
  return {
    code: EXIT.unreachable,
    problem: problems.unexpected(error instanceof Error ? error.message : String(error)),
  };
}

/** Adapters write "XAPI on host-1: why"; without a name in front nobody knows more than that somebody was asked. */
function notSent(why: string): Problem {
  const [source = '', ...rest] = why.split(': ');
  return rest.length === 0
    ? problems.unreachable('The other side', why)
    : problems.unreachable(source, rest.join(': '));
}

function codeOf({ code }: Problem): Failure['code'] {
  if (USAGE.includes(code)) return EXIT.usage;
  return NOT_THERE.includes(code) ? EXIT.unreachable : EXIT.refused;
}

/** config.ts finds everything that is wrong at once; a shell shows it as one problem. */
function allAtOnce(found: readonly Problem[]): Problem {
  const [first, ...rest] = found;
  if (!first) return problems.unexpected('The configuration is invalid and nothing says why.');
  if (rest.length === 0) return first;
  return {
    code: first.code,
    what: [`${found.length} things are wrong with the configuration.`, ...found.map(({ what }) => what)].join(
      '\n',
    ),
    why: first.why,
    // one mistake made on every host has one remedy
    doThis: [...new Set(found.flatMap(({ doThis }) => doThis))],
  };
}

function isConfigInvalid(error: unknown): error is Error & { readonly problems: readonly Problem[] } {
  return (
    error instanceof Error &&
    error.name === 'ConfigInvalid' &&
    'problems' in error &&
    Array.isArray(error.problems)
  );
}
