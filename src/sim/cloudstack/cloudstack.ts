/** CloudStack's side of the pretend cloud: its state made, its loops started. */
import { compareVersions } from '../../domain/version';
import { type CloudState, hostByName, type SimPool, type XapiSide } from '../model';
import type { SimCloudStackTraits } from '../traits';
import { type CloudStackProfile, profileFor } from './profiles';
import { startHeartbeats, startLoops } from './services';
import { type CloudStackSide, type HaWork, idOf, PREPARING, type SimJob } from './side';

/** Starts monitor, scan, HA workers, power sync and system VM managers of every ready server on the cloud's time. */
export function cloudStackSide(cloud: CloudState, xapi: XapiSide): CloudStackSide {
  // Ids of jobs and networks stay clear of those of hosts and VMs.
  let ids = 100;
  const told = cloud.pools.find((pool) => pool.cloudStackTraits)?.cloudStackTraits ?? {};
  const side: CloudStackSide = {
    cloud,
    xapi,
    profile: ownRows(profileTold(profileFor(cloud.cloudStackVersion), told)),
    told,
    jobs: [],
    haWork: [],
    networks: [],
    events: [],
    alerts: [],
    settings: new Map(Object.entries(told.settings ?? {})),
    guestLimits: new Map(),
    guestOsMappings: [],
    vmQueues: new Map(),
    missing: new Map(),
    stalled: new Set(),
    masterAtUnmanage: new Map(),
    lostAnswers: new Set(),
    networkOf: new Map(),
    loops: new Map(),
    portListeners: new Set(),
    shuttingDown: new Map(),
    numbers: new Map(),
    nextId: () => ++ids,
  };
  for (const pool of cloud.pools) {
    side.masterAtUnmanage.set(pool, pool.master);
    for (const host of pool.hosts) if (PREPARING.includes(host.cs.resourceState)) host.cs.prepares = 1;
    side.jobs.push(...jobsInFlight(side, pool.openWork?.jobs ?? []));
    side.haWork.push(...haWorkInFlight(side, pool, pool.openWork?.haWork ?? []));
  }
  for (const server of cloud.managementServers) if (server.ready) startLoops(side, server);
  startHeartbeats(side);
  return side;
}

/** Rows that a snapshot file lists replace those of the release; data volumes are no part of a snapshot. */
const profileTold = (profile: CloudStackProfile, { capabilities }: SimCloudStackTraits): CloudStackProfile =>
  capabilities
    ? {
        ...profile,
        capabilities: Object.fromEntries(
          capabilities.map((row) => [
            row.version,
            [row.maxGuests, profile.capabilities[row.version]?.[1] ?? 13, row.storageMotion],
          ]),
        ),
      }
    : profile;

/** Rows may be added to one cloud and not to another of its release. */
const ownRows = (profile: CloudStackProfile): CloudStackProfile => ({
  ...profile,
  capabilities: { ...profile.capabilities },
});

/** What an INSERT … SELECT by whoever keeps the database does: the row of the newest version before it, under another name. */
export function copyCapabilityRow({ profile }: CloudStackSide, version: string): void {
  const from = Object.keys(profile.capabilities)
    .filter((one) => one !== 'default' && compareVersions(one, version) < 0)
    .toSorted(compareVersions)
    .at(-1);
  const row = profile.capabilities[from ?? 'default'];
  if (row) profile.capabilities[version] = row;
}

/** HA work that a snapshot file says is open, as `TYPE of VM on HOST, step STEP`: nobody ever takes it. */
function haWorkInFlight(side: CloudStackSide, pool: SimPool, work: readonly string[]): HaWork[] {
  return work.flatMap((text) => {
    const [, type, name, on, step] =
      /^(Migration|ForceStop|HA) of (\S+) on (\S+), step (\S+)$/.exec(text) ?? [];
    const vm = pool.vms.find((one) => one.name === name);
    const host = hostByName(pool, on);
    if (!vm || !host) return [];
    const created = side.cloud.time.now();
    const dueAt = created + NEVER_MS;
    return [
      { id: side.nextId(), vm, host, type: type as HaWork['type'], step: step!, tried: 0, dueAt, created },
    ];
  });
}

/** Ten years: longer than any story. */
const NEVER_MS = 10 * 365 * 86_400_000;

/** Jobs that a snapshot file says are running, as `command uuid`: they never end by themselves. */
function jobsInFlight(side: CloudStackSide, jobs: readonly string[]): SimJob[] {
  const server = side.cloud.managementServers[0]?.name ?? '';
  return jobs.map((text) => {
    const [command, id] = text.split(' ');
    const dbId = side.nextId();
    return {
      id: id ?? idOf('job', String(dbId)),
      dbId,
      command: command!,
      instanceType: 'None',
      instanceId: '',
      on: '',
      by: 'admin',
      status: 0,
      resultCode: 0,
      created: side.cloud.time.now(),
      server,
    };
  });
}
