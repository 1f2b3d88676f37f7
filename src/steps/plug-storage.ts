/** Every PBD and PIF attached that was attached before: the boot leaves a failed SR unplugged and says nothing (xapi §5.4, F33). */
import { act, done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { listed, minutes, xenHost, type HostArgs } from './sight';

/** `srs`: SR uuid and name of each PBD attached before; `pifs`: devices attached before. */
type Args = HostArgs & {
  readonly srs: readonly { readonly uuid: string; readonly name: string }[];
  readonly pifs: readonly string[];
};
type Seen = {
  readonly pbds: readonly { readonly uuid: string; readonly sr: string; readonly attached: boolean }[];
  readonly pifs: readonly { readonly device: string; readonly attached: boolean }[];
};

export const plugStorage = defineStep<Args, Seen>({
  kind: 'plug-storage',
  v: 1,
  title: ({ host }) => `See that every SR and network of ${host} is attached as before`,
  settleSeconds: 135,
  callTimeoutSeconds: 120, // an iSCSI login with several paths
  farDelaySeconds: 5,
  maxActs: 2,
  patience: { softSeconds: minutes(5), hardSeconds: minutes(20) },
  observe: async (world, { uuid }) => {
    const host = await xenHost(world, uuid);
    return {
      pbds: host.pbds.map(({ uuid: pbd, sr, attached }) => ({ uuid: pbd, sr, attached })),
      pifs: host.pifs.map(({ device, attached }) => ({ device, attached })),
    };
  },
  decide: ({ args, now, line, at }) => {
    const gone = args.srs.filter((sr) => !now.pbds.some((pbd) => pbd.sr === sr.uuid));
    if (gone.length > 0)
      return stop(
        problems.storageGone(
          args.host,
          gone.map((sr) => sr.name),
        ),
      );
    const loose = args.srs.flatMap((sr) => {
      const pbd = now.pbds.find((candidate) => candidate.sr === sr.uuid);
      return pbd && !pbd.attached ? [{ sr: sr.name, pbd: pbd.uuid }] : [];
    });
    const down = args.pifs.filter((device) => !now.pifs.some((pif) => pif.device === device && pif.attached));
    // the boot plugs them itself, about 5 s each; what is loose after a minute will not come alone
    const young = at - (line.begunAt ?? at) < minutes(1) * 1000;
    if (loose.length > 0 && young) return wait(`Still being attached: ${listed(loose.map((one) => one.sr))}`);
    if (loose.length > 0)
      return act(
        `not attached: ${listed(loose.map((one) => one.sr))}`,
        ...loose.map((one) => ({ subject: one.sr, what: `plug ${one.sr} on ${args.host}`, args: one })),
      );
    if (down.length > 0) return wait(`Not attached: ${listed(down)}`);
    return done(`${args.srs.length} SRs and ${args.pifs.length} interfaces are attached as before`);
  },
  act: ({ xen }, { args }) => xen.plugPbd((args as { pbd: string }).pbd),
  tooLong: ({ args, now }) =>
    problems.notAttached(
      args.host,
      args.pifs.filter((device) => !now.pifs.some((pif) => pif.device === device && pif.attached)),
    ),
});
