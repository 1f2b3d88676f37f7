/** A plan as a terminal shows it: verdict, hosts, findings by what a person does next, every line. */
import type { Finding, Severity } from '../domain/finding';
import type { CommandAnswer } from '../domain/command-answers';
import type { Plan } from '../domain/plan';
import { isSame, type PlanDifference } from '../domain/plan-difference';
import { isMaster, residents, type Snapshot } from '../domain/pool';
import { poolMap } from '../domain/pool-map';
import { indented, table } from './table';

const HEADINGS: readonly (readonly [Severity, string])[] = [
  ['block', 'Blocks: nothing can start before these are gone'],
  ['question', 'Questions: approving the plan answers them'],
  ['warn', 'Warnings'],
  ['note', 'Notes'],
];

const COUNTED = {
  block: 'blocker',
  question: 'question',
  warn: 'warning',
  note: 'note',
} as const satisfies Record<Severity, string>;

export function planText(plan: Plan): string {
  const { snapshot, findings } = plan;
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const counts = HEADINGS.map(
    ([severity]) => `${count(severity)} ${COUNTED[severity]}${count(severity) === 1 ? '' : 's'}`,
  );
  const hosts = table(
    ['HOST', 'ROLE', 'VERSION', 'VMS', 'FREE MIB', 'STOPS'],
    snapshot.hosts.map((host) => [
      host.name,
      isMaster(snapshot, host) ? 'master' : 'member',
      host.version,
      String(residents(snapshot, host.name).length),
      String(host.memoryMib.free),
      (plan.placement.hosts.find((turn) => turn.host === host.name)?.stops ?? [])
        .map((stop) => stop.vm)
        .join(', ') || 'none',
    ]),
  );
  return [
    `${plan.verdict === 'go' ? '✓ go' : '✗ blocked'}: ${plan.pool} to ${plan.target}`,
    `plan ${plan.id}, digest ${plan.digest}`,
    counts.join(', '),
    '',
    ...hosts,
    ...sidesText(snapshot),
    ...HEADINGS.flatMap(([severity, heading]) =>
      findingsText(
        heading,
        findings.filter((one) => one.severity === severity),
      ),
    ),
    ...plan.sections.flatMap((section) => [
      '',
      section.title,
      ...indented(
        table(
          ['LINE', 'WHAT'],
          section.lines.map((line) => [line.id, line.title]),
        ).slice(1),
      ),
    ]),
    '',
    plan.verdict === 'go'
      ? `Start it with: xsupgrade start ${plan.id}`
      : 'A blocked plan cannot be started. Remove what blocks and make a new one.',
  ].join('\n');
}

/** Every host, and those VMs of which the two sides do not say the same. */
function sidesText(pool: Snapshot): readonly string[] {
  const { hosts, vms } = poolMap(pool);
  const other = vms.filter((vm) => !vm.same);
  const rows = [...hosts, ...other].map(({ name, xapi, cloudstack, same }) => [
    name,
    xapi,
    cloudstack,
    same ? '' : '≠',
  ]);
  return [
    '',
    ...table(['SIDE BY SIDE', 'XAPI', 'CLOUDSTACK', ''], rows),
    `Both sides say the same of ${vms.length - other.length} of ${vms.length} VMs.`,
  ];
}

function findingsText(heading: string, findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return [];
  return [
    '',
    heading,
    ...findings.flatMap((finding) => [
      `  ${finding.what} (${finding.check})`,
      ...indented(
        finding.evidence.map((seen) => `saw: ${seen}`),
        6,
      ),
      ...indented(
        finding.advice.map((step) => `do: ${step}`),
        6,
      ),
    ]),
  ];
}

/** The blockers of a plan, and nothing else. */
export function whyText({ plan, blockers }: Extract<CommandAnswer, { about: 'why' }>): string {
  const of = `plan ${plan.plan} of ${plan.madeAt}`;
  if (blockers.length === 0)
    return [
      `✓ Nothing blocks ${plan.pool} on its way to ${plan.target}.`,
      `${of}; start it with: xsupgrade start ${plan.plan}`,
    ].join('\n');
  return [
    `✗ ${blockers.length} ${blockers.length === 1 ? 'finding blocks' : 'findings block'} ${plan.pool} on its way to ${plan.target}.`,
    of,
    ...findingsText('Blocks', blockers),
    '',
    `When they are gone, ask for a new plan: xsupgrade plan ${plan.pool}`,
  ].join('\n');
}

/** What is other in the second plan. `+` came, `-` went. */
export function differenceText(difference: PlanDifference): string {
  const { before, after, findings, lines, vms, hosts } = difference;
  const list = (heading: string, told: readonly string[]): readonly string[] =>
    told.length === 0 ? [] : ['', heading, ...indented(told)];
  return [
    `- ${before.plan}: ${before.pool} to ${before.target}, ${before.verdict}, made at ${before.madeAt}`,
    `+ ${after.plan}: ${after.pool} to ${after.target}, ${after.verdict}, made at ${after.madeAt}`,
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
