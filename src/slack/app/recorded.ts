/** Every press and every command gets an answer, within two seconds: done, refused with the reason, or "not recorded". */
import { Rejected } from '../../domain/errors';
import type { Problem } from '../../domain/problem';
import type { Message } from '../view/message';
import { problemMessage } from '../view/question-message';
import type { Log } from './log';

/** Wall milliseconds in which a wish must be in the journal (design: People). */
export const RECORD_WITHIN = 2_000;

export const notRecorded = (again: string): Problem => ({
  code: 'NOT_RECORDED',
  what: `Not recorded: ${again} again.`,
  why: 'The journal did not answer within two seconds; nothing has been asked of the worker.',
  doThis: [
    `${again[0]?.toUpperCase() ?? ''}${again.slice(1)} again`,
    'If it stays so, look at /readyz of the bot',
  ],
});

/**
 * Carries out a wish and tells the person. A wish that is recorded later than promised is told as well, so that
 * nobody has to wonder which of the two it was.
 */
export async function tellOutcome(
  wish: () => Promise<Message>,
  tell: (message: Message) => Promise<void>,
  again: 'press' | 'type it',
  log: Log,
  within: number = RECORD_WITHIN,
): Promise<void> {
  let late = false;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => {
      late = true;
      resolve('late');
    }, within);
  });
  const outcome = wish().catch((error: unknown): Message => {
    if (error instanceof Rejected) return problemMessage(error.problem);
    log.error(
      { why: error instanceof Error ? error.message : String(error) },
      'A wish from Slack could not be recorded',
    );
    return problemMessage(notRecorded(again));
  });
  const first = await Promise.race([outcome, deadline]);
  clearTimeout(timer);
  if (first !== 'late') return tell(first);
  await tell(problemMessage(notRecorded(again)));
  const message = await outcome;
  if (late) await tell(message);
}
