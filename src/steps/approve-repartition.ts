/**
 * New partitions take local storage with them for good, and the seeds advise against them in a rolling upgrade: a
 * person approves them for this very host, knowing what is lost, or they do not happen (design: never list; seed 003).
 */
import { ask, done, stop } from '../domain/decision';
import { digestOf } from '../domain/digest';
import { problems } from '../domain/problems';
import { answersOn, recalled, type Run } from '../domain/run';
import type { Json } from '../domain/json';
import { destroyed, localStorage, notAnew, type LocalStorage } from './local-storage';
import { defineStep, LOOKS_ONLY } from './step';
import { hours, type HostArgs } from './sight';

export const approveRepartition = defineStep<HostArgs, LocalStorage>({
  ...LOOKS_ONLY,
  kind: 'approve-repartition',
  v: 1,
  title: ({ host }) => `Approve new partitions on ${host}`,
  patience: { softSeconds: hours(1), hardSeconds: hours(24 * 7) },
  observe: (world, { uuid }) => localStorage(world, uuid),
  decide: ({ args, now, line, run }) => {
    const why = notAnew(now);
    if (why !== undefined) return stop(problems.repartitionRefused(args.host, why));
    const digest = digestFor(run, args.host, now);
    const yes = answersOn(run, line.line.id).findLast(
      (q) => q.answer.says === 'yes' && q.ask.digest === digest,
    );
    if (yes)
      return done(`new partitions were approved by ${yes.answer.by.name}`, { digest, lost: lostOf(now) });
    return ask({
      kind: 'approve',
      text: `May the installer partition the disk of ${args.host} anew? What is on it is lost for good.`,
      saw: [
        ...destroyed(now),
        'No VM has a disk there; that is looked at again in the moment before the reboot.',
        'It happens only if the upgrade plugin of the host asks for it. It cannot be taken back.',
        'If it is not meant: decline, and plan again without --repartition.',
      ],
      digest,
      notTheRequester: true,
    });
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'nobody has answered for a week'),
});

/** Bound to the lines of this host's section and to what would be lost. */
function digestFor(run: Run, host: string, now: LocalStorage): string {
  const section = run.sections.find((candidate) => candidate.host === host);
  return digestOf({
    lines: (section?.lines ?? []).map(
      (one) => [one.id, one.kind, one.args] as const satisfies readonly Json[],
    ),
    repartition: lostOf(now),
  });
}

const lostOf = ({ srs }: LocalStorage): Json =>
  srs.map(({ uuid, disks }) => ({ sr: uuid, disks: disks.map((disk) => disk.uuid) }));

/** uuids of SRs whose loss was approved with the new partitions of this host. */
export function approvedLost(run: Run, host: string): readonly string[] {
  const lost = (approvalOf(run, host)?.lost ?? []) as readonly { readonly sr: string }[];
  return lost.map(({ sr }) => sr);
}

const approvalOf = (run: Run, host: string): { readonly lost?: Json } | undefined =>
  recalled(run, 'approve-repartition', host).findLast(({ status }) => status === 'done')?.result as
    { readonly lost?: Json } | undefined;

/** Why the mark for new partitions must not be there now; undefined where they were approved and nothing has come since. */
export function notApproved(run: Run, host: string, now: LocalStorage | undefined): string | undefined {
  const result = approvalOf(run, host);
  if (result?.lost === undefined) return 'nobody was asked about new partitions of this host';
  if (!now) return 'what would be lost could not be read';
  const why = notAnew(now);
  if (why !== undefined) return why;
  return digestOf(result.lost) === digestOf(lostOf(now))
    ? undefined
    : 'other storage would be lost than was approved';
}
