/** Splits what a person typed and sorts it into arguments and options. Wrong input gets one sentence. */
import { Rejected } from '../src/domain/errors';
import { problems } from '../src/domain/problems';

/** What a command takes. */
export interface Shape {
  readonly command: string;
  readonly usage: readonly string[];
  /** Names of the arguments in order: `POOL`. */
  readonly arguments: readonly string[];
  /** Arguments at the end that may be left out. */
  readonly optional?: number;
  /** Options with a value; those in `free` take every word up to the next option. */
  readonly options?: readonly string[];
  readonly free?: readonly string[];
  /** Options without a value. */
  readonly flags?: readonly string[];
}

export interface Words {
  readonly arguments: readonly string[];
  readonly options: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlySet<string>;
}

/** Splits a line as a shell does: spaces, double and single quotes; Slack's curly quotes and long dashes count as plain ones. */
export function splitLine(line: string): readonly string[] {
  const plain = line.replace(/[“”]/g, '"').replace(/[‘’]/g, "'");
  const words = plain.match(/"[^"]*"|'[^']*'(?=\s|$)|\S+/g) ?? [];
  return words.map((word) =>
    plainDashes(/^(["']).*\1$/s.test(word) && word.length > 1 ? word.slice(1, -1) : word),
  );
}

/** A phone turns `--to` into `—to`. */
const plainDashes = (word: string): string => word.replace(/^[—–](?=\w)/, '--');

/** Rejected (USAGE) says which word is wrong and how the command is written. */
export function readWords(words: readonly string[], shape: Shape): Words {
  const given: string[] = [];
  const options: Record<string, string> = {};
  const flags = new Set<string>();
  const wrong = (what: string): Rejected => wrongUse(shape, what);
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (!word.startsWith('--')) {
      given.push(word);
      continue;
    }
    const [name, inline] = splitOption(word.slice(2));
    if (shape.flags?.includes(name)) {
      if (inline !== undefined) throw wrong(`--${name} takes no value.`);
      flags.add(name);
    } else if (shape.options?.includes(name)) {
      if (options[name] !== undefined) throw wrong(`--${name} is given twice.`);
      const value: string[] = inline === undefined ? [] : [inline];
      const most = shape.free?.includes(name) ? Infinity : 1;
      while (value.length < most && at + 1 < words.length && !words[at + 1]!.startsWith('--'))
        value.push(words[++at]!);
      const text = value.join(' ').trim();
      if (text === '') throw wrong(`--${name} needs a value.`);
      options[name] = text;
    } else {
      throw wrong(`it knows no --${name}.`);
    }
  }
  const least = shape.arguments.length - (shape.optional ?? 0);
  if (given.length < least) throw wrong(`${shape.arguments[given.length]!} is missing.`);
  const extra = given[shape.arguments.length];
  if (extra !== undefined) throw wrong(`${extra} is one word too many.`);
  return { arguments: given, options, flags };
}

function splitOption(text: string): readonly [name: string, inline: string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** What a person reads who typed a command wrongly. */
export const wrongUse = (shape: Pick<Shape, 'command' | 'usage'>, what: string): Rejected =>
  new Rejected(
    problems.usage(
      shape.command,
      what,
      shape.usage.map((way) => `xsupgrade ${way}`),
    ),
  );
