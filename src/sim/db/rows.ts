/** CloudStack's tables as rows, computed from the cloud's state at the moment of asking: there is no second truth. */
import type { CloudStackSide } from '../cloudstack/side';
import { uuidOf } from '../identity';
import { volumeState } from '../cloudstack/volume-state';
import type { SimHost, SimPool, SimVm } from '../model';

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;
/** What the database face needs of CloudStack's side. */
export type DbSource = Pick<CloudStackSide, 'cloud' | 'jobs' | 'haWork' | 'profile' | 'settings'>;

const ZONE = 1;
const POD = 1;
const VM_TYPES = {
  guest: 'User',
  router: 'DomainRouter',
  ssvm: 'SecondaryStorageVm',
  cpvm: 'ConsoleProxy',
} as const;

/** MySQL's DATETIME of pool time, UTC. */
const datetime = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** Rows of one table, `database.table`; a table nobody fills is empty. */
export function rowsOf(source: DbSource): Readonly<Record<string, readonly Row[]>> {
  const { cloud } = source;
  const hosts = cloud.pools.flatMap((pool) => pool.hosts);
  const vms = cloud.pools.flatMap((pool) => pool.vms).filter((vm) => vm.cs !== undefined);
  const version = {
    id: 2,
    version: cloud.cloudStackVersion,
    updated: '2026-01-01 00:00:00',
    step: 'Complete',
  };
  return {
    'cloud.data_center': [
      {
        id: ZONE,
        name: 'zone-1',
        uuid: uuidOf('zone', '1'),
        networktype: 'Advanced',
        allocation_state: 'Enabled',
      },
    ],
    'cloud.host_pod_ref': [
      { id: POD, name: 'pod-1', uuid: uuidOf('pod', '1'), data_center_id: ZONE, allocation_state: 'Enabled' },
    ],
    'cloud.cluster': cloud.pools.map(clusterRow),
    'cloud.host': hosts.map((host) => hostRow(source, host)),
    'cloud.host_details': hosts.flatMap(detailRows),
    'cloud.vm_instance': vms.map((vm) => vmRow(vm)),
    'cloud.storage_pool': cloud.pools.flatMap((pool, index) => poolRows(pool, index)),
    'cloud.volumes': volumeRows(cloud.pools, vms),
    'cloud.snapshots': cloud.pools.flatMap(snapshotRows),
    'cloud.snapshot_policy': policyRows(cloud.pools, vms),
    'cloud.async_job': source.jobs.map((job) => jobRow(source, job)),
    'cloud.op_ha_work': source.haWork.map((work) => haRow(source, work)),
    'cloud.op_host_transfer': cloud.pools.flatMap(transferRows),
    'cloud.mshost': cloud.managementServers.map((server, index) => ({
      id: index + 1,
      msid: server.msid,
      runid: server.startedAt,
      name: server.name,
      state: server.ready ? 'Up' : 'Down',
      version: cloud.cloudStackVersion,
      service_ip: server.address,
      service_port: 9090,
      last_update: datetime(server.ready ? cloud.time.now() : server.startedAt),
    })),
    'cloud.configuration': [...source.settings].map(([name, value]) => ({
      name,
      value,
      instance: 'DEFAULT',
    })),
    'cloud.hypervisor_capabilities': Object.entries(source.profile.capabilities).map(
      ([release, [guests, volumes, motion]], index) => ({
        id: index + 1,
        uuid: uuidOf('capability', release),
        hypervisor_type: 'XenServer',
        hypervisor_version: release,
        max_guests_limit: guests,
        max_data_volumes_limit: volumes,
        storage_motion_supported: motion ? 1 : 0,
      }),
    ),
    'cloud.version': [{ id: 1, version: '4.0.0', updated: '2025-01-01 00:00:00', step: 'Complete' }, version],
    'cloud.account': [
      { id: 2, account_name: 'admin', uuid: uuidOf('account', 'admin'), type: 1, state: 'enabled' },
    ],
    'cloud.user': [
      { id: 2, uuid: uuidOf('user', 'admin'), username: 'admin', account_id: 2, state: 'enabled' },
    ],
    'cloud_usage.version': [{ ...version, id: 1 }],
    'cloud_usage.usage_job': [{ id: 1, host: 'ms-1', pid: 4711, job_type: 0, scheduled: 0, success: 1 }],
  };
}

function clusterRow(pool: SimPool): Row {
  return {
    id: pool.cluster.dbId,
    name: pool.cluster.name,
    uuid: pool.cluster.id,
    guid: pool.uuid,
    pod_id: POD,
    data_center_id: ZONE,
    hypervisor_type: 'XenServer',
    cluster_type: 'CloudManaged',
    allocation_state: pool.cluster.allocationState,
    managed_state: pool.cluster.managedState,
    engine_state: 'Enabled',
  };
}

const msid = (source: DbSource, name: string | undefined): number | null =>
  source.cloud.managementServers.find((server) => server.name === name)?.msid ?? null;

function hostRow(source: DbSource, host: SimHost): Row {
  return {
    id: host.cs.dbId,
    name: host.name,
    uuid: host.cs.id,
    status: host.cs.state,
    type: 'Routing',
    private_ip_address: host.address,
    cluster_id: host.pool.cluster.dbId,
    data_center_id: ZONE,
    pod_id: POD,
    hypervisor_type: 'XenServer',
    hypervisor_version: host.cs.hypervisorVersion,
    ram: host.memory.total * 1024 * 1024,
    resource: host.cs.resourceClass,
    version: source.cloud.cloudStackVersion,
    guid: host.uuid,
    available: 1,
    setup: 1,
    dom0_memory: host.memory.base * 1024 * 1024,
    // Epoch milliseconds >> 10, as CloudStack stores it (cs §10.1).
    last_ping: Math.floor(host.cs.lastPing / 1024),
    mgmt_server_id: msid(source, host.cs.owner),
    created: '2025-06-01 00:00:00',
    resource_state: host.cs.resourceState,
    allocation_state: host.cs.allocation,
    engine_state: 'Enabled',
  };
}

function detailRows(host: SimHost): Row[] {
  const details = {
    product_brand: host.brand,
    product_version: host.cs.hypervisorVersion,
    'private.network.device': 'management',
  };
  return Object.entries(details).map(([name, value], index) => ({
    id: host.cs.dbId * 10 + index,
    host_id: host.cs.dbId,
    name,
    value,
  }));
}

function vmRow(vm: SimVm): Row {
  const cs = vm.cs!;
  const hostId = (name: string | undefined): number | null =>
    vm.pool.hosts.find((host) => host.name === name)?.cs.dbId ?? null;
  return {
    id: cs.dbId,
    name: vm.name,
    uuid: cs.id,
    instance_name: vm.name,
    state: cs.state,
    pod_id: POD,
    data_center_id: ZONE,
    host_id: hostId(cs.on),
    last_host_id: hostId(cs.lastOn),
    ha_enabled: cs.haEnabled ? 1 : 0,
    created: '2025-06-01 00:00:00',
    type: VM_TYPES[vm.kind],
    vm_type: VM_TYPES[vm.kind],
    account_id: 2,
    domain_id: 1,
    service_offering_id: 1,
    hypervisor_type: 'XenServer',
    display_name: cs.displayName,
    power_state: vm.power === 'Running' ? 'PowerOn' : 'PowerOff',
    power_host: hostId(vm.on),
  };
}

/** CloudStack's word for XAPI's storage types: host-scoped storage is what nails a VM to its host. */
const storageType = (type: string): string =>
  ({ nfs: 'NetworkFilesystem', lvmoiscsi: 'PreSetup', lvmohba: 'PreSetup', lvm: 'LVM', ext: 'EXT' })[type] ??
  'PreSetup';

const poolIdOf = (poolIndex: number, srIndex: number): number => (poolIndex + 1) * 1000 + srIndex;

function poolRows(pool: SimPool, index: number): Row[] {
  return pool.srs.map((sr, srIndex) => ({
    id: poolIdOf(index, srIndex),
    name: sr.name,
    uuid: sr.uuid,
    pool_type: storageType(sr.type),
    data_center_id: ZONE,
    pod_id: POD,
    cluster_id: pool.cluster.dbId,
    status: 'Up',
    scope: sr.shared ? 'CLUSTER' : 'HOST',
    hypervisor: 'XenServer',
  }));
}

function volumeRows(pools: readonly SimPool[], vms: readonly SimVm[]): Row[] {
  return vms
    .flatMap((vm) => vm.disks.map((disk) => ({ vm, disk })))
    .map(({ vm, disk }, index) => {
      const srIndex = vm.pool.srs.findIndex((sr) => sr.uuid === disk.sr);
      return {
        id: index + 1,
        name: `ROOT-${vm.cs!.dbId}`,
        uuid: disk.vdi,
        path: disk.vdi,
        instance_id: vm.cs!.dbId,
        pool_id: srIndex < 0 ? null : poolIdOf(pools.indexOf(vm.pool), srIndex),
        account_id: 2,
        data_center_id: ZONE,
        volume_type: 'ROOT',
        state: volumeState(vm.pool, `ROOT-${vm.cs!.dbId}`),
      };
    });
}

/** Volume snapshots that a snapshot file says are on their way, as `name state`. */
const snapshotRows = (pool: SimPool): Row[] =>
  (pool.openWork?.snapshots ?? []).map((sentence, index) => {
    const [name = '', status = ''] = sentence.split(' ');
    return {
      id: pool.cluster.dbId * 1000 + index,
      uuid: uuidOf('snapshot', name),
      name,
      status,
      data_center_id: ZONE,
      account_id: 2,
      domain_id: 1,
      snapshot_type: 0,
      created: '2026-01-01 00:00:00',
    };
  });

const INTERVALS: readonly string[] = ['hourly', 'daily', 'weekly', 'monthly'];

const DAYS: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
];

/** Minute, hour and day as CloudStack keeps them, Sunday as 1; one o'clock on the first day where no time is given. */
function whenOf(words: readonly string[]): { readonly schedule: string; readonly timezone: string } {
  const [time = '01:00', timezone = 'GMT'] = words.slice(-2);
  const [hour, minute] = time.split(':');
  const day = words.length > 2 ? words[0]! : '1';
  const named = DAYS.indexOf(day) + 1;
  return { schedule: `${minute}:${hour}:${named > 0 ? named : day}`, timezone };
}

/** Recurring snapshots that a snapshot file lists, as `volume daily 01:00 GMT`. */
function policyRows(pools: readonly SimPool[], vms: readonly SimVm[]): Row[] {
  const volumes = volumeRows(pools, vms);
  return pools
    .flatMap((pool) => pool.openWork?.schedules ?? [])
    .flatMap((sentence, index) => {
      const [name, every = '', ...when] = sentence.split(' ');
      const volume = volumes.find((row) => row['name'] === name);
      return volume === undefined
        ? []
        : [
            {
              id: index + 1,
              uuid: uuidOf('policy', sentence),
              volume_id: volume['id'] ?? null,
              ...whenOf(when),
              interval: INTERVALS.indexOf(every),
              max_snaps: 8,
              active: 1,
              display: 1,
            },
          ];
    });
}

const CLASSES: Readonly<Record<string, string>> = {
  prepareHostForMaintenance: 'admin.host.PrepareForMaintenanceCmd',
  cancelHostMaintenance: 'admin.host.CancelMaintenanceCmd',
  reconnectHost: 'admin.host.ReconnectHostCmd',
  migrateVirtualMachine: 'admin.vm.MigrateVMCmd',
  migrateSystemVm: 'admin.systemvm.MigrateSystemVMCmd',
};

/** The Java class of an API command, as async_job.job_cmd holds it. */
const classOf = (command: string): string =>
  `org.apache.cloudstack.api.command.${CLASSES[command] ?? `user.${command.charAt(0).toUpperCase()}${command.slice(1)}Cmd`}`;

function jobRow(source: DbSource, job: DbSource['jobs'][number]): Row {
  return {
    id: job.dbId,
    user_id: 2,
    account_id: 2,
    instance_type: job.instanceType,
    job_cmd: classOf(job.command),
    job_status: job.status,
    job_process_status: 0,
    job_result_code: job.resultCode,
    job_result: job.result === undefined ? null : JSON.stringify(job.result),
    job_init_msid: msid(source, job.server),
    job_executing_msid: job.status === 0 ? msid(source, job.server) : null,
    created: datetime(job.created),
    // A finished job is marked removed (cs §10.1).
    removed: job.completed === undefined ? null : datetime(job.completed),
    uuid: job.id,
    related: '',
    job_dispatcher: 'ApiAsyncJobDispatcher',
  };
}

function haRow(source: DbSource, work: DbSource['haWork'][number]): Row {
  return {
    id: work.id,
    instance_id: work.vm.cs?.dbId ?? 0,
    type: work.type,
    vm_type: VM_TYPES[work.vm.kind],
    state: work.vm.cs?.state ?? 'Unknown',
    mgmt_server_id: msid(source, work.server),
    host_id: work.host.cs.dbId,
    created: datetime(work.created),
    tried: work.tried,
    step: work.step,
    time_to_try: Math.floor(work.dueAt / 1024),
    updated: 0,
  };
}

/** Agents on their way from one management server to another: `host State`. */
const transferRows = (pool: SimPool): Row[] =>
  (pool.openWork?.transfers ?? []).flatMap((sentence) => {
    const [hostName, state = ''] = sentence.split(' ');
    const host = pool.hosts.find((one) => one.name === hostName);
    return host ? { id: host.cs.dbId, state, created: '2026-01-01 00:00:00' } : [];
  });
