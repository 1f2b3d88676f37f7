/** CloudStack's side of the snapshot: its API, and its database where one is configured. */
import { SOURCES } from '../checks/index';
import { byName, sortedNames } from '../domain/order';
import type { CloudStackSnapshot, ManagementServerSnapshot, OpenWork } from '../domain/pool';
import { listsManagementServers } from '../domain/version-eras';
import { compareVersions } from '../domain/version';
import type { CsHost, CsJob, CsVm, World } from '../ports';
import type { Sources } from './read-sources';

type CloudStackSources = Pick<World, 'pool' | 'cloudStack' | 'cloudStackDb' | 'managementServers'>;

export interface CloudStackSide {
  readonly version: string;
  readonly cluster: Pick<CloudStackSnapshot, 'clusterName' | 'managedState' | 'allocationState'>;
  readonly hosts: readonly CsHost[];
  readonly vms: readonly CsVm[];
  readonly openWork: OpenWork;
  readonly managementServers: readonly ManagementServerSnapshot[];
  readonly traits: CloudStackSnapshot['traits'];
  readonly backups: ReadonlyMap<string, string>;
  readonly backupRoom: CloudStackSnapshot['backupRoom'];
}

/** Everything the snapshot needs of CloudStack; what fails is in `from.unread` and empty here. */
export async function readCloudStack(
  world: CloudStackSources,
  from: Sources,
  asksServers: boolean,
): Promise<CloudStackSide> {
  const { cloudStack, cloudStackDb: db } = world;
  const { clusterId } = world.pool;
  const api = <T>(call: () => Promise<T>, instead: T): Promise<T> =>
    from.read(SOURCES.cloudStack, call, instead);
  const database = <T>(call: () => Promise<T>, instead: T): Promise<T> =>
    from.read(SOURCES.database, call, instead);
  const [version, cluster, hosts, vms, jobs, volumes, backups, traits, hidden, transitions] =
    await Promise.all([
      api(() => cloudStack.version(), ''),
      api(() => cloudStack.cluster(clusterId), undefined),
      api(() => cloudStack.hosts(clusterId), []),
      api(() => cloudStack.vms(clusterId), []),
      api(() => cloudStack.jobs(), []),
      api(() => cloudStack.volumesInWork(clusterId), []),
      api(() => cloudStack.backups(clusterId), new Map<string, string>()),
      api(() => cloudStack.traits(), undefined),
      db ? database(() => db.jobs(), []) : [],
      db ? database(() => db.transitions(), []) : [],
    ]);
  const [haWork, transfers, snapshots, schedules] = db
    ? await Promise.all([
        database(() => db.haWork(), undefined),
        database(() => db.hostTransfers(), undefined),
        database(() => db.snapshots(), undefined),
        database(() => db.snapshotSchedules(clusterId), undefined),
      ])
    : [];
  if (!cluster && from.failures.every((failure) => failure.source !== SOURCES.cloudStack))
    from.missing(SOURCES.cloudStack, `It has no cluster with the id ${clusterId}, which pools.yaml names.`);
  const servers = asksServers ? world.managementServers : undefined;
  const [managementServers, condition] = await Promise.all([
    readManagementServers(world, version, from),
    servers && from.read(SOURCES.servers, () => servers.condition(), undefined),
  ]);
  const skews = condition?.clockSkewSeconds ?? {};
  return {
    version,
    cluster: {
      clusterName: cluster?.name ?? '',
      managedState: cluster?.managedState ?? 'unknown',
      allocationState: cluster?.allocationState ?? 'unknown',
    },
    hosts,
    vms,
    openWork: {
      jobs: openJobs(jobs, hidden),
      transitions: sortedNames(
        new Set([...vms.filter(inTransition).map((vm) => `${vm.instanceName} ${vm.state}`), ...transitions]),
      ),
      ...(haWork && { haWork: sortedNames(haWork) }),
      ...(transfers && { transfers: sortedNames(transfers) }),
      ...(volumes.length > 0 && { volumes: sortedNames(volumes) }),
      ...(snapshots && snapshots.length > 0 && { snapshots: sortedNames(snapshots) }),
      ...(schedules && schedules.length > 0 && { schedules: sortedNames(schedules) }),
    },
    managementServers: managementServers.map((server) => {
      const clockSkewSeconds = skews[server.name];
      return { ...server, ...(clockSkewSeconds !== undefined && { clockSkewSeconds }) };
    }),
    backupRoom: condition?.backupRoom,
    traits,
    backups,
  };
}

/** States that a VM passes through (cs §10.5); Error is where it stays. */
const inTransition = (vm: CsVm): boolean =>
  ['Starting', 'Stopping', 'Migrating', 'Expunging', 'Shutdown', 'Unknown'].includes(vm.state);

/** The API's jobs, and those that only the database shows. */
function openJobs(jobs: readonly CsJob[], hidden: readonly string[]): readonly string[] {
  const shown = jobs.filter((job) => job.status === 0);
  const more = hidden.filter((text) => !shown.some((job) => text.includes(job.id)));
  return sortedNames(new Set([...shown.map((job) => `${job.command} ${job.id}`), ...more]));
}

/** From the mshost table; else from the API where it can tell; else the machines of pools.yaml, their state unknown. */
async function readManagementServers(
  { cloudStack, cloudStackDb: db, managementServers }: CloudStackSources,
  version: string,
  from: Sources,
): Promise<readonly ManagementServerSnapshot[]> {
  const rows = db
    ? await from.read(SOURCES.database, () => db.managementServers(), [])
    : compareVersions(version, '0') > 0 && listsManagementServers(version)
      ? await from.read(SOURCES.cloudStack, () => cloudStack.managementServers(), [])
      : [];
  const seen = rows.map(({ name, state, version: release }) => ({ name, state, version: release }));
  const configured = (managementServers?.names ?? []).map((name) => ({ name, state: 'unknown', version }));
  return (seen.length > 0 ? seen : configured).toSorted(byName);
}
