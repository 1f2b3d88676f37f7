/** What the lines of the automatic installer look at together: XAPI, CloudStack and what the next boot of the host does. */
import { stop, type Decision } from '../domain/decision';
import { Refused } from '../domain/errors';
import type { NextBoot } from '../domain/installer';
import { problems } from '../domain/problems';
import type { World } from '../ports';
import { csHost, managedState, masterMoved, orSilence, xenHost, xenHostLook, type HostArgs } from './sight';

/** The plugin's own deadline, 15 minutes for some 60 MB, half a minute in which it writes its last file, and as long to reach it. */
export const PREPARED_WITHIN_SECONDS = 960;

export type BootSeen = {
  readonly answers: boolean;
  readonly live: boolean;
  readonly enabled: boolean;
  readonly residents: number;
  readonly version: string;
  readonly bootTime: number;
  /** Empty while XAPI does not answer. */
  readonly masterUuid: string;
  readonly resourceState: string;
  readonly managedState: string;
  /** Absent while dom0 does not answer. */
  readonly boot?: { readonly [fact in keyof NextBoot]: NextBoot[fact] };
};

/** SSH to the host is not configured: a person looks at what it boots next, and says so on the line of the guard. */
export type Unseen = { readonly unseen?: true };

/** `quiet`: silence of the host is an answer, because it may be on its way down. */
export async function bootLook(
  world: World,
  { uuid, id, master, unseen }: HostArgs & Unseen,
  quiet = false,
): Promise<BootSeen> {
  const [xen, host, managed, boot] = await Promise.all([
    quiet && master ? orSilence(xenHostLook(world, uuid)) : xenHostLook(world, uuid),
    csHost(world, id),
    managedState(world),
    unseen ? undefined : quiet ? orSilence(nextBoot(world, uuid)) : nextBoot(world, uuid),
  ]);
  return {
    answers: xen !== undefined,
    live: xen?.live ?? false,
    enabled: xen?.enabled ?? false,
    residents: xen?.residents ?? 0,
    version: xen?.version ?? '',
    bootTime: xen?.bootTime ?? 0,
    masterUuid: xen?.masterUuid ?? '',
    resourceState: host.resourceState,
    managedState: managed,
    ...(boot && { boot: { ...boot } }),
  };
}

/** Refused (NOT_SAFE) where nobody configured SSH: what the next boot does cannot be known then. */
export async function nextBoot(world: World, uuid: string): Promise<NextBoot> {
  const { dom0 } = world;
  if (!dom0?.configured.includes(uuid)) {
    const { name } = await xenHost(world, uuid);
    throw new Refused(
      problems.notSafe(name, 'SSH to it is not configured, so nobody sees what it boots next'),
    );
  }
  return dom0.nextBoot(uuid);
}

/** Why nothing may be done to this host now; undefined while it is out of service and empty (design: never list). */
export function unsafe(args: HostArgs, now: BootSeen): Decision | undefined {
  const { host, master } = args;
  const moved = masterMoved(args, now);
  if (moved) return moved;
  const unmanaged = now.managedState === 'Unmanaged';
  const why = ((): string | undefined => {
    if (master && !unmanaged) return 'its cluster is not Unmanaged';
    if (!unmanaged && now.resourceState !== 'Maintenance')
      return `CloudStack has it as ${now.resourceState}, not in Maintenance`;
    if (now.enabled) return 'it is enabled in XAPI again';
    if (now.residents > 0) return `${now.residents} VMs live on it`;
    return undefined;
  })();
  return why === undefined ? undefined : stop(problems.notSafe(host, why));
}

const NEXT: Readonly<Record<NextBoot['installer'], string>> = {
  none: 'its own system',
  once: 'the installer, once',
  default: 'the installer, until it is taken back',
};

/** The host as this look shows it, one sentence a line, for whoever has to choose a way out. */
export const stateOf = ({ host }: HostArgs, now: BootSeen): readonly string[] => [
  now.answers
    ? `${host} runs ${now.version} and is ${now.enabled ? 'enabled' : 'disabled'} in XAPI; ${now.residents} VMs live on it.`
    : `${host} does not answer XAPI.`,
  now.boot
    ? `Its next boot is ${NEXT[now.boot.installer]}; ${now.boot.repartition ? 'the mark for new partitions is there' : 'nothing asks for new partitions'}.`
    : 'dom0 does not answer over SSH: what it boots next is not known.',
  `CloudStack has it in ${now.resourceState}; its cluster is ${now.managedState}.`,
];
