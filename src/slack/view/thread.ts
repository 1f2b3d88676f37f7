/** The whole thread of a run as it should read now. A function of the run: Slack is made to match it. */
import type { OwedAnswer } from '../../domain/answers';
import { POOL_LANE } from '../../domain/plan';
import type { Run } from '../../domain/run';
import { card } from './card';
import { finishMessage } from './finish-message';
import { handsMessage, handsSince } from './hands-message';
import type { Message } from './message';
import { questionMessage } from './question-message';
import { hostReply, poolReply } from './section-reply';

/** The card first, then replies in the order in which they began. */
export function thread(
  run: Run,
  owed: readonly OwedAnswer[],
  notes: readonly string[] = [],
): readonly Message[] {
  const dated: { readonly at: number; readonly message: Message }[] = [];
  const seen = new Set<string>();
  for (const [index, section] of run.sections.entries()) {
    const message = section.lane === POOL_LANE ? poolReply(run, index) : hostReply(run, section.lane);
    if (!message || seen.has(message.key)) continue;
    seen.add(message.key);
    dated.push({
      at: begunAt(
        run,
        section.lane === POOL_LANE ? section.lines.map((line) => line.id) : idsOf(run, section.lane),
      ),
      message,
    });
  }
  for (const question of run.questions)
    dated.push({ at: question.askedAt, message: questionMessage(run, question) });
  for (const state of Object.values(run.lines)) {
    const message = handsMessage(run, state);
    if (message) dated.push({ at: handsSince(state) ?? Infinity, message });
  }
  dated.sort((a, b) => a.at - b.at);
  const finish = finishMessage(run, owed);
  return [card(run, owed, notes), ...dated.map(({ message }) => message), ...(finish ? [finish] : [])];
}

const idsOf = (run: Run, lane: string): readonly string[] =>
  run.sections
    .filter((section) => section.lane === lane)
    .flatMap((section) => section.lines.map((line) => line.id));

const begunAt = (run: Run, ids: readonly string[]): number =>
  Math.min(...ids.map((id) => run.lines[id]?.begunAt ?? Infinity));
