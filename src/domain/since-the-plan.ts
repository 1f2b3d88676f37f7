/** What has changed since the plan was made, for whoever is asked about a host: what our own run has done is no change. Pure. */
import type { Finding } from './finding';
import { residents } from './pool';
import type { Run } from './run';

/** A finding without what moves with time (evidence, advice): enough to tell whether it is the same. */
export type Noticed = Pick<Finding, 'check' | 'on' | 'what'> & {
  readonly severity: 'block' | 'question' | 'warn';
};

/** Notes are what lines of the plan take care of: they come and go with the lines. */
export const noticed = (findings: readonly Finding[]): readonly Noticed[] =>
  findings.flatMap(({ check, severity, on, what }) =>
    severity === 'note' ? [] : [{ check, severity, on, what }],
  );

/** Checks of what falls into a part of the run: when that is over they are silent, and nothing has been put right. */
const OF_A_TIME: readonly string[] = ['snapshot-schedules', 'usage-jobs'];

/** One sentence each; empty while all is as it was. `vms`: names of those on the host now. */
export function sinceThePlan(
  run: Run,
  host: string,
  now: { readonly found: readonly Noticed[]; readonly vms: readonly string[] },
): readonly string[] {
  const before = noticed(run.plan.findings);
  const came = now.found.filter((one) => !before.some((other) => isSame(one, other)));
  const went = before.filter(
    (one) => concerns(run, host, one.on) && !now.found.some((other) => isSame(one, other)),
  );
  return [
    ...came.flatMap((one) => {
      const was = went.filter((other) => isAbout(one, other));
      if (was.length > 0)
        return one.severity === 'question' ? [] : [`Otherwise than in the plan: ${one.what}`];
      return [`New since the plan: ${one.what}`];
    }),
    ...went.flatMap((one) =>
      one.severity === 'question' ||
      OF_A_TIME.includes(one.check) ||
      came.some((other) => isAbout(one, other))
        ? []
        : [`No longer so: ${one.what}`],
    ),
    ...vmsMoved(run, host, now.vms),
  ];
}

const isAbout = (one: Noticed, other: Noticed): boolean => one.check === other.check && one.on === other.on;
const isSame = (one: Noticed, other: Noticed): boolean => isAbout(one, other) && one.what === other.what;

/** What was found on another host or its VMs goes away when that host is upgraded. */
function concerns(run: Run, host: string, on: string): boolean {
  const { hosts, vms } = run.plan.snapshot;
  const where = hosts.some((one) => one.name === on) ? on : vms.find((vm) => vm.name === on)?.on;
  return where === undefined || where === host;
}

function vmsMoved(run: Run, host: string, now: readonly string[]): readonly string[] {
  const { snapshot } = run.plan;
  const ours = movedByUs(run);
  const before = residents(snapshot, host).map((vm) => vm.name);
  const came = now.filter((vm) => !before.includes(vm) && !ours.has(vm));
  const left = before.filter((vm) => !now.includes(vm) && !ours.has(vm));
  const from = (vm: string): string => {
    const was = snapshot.vms.find((one) => one.name === vm);
    if (!was) return `${vm} (new)`;
    return `${vm} (${was.on === undefined ? `was ${was.power}` : `was on ${was.on}`})`;
  };
  return [
    ...(came.length > 0 ? [`Came to ${host} since the plan: ${came.map(from).join(', ')}`] : []),
    ...(left.length > 0 ? [`Left ${host} since the plan: ${left.join(', ')}`] : []),
  ];
}

/** VMs that this run has moved, stopped or started, and all that were on a host it has worked on: CloudStack moves those too. */
function movedByUs(run: Run): ReadonlySet<string> {
  const acted = Object.values(run.lines).filter((state) => Object.keys(state.acts).length > 0);
  return new Set([
    ...acted.flatMap((state) => Object.keys(state.acts)),
    ...acted.flatMap((state) => residents(run.plan.snapshot, state.line.lane).map((vm) => vm.name)),
  ]);
}
