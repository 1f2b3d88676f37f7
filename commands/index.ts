/** What a person can type: the table of contents. Slack, the shell and help are made from it. */
import { Rejected } from '../src/domain/errors';
import { problems } from '../src/domain/problems';
import type { CommandAnswer } from '../src/domain/command-answers';
import { abort } from './abort';
import { advance } from './advance';
import type { Command, CommandContext } from './command';
import { diff } from './diff';
import { helpAnswer, helpFor } from './help';
import { obligations } from './obligations';
import { pause } from './pause';
import { plan } from './plan';
import { pools } from './pools';
import { read } from './read';
import { resume } from './resume';
import { start } from './start';
import { status } from './status';
import { why } from './why';
import { splitLine } from './words';

export type { Command, CommandContext } from './command';

const wishes: readonly Command[] = [
  pools,
  plan,
  why,
  diff,
  start,
  pause,
  resume,
  advance,
  read,
  status,
  abort,
  obligations,
];

export const commands: readonly Command[] = [helpFor(wishes), ...wishes];

export const findCommand = (name: string): Command | undefined =>
  commands.find((command) => command.name === name);

/** Help, for whoever has no configuration yet. Rejected (UNKNOWN_COMMAND). */
export const helpAbout = (command?: string): CommandAnswer => helpAnswer(commands, command);

/**
 * The wish in these words, ready to be carried out; no words ask for help.
 * Rejected (UNKNOWN_COMMAND, USAGE) before anything is opened or asked.
 */
export function understood(words: readonly string[]): (context: CommandContext) => Promise<CommandAnswer> {
  const [name = 'help', ...rest] = words;
  const command = findCommand(name);
  if (!command)
    throw new Rejected(
      problems.unknownCommand(
        name,
        commands.map((one) => one.name),
      ),
    );
  return command.parse(rest);
}

/** One line as typed after /xsupgrade. Throws Rejected as `understood`, and whatever the operator says. */
export const runCommand = async (line: string, context: CommandContext): Promise<CommandAnswer> =>
  understood(splitLine(line))(context);
