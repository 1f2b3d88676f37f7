/**
 * A person boots the installer. The line says what to do only while it is safe to do it, and ends when the host is
 * seen to go: no VM on it, disabled, in Maintenance, the master's cluster Unmanaged, looked at in this very tick.
 */
import { done, stop, wait } from '../domain/decision';
import { problems } from '../domain/problems';
import { defineStep, LOOKS_ONLY } from './step';
import { csHost, hours, managedState, orSilence, xenHostLook, type HostArgs } from './sight';

type Args = HostArgs & { readonly address: string; readonly from: string; readonly to: string };
type Seen = {
  readonly answers: boolean;
  readonly live: boolean;
  readonly enabled: boolean;
  readonly residents: number;
  readonly version: string;
  readonly bootTime: number;
  readonly tags: readonly string[];
  readonly resourceState: string;
  readonly managedState: string;
};

/** A restart of the toolstack takes 40 s of silence and no reboot (xapi §12.6); a lost answer takes less. */
const SILENT_SECONDS = 60;

export const upgradeByHand = defineStep<Args, Seen>({
  ...LOOKS_ONLY,
  kind: 'upgrade-by-hand',
  v: 1,
  title: ({ host, to }) => `Upgrade ${host} by hand: boot the ${to} installer and choose upgrade`,
  silence: 'pool',
  // hands may be an hour away; after six the host has been out of service for no reason
  patience: { softSeconds: hours(2), hardSeconds: hours(6) },
  observe: async (world, { uuid, id, master }, { line }) => {
    const [xen, host, managed] = await Promise.all([
      // the before-picture must have been seen, and a member is told of by a master that answers: silence is no picture
      line.before === undefined || !master ? xenHostLook(world, uuid) : orSilence(xenHostLook(world, uuid)),
      csHost(world, id),
      managedState(world),
    ]);
    return {
      answers: xen !== undefined,
      live: xen?.live ?? false,
      enabled: xen?.enabled ?? false,
      residents: xen?.residents ?? 0,
      version: xen?.version ?? '',
      bootTime: xen?.bootTime ?? 0,
      tags: xen?.tags ?? [],
      resourceState: host.resourceState,
      managedState: managed,
    };
  },
  decide: ({ args, before, now, line, at }) => {
    // a record without a boot time (0) is no other boot time
    const booted = now.answers && before.answers && now.bootTime > 0 && now.bootTime !== before.bootTime;
    if (booted) return done(`${args.host} has rebooted`);
    // a member is down when the master says so; the master when it has been silent for longer than a lost answer
    const silence = `${args.host} does not answer; looking again before anybody boots it`;
    const silentFor = line.waitingFor === silence ? at - (line.waitingSince ?? at) : 0;
    const down = now.answers ? !now.live : args.master && silentFor >= SILENT_SECONDS * 1000;
    if (before.answers && down) return done(`${args.host} is down`);
    if (!now.answers) return wait(silence, { againInSeconds: 10 });
    const unmanaged = now.managedState === 'Unmanaged';
    if (args.master && !unmanaged) return stop(problems.notSafe(args.host, 'its cluster is not Unmanaged'));
    if (!unmanaged && now.resourceState !== 'Maintenance')
      return stop(
        problems.notSafe(args.host, `CloudStack has it as ${now.resourceState}, not in Maintenance`),
      );
    if (now.enabled) return stop(problems.notSafe(args.host, 'it is enabled in XAPI again'));
    if (now.residents > 0) return stop(problems.notSafe(args.host, `${now.residents} VMs live on it`));
    return wait(
      `${args.host} (${args.address}) is empty, ${now.resourceState === 'Maintenance' ? 'in maintenance' : 'its cluster Unmanaged'} and disabled. Boot it from the ${args.to} ISO, choose upgrade, keep the backup, and let it reboot. This line ends by itself.`,
      // said once more in a message of its own: somebody has to walk to the machine
      { againInSeconds: 10, note: { hands: true } },
    );
  },
  tooLong: ({ line }) => problems.tooLong(line.line.title, 'nobody has booted the installer'),
});
