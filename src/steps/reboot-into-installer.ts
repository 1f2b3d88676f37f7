/**
 * host.reboot of a host whose next boot is the installer: one way, so everything is looked at in the tick that acts. Out of
 * service, empty, the installer's entry next, no mark that asks for new partitions. It ends when the host is seen to go.
 */
import { act, done, stop, wait } from '../domain/decision';
import { learned } from '../domain/host-times';
import { problems } from '../domain/problems';
import { bootLook, stateOf, unsafe, type BootSeen, type Unseen } from './next-boot';
import { defineStep } from './step';
import { localStorage, type LocalStorage } from './local-storage';
import { notApproved } from './approve-repartition';
import { minutes, orSilence, type HostArgs } from './sight';
import { bootedByHand, wayOut } from './ways-out';

/** `repartition`: new partitions have a line of their own in which a person approves them. */
type Args = HostArgs & Unseen & { readonly to: string; readonly repartition?: boolean };
type Seen = BootSeen & { readonly local?: LocalStorage };

/** A restart of the toolstack takes 40 s of silence and no reboot (xapi §12.6); a lost answer takes less. */
const SILENT_SECONDS = 60;

const SETTLE_SECONDS = 120;

/** Where this pool has taken no longer yet. */
const PATIENCE = { softSeconds: minutes(5), hardSeconds: minutes(25) };

export const rebootIntoInstaller = defineStep<Args, Seen>({
  kind: 'reboot-into-installer',
  v: 1,
  title: ({ host, to }) => `Reboot ${host} into the ${to} installer`,
  settleSeconds: SETTLE_SECONDS,
  callTimeoutSeconds: 60,
  // ten seconds until the shutdown begins, and a heartbeat until the master says so (xapi fact 2, §12.6)
  farDelaySeconds: 45,
  maxActs: 1,
  silence: 'pool',
  // XAPI gives a shutdown 20 minutes (xapi §12.6)
  patience: PATIENCE,
  limits: ({ line, run }) => learned(PATIENCE, run, line.line.kind),
  observe: async (world, args, { line }) => {
    const quiet = line.before !== undefined;
    const [seen, local] = await Promise.all([
      bootLook(world, args, quiet),
      args.repartition ? orSilence(localStorage(world, args.uuid)) : undefined,
    ]);
    return local ? { ...seen, local } : seen;
  },
  decide: ({ args, before, now, line, run, at }) => {
    if (bootedByHand({ line, run })) return done(`${args.host} was booted by a person instead`);
    const booted = now.answers && now.bootTime > 0 && now.bootTime !== before.bootTime;
    if (booted) return done(`${args.host} has rebooted`);
    const asked = line.acts[args.host];
    const silence = `${args.host} does not answer; looking whether it goes down`;
    const silentFor = line.waitingFor === silence ? at - (line.waitingSince ?? at) : 0;
    const down = now.answers ? !now.live : args.master && silentFor >= SILENT_SECONDS * 1000;
    if (down && asked) return done(`${args.host} is down`);
    if (down) return stop(problems.notSafe(args.host, 'it went down before it was told to'));
    if (!now.answers) return wait(silence, { againInSeconds: 10 });
    // what was accepted takes XAPI up to 20 minutes; what may be lost is known to be once it has settled
    const told =
      asked?.outcome === 'answered' ||
      ((asked?.outcome === 'intended' || asked?.outcome === 'lost') &&
        at - asked.intendedAt < SETTLE_SECONDS * 1000);
    if (told && (line.patienceFrom ?? 0) <= asked.intendedAt)
      return wait(`${args.host} is told to reboot and shuts down`, { againInSeconds: 10 });
    if (!now.boot && !args.unseen)
      return wait(`dom0 of ${args.host} does not answer over SSH`, { againInSeconds: 10 });
    const state = stateOf(args, now);
    const way = wayOut({ args, line, run, state });
    if (way) return way;
    const stopped = unsafe(args, now);
    if (stopped) return stopped;
    if (now.boot?.installer === 'none') return stop({ ...problems.installerGone(args.host), state });
    if (now.boot?.repartition) {
      const why = args.repartition ? notApproved(run, args.host, now.local) : undefined;
      if (!args.repartition || why !== undefined)
        return stop({ ...problems.wouldRepartition(args.host, why), state });
    }
    const kept = now.boot?.repartition ? 'is partitioned anew, as approved' : 'keeps its partitions';
    return act(`${args.host} boots the ${args.to} installer next and ${kept}`, {
      subject: args.host,
      what: `reboot ${args.host} into the ${args.to} installer`,
      args: null,
    });
  },
  act: ({ xen }, _act, { args }) => xen.rebootHost(args.uuid),
  tooLong: ({ args, line }) => problems.tooLong(line.line.title, `${args.host} has not gone down`),
});
