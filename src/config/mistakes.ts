/** What is wrong with the configuration, in words: the key, what is wrong, an example. Never a value that may be secret. */
import type { z } from 'zod';
import type { Problem } from '../domain/problem';
import { EXAMPLES } from './pools-yaml';

type Path = readonly PropertyKey[];

/** `pools.pool-a.hosts[0].uuid`. */
export function keyPath(path: Path): string {
  let written = '';
  for (const part of path) {
    if (typeof part === 'number') written += `[${part}]`;
    else written += written === '' ? String(part) : `.${String(part)}`;
  }
  return written;
}

/** The example of a key: names and places in lists match `*`. */
export function exampleOf(path: Path): string | undefined {
  const parts = path.map(String);
  const found = Object.keys(EXAMPLES).find((pattern) => {
    const wanted = pattern.split('.');
    return wanted.length === parts.length && wanted.every((part, at) => part === '*' || part === parts[at]);
  });
  return found === undefined ? undefined : EXAMPLES[found];
}

export function mistake(path: Path, wrong: string, fix?: string): Problem {
  const example = fix ?? exampleOf(path);
  return {
    code: 'CONFIG_INVALID',
    what: `pools.yaml: ${path.length === 0 ? 'the file' : keyPath(path)} ${wrong}${wrong.endsWith('?') ? '' : '.'}`,
    why: 'Nothing is done with a configuration that is not understood.',
    doThis: example === undefined ? [] : [`Write for example: ${example}`],
  };
}

/** One problem for each thing that zod found. */
export function mistakesIn(issues: readonly z.core.$ZodIssue[], input: unknown): readonly Problem[] {
  return issues.flatMap((issue): readonly Problem[] => {
    if (issue.path.length === 0 && (input === undefined || input === null))
      return [mistake([], 'is empty', 'pools: (docs/configuration.md has an example with every key)')];
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...issue.path, key]));
    if (issue.code === 'invalid_key')
      return [mistake(issue.path, `is not a usable name: ${issue.issues[0]?.message ?? 'unknown'}`)];
    return [mistake(issue.path, wrongness(issue, valueAt(input, issue.path)))];
  });
}

function wrongness(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined || value === null) return 'is missing';
  if (issue.code === 'invalid_type') {
    if (issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
      return `is read by YAML as ${typeof value === 'number' ? 'a number' : 'true or false'}; put it in quotes`;
    return `must be ${inWords(issue.expected)}`;
  }
  if (issue.code === 'too_small')
    return typeof value === 'string'
      ? 'is empty'
      : Array.isArray(value)
        ? 'is an empty list'
        : `must be at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`;
  return issue.message;
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a set of keys',
  record: 'a set of names',
};
const inWords = (expected: string): string => WORDS[expected] ?? expected;

function unknownKey(path: Path): Problem {
  const near = nearest(String(path.at(-1)), siblings(path));
  return mistake(
    path,
    near === undefined
      ? 'is not a key that is known here'
      : `is not a key that is known here; did you mean ${near}?`,
    near === undefined ? `One of: ${siblings(path).join(', ')}` : exampleOf([...path.slice(0, -1), near]),
  );
}

/** Keys that are known beside this one. */
function siblings(path: Path): readonly string[] {
  const found = Object.keys(EXAMPLES)
    .map((pattern) => pattern.split('.'))
    .filter(
      (wanted) =>
        wanted.length === path.length &&
        wanted.slice(0, -1).every((part, at) => part === '*' || part === String(path[at])),
    )
    .map((wanted) => wanted.at(-1)!)
    .filter((key) => key !== '*');
  return [...new Set(found)];
}

/** The known word within two letters, which is about what a slip of the hand makes. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  return known
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance: letters }) => letters <= 2)
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[part];
  }
  return value;
}
