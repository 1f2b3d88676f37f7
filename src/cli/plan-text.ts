/** A plan as a terminal shows it: verdict, hosts, findings by what a person does next, every line. */
import type { Finding, Severity } from '../domain/finding';
import type { Plan } from '../domain/plan';
import { isMaster, residents } from '../domain/pool';
import { indented, table } from './table';

const HEADINGS: readonly (readonly [Severity, string])[] = [
  ['block', 'Blocks: nothing can start before these are gone'],
  ['question', 'Questions: approving the plan answers them'],
  ['warn', 'Warnings'],
  ['note', 'Notes'],
];

export function planText(plan: Plan): string {
  const { snapshot, findings } = plan;
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const counts = HEADINGS.map(
    ([severity]) => `${count(severity)} ${severity}${count(severity) === 1 ? '' : 's'}`,
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
