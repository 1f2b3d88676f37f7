/** The pretend shell's grammar: words with quotes, `;`, `&&`, `{ … & }` and redirections. Anything else is a syntax error. */

export interface Redirects {
  readonly out?: string;
  readonly err?: string;
}

export type Line =
  | { readonly kind: 'simple'; readonly words: readonly string[]; readonly to: Redirects }
  | { readonly kind: 'and'; readonly first: Line; readonly next: Line }
  | { readonly kind: 'sequence'; readonly lines: readonly Line[] }
  | { readonly kind: 'background'; readonly line: Line };

export class ShellSyntax extends Error {}

type Token = { readonly word: string } | { readonly operator: string };

/** `$?` outside single quotes is kept as this and filled in when the word is used. */
export const LAST_CODE = '\u0000?';

const OPERATORS = ['2>&1', '&&', '2>', ';', '&', '<', '>', '{', '}'];

export function parse(command: string): Line {
  const tokens = tokenize(command);
  const line = sequence(tokens);
  if (tokens.length > 0) throw new ShellSyntax('syntax error near unexpected token');
  return line;
}

function tokenize(command: string): Token[] {
  const tokens: Token[] = [];
  let word: string | undefined;
  const flush = (): void => {
    if (word !== undefined) tokens.push({ word });
    word = undefined;
  };
  for (let i = 0; i < command.length; i++) {
    const character = command[i]!;
    const operator = word === undefined ? OPERATORS.find((one) => command.startsWith(one, i)) : undefined;
    if (/\s/.test(character)) flush();
    else if (operator !== undefined) {
      tokens.push({ operator });
      i += operator.length - 1;
    } else if (character === "'") {
      const end = command.indexOf("'", i + 1);
      if (end < 0) throw new ShellSyntax('unterminated quoted string');
      word = (word ?? '') + command.slice(i + 1, end);
      i = end;
    } else if (character === '"') {
      const end = command.indexOf('"', i + 1);
      if (end < 0) throw new ShellSyntax('unterminated quoted string');
      const inside = command.slice(i + 1, end);
      if (/[$`\\]/.test(inside)) throw new ShellSyntax('an expansion inside quotes is not understood here');
      word = (word ?? '') + inside;
      i = end;
    } else if (character === '\\') word = (word ?? '') + (command[++i] ?? '');
    else if (command.startsWith('$?', i)) {
      word = (word ?? '') + LAST_CODE;
      i++;
    } else if (';&'.includes(character)) {
      flush();
      i--;
    } else if ('$`|()*~'.includes(character)) throw new ShellSyntax(`${character} is not understood here`);
    else word = (word ?? '') + character;
  }
  flush();
  return tokens;
}

const isOperator = (token: Token | undefined, operator: string): boolean =>
  token !== undefined && 'operator' in token && token.operator === operator;

function sequence(tokens: Token[]): Line {
  const lines: Line[] = [];
  while (tokens.length > 0 && !isOperator(tokens[0], '}')) {
    const line = and(tokens);
    if (isOperator(tokens[0], '&')) {
      tokens.shift();
      lines.push({ kind: 'background', line });
    } else lines.push(line);
    if (isOperator(tokens[0], ';')) tokens.shift();
  }
  return lines.length === 1 ? lines[0]! : { kind: 'sequence', lines };
}

function and(tokens: Token[]): Line {
  let line = part(tokens);
  while (isOperator(tokens[0], '&&')) {
    tokens.shift();
    line = { kind: 'and', first: line, next: part(tokens) };
  }
  return line;
}

function part(tokens: Token[]): Line {
  if (!isOperator(tokens[0], '{')) return simple(tokens);
  tokens.shift();
  const line = sequence(tokens);
  if (!isOperator(tokens.shift(), '}')) throw new ShellSyntax('} is missing');
  return line;
}

function simple(tokens: Token[]): Line {
  const words: string[] = [];
  const to: { out?: string; err?: string } = {};
  for (;;) {
    const token = tokens[0];
    if (token === undefined) break;
    if ('word' in token) words.push(token.word);
    else if (token.operator === '2>&1') {
      if (to.out !== undefined) to.err = to.out;
    } else if (['>', '2>', '<'].includes(token.operator)) {
      tokens.shift();
      const file = tokens[0];
      if (file === undefined || !('word' in file)) throw new ShellSyntax('a file name is missing');
      if (token.operator === '>') to.out = file.word;
      if (token.operator === '2>') to.err = file.word;
    } else break;
    tokens.shift();
  }
  if (words.length === 0) throw new ShellSyntax('a command is missing');
  return { kind: 'simple', words, to };
}
