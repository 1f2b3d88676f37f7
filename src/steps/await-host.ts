/** Waits for the host to come back from its installer: five minutes to over an hour are seen in the field (seed 003). */
import { differenceInMinutes } from 'date-fns';
import { done, wait } from '../domain/decision';
import { learned } from '../domain/host-times';
import { problems } from '../domain/problems';
import { defineStep, LOOKS_ONLY } from './step';
import { bootTimeBefore, minutes, orSilence, xenHostLook, type HostArgs } from './sight';
import { wayOut } from './ways-out';

type Seen = {
  readonly answers: boolean;
  readonly live: boolean;
  readonly bootTime: number;
  readonly otherKey: boolean;
};

/** `installer`: it was prepared by us; nobody stands at the console. */
type Args = HostArgs & { readonly installer?: { readonly messages: number } };

/** Where this pool has taken no longer yet. */
const PATIENCE = { softSeconds: minutes(50), hardSeconds: minutes(120) };

export const awaitHost = defineStep<Args, Seen>({
  ...LOOKS_ONLY,
  kind: 'await-host',
  v: 1,
  title: ({ host }) => `Wait until ${host} is back`,
  silence: 'pool',
  patience: PATIENCE,
  limits: ({ line, run }) => learned(PATIENCE, run, line.line.kind),
  observe: async (world, { uuid, master }) => {
    const identity = await world.xen.identity(uuid);
    const otherKey =
      identity.tls !== undefined && identity.pinnedTls !== undefined && identity.tls !== identity.pinnedTls;
    // with another certificate on the master nothing may be asked of it before a person accepts it
    const xen = otherKey
      ? undefined
      : await (master ? orSilence(xenHostLook(world, uuid)) : xenHostLook(world, uuid));
    return { answers: xen !== undefined, live: xen?.live ?? false, bootTime: xen?.bootTime ?? 0, otherKey };
  },
  decide: ({ args, now, line, run, at }) => {
    const was = bootTimeBefore(run, args.host);
    if (now.otherKey) return done(`${args.host} is back and shows another certificate`);
    if (now.answers && now.live && was !== undefined && now.bootTime > 0 && now.bootTime !== was)
      return done(`${args.host} is back, away for ${differenceInMinutes(at, line.begunAt ?? at)} min`);
    const way = wayOut({ args, line, run, state: [`${args.host} does not answer.`] });
    if (way) return way;
    return wait(awayFor(args, line.overdue), { againInSeconds: 10 });
  },
  tooLong: ({ args, line, at }) => {
    const away = differenceInMinutes(at, line.begunAt ?? at);
    if (args.installer)
      return problems.installerStands(args.host, away, args.installer.messages, args.master);
    return args.master ? problems.masterNotBack(args.host, away) : problems.hostNotBack(args.host, away);
  },
});

/** Told before anybody is called: what an installer that is slow does, and where to see it (seed 003). */
function awayFor({ host, installer }: Args, overdue: boolean): string {
  if (!overdue || !installer) return `${host} is away: installer and reboot`;
  return `${host} is away for longer than usual: each of its ${installer.messages} messages is copied while the installer shows 72 %, up to more than an hour. Its console says more: ALT+F2, /tmp/install-log`;
}
