/** The live card of a run: how far it is, what it waits for, what can be pressed. One per run, edited in place. */
import type { Button, KnownBlock } from '@slack/types';
import type { OwedAnswer } from '../../domain/answers';
import { workLeft } from '../../domain/duration';
import { laneState, shownPhase } from '../../domain/lanes';
import { owedName } from '../../domain/owed-words';
import { isOver } from '../../domain/phases';
import type { Run } from '../../domain/run';
import { timeLeft } from '../../domain/time-left';
import { actions, context, header, section, sections, table } from './blocks';
import { press } from './buttons';
import { coalesced, LIMITS } from './limits';
import { CARD, type Message } from './message';
import {
  bar,
  hostsOf,
  hostsSentence,
  isMixed,
  laneNow,
  mark,
  phaseSentence,
  progress,
  stands,
  versions,
  waitsFor,
} from './progress';
import { bold, clip, count, dayAndTime, listed, plain, spoken } from './words';

/** Above this the host list is text: a table of more rows would use up the message (stack §8). */
const TABLE_HOSTS = 16;

/** `notes`: what must stay in sight, for example a journal that may lose its last entries. */
export function card(run: Run, owed: readonly OwedAnswer[], notes: readonly string[] = []): Message {
  const far = progress(run);
  const headline = `${run.plan.pool} ${versions(run)}`;
  const above: readonly KnownBlock[] = [
    header(headline),
    section(
      [
        `${clip(bold(phaseSentence(run)), 700)}${far.hosts > 0 ? ` ${hostsSentence(far)}.` : ''}`,
        `${bar(far)}  ${far.linesDone} of ${far.lines} lines`,
        ...left(run),
      ].join('\n'),
    ),
    ...waits(run),
  ];
  const below: readonly KnownBlock[] = [
    ...(isMixed(run) && !isOver(run.phase) ? [context('No new VMs until all hosts are equal.')] : []),
    ...notes.slice(0, 2).map((note) => context(clip(plain(note), 400))),
    ...owes(run, owed),
    ...actions(buttons(run)),
    context(
      clip(
        `Plan ${plain(run.plan.id)} · run ${plain(run.id)} · started by ${plain(run.startedBy.name)}`,
        400,
      ),
      dayAndTime(run.startedAt),
    ),
  ];
  // the host list takes what the rest leaves over
  const room = LIMITS.message - JSON.stringify([...above, ...below]).length - 200;
  const text = `${headline}: ${phaseSentence(run)} ${hostsSentence(far)}`.trim();
  return { key: CARD, text: spoken(text), blocks: [...above, ...hosts(run, room), ...below] };
}

/** Where nothing moves the time that is left says nothing. */
function left(run: Run): readonly string[] {
  const minutes = shownPhase(run) === 'running' ? timeLeft(run) : undefined;
  return minutes ? [workLeft(minutes)] : [];
}

function waits(run: Run): readonly KnownBlock[] {
  const reasons = waitsFor(run).map((reason) => ({ text: `• ${clip(plain(reason), 600)}` }));
  if (reasons.length === 0) return [];
  const shown = coalesced(reasons.slice(0, 4), 1400, (n) => `• and ${n} more`);
  return sections(['*Waiting for*', ...shown]);
}

function hosts(run: Run, room: number): readonly KnownBlock[] {
  const names = hostsOf(run);
  if (names.length === 0) return [];
  const named = (host: string): string => (host === run.plan.snapshot.master ? `${host} (master)` : host);
  const symbol = (host: string): string => mark(run, host);
  const asTable = table([
    ['', 'Host', 'Lines', 'Now'],
    ...names
      .slice(0, TABLE_HOSTS)
      .map((host) => [
        symbol(host),
        clip(named(host), 60),
        stands(run, host),
        clip(laneNow(run, host, true), 140),
      ]),
  ]);
  if (names.length <= TABLE_HOSTS && JSON.stringify(asTable).length <= room) return [asTable];
  const lines = names.map((host) => ({
    text: `${symbol(host)} ${clip(bold(named(host)), 80)} ${stands(run, host)} ${clip(plain(laneNow(run, host)), 100)}`,
    keep: !['done', 'not begun'].includes(laneState(run, host)),
  }));
  // every section of 2,900 characters costs some 60 of its own
  return sections(coalesced(lines, Math.min(room - 400, 6000), (n) => `… and ${count(n, 'more host')}`));
}

function owes(run: Run, owed: readonly OwedAnswer[]): readonly KnownBlock[] {
  if (owed.length === 0) return [];
  const names = owed.map(owedName);
  if (run.phase !== 'aborted') return [context(`Owed to the pool: ${clip(plain(listed(names, 8)), 900)}`)];
  const lines = owed.map((one) => ({
    text: `• ${bold(owedName(one))}${one.canBeGivenBack ? '' : `: not yet, ${clip(plain(one.why ?? 'the pool is not ready for it'), 200)}`}`,
    keep: one.canBeGivenBack,
  }));
  // six things at most have buttons on the card (12,000 characters, stack §8); for the others there is `/xsupgrade obligations`
  const pressable = owed.slice(0, 6).flatMap((one): readonly Button[] => [
    ...(one.canBeGivenBack
      ? [
          press(`Give back ${owedName(one)}`, {
            do: 'give-back',
            pool: run.plan.pool,
            obligation: one.id,
          }),
        ]
      : []),
    press(`Take over ${owedName(one)}`, {
      do: 'take-over',
      pool: run.plan.pool,
      obligation: one.id,
    }),
  ]);
  return [
    section('*Owed to the pool*'),
    ...sections(
      coalesced(lines, 2000, (n) => `… and ${n} more: \`/xsupgrade obligations ${plain(run.plan.pool)}\``),
    ),
    ...actions(pressable),
  ];
}

function buttons(run: Run): readonly Button[] {
  const { id } = run;
  const abort = press('Abort', { do: 'abort', run: id }, { style: 'danger' });
  switch (shownPhase(run)) {
    case 'running':
    case 'held':
      return [
        press('Pause', { do: 'pause', run: id }),
        press('Pause now', { do: 'pause-now', run: id }),
        abort,
      ];
    case 'pausing':
      return [
        press('Resume', { do: 'resume', run: id }),
        press('Pause now', { do: 'pause-now', run: id }),
        abort,
      ];
    case 'paused':
      return [press('Resume', { do: 'resume', run: id }, { style: 'primary' }), abort];
    case 'aborting':
    case 'aborted':
    case 'finished':
      return [];
  }
}
