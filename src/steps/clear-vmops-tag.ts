/** A `vmops-version-*` tag with scripts older than this boot lies: CloudStack would not copy them again (cs §8.3). Other tags stay. */
import { act, done } from '../domain/decision';
import { problems } from '../domain/problems';
import { recalled } from '../domain/run';
import type { DomZeroBin } from '../domain/version-eras';
import { defineStep } from './step';
import { minutes, xenHostLook, type HostArgs } from './sight';

/** `bin`: of CloudStack in dom0, where it is not /opt/cloud/bin. */
type Args = HostArgs & { readonly bin?: DomZeroBin };
type Seen = {
  readonly tags: readonly string[];
  readonly bootTime: number;
  /** Undefined where SSH is not configured. */
  readonly scriptsAt?: number;
};

export const VMOPS = 'vmops-version-';

export const clearVmopsTag = defineStep<Args, Seen>({
  kind: 'clear-vmops-tag',
  v: 1,
  title: ({ host }) => `Remove a stale vmops-version tag from ${host}`,
  settleSeconds: 75,
  callTimeoutSeconds: 60,
  farDelaySeconds: 1,
  maxActs: 3,
  patience: { softSeconds: minutes(3), hardSeconds: minutes(10) },
  observe: async (world, { uuid, bin }) => {
    const { tags, bootTime } = await xenHostLook(world, uuid);
    const ssh = world.dom0?.configured.includes(uuid) ? world.dom0 : undefined;
    const scriptsAt = ssh && (await ssh.agent(uuid, bin)).scriptsAt;
    return {
      tags: tags.filter((tag) => tag.startsWith(VMOPS)),
      bootTime,
      ...(scriptsAt !== undefined && { scriptsAt }),
    };
  },
  decide: ({ args, now, run }) => {
    if (now.tags.length === 0) return done('there is none');
    const before = recalled(run, 'upgrade-by-hand', args.host).at(-1)?.before as
      { tags?: readonly string[] } | undefined;
    // without SSH: a tag that was there before the boot describes scripts of the old root
    const stale =
      now.scriptsAt === undefined
        ? now.tags.filter((tag) => before?.tags?.includes(tag))
        : now.scriptsAt < now.bootTime
          ? now.tags
          : [];
    if (stale.length === 0) return done('the tag was set after this boot');
    return act(
      'its scripts are older than this boot',
      ...stale.map((tag) => ({
        subject: tag,
        what: `remove the tag ${tag} from ${args.host}`,
        args: { tag },
      })),
    );
  },
  act: ({ xen }, { args }, evidence) => xen.removeTag(evidence.args.uuid, (args as { tag: string }).tag),
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'the tag is still there'),
});
