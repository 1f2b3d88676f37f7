/** What can be typed, made from the commands themselves. */
import type { CommandAnswer, CommandHelp } from '../src/domain/command-answers';
import { Rejected } from '../src/domain/errors';
import { problems } from '../src/domain/problems';
import { defineCommand, type Command } from './command';

/** `others`: every other command; help lists itself too. */
export function helpFor(others: readonly Command[]): Command {
  const help: Command = defineCommand<string | undefined>({
    name: 'help',
    usage: ['help [COMMAND]'],
    summary: 'Shows what can be typed.',
    shape: { arguments: ['COMMAND'], optional: 1 },
    parse: (words) => words.arguments[0],
    run: async (_context, asked) => helpAnswer([help, ...others], asked),
  });
  return help;
}

/** All commands, or the one that is asked for. Rejected (UNKNOWN_COMMAND). Needs no pool and no person. */
export function helpAnswer(all: readonly CommandHelp[], asked?: string): CommandAnswer {
  const shown = asked === undefined ? all : all.filter((command) => command.name === asked);
  if (asked !== undefined && shown.length === 0) {
    const names = all.map((command) => command.name);
    throw new Rejected(problems.unknownCommand(asked, names));
  }
  return {
    about: 'help',
    commands: shown.map(({ name, usage, summary, roles }) => ({ name, usage, summary, roles })),
  };
}
