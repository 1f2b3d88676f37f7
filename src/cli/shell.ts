/** The shell: the same commands as in Slack, with the same authorisation. Prints one answer and ends with its exit code. */
import { helpAbout, understood } from '../../commands/index';
import type { CommandAnswer } from '../domain/command-answers';
import { Rejected } from '../domain/errors';
import { problems } from '../domain/problems';
import type { Doors } from './backend';
import { documentOf, errorDocument } from './document';
import { EXIT, failureOf } from './exit';
import { asksWhatIf, whatIf, whatIfText } from './what-if';
import { problemText, text } from './text';

export interface ShellIo {
  /** Only the documented output goes here. */
  out(text: string): void;
  err(text: string): void;
  /** Columns of the terminal; absent in a pipe, where nothing is broken into lines. */
  readonly width?: number;
  /** The operating-system user. */
  readonly login: string;
}

/** What hands type before they have read anything. */
const SAME = { '--help': 'help', '-h': 'help', '--version': 'version' } as const;

/** `argv`: without program and `--config`. Returns the exit code; never throws. */
export async function shell(argv: readonly string[], doors: Doors, io: ShellIo): Promise<number> {
  const json = argv.includes('--json');
  try {
    const { as, words: typed } = withoutGlobals(argv);
    const [first = '', ...rest] = typed;
    const words = first in SAME ? [SAME[first as keyof typeof SAME], ...rest] : typed;
    if (words[0] === 'version' && words.length === 1) {
      io.out(json ? line({ version: doors.version }) : `xsupgrade ${doors.version}\n`);
      return EXIT.done;
    }
    if (words[0] === 'migrate' && words.length === 1) {
      const migrated = await doors.migrate();
      io.out(
        json
          ? line({ migrated })
          : `${migrated.length === 0 ? 'Nothing to do.' : `Applied: ${migrated.join(', ')}`}\n`,
      );
      return EXIT.done;
    }
    if (asksWhatIf(words)) {
      const answer = whatIf(words);
      io.out(json ? line(answer) : `${whatIfText(answer)}\n`);
      return answer.placement.answer === 'fits' ? EXIT.done : EXIT.refused;
    }
    const answer = await carriedOut(words, as, doors, io.login);
    io.out(json ? line(documentOf(answer)) : `${text(answer, io.width)}\n`);
    return answer.about === 'plan' && answer.plan.verdict === 'blocked' ? EXIT.refused : EXIT.done;
  } catch (error) {
    const { code, problem } = failureOf(error);
    if (json) io.out(line(errorDocument(problem)));
    else io.err(`${problemText(problem)}\n`);
    return code;
  }
}

async function carriedOut(
  words: readonly string[],
  as: string | undefined,
  doors: Doors,
  login: string,
): Promise<CommandAnswer> {
  // whoever typed it wrongly should not need a configuration to learn so
  const wish = understood(words);
  if (words[0] === undefined || words[0] === 'help') return helpAbout(words[1]);
  const backend = await doors.open();
  try {
    const person = backend.person(login, as);
    return await wish({
      operator: backend.operator,
      person,
      makePlan: (pool, wishes) => backend.makePlan(pool, wishes, person),
    });
  } finally {
    await backend.close();
  }
}

/** Takes `--json` and `--as USER` out of the words, wherever they stand. */
function withoutGlobals(argv: readonly string[]): {
  readonly as?: string;
  readonly words: readonly string[];
} {
  const words: string[] = [];
  let as: string | undefined;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '--json') continue;
    if (word !== '--as' && !word.startsWith('--as=')) {
      words.push(word);
      continue;
    }
    as = word === '--as' ? argv[++at] : word.slice('--as='.length);
    if (as === undefined || as === '' || as.startsWith('--'))
      throw new Rejected(problems.usage('xsupgrade', '--as needs a user.', ['COMMAND … --as USER']));
  }
  return { words, ...(as !== undefined && { as }) };
}

const line = (document: object): string => `${JSON.stringify(document)}\n`;
