/** What to do about a problem, as a list. A command is shown whole, and the last step always: how it goes on. */
import { fitting } from './limits';
import { clip, inSlack, plain } from './words';

/** Characters of one advice: a statement to be copied must be whole, or it is worse than none. */
export const ADVICE = 900;

/** Steps within `budget` characters of JSON; the first ones stay, and the last. `run` names the run in its commands. */
export function adviceLines(
  doThis: readonly string[],
  budget: number,
  indent: string,
  run?: string,
): readonly string[] {
  const lines = doThis.map((one) => `${indent}• ${clip(plain(inSlack(one, run)), ADVICE)}`);
  const last = lines.slice(-1);
  const room = budget - last.reduce((sum, line) => sum + JSON.stringify(line).length + 1, 0);
  const all = run === undefined ? '' : `: /xsupgrade status ${run}`;
  return [...fitting(lines.slice(0, -1), room, (n) => `${indent}• and ${n} more${all}`), ...last];
}
