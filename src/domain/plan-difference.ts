/** How two plans of a pool differ, as people read it: what was found, what is done, where VMs go, which hosts are other. Pure. */
import type { Finding } from './finding';
import { canonical } from './json';
import { compareNames } from './order';
import type { Placement, Plan, PlannedLine } from './plan';
import { residents } from './pool';
import { linesOf } from './plan';

export interface PlanBrief {
  readonly plan: string;
  readonly digest: string;
  readonly procedure: string;
  readonly pool: string;
  readonly target: string;
  readonly verdict: Plan['verdict'];
  readonly madeAt: string;
}

export interface PlanDifference {
  readonly before: PlanBrief;
  readonly after: PlanBrief;
  readonly findings: { readonly came: readonly Finding[]; readonly went: readonly Finding[] };
  readonly lines: { readonly came: readonly LineBrief[]; readonly went: readonly LineBrief[] };
  /** One sentence for each VM that goes elsewhere, is newly stopped, or no longer is. */
  readonly vms: readonly string[];
  /** One sentence for each host that is new, gone, or otherwise than it was. */
  readonly hosts: readonly string[];
}

export interface LineBrief {
  readonly id: string;
  readonly title: string;
}

export const briefOf = ({ id, digest, procedure, pool, target, verdict, madeAt }: Plan): PlanBrief => ({
  plan: id,
  digest,
  procedure,
  pool,
  target,
  verdict,
  madeAt,
});

export function planDifference(before: Plan, after: Plan): PlanDifference {
  return {
    before: briefOf(before),
    after: briefOf(after),
    findings: apart(before.findings, after.findings, ({ check, severity, on, what, evidence }) =>
      canonical({ check, severity, on, what, evidence }),
    ),
    lines: briefLines(
      apart(
        linesOf(before).map((line) => ({ line, of: before.id })),
        linesOf(after).map((line) => ({ line, of: after.id })),
        lineKey,
      ),
    ),
    vms: vmChanges(before.placement, after.placement),
    hosts: hostChanges(before, after),
  };
}

/** Numbers shift when a line comes in between, and the plan's own id is in paths and names: neither is a difference. */
const lineKey = ({ line, of }: { readonly line: PlannedLine; readonly of: string }): string =>
  canonical({ lane: line.lane, kind: line.kind, title: line.title, args: line.args }).replaceAll(of, '');

const briefLines = (two: Apart<{ readonly line: PlannedLine }>): Apart<LineBrief> => ({
  came: two.came.map(({ line }) => ({ id: line.id, title: line.title })),
  went: two.went.map(({ line }) => ({ id: line.id, title: line.title })),
});

interface Apart<T> {
  readonly came: readonly T[];
  readonly went: readonly T[];
}

/** What is on one side only; the same thing twice counts twice. */
function apart<T>(before: readonly T[], after: readonly T[], key: (one: T) => string): Apart<T> {
  return { came: without(after, before, key), went: without(before, after, key) };
}

function without<T>(all: readonly T[], taken: readonly T[], key: (one: T) => string): readonly T[] {
  const left = new Map<string, number>();
  for (const one of taken) left.set(key(one), (left.get(key(one)) ?? 0) + 1);
  return all.filter((one) => {
    const count = left.get(key(one)) ?? 0;
    left.set(key(one), count - 1);
    return count <= 0;
  });
}

function vmChanges(before: Placement, after: Placement): readonly string[] {
  const was = whereTo(before);
  const is = whereTo(after);
  return [...new Set([...was.keys(), ...is.keys()])].toSorted(compareNames).flatMap((key) => {
    const [old, now] = [was.get(key), is.get(key)];
    if (old === now) return [];
    return [`${key}: ${old ?? 'not in the plan'} → ${now ?? 'not in the plan any more'}`];
  });
}

/** `i-2-10-VM on host-1’s turn` → what becomes of it. */
const whereTo = ({ hosts }: Placement): ReadonlyMap<string, string> =>
  new Map(
    hosts.flatMap(({ host, moves, stops }) => [
      ...moves.map((move) => [`${move.vm} on ${host}’s turn`, `moved to ${move.to}`] as const),
      ...stops.map((stop) => [`${stop.vm} on ${host}’s turn`, `stopped (${stop.why})`] as const),
    ]),
  );

function hostChanges(before: Plan, after: Plan): readonly string[] {
  const was = hostFacts(before);
  const is = hostFacts(after);
  return [...new Set([...was.keys(), ...is.keys()])].toSorted(compareNames).flatMap((name) => {
    const [old, now] = [was.get(name), is.get(name)];
    return old === now ? [] : [`${name}: ${old ?? 'not there'} → ${now ?? 'not there any more'}`];
  });
}

const hostFacts = ({ snapshot }: Plan): ReadonlyMap<string, string> =>
  new Map(
    snapshot.hosts.map((host) => [
      host.name,
      [
        host.version,
        `${host.hotfixes.length} hotfixes`,
        host.live ? (host.enabled ? 'enabled' : 'disabled') : 'not live',
        ...(host.cloudstack ? [`${host.cloudstack.state}, ${host.cloudstack.resourceState}`] : []),
        `${residents(snapshot, host.name).length} VMs`,
      ].join(', '),
    ]),
  );

/** True when both say the same of everything that is compared. */
export const isSame = ({ findings, lines, vms, hosts }: PlanDifference): boolean =>
  [findings.came, findings.went, lines.came, lines.went, vms, hosts].every((list) => list.length === 0);
