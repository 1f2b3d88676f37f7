/**
 * One reboot, whatever it is for: an empty, disabled host, its boot loader asked first, over when the boot time is another
 * one, asked for a second time only with a person's word. XAPI answers at once and goes down ten seconds later (xapi
 * fact 2).
 */
import { differenceInMinutes } from 'date-fns';
import { act, done, stop, wait, type Decision } from '../domain/decision';
import type { NextBoot } from '../domain/installer';
import { problems } from '../domain/problems';
import type { LineState } from '../domain/run';
import type { World } from '../ports';
import { safetyLook, notSafeNow, type SafetySeen } from './safe-to-take-down';
import type { Evidence } from './step';
import { minutes, orSilence, type HostArgs } from './sight';

export type RebootSeen = SafetySeen & {
  /** `unseen`: dom0 is configured and does not say. Absent: not configured, or the host is away. */
  readonly boot?: 'unseen' | { readonly [fact in keyof NextBoot]: NextBoot[fact] };
};

/** What every line that reboots has beside its words. */
export const REBOOTING = {
  silence: 'pool',
  settleSeconds: 190,
  callTimeoutSeconds: 60,
  farDelaySeconds: 120, // ten seconds of XAPI's own, then dom0 stops its services before the network goes
  maxActs: 1,
  // self-test and boot take 5 to 10 minutes, with many disks or much memory 20 (xapi §12.6; seed 003)
  patience: { softSeconds: minutes(25), hardSeconds: minutes(60) },
  tooLong: ({ args, line, at }: Pick<Evidence<HostArgs, RebootSeen>, 'args' | 'line' | 'at'>) =>
    problems.rebootNotBack(args.host, differenceInMinutes(at, line.begunAt ?? at), args.master),
} as const;

export async function rebootLook(world: World, args: HostArgs, line: LineState): Promise<RebootSeen> {
  const seen = await safetyLook(world, args, line);
  // while it is away nothing is asked of it
  return { ...seen, ...(seen.live && (await bootOf(world, args.uuid))) };
}

/** Nobody knows what a host boots that was prepared by hand or by an earlier run: its boot loader is asked (xc §2.8). */
async function bootOf({ dom0 }: World, uuid: string): Promise<Pick<RebootSeen, 'boot'>> {
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

/** `was`: its boot time before it was to go away; `result`: what the line leaves to those after it. */
export function decideReboot(
  { args, now, line, run }: Evidence<HostArgs, RebootSeen>,
  was: number,
  result?: { readonly rebooted: boolean },
): Decision {
  const { host } = args;
  if (now.answers && now.live && now.bootTime > 0 && now.bootTime !== was)
    return done(`${host} has booted again`, result);
  if (!now.answers || !now.live) return wait(`${host} is away: rebooting`, { againInSeconds: 10 });
  const asked = line.acts[host];
  if (asked?.outcome === 'answered' && (line.patienceFrom ?? 0) <= asked.intendedAt)
    return wait(`XAPI has taken the reboot of ${host}; it has not come back yet`, { againInSeconds: 10 });
  const unsafe = notSafeNow(args, now);
  if (unsafe) return unsafe;
  if (now.boot === 'unseen')
    return wait(`${host} is not rebooted before dom0 says over SSH what it boots next`);
  const more = now.boot && notOnlyReboot(now.boot);
  if (more !== undefined) return stop(problems.bootsInstaller(host, more, run.plan.pool));
  return act(`${host} is empty and disabled`, { subject: host, what: `reboot ${host}`, args: null });
}
