/** A command: what a person can type, in Slack and in a shell. It says a wish to the operator; only the worker acts. */
import type { CommandAnswer, CommandHelp } from '../src/domain/command-answers';
import { rolesFor, type Deed, type Person } from '../src/domain/person';
import type { Plan, PlanRequest } from '../src/domain/plan';
import type { Operator } from '../src/engine/operator';
import { readWords, wrongUse, type Shape, type Words } from './words';

export interface CommandContext {
  readonly operator: Operator;
  readonly person: Person;
  /** Makes and keeps a plan in this process: a shell has it, Slack leaves planning to the worker. */
  readonly makePlan?: (pool: string, wish: PlanRequest) => Promise<Plan>;
  /** Where the worker answers a request for a plan. */
  readonly replyTo?: { readonly channel: string; readonly ts?: string };
}

export interface CommandDefinition<Args> {
  readonly name: string;
  readonly summary: string;
  /** What the operator will ask the person's roles for; left out: everybody may. Help names the roles. */
  readonly deed?: Deed;
  /** What may be typed after the name. */
  readonly shape: Omit<Shape, 'command' | 'usage'>;
  /** The ways to write it, without the program's name. */
  readonly usage: readonly string[];
  /** Throws what `wrong` makes when the words fit the shape and still make no sense. */
  parse(words: Words, wrong: (what: string) => Error): Args;
  /** Throws Rejected with a sentence; never a half-done wish. */
  run(context: CommandContext, args: Args): Promise<CommandAnswer>;
}

/** A command with the type of its arguments erased: what the table of contents holds. */
export interface Command extends CommandHelp {
  /** Rejected (USAGE) when the words make no sense; else the wish, ready to be carried out. */
  parse(words: readonly string[]): (context: CommandContext) => Promise<CommandAnswer>;
}

export function defineCommand<Args>(definition: CommandDefinition<Args>): Command {
  const { name, summary, usage, deed } = definition;
  return {
    name,
    summary,
    usage,
    roles: deed === undefined ? [] : rolesFor(deed),
    parse(words) {
      const shape = { ...definition.shape, command: name, usage };
      const args = definition.parse(readWords(words, shape), (what) => wrongUse(shape, what));
      return (context) => definition.run(context, args);
    },
  };
}
