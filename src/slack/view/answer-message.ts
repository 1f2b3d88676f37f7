/** What a command answers, for the person who typed it. Only they see it. */
import { WAY_WORDS } from '../../domain/ways-out';
import { goalOf, purposeOf } from '../../domain/aim';
import type { KnownBlock } from '@slack/types';
import type { CommandAnswer, CommandHelp, PoolAnswer } from '../../domain/command-answers';
import { workLeft } from '../../domain/duration';
import type { LaneAnswer, OwedAnswer, StatusAnswer } from '../../domain/answers';
import { owedName } from '../../domain/owed-words';
import { section, sections } from './blocks';
import { coalesced } from './limits';
import type { Message } from './message';
import { isSame, type PlanDifference } from '../../domain/plan-difference';
import { findingText } from './findings';
import { planMessage } from './plan-message';
import { bold, clip, code, dayAndTime, inSlack, mention, plain, spoken } from './words';

export function answerMessage(answer: CommandAnswer): Message {
  switch (answer.about) {
    case 'help':
      return said('help', 'Commands', helpLines(answer.commands));
    case 'pools':
      return said(
        'pools',
        answer.pools.length === 0 ? 'There is no pool you may see.' : 'Pools',
        answer.pools.map(poolLine),
      );
    case 'plan':
      return planMessage(answer.plan);
    case 'plan-asked':
      return said(
        'plan-asked',
        `Looking at ${answer.pool}. The plan appears in this channel; nothing is changed.`,
        [],
      );
    case 'run':
      return said('run', runSentence(answer), []);
    case 'status':
      return statusMessage(answer.status);
    case 'why':
      return said('why', whyHeading(answer), answer.blockers.map(findingText));
    case 'text':
      return said('text', `${answer.name} stands as a file in the thread of ${answer.run}`, [
        plain(answer.content),
      ]);
    case 'diff':
      return differenceMessage(answer.difference);
    case 'obligations':
      return said(
        'obligations',
        answer.owed.length === 0 ? `Nothing is owed to ${answer.pool}.` : `Owed to ${answer.pool}`,
        [
          ...(answer.tookOver ? [`✓ You took over ${code(answer.tookOver.id)}.`] : []),
          ...answer.owed.map(owedLine),
        ],
      );
  }
}

const said = (key: string, heading: string, lines: readonly string[]): Message => ({
  key,
  text: spoken([heading, ...lines].join(' · ')),
  blocks: [section(clip(bold(heading), 1000)), ...listedLines(lines)],
});

const listedLines = (lines: readonly string[]): readonly KnownBlock[] =>
  sections(
    coalesced(
      lines.map((text) => ({ text: clip(text, 1200) })),
      9000,
      (n) => `… and ${n} more`,
    ),
  );

const helpLines = (commands: readonly CommandHelp[]): readonly string[] =>
  commands.map(
    ({ usage, summary }) =>
      `${usage.map((way) => code(`/xsupgrade ${way}`)).join('\n')}\n      ${plain(summary)}`,
  );

function poolLine({ pool, target, openRun, phase, roles }: PoolAnswer): string {
  const run = openRun === undefined ? 'no open run' : `run ${openRun} is ${phase ?? 'open'}`;
  const to = target === undefined ? '' : ` to ${target}`;
  return `• ${bold(pool)}${plain(to)} ${plain(run)} · you are ${roles.length === 0 ? 'nobody here' : plain(roles.join(', '))}`;
}

const DID = {
  start: 'Started',
  pause: 'Pause asked for',
  resume: 'Resumed',
  abort: 'Abort asked for',
  advance: 'Recorded:',
  'give-back': 'Giving back',
} as const;

function runSentence(answer: Extract<CommandAnswer, { about: 'run' }>): string {
  const how = answer.says === undefined ? '' : ` ${answer.way ? WAY_WORDS[answer.way].label : answer.says}`;
  const to = answer.question === undefined ? '' : ` to ${answer.question}`;
  const after = answer.effectAfter === undefined ? '' : ` It takes effect after: ${answer.effectAfter}.`;
  return `${DID[answer.did]}${how}${to}. Run ${answer.answer.run} is ${answer.answer.phase}.${after}`;
}

const owedLine = (owed: OwedAnswer): string =>
  `• ${bold(owedName(owed))}, since ${dayAndTime(Date.parse(owed.since))} · ${
    owed.canBeGivenBack
      ? 'can be given back'
      : `not yet: ${plain(owed.why ?? 'the pool is not ready for it')}`
  } · ${code(owed.id)}`;

const whyHeading = ({ plan, blockers }: Extract<CommandAnswer, { about: 'why' }>): string =>
  blockers.length === 0
    ? `Nothing blocks ${purposeOf(plan)} (plan ${plan.plan}).`
    : `What blocks ${purposeOf(plan)} (plan ${plan.plan})`;

/** `+` came, `-` went. */
function differenceMessage(difference: PlanDifference): Message {
  const { before, after, findings, lines, vms, hosts } = difference;
  if (isSame(difference)) return said('diff', `${before.plan} and ${after.plan} say the same.`, []);
  return said('diff', `What is other in ${after.plan}`, [
    `${code(before.plan)} ${plain(before.verdict)} to ${plain(goalOf(before))} → ${code(after.plan)} ${plain(after.verdict)} to ${plain(goalOf(after))}`,
    ...hosts.map((host) => `• ${plain(host)}`),
    ...findings.went.map(({ severity, what }) => `- ${severity}: ${plain(what)}`),
    ...findings.came.map(({ severity, what }) => `+ ${severity}: ${plain(what)}`),
    ...vms.map((vm) => `• ${plain(vm)}`),
    ...lines.went.map(({ title }) => `- ${plain(title)}`),
    ...lines.came.map(({ title }) => `+ ${plain(title)}`),
  ]);
}

/** "waits for an answer: Approve host-1"; a question itself stands above, with who may answer it. */
function laneSentence({ line, state, waitingFor }: LaneAnswer): string {
  if (state === 'not begun' || line === undefined) return state;
  if (state === 'asking') return `waits for an answer: ${line}`;
  return `${state}: ${line}${waitingFor === undefined || waitingFor === '' ? '' : `: ${waitingFor}`}`;
}

function statusMessage(status: StatusAnswer): Message {
  const lanes = status.lanes.map(
    (lane) => `• ${bold(lane.host ?? status.pool)} ${plain(laneSentence(lane))}`,
  );
  const questions = status.questions.map(
    ({ id, text, mayAnswer }) =>
      `? ${code(id)} ${plain(text)} · may answer: ${mayAnswer.map(mention).join(', ') || 'nobody'}`,
  );
  const problems = status.problems.map(
    ({ code: name, what, why, doThis }) =>
      `✗ ${bold(what)} ${code(name)}\n      Why: ${plain(why)}\n      Do this: ${plain(doThis.map((one) => inSlack(one, status.run)).join(' · '))}`,
  );
  const owed = status.owed.length === 0 ? [] : ['Owed to the pool:', ...status.owed.map(owedLine)];
  return said('status', `${status.pool}: run ${status.run} is ${status.phase}`, [
    ...(status.workLeft ? [workLeft(status.workLeft)] : []),
    ...problems,
    ...questions,
    ...lanes,
    ...owed,
  ]);
}
