/** One answer to one question, checked against the newest fold. Pure; refuses with a sentence. */
import { Rejected } from '../domain/errors';
import type { QuestionAnswered } from '../domain/journal';
import type { QuestionKind } from '../domain/decision';
import type { Deed, Person } from '../domain/person';
import { isOver } from '../domain/phases';
import { problems } from '../domain/problems';
import type { WayOut } from '../domain/ways-out';
import { openQuestions, type Question, type Run } from '../domain/run';

export interface Answering {
  readonly question?: string;
  readonly says: 'yes' | 'no';
  readonly reason?: string;
  readonly digest?: string;
  /** One of those that the question offers. */
  readonly way?: WayOut;
}

/** What answering a question of this kind takes. */
export const deedOf = (kind: QuestionKind): Deed =>
  kind === 'confirm' || kind === 'retry' ? 'confirm' : 'approve';

/** The first answer counts. Whoever made or started the run does not answer its approvals, unless the pool allows it. */
export function answerWith(
  run: Run,
  by: Person,
  answer: Answering,
  madeBy: Person | undefined,
  selfApproval: boolean,
): QuestionAnswered {
  if (isOver(run.phase)) throw new Rejected(problems.runOver(run.id, run.phase));
  const question = which(run, answer.question);
  if (question.answer) {
    const { by: first, at, says } = question.answer;
    throw new Rejected(problems.alreadyAnswered(question.id, first.name, new Date(at).toISOString(), says));
  }
  if (question.withdrawn !== undefined)
    throw new Rejected(problems.questionGone(question.id, question.withdrawn));
  if (answer.digest !== undefined && answer.digest !== question.ask.digest)
    throw new Rejected(problems.questionGone(question.id, 'What it showed has changed since.'));
  const own = by.id === madeBy?.id || by.id === run.startedBy.id;
  if (question.ask.notTheRequester && own && !selfApproval)
    throw new Rejected(problems.selfApproval(by.name, run.plan.pool));
  if (answer.says === 'no' && question.ask.kind === 'approve' && !answer.reason)
    throw new Rejected(problems.reasonNeeded('Declining'));
  if (answer.says === 'yes' && question.ask.kind === 'accept-loss' && !answer.reason?.trim())
    throw new Rejected(problems.reasonNeeded('Accepting a loss'));
  const { ways = [] } = question.ask;
  if (answer.way !== undefined && !ways.includes(answer.way))
    throw new Rejected(problems.noSuchWay(question.id, answer.way, ways));
  return {
    type: 'QuestionAnswered',
    question: question.id,
    says: answer.says,
    by,
    digest: question.ask.digest,
    ...(answer.reason !== undefined && { reason: answer.reason }),
    ...(answer.way !== undefined && answer.says === 'yes' && { way: answer.way }),
  };
}

function which(run: Run, id: string | undefined): Question {
  if (id !== undefined) {
    const question = run.questions.find((candidate) => candidate.id === id);
    if (!question) throw new Rejected(problems.questionGone(id, 'The run has never asked it.'));
    return question;
  }
  const open = openQuestions(run);
  if (open.length === 0) throw new Rejected(problems.noQuestion(run.id));
  if (open.length > 1)
    throw new Rejected(
      problems.whichQuestion(
        run.id,
        open.map((question) => question.id),
      ),
    );
  return open[0]!;
}
