/** Storage attached where it has a connection and is not: XenCenter's repair, one PBD after the other (xc §1.3 row 17; xapi §7). It stays. */
import { act, done, stop } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep } from './step';
import { listed, minutes, xenHost } from './sight';

type Args = {
  readonly host: string;
  readonly uuid: string;
  readonly srs: readonly { readonly uuid: string; readonly name: string }[];
};
type Seen = {
  readonly pbds: readonly { readonly uuid: string; readonly sr: string; readonly attached: boolean }[];
};

export const attachStorage = defineStep<Args, Seen>({
  kind: 'attach-storage',
  v: 1,
  title: ({ host, srs }) => `Attach ${listed(srs.map((sr) => sr.name))} on ${host}`,
  settleSeconds: 135,
  callTimeoutSeconds: 120, // an iSCSI login with several paths
  farDelaySeconds: 5,
  maxActs: 2,
  patience: { softSeconds: minutes(5), hardSeconds: minutes(20) },
  observe: async (world, { uuid }) => ({
    pbds: (await xenHost(world, uuid)).pbds.map(({ uuid: pbd, sr, attached }) => ({
      uuid: pbd,
      sr,
      attached,
    })),
  }),
  decide: ({ args, now }) => {
    const pbdOf = (sr: string) => now.pbds.find((pbd) => pbd.sr === sr);
    const gone = args.srs.filter((sr) => !pbdOf(sr.uuid));
    if (gone.length > 0)
      return stop(
        problems.storageGone(
          args.host,
          gone.map((sr) => sr.name),
        ),
      );
    const loose = args.srs.filter((sr) => pbdOf(sr.uuid)?.attached !== true);
    if (loose.length === 0) return done(`${listed(args.srs.map((sr) => sr.name))}: attached`);
    return act(
      `not attached: ${listed(loose.map((sr) => sr.name))}`,
      ...loose.map((sr) => ({
        subject: sr.name,
        what: `attach ${sr.name} on ${args.host}`,
        args: { pbd: pbdOf(sr.uuid)?.uuid ?? '' },
      })),
    );
  },
  act: ({ xen }, { args }) => xen.plugPbd((args as { pbd: string }).pbd),
  tooLong: ({ line, args, now }) =>
    problems.tooLong(
      line.line.title,
      `not attached: ${listed(args.srs.filter((sr) => !now.pbds.some((pbd) => pbd.sr === sr.uuid && pbd.attached)).map((sr) => sr.name))}`,
    ),
});
