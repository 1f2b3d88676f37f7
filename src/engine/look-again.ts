/** A fresh snapshot through the checks in the middle of a run, and what is left of the plan held against it. */
import { WrongKey } from '../domain/errors';
import type { Finding } from '../domain/finding';
import type { Revision } from '../domain/plan';
import type { Snapshot } from '../domain/pool';
import type { Run } from '../domain/run';
import type { Procedure } from '../procedures/procedure';
import { notOfOthers, withoutOurs } from './in-hand';
import { inspect, type Inspectable } from './inspect';
import { inputOf } from './planner';
import { revisionOf } from './revise';

/** Throws WrongKey when a host shows another certificate than the pinned one; what else cannot be read is in the findings. */
export async function lookAgain(
  world: Inspectable,
  procedure: Procedure,
  run: Run,
  host: string,
  at: number,
): Promise<{
  readonly snapshot: Snapshot;
  readonly findings: readonly Finding[];
  readonly revision?: Revision;
}> {
  const { automatic, patching } = run.plan;
  const { order, maxDown = 1 } = run.placement;
  const wish = {
    world,
    target: run.plan.target,
    owed: run.owed,
    at,
    order,
    maxDown,
    dom0Of: host,
    toCome: linesLeft(run),
    without: (now: Snapshot) => withoutOurs(run, host, now),
    ...(automatic && { automatic }),
    ...(patching && { patching }),
  };
  const aim = procedure.aim && { aim: procedure.aim, hosts: hostsLeft(run) };
  const seen = await inspect(world, { ...wish, ...aim });
  const { snapshot, placement } = seen;
  const findings = notOfOthers(run, host, seen.findings);
  // another certificate is a problem of its own, not one more source that could not be read
  for (const { error } of seen.failures) if (error instanceof WrongKey) throw error;
  const readable = snapshot.hosts.some((one) => one.name === snapshot.master);
  const whole = { ...seen, snapshot: withRecorded(snapshot, run.plan.snapshot) };
  const revision = readable
    ? revisionOf(run, host, procedure.sections(inputOf(wish, whole, run.plan.id)), placement)
    : undefined;
  return { snapshot, findings, ...(revision && { revision }) };
}

/** dom0 of the other hosts was not asked this time: what the plan recorded of it still stands. */
function withRecorded(now: Snapshot, planned: Snapshot): Snapshot {
  const recorded = new Map(planned.hosts.map((host) => [host.uuid, host.dom0]));
  return {
    ...now,
    hosts: now.hosts.map((host) => {
      const dom0 = host.dom0 ?? recorded.get(host.uuid);
      return dom0 ? { ...host, dom0 } : host;
    }),
  };
}

/** Kinds of the lines that are not through. */
const linesLeft = (run: Run): readonly string[] =>
  run.sections.flatMap(({ lines }) =>
    lines.flatMap(({ id, kind }) => (run.lines[id]?.status === 'done' ? [] : [kind])),
  );

/** Those of the plan that are not through: what is left is placed anew, not what is over. */
const hostsLeft = (run: Run): readonly string[] =>
  run.sections.flatMap(({ host, lines }) =>
    host !== undefined && lines.some((line) => run.lines[line.id]?.status !== 'done') ? [host] : [],
  );
