/** One reply per host (and for the lines before the first and after the last): every line begun, edited in place. */
import { POOL_LANE, type Section } from '../../domain/plan';
import { currentLine, openQuestion, type LineState, type Run } from '../../domain/run';
import { adviceLines } from './advice';
import { context, section, sections } from './blocks';
import { coalesced, type TextLine } from './limits';
import { duration } from '../../domain/duration';
import type { Message } from './message';
import { bold, clip, clockTime, count, plain, spoken } from './words';

/** JSON characters of the lines in one reply; what is left over holds heading and footer (12,000 in all, stack §8). */
const BUDGET = 9500;
/** JSON characters of what is to be done about one line: with title and why it fits into one section (2,900). */
const STEPS = 1900;

/** The reply of one host. Undefined until a line of it has begun. */
export function hostReply(run: Run, host: string): Message | undefined {
  const mine = run.sections.filter((one) => one.lane === host);
  const title = host === run.plan.snapshot.master ? `${host} (master)` : host;
  return reply(run, `host:${host}`, title, mine);
}

/** The reply of the pool's lines before the first host, or after the last. Undefined until a line of it has begun. */
export function poolReply(run: Run, index: number): Message | undefined {
  const one = run.sections[index];
  return one?.lane === POOL_LANE ? reply(run, `section:${index}`, one.title, [one]) : undefined;
}

function reply(run: Run, key: string, title: string, mine: readonly Section[]): Message | undefined {
  const lines = mine.flatMap((one) => one.lines);
  const begun = lines.flatMap((line) => {
    const state = run.lines[line.id];
    return state && state.status !== 'planned' ? [state] : [];
  });
  if (begun.length === 0) return undefined;
  const done = begun.filter((state) => state.status === 'done').length;
  const all = done === lines.length;
  const texts = coalesced(
    begun.map((state) => lineText(run, state)),
    BUDGET,
    (n) => `✓ ${count(n, 'earlier line')} done`,
  );
  const took =
    begun[0]?.begunAt !== undefined && all ? ` in ${duration(lastDone(begun) - begun[0].begunAt)}` : '';
  return {
    key,
    text: spoken(`${title}: ${done} of ${lines.length} lines done`),
    blocks: [
      section(clip(bold(title), 300)),
      ...sections(texts),
      context(
        all
          ? `✓ ${lines.length === 1 ? 'Done' : `All ${lines.length} lines done`}${took}`
          : `${done} of ${lines.length} lines done`,
      ),
    ],
  };
}

const lastDone = (states: readonly LineState[]): number =>
  Math.max(...states.map((state) => state.doneAt ?? 0));

/** ✓ done with what was seen, … waiting with why, ? a question, ✗ a problem with what, why and what to do. */
export function lineText(run: Run, state: LineState): TextLine {
  const title = bold(clip(state.line.title, 200));
  if (state.status === 'done') {
    const saw = state.saw === undefined || state.saw === '' ? '' : `: ${clip(plain(state.saw), 240)}`;
    return { text: `✓ ${title}${saw}` };
  }
  if (state.status === 'stopped' && state.problem) {
    const { what, why, doThis } = state.problem;
    const advice = adviceLines(doThis, STEPS, '      ', run.id);
    return {
      text: [
        `✗ ${title}: ${clip(plain(what), 300)}`,
        `      Why: ${clip(plain(why), 400)}`,
        ...(advice.length ? ['      Do this:', ...advice] : []),
      ].join('\n'),
      keep: true,
    };
  }
  const question = openQuestion(run, state.line.id);
  if (question)
    return { text: `? ${title}: waits for an answer (asked ${clockTime(question.askedAt)})`, keep: true };
  if (currentLine(run, state.line.lane) !== state)
    return { text: `… ${title}: looks again when the lines put in before it are done`, keep: true };
  const why = state.waitingFor === undefined || state.waitingFor === '' ? 'looking' : state.waitingFor;
  const since = state.waitingSince === undefined ? '' : ` (since ${clockTime(state.waitingSince)})`;
  return {
    text: `… ${title}: ${clip(plain(why), 300)}${since}${state.overdue ? ' · takes longer than expected' : ''}`,
    keep: true,
  };
}
