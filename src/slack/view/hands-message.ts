/** Hands are needed at a machine: a message of its own, because an edit pings nobody. It ends by itself. */
import { isOver } from '../../domain/phases';
import { POOL_LANE } from '../../domain/plan';
import type { LineState, Run } from '../../domain/run';
import { context, section } from './blocks';
import type { Message } from './message';
import { bold, clip, dayAndTime, mention, plain, spoken } from './words';

/** Since when a line has been waiting for hands, epoch milliseconds; undefined when it never was. */
export const handsSince = (state: LineState): number | undefined =>
  state.notes.find(({ note }) => isHands(note))?.at;

const isHands = (note: unknown): boolean =>
  typeof note === 'object' && note !== null && 'hands' in note && note.hands === true;

/** Undefined for a line that never waited for hands. */
export function handsMessage(run: Run, state: LineState): Message | undefined {
  const since = handsSince(state);
  if (since === undefined) return undefined;
  const { lane } = state.line;
  const on = lane === POOL_LANE ? run.plan.pool : lane;
  return {
    key: `hands:${state.line.id}`,
    text: spoken(`${on}: hands are needed. ${state.line.title}`),
    broadcast: true,
    blocks: [
      section(`☞ ${bold(`Hands needed: ${on}`)}\n${body(run, state)}`),
      context(`asked ${dayAndTime(since)} · started by ${plain(run.startedBy.name)}`),
    ],
  };
}

function body(run: Run, state: LineState): string {
  const title = clip(state.line.title, 300);
  if (state.status === 'done') return `✓ ${plain(title)}: ${clip(plain(state.saw ?? 'done'), 300)}`;
  if (state.status === 'stopped')
    return `✗ ${bold(clip(state.problem?.what ?? title, 500))}\nDo nothing at the machine until the question about it is answered.`;
  if (isOver(run.phase)) return 'The run has ended. Do nothing at the machine for it.';
  return `${mention(run.startedBy.id)} ${clip(plain(state.waitingFor ?? title), 1000)}`;
}
