/** Looks that several steps share. They read; what to conclude is each step's own. */
import { hoursToMinutes, minutesToSeconds } from 'date-fns';
import { stop, type Decision } from '../domain/decision';
import { Malformed, NotSent, Unreachable } from '../domain/errors';
import { problems } from '../domain/problems';
import { recalled, type Run } from '../domain/run';
import type { CsHost, World, XenHostSeen } from '../ports';

/** A host as both sides know it: XAPI's uuid, CloudStack's id. */
export type HostArgs = {
  readonly host: string;
  readonly uuid: string;
  readonly id: string;
  readonly master: boolean;
};

export type ClusterArgs = { readonly pool: string; readonly cluster: string; readonly clusterId: string };

export type XenHostLook = {
  readonly enabled: boolean;
  readonly live: boolean;
  readonly version: string;
  readonly bootTime: number;
  readonly residents: number;
  readonly tags: readonly string[];
  readonly masterUuid: string;
};

/** One host as XAPI's master tells it. Throws Malformed when the pool does not know the host. */
export async function xenHost(world: World, uuid: string): Promise<XenHostSeen> {
  const host = (await world.xen.hosts()).find((candidate) => candidate.uuid === uuid);
  if (!host) throw new Malformed(`XAPI of ${world.pool.name}`, `the pool no longer lists host ${uuid}`);
  return host;
}

export async function xenHostLook(world: World, uuid: string): Promise<XenHostLook> {
  const [host, pool] = await Promise.all([xenHost(world, uuid), world.xen.pool()]);
  return {
    enabled: host.enabled,
    live: host.live,
    version: host.version,
    bootTime: host.bootTime,
    residents: host.residents.length,
    tags: host.tags,
    masterUuid: pool.masterUuid,
  };
}

/** The role has moved since the plan: off its master, or onto a member, which would take the pool down with its cluster Managed. */
export const masterMoved = (
  { host, uuid, master }: HostArgs,
  { masterUuid }: { readonly masterUuid: string },
): Decision | undefined =>
  (masterUuid === uuid) === master
    ? undefined
    : stop(problems.masterMoved(host, master ? 'lost it' : 'got it'));

/** One host as CloudStack tells it. Throws Malformed when the cluster does not list it. */
export async function csHost(world: World, id: string): Promise<CsHost> {
  const host = (await world.cloudStack.hosts(world.pool.clusterId)).find((candidate) => candidate.id === id);
  if (!host)
    throw new Malformed('CloudStack', `the cluster of ${world.pool.name} no longer lists host ${id}`);
  return host;
}

export async function managedState(world: World): Promise<string> {
  const cluster = await world.cloudStack.cluster(world.pool.clusterId);
  if (!cluster) throw new Malformed('CloudStack', `cluster ${world.pool.clusterId} does not exist`);
  return cluster.managedState;
}

/** Boot time before this host went away, epoch seconds: from the line that disabled it, when it surely was up. */
export function bootTimeBefore(run: Run, host: string): number | undefined {
  for (const kind of ['disable-host', 'upgrade-by-hand']) {
    const before = recalled(run, kind, host).at(-1)?.before as { bootTime?: number } | undefined;
    if (before?.bootTime) return before.bootTime;
  }
  return undefined;
}

/** The answer, or `undefined` when the other side does not answer: for lines that take it away themselves. */
export async function orSilence<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof Unreachable || error instanceof NotSent || error instanceof Malformed)
      return undefined;
    throw error;
  }
}

export const listed = (names: readonly string[], most = 6): string =>
  names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;

export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** Seconds: patience is written in minutes and hours and counted in seconds. */
export const minutes = minutesToSeconds;
export const hours = (n: number): number => minutesToSeconds(hoursToMinutes(n));
