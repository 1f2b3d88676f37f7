/** What a plan comes to, for every place that shows it: verdict, counts, a row for each host, findings by what a person does next. Pure. */
import { changeOf } from './aim';
import { aboutMinutes } from './duration';
import type { Finding, Severity } from './finding';
import type { Plan } from './plan';
import { isMaster, masterFirst, residents, type HostSnapshot, type Snapshot } from './pool';

interface Look {
  readonly symbol: string;
  /** What a person does with these. */
  readonly heading: string;
  readonly one: string;
  readonly many: string;
}

/** In the order in which they are read. The sign always stands beside words: never a sign or a colour alone. */
export const LOOKS = {
  block: { symbol: '✗', heading: 'Stops this plan', one: 'blocker', many: 'blockers' },
  question: { symbol: '?', heading: 'You answer these by approving', one: 'question', many: 'questions' },
  warn: { symbol: '!', heading: 'Worth a look', one: 'warning', many: 'warnings' },
  note: { symbol: '·', heading: 'Taken care of', one: 'note', many: 'notes' },
} as const satisfies Record<Severity, Look>;

const ORDER = Object.keys(LOOKS) as readonly Severity[];

export interface FindingGroup {
  readonly severity: Severity;
  readonly symbol: string;
  readonly heading: string;
  readonly findings: number;
  readonly topics: readonly Topic[];
}

/** Findings of one check that have one remedy: what to do about them is said once. */
export interface Topic {
  readonly check: string;
  readonly findings: readonly Finding[];
  readonly advice: readonly string[];
}

/** Groups without findings are left out. */
export const findingGroups = (findings: readonly Finding[]): readonly FindingGroup[] =>
  ORDER.flatMap((severity) => {
    const mine = findings.filter((finding) => finding.severity === severity);
    const { symbol, heading } = LOOKS[severity];
    return mine.length === 0
      ? []
      : [{ severity, symbol, heading, findings: mine.length, topics: topicsOf(mine) }];
  });

function topicsOf(findings: readonly Finding[]): readonly Topic[] {
  const topics = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.check, finding.advice]);
    topics.set(key, [...(topics.get(key) ?? []), finding]);
  }
  return [...topics.values()].map((alike) => ({
    check: alike[0]!.check,
    findings: alike,
    advice: alike[0]!.advice,
  }));
}

export const verdictSentence = ({ verdict, sections }: Pick<Plan, 'verdict' | 'sections'>): string => {
  if (verdict === 'go') return 'It can be done, host by host.';
  return sections.length === 0
    ? 'Blocked: the pool could not be read well enough to plan anything.'
    : 'Blocked: it cannot be started until what stops it is gone.';
};

export const verdictSymbol = ({ verdict }: Pick<Plan, 'verdict'>): string => (verdict === 'go' ? '✓' : '✗');

/** "2 blockers, 1 question, 3 warnings, 4 notes"; what there is none of is left out. */
export function countsSentence(findings: readonly Finding[]): string {
  const counts = ORDER.flatMap((severity) => {
    const n = findings.filter((finding) => finding.severity === severity).length;
    const { one, many } = LOOKS[severity];
    return n === 0 ? [] : [counted(n, one, many)];
  });
  return counts.length === 0 ? 'nothing' : counts.join(', ');
}

/** "3 hosts, 12 VMs running; 9 moves, 1 VM stopped for a while; about 1 h 40 min, nine times of ten at most 2 h, without …". */
export function sizeSentence({ snapshot, placement }: Plan): string {
  const running = snapshot.vms.filter((vm) => vm.on !== undefined).length;
  const moves = placement.hosts.reduce((sum, { moves: all }) => sum + all.length, 0);
  const stops = placement.hosts.reduce((sum, { stops: all }) => sum + all.length, 0);
  return [
    `${counted(snapshot.hosts.length, 'host')}, ${counted(running, 'VM')} running`,
    `${counted(moves, 'move')}, ${stops === 0 ? 'no VM' : counted(stops, 'VM')} stopped for a while`,
    ...(placement.figures && placement.figures.minutes.p50 > 0
      ? [`${aboutMinutes(placement.figures.minutes)}, without the time that people take`]
      : []),
  ].join('; ');
}

/** "6.5.0 → 7.1.2"; "6.5.0 and 7.1.2 → 7.1.2" where the pool is half-way. */
export const versionsSentence = (plan: Plan): string =>
  changeOf(plan, [...new Set(plan.snapshot.hosts.map((host) => host.version))].join(' and '));

export const HOST_COLUMNS = ['Host', 'Role', 'Version', 'VMs', 'Memory free', 'Verdict'] as const;

/** Cells in the order of HOST_COLUMNS, the master first; `sound`: nothing was found that needs a person. */
export interface HostRow {
  readonly cells: readonly string[];
  readonly sound: boolean;
}

export function hostRows(plan: Plan): readonly HostRow[] {
  const about = new Map<string, Finding[]>();
  for (const finding of plan.findings) {
    const host = hostOf(plan.snapshot, finding.on);
    if (host !== undefined) about.set(host, [...(about.get(host) ?? []), finding]);
  }
  return masterFirst(plan.snapshot).map((host) => hostRow(plan, host, about.get(host.name) ?? []));
}

function hostRow(plan: Plan, host: HostSnapshot, findings: readonly Finding[]): HostRow {
  const { snapshot, placement, sections } = plan;
  const stops = placement.hosts.find((turn) => turn.host === host.name)?.stops.length ?? 0;
  const vms = residents(snapshot, host.name).length;
  const worst = ORDER.slice(0, 3).find((severity) => findings.some((one) => one.severity === severity));
  const idle = sections.length > 0 && !sections.some((section) => section.host === host.name);
  return {
    cells: [
      host.name,
      isMaster(snapshot, host) ? 'master' : 'member',
      host.version,
      stops === 0 ? String(vms) : `${vms} (${stops} to stop)`,
      `${gib(host.memoryMib.free)} of ${gib(host.memoryMib.total)} GiB`,
      worst === undefined
        ? idle
          ? '✓ nothing to do'
          : '✓ ready'
        : `${LOOKS[worst].symbol} ${countsSentence(findings.filter(({ severity }) => severity === worst))}`,
    ],
    sound: worst === undefined,
  };
}

/** A finding is on the pool, on a host, or on a VM, which counts for the host it runs on. */
const hostOf = (pool: Snapshot, on: string): string | undefined =>
  pool.hosts.some((host) => host.name === on) ? on : pool.vms.find((vm) => vm.name === on)?.on;

const gib = (mib: number): string => String(Math.round((mib / 1024) * 10) / 10);

export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
