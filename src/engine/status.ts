/** Where a run is, for people and programs. A function of the fold and of what the pool is owed. */
import type { LaneAnswer, OwedAnswer, StatusAnswer } from '../domain/answers';
import { laneState, shownPhase, stoppedLines } from '../domain/lanes';
import type { Deed } from '../domain/person';
import { isOver } from '../domain/phases';
import { POOL_LANE } from '../domain/plan';
import { currentLine, lanesOf, openQuestions, type Run } from '../domain/run';
import { timeLeft } from '../domain/time-left';
import { deedOf } from './answer';

export function statusOf(
  run: Run,
  owed: readonly OwedAnswer[],
  whoMay: (deed: Deed) => readonly string[],
  selfApproval: boolean,
): StatusAnswer {
  const left = shownPhase(run) === 'running' ? timeLeft(run) : undefined;
  return {
    run: run.id,
    plan: run.plan.id,
    pool: run.plan.pool,
    phase: shownPhase(run),
    ...(left && { workLeft: left }),
    lanes: lanesOf(run).map((lane) => laneAnswer(run, lane)),
    // what an aborted run still asked can be answered no more
    questions: (isOver(run.phase) ? [] : openQuestions(run)).map((question) => {
      const host = run.lines[question.line]?.line.lane;
      const may = whoMay(deedOf(question.ask.kind));
      // the list names people as pools.yaml does: by id, or by the name it maps
      const own = [run.plan.madeBy, run.startedBy].flatMap(({ id, name }) => [id, name]);
      return {
        id: question.id,
        kind: question.ask.kind,
        text: question.ask.text,
        saw: question.ask.saw,
        mayAnswer:
          question.ask.notTheRequester && !selfApproval ? may.filter((who) => !own.includes(who)) : may,
        ...(question.ask.ways && { ways: question.ask.ways }),
        ...(host !== undefined && host !== POOL_LANE && { host }),
      };
    }),
    owed,
    problems: [
      ...stoppedLines(run).flatMap((state) => state.problem ?? []),
      ...(isOver(run.phase) ? [] : openQuestions(run)).flatMap((question) => question.ask.problem ?? []),
    ],
  };
}

function laneAnswer(run: Run, lane: string): LaneAnswer {
  const state = currentLine(run, lane);
  const ended = Object.values(run.lines).flatMap((other) =>
    other.line.lane === lane ? (other.doneAt ?? []) : [],
  );
  // a lane that is through, or stands between two lines, has stood there since its last line was done
  const since = state?.waitingSince ?? state?.begunAt ?? Math.max(run.startedAt, ...ended);
  return {
    state: laneState(run, lane),
    since: new Date(since).toISOString(),
    ...(lane !== POOL_LANE && { host: lane }),
    ...(state && { line: state.line.title }),
    ...(state?.waitingFor !== undefined && { waitingFor: state.waitingFor }),
  };
}
