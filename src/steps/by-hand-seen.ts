/**
 * What only a person may do, and anybody can see: a statement for CloudStack's database, a setting that could cut CloudStack
 * off. The click starts a wait; the line ends when it is seen, with or without a click (design: rule 7).
 */
import { ask, done, wait } from '../domain/decision';
import { digestOf } from '../domain/digest';
import { problems } from '../domain/problems';
import { answersOn } from '../domain/run';
import type { Dom0Seen, World } from '../ports';
import { defineStep, LOOKS_ONLY } from './step';
import { hours, listed } from './sight';

type Until =
  | { readonly see: 'capability-row'; readonly version: string }
  | { readonly see: 'old-tls-off'; readonly pool: string }
  /** `fewer`: message files, when there are fewer than so many. */
  | {
      readonly see: 'dom0-clean';
      readonly uuid: string;
      readonly of: 'safe2upgrade' | 'utility-partition' | 'message-files';
      readonly fewer?: number;
    };
type Args = { readonly title: string; readonly doThis: readonly string[]; readonly until: Until };
/** `missing`: empty when it is done. */
type Seen = { readonly missing: readonly string[] };

/** What is not there yet, one fact each. */
async function missing({ xen, cloudStack, dom0 }: World, until: Until): Promise<readonly string[]> {
  if (until.see === 'capability-row') {
    const rows = await cloudStack.capabilities();
    return rows.some((row) => row.version === until.version)
      ? []
      : [`CloudStack lists no capability row for ${until.version}`];
  }
  if (until.see === 'dom0-clean') {
    if (!dom0?.configured.includes(until.uuid)) return ['SSH to the host is not configured any more'];
    return stillIn(await dom0.look(until.uuid), until.of, until.fewer ?? 0);
  }
  const serving = (await xen.hosts()).filter((host) => host.traits?.legacySsl === true);
  return serving.map((host) => `${host.name} still serves old TLS`);
}

/** What dom0 does not tell counts as still there. */
function stillIn(
  { safe2upgrade, disk, blobs, unread = [] }: Dom0Seen,
  of: 'safe2upgrade' | 'utility-partition' | 'message-files',
  fewer: number,
): readonly string[] {
  const cannotTell = ['dom0 does not tell', ...unread.map(({ what, why }) => `${what}: ${why}`)];
  if (of === 'safe2upgrade')
    return safe2upgrade === undefined
      ? cannotTell
      : safe2upgrade
        ? ['/var/preserve/safe2upgrade is there']
        : [];
  if (of === 'utility-partition')
    return disk === undefined
      ? cannotTell
      : disk.utilityPartition
        ? [`a small partition lies in front of the root of ${disk.device}`]
        : [];
  if (blobs === undefined) return cannotTell;
  return blobs < fewer ? [] : [`${blobs} files under /var/lib/xcp/blobs/messages`];
}

export const byHandSeen = defineStep<Args, Seen>({
  ...LOOKS_ONLY,
  kind: 'by-hand-seen',
  v: 1,
  title: ({ title }) => title,
  patience: { softSeconds: hours(1), hardSeconds: hours(24 * 7) },
  observe: async (world, { until }) => ({ missing: await missing(world, until) }),
  decide: ({ args, now, line, run }) => {
    if (now.missing.length === 0) return done('it is done, and seen');
    const digest = digestOf({ line: line.line.id, doThis: args.doThis });
    const said = answersOn(run, line.line.id).some((q) => q.answer.says === 'yes' && q.ask.digest === digest);
    if (said) return wait(`Not seen yet: ${listed(now.missing)}`);
    return ask({
      kind: 'confirm',
      text: `${args.title}. The line ends by itself when it is seen. Done?`,
      saw: [...args.doThis, ...now.missing],
      digest,
      notTheRequester: false,
    });
  },
  tooLong: ({ line, now }) => problems.tooLong(line.line.title, listed(now.missing)),
});
