/** A plan as a terminal shows it: verdict, hosts, findings by what a person does next, every line. */
import { askedAs, purposeOf } from '../domain/aim';
import type { CommandAnswer } from '../domain/command-answers';
import type { Plan } from '../domain/plan';
import { isSame, type PlanDifference } from '../domain/plan-difference';
import {
  countsSentence,
  findingGroups,
  HOST_COLUMNS,
  hostRows,
  sizeSentence,
  verdictSentence,
  verdictSymbol,
  versionsSentence,
  type FindingGroup,
  type Topic,
} from '../domain/plan-outline';
import { HOTFIX_SIGNS, hotfixMatrix, hotfixSentence, hotfixSigns } from '../domain/hotfix-matrix';
import type { Snapshot } from '../domain/pool';
import { poolMap } from '../domain/pool-map';
import { hanging, indented, table } from './table';

/** `width`: columns of the terminal; absent in a pipe. */
export function planText(plan: Plan, width?: number): string {
  const { snapshot, findings, sections, id, pool } = plan;
  return [
    `${verdictSymbol(plan)} ${pool} ${versionsSentence(plan)}: ${verdictSentence(plan)}`,
    `plan ${id}, digest ${plan.digest}`,
    `found: ${countsSentence(findings)}`,
    sizeSentence(plan),
    '',
    ...table(
      HOST_COLUMNS.map((name) => name.toUpperCase()),
      hostRows(plan).map(({ cells }) => cells),
      width,
    ),
    ...hotfixesText(snapshot, width),
    ...sidesText(snapshot, width),
    ...findingGroups(findings).flatMap((group) => groupText(group, askedAs(plan), width)),
    ...sections.flatMap((section) => [
      '',
      section.title,
      ...indented(
        table(
          ['LINE', 'WHAT'],
          section.lines.map((line) => [line.id, line.title]),
          width === undefined ? undefined : width - 2,
        ).slice(1),
      ),
    ]),
    '',
    plan.verdict === 'go'
      ? `Start it with: xsupgrade start ${id}`
      : 'A blocked plan cannot be started. Remove what stops it and make a new one.',
  ].join('\n');
}

/** Columns have numbers, told below: names of hotfixes are longer than a terminal is wide. */
function hotfixesText(pool: Snapshot, width: number | undefined): readonly string[] {
  const matrix = hotfixMatrix(pool);
  const { names, hosts } = matrix;
  if (names.length === 0) return ['', hotfixSentence(matrix)];
  return [
    '',
    ...table(
      ['HOTFIXES', 'VERSION', ...names.map((_, i) => String(i + 1))],
      hosts.map((row) => [row.host, row.version, ...hotfixSigns(matrix, row)]),
    ),
    ...hanging('  ', names.map((name, i) => `${i + 1} ${name}`).join(', '), width),
    ...hanging('  ', HOTFIX_SIGNS, width),
    ...hanging('', hotfixSentence(matrix), width),
  ];
}

/** Every host, and those VMs of which the two sides do not say the same. */
function sidesText(pool: Snapshot, width: number | undefined): readonly string[] {
  const { hosts, vms } = poolMap(pool);
  const other = vms.filter((vm) => !vm.same);
  const rows = [...hosts, ...other].map(({ name, xapi, cloudstack, same }) => [
    same ? '' : '≠',
    name,
    xapi,
    cloudstack,
  ]);
  return [
    '',
    ...table(['', 'SIDE BY SIDE', 'XAPI', 'CLOUDSTACK'], rows, width),
    `Both sides say the same of ${vms.length - other.length} of ${vms.length} VMs.`,
  ];
}

const groupText = (group: FindingGroup, asked: string, width: number | undefined): readonly string[] => [
  '',
  `${group.symbol} ${group.heading} (${group.findings})`,
  ...group.topics.flatMap((topic) => topicText(topic, asked, width)),
];

/** What to do is never broken: a command is copied as it stands. */
const topicText = (
  { check, findings, advice }: Topic,
  asked: string,
  width: number | undefined,
): readonly string[] => [
  ...findings.flatMap(({ what, evidence }) => [
    ...hanging('  ', `${what} (${check})`, width),
    ...evidence.flatMap((seen) => hanging('      saw: ', seen, width)),
  ]),
  ...indented(
    [
      ...advice.map((step) => `do: ${step}`),
      ...(findings.some((one) => one.remedy !== undefined && one.takenCareOf === undefined)
        ? [`or let the plan do it: xsupgrade plan ${asked} --remedy ${check}`]
        : []),
    ],
    6,
  ),
];

/** The blockers of a plan, and nothing else. */
export function whyText(
  { plan, blockers, again }: Extract<CommandAnswer, { about: 'why' }>,
  width?: number,
): string {
  const of = `plan ${plan.plan} of ${plan.madeAt}`;
  if (blockers.length === 0)
    return [
      `✓ Nothing blocks ${purposeOf(plan)}.`,
      `${of}; start it with: xsupgrade start ${plan.plan}`,
    ].join('\n');
  return [
    `✗ ${blockers.length} ${blockers.length === 1 ? 'finding blocks' : 'findings block'} ${purposeOf(plan)}.`,
    of,
    ...findingGroups(blockers).flatMap((group) => groupText(group, again, width)),
    '',
    `When they are gone, ask for a new plan: xsupgrade plan ${again}`,
  ].join('\n');
}

/** What is other in the second plan. `+` came, `-` went. */
export function differenceText(difference: PlanDifference): string {
  const { before, after, findings, lines, vms, hosts } = difference;
  const list = (heading: string, told: readonly string[]): readonly string[] =>
    told.length === 0 ? [] : ['', heading, ...indented(told)];
  return [
    `- ${before.plan}: ${purposeOf(before)}, ${before.verdict}, made at ${before.madeAt}`,
    `+ ${after.plan}: ${purposeOf(after)}, ${after.verdict}, made at ${after.madeAt}`,
    ...(isSame(difference) ? ['', 'They say the same.'] : []),
    ...list('Hosts', hosts),
    ...list('Findings', [
      ...findings.went.map(({ severity, what }) => `- ${severity}: ${what}`),
      ...findings.came.map(({ severity, what }) => `+ ${severity}: ${what}`),
    ]),
    ...list('VMs', vms),
    ...list('Lines', [
      ...lines.went.map(({ id, title }) => `- ${title} (${id})`),
      ...lines.came.map(({ id, title }) => `+ ${title} (${id})`),
    ]),
  ].join('\n');
}
