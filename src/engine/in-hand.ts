/** What our own run has in work on other hosts, taken out of a picture: their own lines watch it. Pure. */
import type { Finding } from '../domain/finding';
import { inHand } from '../domain/lanes';
import type { Snapshot } from '../domain/pool';
import type { Run } from '../domain/run';

/** Jobs that the run was given receipts for, VMs that its open lines move, and XAPI's tasks while another host is in hand. */
export function withoutOurs(run: Run, host: string, seen: Snapshot): Snapshot {
  if (inHand(run, host).length === 0) return seen;
  const open = Object.values(run.lines).filter(({ status }) => status === 'begun' || status === 'stopped');
  const acts = open.flatMap((state) => Object.values(state.acts));
  const jobs = acts.flatMap(({ receipt }) => (receipt as { readonly job?: string } | undefined)?.job ?? []);
  const subjects = new Set(acts.map(({ subject }) => subject));
  const { openWork } = seen.cloudstack;
  return {
    ...seen,
    ...(seen.traits && { traits: { ...seen.traits, tasks: [] } }),
    cloudstack: {
      ...seen.cloudstack,
      openWork: {
        ...openWork,
        jobs: openWork.jobs.filter((text) => !jobs.some((job) => text.includes(job))),
        transitions: openWork.transitions.filter((text) => !subjects.has(text.split(' ')[0]!)),
      },
    },
  };
}

/** Findings on other hosts that are in hand are caused by their own lines, which look for themselves. */
export function notOfOthers(run: Run, host: string, findings: readonly Finding[]): readonly Finding[] {
  const others = inHand(run, host);
  return others.length === 0 ? findings : findings.filter(({ on }) => !others.includes(on));
}
