/** A plan as a report to be kept and sent round: everything the message in Slack has no room for, as Markdown. Pure. */
import { planAnswer } from './answers';
import type { Finding } from './finding';
import { HOTFIX_SIGNS, hotfixMatrix, hotfixSentence, hotfixSigns } from './hotfix-matrix';
import type { NamedText } from './named-text';
import type { HostPlacement, Placement, Plan, Section } from './plan';
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
} from './plan-outline';
import { poolMap } from './pool-map';

/** What goes into the thread of a plan: one file for people, one for programs (as `plan --json`, docs/schema/plan.json). */
export const planFiles = (plan: Plan): readonly NamedText[] => [
  { name: `${plan.id}.md`, content: planReport(plan) },
  { name: `${plan.id}.json`, content: `${JSON.stringify(planAnswer(plan), null, 2)}\n` },
];

export function planReport(plan: Plan): string {
  const { snapshot, findings } = plan;
  return [
    `# Plan for ${safe(plan.pool)}: ${safe(versionsSentence(plan))}`,
    '',
    `**${verdictSymbol(plan)} ${verdictSentence(plan)}**`,
    '',
    `- found: ${countsSentence(findings)}`,
    `- ${sizeSentence(plan)}`,
    `- plan ${safe(plan.id)}, digest ${plan.digest}, by ${safe(plan.procedure)}`,
    `- made by ${safe(plan.madeBy.name)} at ${plan.madeAt}, of what was seen at ${snapshot.takenAt}`,
    `- CloudStack ${safe(snapshot.cloudstack.version)}, cluster ${safe(snapshot.cloudstack.clusterName)}`,
    ...(plan.verdict === 'go' ? [`- start it with: \`xsupgrade start ${plan.id}\``] : []),
    '',
    '## Hosts',
    '',
    ...rows(
      HOST_COLUMNS,
      hostRows(plan).map(({ cells }) => cells),
    ),
    ...hotfixes(plan),
    ...findingGroups(findings).flatMap(group),
    ...whereVmsGo(plan),
    ...bothSides(plan),
    ...(plan.sections.length === 0 ? [] : ['', '## What will be done', ...plan.sections.flatMap(section)]),
    '',
  ].join('\n');
}

function hotfixes({ snapshot }: Plan): readonly string[] {
  const matrix = hotfixMatrix(snapshot);
  return [
    '',
    '## Hotfixes',
    '',
    safe(hotfixSentence(matrix)),
    ...(matrix.names.length === 0
      ? []
      : [
          '',
          ...rows(
            ['Host', 'Version', ...matrix.names],
            matrix.hosts.map((row) => [row.host, row.version, ...hotfixSigns(matrix, row)]),
          ),
          '',
          HOTFIX_SIGNS,
        ]),
  ];
}

function group({ heading, symbol, topics }: FindingGroup): readonly string[] {
  return [
    '',
    `## ${symbol} ${heading}`,
    ...topics.flatMap(({ check, findings, advice }) => [
      '',
      `### ${check}`,
      '',
      ...findings.flatMap(finding),
      ...(advice.length === 0 ? [] : ['', 'Do this:', '', ...asWritten(advice)]),
    ]),
  ];
}

const finding = ({ what, evidence }: Finding): readonly string[] => [
  `- ${safe(what)}`,
  ...evidence.map((seen) => `  - saw: ${safe(seen)}`),
];

function whereVmsGo({ placement }: Plan): readonly string[] {
  const { hosts, misfits } = placement;
  if (hosts.length === 0 && misfits.length === 0) return [];
  return [
    '',
    '## Where VMs go',
    ...(misfits.length === 0 ? [] : ['', ...misfits.map((misfit) => `- ✗ ${safe(misfit)}`)]),
    ...(hosts.length === 0
      ? []
      : [
          '',
          ...rows(
            GOES_COLUMNS,
            hosts.map((one) => goesRow(one, placement)),
          ),
        ]),
    ...hosts.flatMap(turn),
  ];
}

const GOES_COLUMNS = ['Host', 'its VMs go to', 'stopped', 'drained once these are back', 'or empty'] as const;

/** One row for each host: how many of its VMs go where, most first, and whom it waits for. */
function goesRow({ host, moves, stops }: HostPlacement, { turns, order }: Placement): readonly string[] {
  const counts = new Map<string, number>();
  for (const { to } of moves) counts.set(to, (counts.get(to) ?? 0) + 1);
  const most = [...counts].toSorted(([, a], [, b]) => b - a);
  const previous = order.slice(0, Math.max(0, order.indexOf(host))).slice(-1);
  const waits = turns?.find((one) => one.host === host);
  return [
    host,
    most.map(([to, count]) => `${to} (${count})`).join(', '),
    stops.length === 0 ? '' : String(stops.length),
    (waits?.afterBack ?? previous).join(', '),
    (waits?.afterEmpty ?? []).join(', '),
  ];
}

const turn = ({ host, moves, stops }: HostPlacement): readonly string[] => [
  '',
  `### While ${safe(host)} is away`,
  '',
  ...(moves.length + stops.length === 0
    ? ['No VM has to leave it.']
    : rows(
        ['VM', 'MiB', 'goes', 'may also go'],
        [
          ...moves.map(({ vm, to, candidates, memoryMib }) => [
            vm,
            String(memoryMib),
            `to ${to}`,
            candidates.filter((other) => other !== to).join(', '),
          ]),
          ...stops.map(({ vm, owner, why, startOn, downMinutes }) => [
            vm,
            '',
            `is stopped: ${why}; down at most ${downMinutes} min${owner === undefined ? '' : `; owner: ${owner}`}`,
            startOn.length === 0 ? `started when ${host} is back` : `started on ${startOn.join(' or ')}`,
          ]),
        ],
      )),
];

/** Every host, and those VMs of which XAPI and CloudStack do not say the same. */
function bothSides({ snapshot }: Plan): readonly string[] {
  const { hosts, vms } = poolMap(snapshot);
  const other = vms.filter((vm) => !vm.same);
  return [
    '',
    '## Both sides',
    '',
    `XAPI and CloudStack say the same of ${vms.length - other.length} of ${vms.length} VMs.`,
    '',
    ...rows(
      ['Name', 'XAPI', 'CloudStack', 'Same'],
      [...hosts, ...other].map(({ name, xapi, cloudstack, same }) => [
        name,
        xapi,
        cloudstack,
        same ? 'yes' : '✗ no',
      ]),
    ),
  ];
}

const section = ({ title, lines }: Section): readonly string[] => [
  '',
  `### ${safe(title)}`,
  '',
  ...lines.map((line, i) => `${i + 1}. ${safe(line.title)} (\`${line.id}\`)`),
];

const rows = (head: readonly string[], body: readonly (readonly string[])[]): readonly string[] => [
  row(head),
  `|${head.map(() => ' --- |').join('')}`,
  ...body.map(row),
];

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => safe(cell).replaceAll('|', '\\|')).join(' | ')} |`;

/** Commands are copied, from the text as well as from the page: nothing in them is escaped, and no fence ends early. */
function asWritten(lines: readonly string[]): readonly string[] {
  const longest = Math.max(
    2,
    ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map(({ length }) => length)),
  );
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...lines.map((line, i) => `${i + 1}. ${line.replace(/\s*\n\s*/g, ' ')}`), fence];
}

/** Names and texts of other programs are never markup, and never leave their line; inside a word `_` is a letter. */
const safe = (text: string): string =>
  text
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[\\`*[\]<>~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (mark) => `\\${mark}`);
