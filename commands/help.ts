/** What can be typed, made from the commands themselves. */
import { Rejected } from '../src/domain/errors';
import { problems } from '../src/domain/problems';
import type { CommandHelp } from '../src/domain/command-answers';
import { defineCommand, type Command } from './command';

/** `others`: every other command; help lists itself too. */
export function helpFor(others: readonly Command[]): Command {
  const help = defineCommand<string | undefined>({
    name: 'help',
    usage: ['help [COMMAND]'],
    summary: 'Shows what can be typed.',
    roles: [],
    shape: { arguments: ['COMMAND'], optional: 1 },
    parse: (words) => words.arguments[0],
    run: async (_context, asked) => {
      const all: readonly CommandHelp[] = [help, ...others];
      const shown = asked === undefined ? all : all.filter((command) => command.name === asked);
      if (asked !== undefined && shown.length === 0)
        throw new Rejected(
          problems.unknownCommand(
            asked,
            all.map((command) => command.name),
          ),
        );
      return {
        about: 'help',
        commands: shown.map(({ name, usage, summary, roles }) => ({ name, usage, summary, roles })),
      };
    },
  });
  return help;
}
