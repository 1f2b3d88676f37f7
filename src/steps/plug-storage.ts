/** Every PBD and PIF attached that was attached before: the boot leaves a failed SR unplugged and says nothing (xapi §5.4, F33). */
import { act, done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import type { Run } from '../domain/run';
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
  decide: ({ args, now, line, at, run }) => {
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
    const notThere = args.pifs.filter((device) => !now.pifs.some((pif) => pif.device === device));
    const down = args.pifs.filter(
      (device) =>
        !now.pifs.some((pif) => pif.device === device && pif.attached) &&
        // nothing comes back by waiting where there is nothing: the inventory's line asks about it
        !(notThere.includes(device) && isCompared(run, line.line.lane)),
    );
    // the boot plugs them itself, about 5 s each; what is loose after a minute will not come alone
    const young = at - (line.begunAt ?? at) < minutes(1) * 1000;
    if (loose.length > 0 && young) return wait(`Still being attached: ${listed(loose.map((one) => one.sr))}`);
    if (loose.length > 0)
      return act(
        `not attached: ${listed(loose.map((one) => one.sr))}`,
        ...loose.map((one) => ({ subject: one.sr, what: `plug ${one.sr} on ${args.host}`, args: one })),
      );
    if (down.length > 0) return wait(`Not attached: ${listed(down)}`);
    const there = args.pifs.length - notThere.length;
    return done(
      `${args.srs.length} SRs and ${there} interfaces are attached as before${notThere.length > 0 ? `; no longer there: ${listed(notThere)}` : ''}`,
    );
  },
  act: ({ xen }, { args }) => xen.plugPbd((args as { pbd: string }).pbd),
  tooLong: ({ args, now }) =>
    problems.notAttached(
      args.host,
      args.pifs.filter((device) => !now.pifs.some((pif) => pif.device === device && pif.attached)),
    ),
});

/** Plans of before there was such a line have none. */
const isCompared = (run: Run, lane: string): boolean =>
  Object.values(run.lines).some(({ line }) => line.kind === 'compare-inventory' && line.lane === lane);
