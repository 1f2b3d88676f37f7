/** What a command answers, as a terminal shows it. */
import { WAY_WORDS } from '../domain/ways-out';
import { workLeft } from '../domain/duration';
import type { OwedAnswer, StatusAnswer } from '../domain/answers';
import type { CommandAnswer } from '../domain/command-answers';
import type { Problem } from '../domain/problem';
import { owedName } from '../domain/owed-words';
import { differenceText, planText, whyText } from './plan-text';
import { indented, table } from './table';

/** `width`: columns of the terminal; absent in a pipe. */
export function text(answer: CommandAnswer, width?: number): string {
  switch (answer.about) {
    case 'help':
      return [
        ...answer.commands.flatMap((command) => [
          ...command.usage.map((usage) => `xsupgrade ${usage}`),
          `    ${command.summary}`,
          ...(command.roles.length > 0 ? [`    For: ${command.roles.join(', ')}`] : []),
        ]),
        '',
        'Everywhere: --json prints one document, --config DIR names the directory of pools.yaml and .env.',
        'xsupgrade plan --snapshot FILE --to VERSION says where VMs would go in a pool that is only a file.',
        'xsupgrade migrate prepares the database; xsupgrade version says which program this is.',
      ].join('\n');
    case 'pools':
      if (answer.pools.length === 0) return 'There is no pool you may see.';
      return table(
        ['POOL', 'TARGET', 'RUN', 'PHASE', 'YOU ARE'],
        answer.pools.map(({ pool, target, openRun, phase, roles }) => [
          pool,
          target ?? 'none',
          openRun ?? 'none',
          phase ?? '',
          roles.join(', '),
        ]),
      ).join('\n');
    case 'plan':
      return planText(answer.plan, width);
    case 'plan-asked':
      return `The worker looks at ${answer.pool}; request ${answer.request}.`;
    case 'run':
      return runText(answer);
    case 'status':
      return statusText(answer.status);
    case 'why':
      return whyText(answer, width);
    case 'text':
      return answer.content;
    case 'diff':
      return differenceText(answer.difference);
    case 'obligations':
      break;
  }
  const { pool, owed, tookOver } = answer;
  return [
    ...(tookOver ? [`You took over ${tookOver.id}: ${tookOver.reason}`] : []),
    ...owedText(pool, owed),
  ].join('\n');
}

function runText({
  answer,
  effectAfter,
  question,
  says,
  way,
}: Extract<CommandAnswer, { about: 'run' }>): string {
  return [
    ...(question === undefined
      ? []
      : [`Answered ${question}: ${way ? WAY_WORDS[way].label : (says ?? 'yes')}.`]),
    `Run ${answer.run} is ${answer.phase}.`,
    ...(effectAfter === undefined ? [] : [`It takes effect after the line: ${effectAfter}`]),
    `See how it goes: xsupgrade status ${answer.run}`,
  ].join('\n');
}

function statusText(status: StatusAnswer): string {
  return [
    `Run ${status.run} of ${status.pool} is ${status.phase} (plan ${status.plan}).`,
    ...(status.workLeft ? [workLeft(status.workLeft)] : []),
    '',
    ...table(
      ['LANE', 'STATE', 'SINCE', 'LINE'],
      status.lanes.map(({ host, state, line, since }) => [
        host ?? status.pool,
        state,
        minute(since),
        line ?? '',
      ]),
    ),
    // a sentence in a column would push the others off the screen; a question is printed below
    ...status.lanes.flatMap(({ host, state, waitingFor }) =>
      waitingFor === undefined || waitingFor === '' || state === 'asking'
        ? []
        : ['', `${host ?? status.pool}: ${waitingFor}`],
    ),
    ...status.questions.flatMap((question) => [
      '',
      `? ${question.id}${question.host === undefined ? '' : ` on ${question.host}`}: ${question.text}`,
      ...indented(
        question.saw.map((seen) => `saw: ${seen}`),
        4,
      ),
      `    may answer: ${question.mayAnswer.join(', ') || 'nobody'}`,
      ...(question.ways
        ? question.ways.map(
            (way) =>
              `    xsupgrade advance ${status.run} --question ${question.id} --way ${way}: ${WAY_WORDS[way].says}`,
          )
        : [
            `    xsupgrade advance ${status.run} --question ${question.id}${question.kind === 'accept-loss' ? ' --reason TEXT' : ''}`,
          ]),
    ]),
    ...status.problems.flatMap((problem) => ['', problemText(problem, status.run)]),
    '',
    ...owedText(status.pool, status.owed),
  ].join('\n');
}

function owedText(pool: string, owed: readonly OwedAnswer[]): readonly string[] {
  if (owed.length === 0) return [`Nothing is owed to ${pool}.`];
  return [
    `Owed to ${pool}:`,
    ...table(
      ['WHAT', 'SINCE', 'ID', 'CAN BE GIVEN BACK'],
      owed.map((one) => [
        owedName(one),
        minute(one.since),
        one.id,
        one.canBeGivenBack ? 'yes' : `not yet: ${one.why ?? 'the pool is not ready for it'}`,
      ]),
    ),
  ];
}

/** To the minute: seconds help nobody who reads a table. */
const minute = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;

/** `run`: the one that the problem is about, for the commands in its advice. */
export const problemText = ({ code, what, why, doThis }: Problem, run = 'RUN'): string =>
  [`✗ ${what} (${code})`, `  Why: ${why}`, ...doThis.map((step) => `  Do this: ${inShell(step, run)}`)].join(
    '\n',
  );

/** Advice is written once for both places; here the commands are typed without Slack's slash. */
const inShell = (step: string, run: string): string =>
  step
    .replaceAll(': /xsupgrade ', ': xsupgrade ')
    .replaceAll('xsupgrade advance RUN', `xsupgrade advance ${run}`);
