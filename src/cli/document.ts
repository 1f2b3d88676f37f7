/** What `--json` prints: one document a command, its shape fixed by docs/schema. */
import { planAnswer } from '../domain/answers';
import type { CommandAnswer } from '../domain/command-answers';
import type { Problem } from '../domain/problem';

export function documentOf(answer: CommandAnswer): object {
  switch (answer.about) {
    case 'help':
      return { v: 1, commands: answer.commands };
    case 'pools':
      return { v: 1, pools: answer.pools };
    case 'plan':
      return planAnswer(answer.plan);
    case 'plan-asked':
      return { request: answer.request };
    case 'run':
      return {
        run: answer.answer.run,
        phase: answer.answer.phase,
        ...(answer.question !== undefined && { question: answer.question }),
      };
    case 'status':
      return answer.status;
    case 'why':
      return { v: 1, ...answer.plan, blockers: answer.blockers };
    case 'diff':
      return { v: 1, ...answer.difference };
    case 'text':
      return { v: 1, run: answer.run, name: answer.name, content: answer.content };
    case 'obligations':
      break;
  }
  return { pool: answer.pool, owed: answer.owed };
}

export const errorDocument = ({ code, what, why, doThis }: Problem): object => ({
  error: { code, what, why, doThis },
});
