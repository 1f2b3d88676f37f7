/** host.restart_agent, only where what was applied asks for it and no reboot follows; the host out of service as for a reboot. */
import { act, done, wait } from '../domain/decision';
import type { Guidance } from '../domain/patching';
import { problems } from '../domain/problems';
import { safetyLook, notSafeNow, type SafetySeen } from './safe-to-take-down';
import { hostPatches, patchingOf, wantedBy } from './patches-look';
import { defineStep } from './step';
import { minutes, orSilence, type HostArgs } from './sight';

/** `expect`: what the plan knows that XAPI will not show. */
type Args = HostArgs & { readonly expect?: readonly Guidance[] };
type Seen = SafetySeen & {
  /** Absent: the host, or with the master the pool, does not say at this moment. */
  readonly pending?: readonly Guidance[];
  readonly agentStartTime: number;
};

export const restartToolstack = defineStep<Args, Seen>({
  kind: 'restart-toolstack',
  v: 1,
  title: ({ host }) => `Restart the toolstack of ${host} if its hotfixes ask for it`,
  silence: 'pool',
  settleSeconds: 135,
  callTimeoutSeconds: 60,
  farDelaySeconds: 60, // XAPI reads its database before it answers again (xapi §2.3)
  maxActs: 2,
  patience: { softSeconds: minutes(5), hardSeconds: minutes(15) },
  observe: async (world, args, { line }) => {
    const patches = hostPatches(world, args.uuid);
    const [service, hosts, patched] = await Promise.all([
      safetyLook(world, args, line),
      orSilence(world.xen.hosts()),
      line.before === undefined ? patches : orSilence(patches),
    ]);
    return {
      ...service,
      agentStartTime: hosts?.find(({ uuid }) => uuid === args.uuid)?.agentStartTime ?? 0,
      ...(patched && { pending: patched.pending }),
    };
  },
  decide: ({ args, before, now, line, run }) => {
    const { host } = args;
    const asked = line.acts[host];
    const mayHaveBegun = asked !== undefined && !['refused', 'not-sent'].includes(asked.outcome);
    const answers = now.answers && now.live && now.pending !== undefined;
    const restarted = now.agentStartTime > 0 && now.agentStartTime !== before.agentStartTime;
    if (answers && mayHaveBegun && restarted)
      return done(`the toolstack of ${host} has been restarted`, { restarted: true });
    const wanted = wantedBy(run, args, now.pending ?? before.pending);
    if (answers && !mayHaveBegun && wanted.includes('reboot'))
      return done(`the reboot of ${host} restarts its toolstack too`, { restarted: false });
    if (answers && !mayHaveBegun && !wanted.includes('restart-toolstack'))
      return done('nothing asks for it', { restarted: false });
    if (!answers) return wait(`the toolstack of ${host} restarts`, { againInSeconds: 10 });
    return (
      notSafeNow(args, now) ??
      act(`what was applied to ${host} asks for it`, {
        subject: host,
        what: `restart the toolstack of ${host}`,
        args: null,
      })
    );
  },
  act: (world, _act, { args }) => patchingOf(world).restartToolstack(args.uuid),
  tooLong: ({ args, line }) => problems.tooLong(line.line.title, `XAPI of ${args.host} has not started anew`),
});
