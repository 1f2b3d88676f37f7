/** Findings as people read them in Slack: by what to do next, what is alike told once, as much as there is room for. */
import type { Finding, Severity } from '../../domain/finding';
import { findingGroups, LOOKS, type FindingGroup, type Topic } from '../../domain/plan-outline';
import { ADVICE } from './advice';
import { fitting } from './limits';
import { bold, clip, code, listed, plain } from './words';

/** Findings of one topic that are told one by one; the others are named. */
const ONE_BY_ONE = 4;
/** Of the evidence or the advice of one finding: what decides stands first. */
const FIRST = 3;
/** A text must fit into one section. */
const TOPIC = 2800;

/** Which findings keep evidence and advice when there is not room for all: warnings lose them first, blockers last. */
const WHOLE: readonly (readonly Severity[])[] = [
  ['block', 'question', 'warn', 'note'],
  ['block', 'question'],
  ['block'],
];

/** Lines within `budget` characters of JSON, blockers first; `left` says where the rest is. */
export function findingLines(
  findings: readonly Finding[],
  asked: string,
  budget: number,
  left: (n: number) => string,
): readonly string[] {
  const groups = findingGroups(findings);
  for (const whole of WHOLE) {
    const all = linesOf(groups, (group, topic) =>
      whole.includes(group.severity) ? topicText(group, topic, asked) : briefText(group, topic),
    );
    const shown = fitting(all, budget, left);
    if (shown.length === all.length) return shown;
  }
  return fitting(linesOf(groups, briefText), budget, left);
}

const linesOf = (
  groups: readonly FindingGroup[],
  textOf: (group: FindingGroup, topic: Topic) => string,
): readonly string[] =>
  groups.flatMap((group) => [
    `${bold(group.heading)} (${group.findings})`,
    ...group.topics.map((topic) => clip(textOf(group, topic), TOPIC)),
  ]);

function topicText(
  { severity, symbol }: FindingGroup,
  { check, findings, advice }: Topic,
  asked: string,
): string {
  const told = findings.slice(0, ONE_BY_ONE);
  if (severity === 'note') return told.map(({ what }) => sentence(symbol, what)).join('\n') + more(findings);
  const offered = findings.some((one) => one.remedy !== undefined);
  return [
    ...told.flatMap(({ what, evidence }) => [
      sentence(symbol, what),
      ...some(evidence, (one) => `      ${clip(plain(one), 200)}`),
    ]),
    ...(findings.length > ONE_BY_ONE ? [more(findings).slice(1)] : []),
    ...some(advice, (one) => `      Do this: ${clip(plain(one), ADVICE)}`),
    ...(offered
      ? [`      Or let the plan do it: ${code(`/xsupgrade plan ${asked} --remedy ${check}`)}`]
      : []),
  ].join('\n');
}

const briefText = ({ symbol }: FindingGroup, { findings }: Topic): string => {
  const [first] = findings;
  if (!first) return '';
  return `${sentence(symbol, first.what)}${findings.length === 1 ? '' : `\n${others(findings.slice(1))}`}`;
};

const sentence = (symbol: string, what: string): string => `${symbol} ${clip(plain(what), 300)}`;

const more = (findings: readonly Finding[]): string =>
  findings.length > ONE_BY_ONE ? `\n${others(findings.slice(ONE_BY_ONE))}` : '';

const others = (findings: readonly Finding[]): string =>
  `      and the same ${findings.length === 1 ? 'once more' : `${findings.length} times more`}: ${plain(
    clip(
      listed(
        findings.map(({ on }) => on),
        8,
      ),
      300,
    ),
  )}`;

/** The first of them, and a line that says how many the report has beyond. */
const some = (all: readonly string[], text: (one: string) => string): readonly string[] => [
  ...all.slice(0, FIRST).map(text),
  ...(all.length > FIRST ? [`      and ${all.length - FIRST} more in the report`] : []),
];

/** One finding by itself, with what to do about it. */
export function findingText({ severity, what, evidence, advice }: Finding): string {
  const rest =
    severity === 'note'
      ? []
      : [
          ...some(evidence, (one) => `      ${clip(plain(one), 200)}`),
          ...some(advice, (one) => `      Do this: ${clip(plain(one), ADVICE)}`),
        ];
  return [sentence(LOOKS[severity].symbol, what), ...rest].join('\n');
}
