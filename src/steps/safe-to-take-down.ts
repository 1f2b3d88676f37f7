/**
 * What must be so in the tick that acts, before a host is patched, its toolstack restarted or it is rebooted: in
 * CloudStack Maintenance, the master with its cluster Unmanaged, disabled in XAPI, and empty (xapi §15; cs fact 6).
 */
import { stop, type Decision } from '../domain/decision';
import { problems } from '../domain/problems';
import type { LineState } from '../domain/run';
import type { World } from '../ports';
import { csHost, managedState, masterMoved, orSilence, xenHostLook, type HostArgs } from './sight';

export type SafetySeen = {
  readonly answers: boolean;
  readonly live: boolean;
  readonly enabled: boolean;
  readonly residents: number;
  readonly bootTime: number;
  readonly masterUuid: string;
  readonly resourceState: string;
  readonly managedState: string;
};

export async function safetyLook(
  world: World,
  { uuid, id, master }: HostArgs,
  line: LineState,
): Promise<SafetySeen> {
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
    bootTime: xen?.bootTime ?? 0,
    masterUuid: xen?.masterUuid ?? '',
    resourceState: host.resourceState,
    managedState: managed,
  };
}

/** Why it must not be touched now; undefined when it may be. */
export function notSafeNow(args: HostArgs, now: SafetySeen): Decision | undefined {
  const { host } = args;
  const moved = masterMoved(args, now);
  if (moved) return moved;
  const unmanaged = now.managedState === 'Unmanaged';
  if (args.master && !unmanaged) return stop(problems.notSafe(host, 'its cluster is not Unmanaged'));
  if (!unmanaged && now.resourceState !== 'Maintenance')
    return stop(problems.notSafe(host, `CloudStack has it as ${now.resourceState}, not in Maintenance`));
  if (now.enabled) return stop(problems.notSafe(host, 'it is enabled in XAPI again'));
  if (now.residents > 0) return stop(problems.notSafe(host, `${now.residents} VMs live on it`));
  return undefined;
}
