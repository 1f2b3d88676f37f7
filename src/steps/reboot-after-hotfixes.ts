/** One reboot however many hotfixes, and none where nothing asks for it; guarded like every reboot of ours. */
import { done, type Decision } from '../domain/decision';
import type { Guidance } from '../domain/patching';
import { hostPatches, wantedBy } from './patches-look';
import { decideReboot, REBOOTING, rebootLook, type RebootSeen } from './rebooting';
import { defineStep, type Evidence } from './step';
import { orSilence, type HostArgs } from './sight';

/** `expect`: what the plan knows that XAPI will not show, as of a driver disk or an old supplemental pack (xc §3.6). */
type Args = HostArgs & { readonly expect?: readonly Guidance[] };
type Seen = RebootSeen & {
  /** Absent: the host, or with the master the pool, is away. */
  readonly pending?: readonly Guidance[];
};

export const rebootAfterHotfixes = defineStep<Args, Seen>({
  ...REBOOTING,
  kind: 'reboot-after-hotfixes',
  v: 1,
  title: ({ host }) => `Reboot ${host} if its hotfixes ask for it`,
  observe: async (world, args, { line }) => {
    const patches = hostPatches(world, args.uuid);
    const [seen, patched] = await Promise.all([
      rebootLook(world, args, line),
      // what is asked for must have been seen before anything is concluded from it
      line.before === undefined ? patches : orSilence(patches),
    ]);
    return { ...seen, ...(patched && { pending: patched.pending }) };
  },
  decide: (evidence) =>
    notAskedFor(evidence) ?? decideReboot(evidence, evidence.before.bootTime, { rebooted: true }),
  act: ({ xen }, _act, { args }) => xen.rebootHost(args.uuid),
});

function notAskedFor({ args, before, now, line, run }: Evidence<Args, Seen>): Decision | undefined {
  const asked = line.acts[args.host];
  const mayHaveBegun = asked !== undefined && !['refused', 'not-sent'].includes(asked.outcome);
  const wanted = wantedBy(run, args, now.pending ?? before.pending).includes('reboot');
  if (wanted || mayHaveBegun || !now.live || now.bootTime !== before.bootTime) return undefined;
  return done(`nothing that was applied to ${args.host} asks for a reboot`, { rebooted: false });
}
