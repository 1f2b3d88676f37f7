/** What a person can type: the table of contents. Slack, the shell and help are made from it. */
import { Rejected } from '../src/domain/errors';
import { problems } from '../src/domain/problems';
import type { CommandAnswer } from '../src/domain/command-answers';
import { abort } from './abort';
import { advance } from './advance';
import type { Command, CommandContext } from './command';
import { helpFor } from './help';
import { obligations } from './obligations';
import { pause } from './pause';
import { plan } from './plan';
import { pools } from './pools';
import { resume } from './resume';
import { start } from './start';
import { status } from './status';
import { splitLine } from './words';

export type { Command, CommandContext } from './command';

const wishes: readonly Command[] = [pools, plan, start, pause, resume, advance, status, abort, obligations];

export const commands: readonly Command[] = [helpFor(wishes), ...wishes];

export const findCommand = (name: string): Command | undefined =>
  commands.find((command) => command.name === name);

/** Words as a shell hands them over. Throws Rejected (UNKNOWN_COMMAND, USAGE, or whatever the operator says). */
export async function runWords(words: readonly string[], context: CommandContext): Promise<CommandAnswer> {
  const [name = 'help', ...rest] = words;
  const command = findCommand(name);
  if (!command)
    throw new Rejected(
      problems.unknownCommand(
        name,
        commands.map((one) => one.name),
      ),
    );
  return command.parse(rest)(context);
}

/** One line as typed after /xsupgrade; an empty one asks for help. Throws as `runWords`. */
export const runCommand = (line: string, context: CommandContext): Promise<CommandAnswer> =>
  runWords(splitLine(line), context);
