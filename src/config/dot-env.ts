/** `.env`: KEY=value lines. Quotes are taken off, nothing is expanded, so that a password may hold any character. */

export interface DotEnv {
  readonly values: Readonly<Record<string, string>>;
  /** Lines that are neither KEY=value, empty nor a comment, by number from 1. */
  readonly unread: readonly number[];
}

export function parseDotEnv(text: string): DotEnv {
  const values: Record<string, string> = {};
  const unread: number[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, key, value] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) unread.push(at + 1);
    else values[key] = unquoted(value);
  }
  return { values, unread };
}

function unquoted(value: string): string {
  const [, inside] = /^'(.*)'$/.exec(value) ?? /^"(.*)"$/.exec(value) ?? [];
  return inside ?? value;
}
