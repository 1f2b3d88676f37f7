/** The last word of a run: what was done, how long it took, what is still owed. */
import type { OwedAnswer } from '../../domain/answers';
import { aboutMinutes, duration } from '../../domain/duration';
import { laneState } from '../../domain/lanes';
import { owedName } from '../../domain/owed-words';
import type { Run } from '../../domain/run';
import { waitedForPeople } from '../../domain/time-left';
import { section, sections } from './blocks';
import { coalesced } from './limits';
import { FINISH, type Message } from './message';
import { hostsOf, versions } from './progress';
import { bold, clip, count, listed, plain, spoken } from './words';

/** Undefined while the run is open. */
export function finishMessage(run: Run, owed: readonly OwedAnswer[] = []): Message | undefined {
  if (run.phase !== 'finished' && run.phase !== 'aborted') return undefined;
  const took = duration((run.endedAt ?? run.at) - run.startedAt);
  const headline =
    run.phase === 'finished'
      ? `${run.plan.pool} ${versions(run)}: finished in ${took}`
      : `${run.plan.pool} ${versions(run)}: aborted by ${run.abort?.by.name ?? 'somebody'} after ${took}`;
  const mark = run.phase === 'finished' ? '✓' : '✗';
  const answers = run.questions.filter((question) => question.answer).length;
  const begun = hostsOf(run).filter((host) => laneState(run, host) !== 'not begun');
  const lines = coalesced(
    begun.map((host) => ({ text: hostLine(run, host) })),
    6000,
    (n) => `✓ ${count(n, 'more host')}`,
  );
  const left =
    owed.length > 0
      ? `Still owed to the pool: ${listed(
          owed.map(owedName),
          12,
        )}. The buttons are on the card at the top of this thread.`
      : 'Everything that was changed has been given back.';
  return {
    key: FINISH,
    text: spoken(`${mark} ${headline}. ${left}`),
    broadcast: true,
    blocks: [
      section(`${mark} ${bold(headline)}`),
      ...sections(lines),
      section(
        [
          clip(plain(left), 2500),
          `${count(answers, 'question')} answered by people.`,
          ...asPlanned(run),
        ].join('\n'),
      ),
    ],
  };
}

/** What the plan said beside what it took, so that people learn how far to trust the next one. */
function asPlanned(run: Run): readonly string[] {
  const planned = run.plan.placement.figures?.minutes;
  if (!planned || run.phase !== 'finished') return [];
  const waited = waitedForPeople(run);
  const worked = (run.endedAt ?? run.at) - run.startedAt - waited;
  return [
    `Worked ${duration(worked)} and waited ${duration(waited)} for people; planned for the hosts: ${aboutMinutes(planned)}.`,
  ];
}

function hostLine(run: Run, host: string): string {
  const states = Object.values(run.lines).filter((state) => state.line.lane === host);
  const begunAt = Math.min(...states.map((state) => state.begunAt ?? Infinity));
  const doneAt = Math.max(...states.map((state) => state.doneAt ?? 0));
  const all = states.every((state) => state.status === 'done');
  if (all) return `✓ ${bold(host)} ${duration(doneAt - begunAt)}`;
  const done = states.filter((state) => state.status === 'done').length;
  return `✗ ${bold(host)} stopped after ${done} of ${count(states.length, 'line')}`;
}
