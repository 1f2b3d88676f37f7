/**
 * host.reboot of an empty, disabled host in CloudStack Maintenance; the master only with its cluster Unmanaged. One way:
 * over when the boot time is another one, asked for a second time only with a person's word. XAPI answers at once and
 * goes down ten seconds later (xapi fact 2).
 */
import { act, done, stop, wait } from '../domain/decision';
import { differenceInMinutes } from 'date-fns';
import type { NextBoot } from '../domain/installer';
import { problems } from '../domain/problems';
import type { World } from '../ports';
import { defineStep } from './step';
import {
  bootTimeBefore,
  csHost,
  managedState,
  masterMoved,
  minutes,
  orSilence,
  xenHostLook,
  type HostArgs,
} from './sight';

type Seen = {
  readonly answers: boolean;
  readonly live: boolean;
  readonly enabled: boolean;
  readonly residents: number;
  readonly bootTime: number;
  readonly masterUuid: string;
  readonly resourceState: string;
  readonly managedState: string;
  /** `unseen`: dom0 is configured and does not say. Absent: not configured, or the host is away. */
  readonly boot?: 'unseen' | { readonly [fact in keyof NextBoot]: NextBoot[fact] };
};

/** Nobody knows what a host boots that was prepared by hand or by an earlier run: its boot loader is asked (xc §2.8). */
async function bootOf({ dom0 }: World, uuid: string): Promise<Pick<Seen, 'boot'>> {
  if (!dom0?.configured.includes(uuid)) return {};
  const boot = await orSilence(dom0.nextBoot(uuid));
  return { boot: boot ? { ...boot } : 'unseen' };
}

/** What else than a reboot would happen; undefined when it is one. */
function notOnlyReboot({ installer, repartition }: NextBoot): string | undefined {
  const mark = 'the mark /var/preserve/safe2upgrade asks for new partitions';
  if (installer === 'none') return repartition ? mark : undefined;
  const boots = `its boot loader starts an installer ${installer === 'once' ? 'at the next boot' : 'at every boot'}`;
  return repartition ? `${boots}, and ${mark}` : boots;
}

export const rebootHost = defineStep<HostArgs, Seen>({
  kind: 'reboot-host',
  v: 1,
  title: ({ host }) => `Reboot ${host}`,
  silence: 'pool',
  settleSeconds: 190,
  callTimeoutSeconds: 60,
  farDelaySeconds: 120, // ten seconds of XAPI's own, then dom0 stops its services before the network goes
  maxActs: 1,
  // self-test and boot take 5 to 10 minutes, with many disks or much memory 20 (xapi §12.6; seed 003)
  patience: { softSeconds: minutes(25), hardSeconds: minutes(60) },
  observe: async (world, { uuid, id, master }, { line }) => {
    const [xen, host, managed] = await Promise.all([
      // the before-picture must have been seen, and a member is told of by a master that answers: silence is no picture
      line.before === undefined || !master ? xenHostLook(world, uuid) : orSilence(xenHostLook(world, uuid)),
      csHost(world, id),
      managedState(world),
    ]);
    return {
      // while it is away nothing is asked of it
      ...(xen?.live && (await bootOf(world, uuid))),
      answers: xen !== undefined,
      live: xen?.live ?? false,
      enabled: xen?.enabled ?? false,
      residents: xen?.residents ?? 0,
      bootTime: xen?.bootTime ?? 0,
      masterUuid: xen?.masterUuid ?? '',
      resourceState: host.resourceState,
      managedState: managed,
    };
  },
  decide: ({ args, before, now, line, run }) => {
    const { host } = args;
    // since it was disabled: whoever rebooted it then, it is not rebooted once more
    const was = bootTimeBefore(run, host) ?? before.bootTime;
    if (now.answers && now.live && now.bootTime > 0 && now.bootTime !== was)
      return done(`${host} has booted again`);
    if (!now.answers || !now.live) return wait(`${host} is away: rebooting`, { againInSeconds: 10 });
    const asked = line.acts[host];
    if (asked?.outcome === 'answered' && (line.patienceFrom ?? 0) <= asked.intendedAt)
      return wait(`XAPI has taken the reboot of ${host}; it has not come back yet`, { againInSeconds: 10 });
    const moved = masterMoved(args, now);
    if (moved) return moved;
    const unmanaged = now.managedState === 'Unmanaged';
    if (args.master && !unmanaged) return stop(problems.notSafe(host, 'its cluster is not Unmanaged'));
    if (!unmanaged && now.resourceState !== 'Maintenance')
      return stop(problems.notSafe(host, `CloudStack has it as ${now.resourceState}, not in Maintenance`));
    if (now.enabled) return stop(problems.notSafe(host, 'it is enabled in XAPI again'));
    if (now.residents > 0) return stop(problems.notSafe(host, `${now.residents} VMs live on it`));
    if (now.boot === 'unseen')
      return wait(`${host} is not rebooted before dom0 says over SSH what it boots next`);
    const more = now.boot && notOnlyReboot(now.boot);
    if (more !== undefined) return stop(problems.bootsInstaller(host, more, run.plan.pool));
    return act(`${host} is empty and disabled`, { subject: host, what: `reboot ${host}`, args: null });
  },
  act: ({ xen }, _act, { args }) => xen.rebootHost(args.uuid),
  tooLong: ({ args, line, at }) =>
    problems.rebootNotBack(args.host, differenceInMinutes(at, line.begunAt ?? at), args.master),
});
