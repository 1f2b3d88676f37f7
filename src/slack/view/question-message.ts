/** A question to people, as a message of its own. Once it is decided the buttons go and who decided stays. */
import type { KnownBlock } from '@slack/types';
import { isOver } from '../../domain/phases';
import { POOL_LANE } from '../../domain/plan';
import type { Problem } from '../../domain/problem';
import type { Question, Run } from '../../domain/run';
import { WAY_WORDS } from '../../domain/ways-out';
import { adviceLines } from './advice';
import { actions, context, section, sections } from './blocks';
import { ANSWERS, press } from './buttons';
import { coalesced } from './limits';
import type { Message } from './message';
import { bold, clip, code, dayAndTime, inSlack, plain, spoken } from './words';

const ASKS = {
  approve: 'Approval needed',
  confirm: 'Please confirm',
  retry: 'A person is needed',
  'accept-key': 'A host shows another key',
  'accept-loss': 'A host has lost something',
  'accept-licence': 'A licence to be accepted',
} as const;

/** JSON characters of all that is to be done; question, problem and buttons need the rest (12,000 in all, stack §8). */
const STEPS = 4500;

const DECIDED = {
  approve: { yes: 'Approved', no: 'Declined' },
  confirm: { yes: 'Confirmed', no: 'Not done' },
  retry: { yes: 'Tried again', no: 'Left held' },
  'accept-key': { yes: 'Key accepted', no: 'Key refused' },
  'accept-loss': { yes: 'Loss accepted', no: 'Loss not accepted' },
  'accept-licence': { yes: 'Licence accepted', no: 'Licence not accepted' },
} as const;

export function questionMessage(run: Run, question: Question): Message {
  const state = run.lines[question.line];
  const lane = state?.line.lane ?? POOL_LANE;
  const on = lane === POOL_LANE ? run.plan.pool : lane;
  const heading = `? ${bold(`${ASKS[question.ask.kind]}: ${on}`)}`;
  const held = question.ask.kind === 'retry' ? state?.problem : question.ask.problem;
  const problem = open(question) ? held : undefined;
  const body: readonly KnownBlock[] = problem ? problemBlocks(problem, run.id) : evidence(question);
  return {
    key: `question:${question.id}`,
    text: spoken(`${problem ? `✗ ${problem.what} ` : ''}${on}: ${question.ask.text}`),
    // confirming hands-on work is between the person at the console and the thread
    broadcast: question.ask.kind !== 'confirm',
    blocks: [
      section(`${clip(heading, 300)}\n${clip(plain(question.ask.text), 1500)}`),
      ...body,
      ...ending(run, question, state?.status === 'done'),
    ],
  };
}

const open = (question: Question): boolean => !question.answer && question.withdrawn === undefined;

function evidence(question: Question): readonly KnownBlock[] {
  const lines = question.ask.saw.map((saw) => ({ text: `• ${clip(plain(saw), 500)}` }));
  return sections(coalesced(lines, 6000, (n) => `• and ${n} more`));
}

/** A problem as people read it: what, why, do this. */
export const problemBlocks = (problem: Problem, run?: string): readonly KnownBlock[] => [
  section(`✗ ${bold(clip(problem.what, 1000))} ${code(problem.code)}`),
  ...sections([
    `Why: ${clip(plain(problem.why), 1000)}`,
    ...(problem.state ?? []).map((seen) => `• ${clip(plain(seen), 300)}`),
    ...(problem.doThis.length > 0 ? ['Do this:', ...adviceLines(problem.doThis, STEPS, '', run)] : []),
  ]),
];

/** A problem as an answer to whoever asked. */
export const problemMessage = (problem: Problem): Message => ({
  key: `problem:${problem.code}`,
  text: spoken(
    `✗ ${problem.what} Why: ${problem.why} Do this: ${problem.doThis.map((one) => inSlack(one)).join(' · ')}`,
  ),
  blocks: problemBlocks(problem),
});

function ending(run: Run, question: Question, lineDone: boolean): readonly KnownBlock[] {
  if (question.withdrawn !== undefined)
    return [section(`Withdrawn: ${clip(plain(question.withdrawn), 500)}`)];
  if (question.answer) {
    const { says, by, at, reason, way } = question.answer;
    const why = reason === undefined || reason === '' ? '' : `: ${clip(plain(reason), 1000)}`;
    const decision = section(
      `${says === 'yes' ? '✓' : '✗'} ${bold(`${way === undefined ? DECIDED[question.ask.kind][says] : WAY_WORDS[way].label} by ${by.name}`)}, ${dayAndTime(at)}${why}`,
    );
    const seen = says === 'yes' && question.ask.kind !== 'retry' && !lineDone && !isOver(run.phase);
    return seen ? [decision, context('Recorded. The worker has not picked it up yet.')] : [decision];
  }
  if (isOver(run.phase)) return [section('Nobody answered before the run ended.')];
  const { kind, digest, notTheRequester } = question.ask;
  const names = [...new Set([run.plan.madeBy.name, run.startedBy.name])].join(' and ');
  const about = { run: run.id, question: question.id, digest };
  const { ways } = question.ask;
  if (ways)
    return [
      ...sections(ways.map((way) => `${bold(WAY_WORDS[way].label)}: ${plain(WAY_WORDS[way].says)}`)),
      ...actions([
        ...ways.map((way) => press(WAY_WORDS[way].label, { do: 'way', ...about, way })),
        press(ANSWERS.retry.no, { do: 'no', ...about }),
      ]),
      context(`asked ${dayAndTime(question.askedAt)} · nothing happens until somebody answers`),
    ];
  const careful = kind === 'approve' || kind === 'accept-key' || kind === 'accept-licence';
  return [
    ...actions([
      press(
        ANSWERS[kind].yes,
        // a reason is asked for in a window of its own
        { do: kind === 'accept-loss' ? 'accept' : 'yes', ...about },
        {
          style: 'primary',
          ...(careful && {
            confirm: {
              title: `${ANSWERS[kind].yes}?`,
              text: clip(question.ask.text, 300),
              yes: ANSWERS[kind].yes,
            },
          }),
        },
      ),
      press(ANSWERS[kind].no, { do: 'no', ...about }),
    ]),
    context(
      `${notTheRequester ? `Not by ${plain(names)}, who asked for this run · ` : ''}asked ${dayAndTime(question.askedAt)}${careful ? ` · digest ${code(digest)}` : ''} · nothing happens until somebody answers`,
    ),
  ];
}
