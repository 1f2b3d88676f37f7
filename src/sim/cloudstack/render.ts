/** Rows of the world as CloudStack's JSON objects, with the fields of 4.11.3. */
import { compareVersions } from '../../domain/version';
import { hostByName, type SimHost, type SimManagementServer, type SimPool } from '../model';
import { offeringOf, podOf, TEMPLATES, ZONE } from './catalogue';
import { date, row } from './commands/command';
import { isSuitable } from './placement';
import { believedOn, type CloudStackSide, idOf, type KnownVm, type Row, type SimJob } from './side';

const MIB = 1024 * 1024;
/** The uuid of a server's row in mshost. */
export const serverId = (server: SimManagementServer): string => idOf('mshost', server.name);
const EVENTS =
  'Ping; ManagementServerDown; ShutdownRequested; AgentConnected; HostDown; PingTimeout; AgentDisconnected; Remove; StartAgentRebalance';

const placeOf = (pool: SimPool) => ({
  zoneid: ZONE.id,
  zonename: ZONE.name,
  podid: podOf(pool).id,
  podname: podOf(pool).name,
});

/** `details`: `min` leaves out versions and capacity; `all` and `capacity` show them (cs §3). */
export function hostRow(side: CloudStackSide, host: SimHost, details: readonly string[] = ['all']): Row {
  const isFull = details.includes('all') || details.includes('capacity');
  const used = believedOn(host).reduce((sum, vm) => sum + vm.memoryMib + vm.overheadMib, 0) * MIB;
  const owner = side.cloud.managementServers.find((server) => server.name === host.cs.owner);
  return row({
    id: host.cs.id,
    name: host.name,
    state: statusOf(side, host),
    type: 'Routing',
    ipaddress: host.address,
    ...placeOf(host.pool),
    version: side.profile.version,
    hypervisor: 'XenServer',
    clusterid: host.pool.cluster.id,
    clustername: host.pool.cluster.name,
    clustertype: 'CloudManaged',
    ...(side.profile.isOfThe2
      ? { allocationstate: host.cs.allocation }
      : { resourcestate: host.cs.resourceState }),
    ...(host.cs.hostTags.length > 0 && { hosttags: host.cs.hostTags.join(',') }),
    ...(isFull && {
      ...(!side.profile.isOfThe2 && { hypervisorversion: host.cs.hypervisorVersion }),
      cpusockets: 2,
      cpunumber: 16,
      cpuspeed: 2400,
      cpuallocated: `${believedOn(host).reduce((sum, vm) => sum + vm.vcpus, 0)}%`,
      cpuwithoverprovisioning: '38400.0',
      memorytotal: host.memory.total * MIB,
      memoryallocated: used,
      memoryused: Math.round(used / 1024),
      capabilities: 'xen-3.0-x86_64 , xen-3.0-x86_32p , hvm-3.0-x86_32 , hvm-3.0-x86_32p , hvm-3.0-x86_64',
      hahost: false,
      gpugroup: [],
    }),
    ...((details.includes('all') || details.includes('events')) && { events: EVENTS }),
    // last_ping is milliseconds shifted by ten bits and printed as if it were milliseconds (cs §2.3).
    lastpinged: date(Math.floor(host.cs.lastPing / 1024)),
    managementserverid: owner && (side.profile.managementServerId === 'msid' ? owner.msid : serverId(owner)),
    islocalstorageactive: false,
    jobstatus: 0,
  });
}

/** In 2.2 the maintenance states hide whether the host is connected (cs §4.1). */
const statusOf = (side: CloudStackSide, host: SimHost): string =>
  side.profile.isOfThe2 && host.cs.resourceState !== 'Enabled' ? host.cs.resourceState : host.cs.state;

/** SSVM and CPVM are hosts too: before 4.13.1 only this row tells whether their agent is there (cs §12.3). */
export function agentHostRow(side: CloudStackSide, vm: KnownVm): Row {
  return row({
    id: idOf('agent-host', vm.cs.id),
    name: vm.name,
    state: vm.cs.agentState === 'Up' ? 'Up' : 'Disconnected',
    type: vm.kind === 'ssvm' ? 'SecondaryStorageVM' : 'ConsoleProxy',
    ...placeOf(vm.pool),
    version: side.profile.version,
    ...(!side.profile.isOfThe2 && { resourcestate: 'Enabled' }),
  });
}

export function migrationRow(side: CloudStackSide, vm: KnownVm, host: SimHost): Row {
  const suitable = isSuitable(side, vm, host);
  return {
    ...hostRow(side, host),
    // findHostsForMigration came with 4.2; before, listHosts says only whether there is room
    ...(compareVersions(side.profile.version, '4.2') >= 0 && { suitableformigration: suitable }),
    hasenoughcapacity: suitable,
    requiresStorageMotion: false,
  };
}

export const clusterRow = (pool: SimPool): Row => ({
  id: pool.cluster.id,
  name: pool.cluster.name,
  ...placeOf(pool),
  hypervisortype: 'XenServer',
  clustertype: 'CloudManaged',
  allocationstate: pool.cluster.allocationState,
  managedstate: pool.cluster.managedState,
  cpuovercommitratio: '1.0',
  memoryovercommitratio: '1.0',
});

/** Accounts called `project:NAME` are projects: their VMs carry a project and no account. */
export const projectOf = (account: string): string | undefined =>
  account.startsWith('project:') ? account.slice('project:'.length) : undefined;
export const projectId = (name: string): string => idOf('project', name);

function ownerOf({ account, domain }: KnownVm['cs']): Readonly<Record<string, string>> {
  const project = projectOf(account);
  const who: Record<string, string> =
    project === undefined ? { account } : { project, projectid: projectId(project) };
  return { ...who, domainid: idOf('domain', domain), domain };
}

/** A VM that does not run is on no host: CloudStack then shows neither name nor id. */
function whereOf(vm: KnownVm): { hostid?: string; hostname?: string } {
  const host = hostByName(vm.pool, vm.cs.on);
  return host ? { hostid: host.cs.id, hostname: host.name } : {};
}

export function userVmRow(side: CloudStackSide, vm: KnownVm): Row {
  const networkId = side.networkOf.get(vm.name);
  return row({
    id: vm.cs.id,
    name: vm.cs.displayName,
    displayname: vm.cs.displayName,
    // since 3.0.1
    ...(!side.profile.isOfThe2 && { instancename: vm.name }),
    ...ownerOf(vm.cs),
    state: vm.cs.state,
    haenable: vm.cs.haEnabled,
    zoneid: ZONE.id,
    zonename: ZONE.name,
    ...whereOf(vm),
    templateid: TEMPLATES[0].id,
    templatename: TEMPLATES[0].name,
    hypervisor: 'XenServer',
    cpunumber: vm.vcpus,
    memory: vm.memoryMib,
    isdynamicallyscalable: false,
    isoid: vm.cs.isoId,
    isoname: vm.cs.isoId && (vm.cd?.name ?? undefined),
    nic: networkId === undefined ? [] : [{ id: idOf('nic', vm.cs.id), networkid: networkId }],
    serviceofferingid: offeringOf(vm.cs.hostTags).id,
    ...(side.profile.keepsApart && {
      affinitygroup: vm.cs.apart.map((name) => ({
        id: idOf('affinity-group', name),
        name,
        type: 'host anti-affinity',
      })),
    }),
    securitygroup: [],
  });
}

export function systemVmRow(side: CloudStackSide, vm: KnownVm): Row {
  return row({
    id: vm.cs.id,
    systemvmtype: vm.kind === 'ssvm' ? 'secondarystoragevm' : 'consoleproxy',
    name: vm.name,
    ...placeOf(vm.pool),
    ...whereOf(vm),
    hypervisor: 'XenServer',
    state: vm.cs.state,
    templateid: idOf('template', 'systemvm'),
    ...(side.profile.tellsAgents && { agentstate: vm.cs.agentState === 'Up' ? 'Up' : 'Disconnected' }),
  });
}

export function routerRow(side: CloudStackSide, vm: KnownVm): Row {
  const group = vm.cs.redundantGroup;
  return row({
    id: vm.cs.id,
    name: vm.name,
    ...placeOf(vm.pool),
    ...ownerOf(vm.cs),
    ...whereOf(vm),
    hypervisor: 'XenServer',
    state: vm.cs.state,
    guestnetworkid: group ?? idOf('guest-network', vm.name),
    isredundantrouter: group !== undefined,
    redundantstate: group === undefined ? 'UNKNOWN' : redundantState(side, vm, group),
    role: 'VIRTUAL_ROUTER',
    requiresupgrade: false,
    version: side.profile.version.split('.').slice(0, 3).join('.'),
    scriptsversion: 'v1',
  });
}

/** The running router of the lowest id is the master of its pair. */
function redundantState(side: CloudStackSide, vm: KnownVm, group: string): string {
  if (vm.cs.state !== 'Running') return 'UNKNOWN';
  const pair = vm.pool.vms.flatMap((other) =>
    other.cs?.redundantGroup === group && other.cs.state === 'Running' ? [other.cs.dbId] : [],
  );
  return vm.cs.dbId === Math.min(...pair) ? side.profile.servingRouter : 'BACKUP';
}

export function vmRow(side: CloudStackSide, vm: KnownVm): { readonly key: string; readonly row: Row } {
  if (vm.kind === 'guest') return { key: 'virtualmachine', row: userVmRow(side, vm) };
  if (vm.kind === 'router') return { key: 'router', row: routerRow(side, vm) };
  return { key: 'systemvm', row: systemVmRow(side, vm) };
}

export function jobRow(side: CloudStackSide, job: SimJob, accountId: string, userId: string): Row {
  return row({
    accountid: accountId,
    userid: userId,
    cmd: classOf(side, job.command),
    jobid: job.id,
    jobstatus: job.status,
    jobprocstatus: 0,
    jobresultcode: job.resultCode,
    jobresulttype: job.result && 'object',
    jobresult: job.result,
    jobinstancetype: job.instanceType,
    jobinstanceid: job.instanceId,
    created: date(job.created),
  });
}

const PACKAGE = 'org.apache.cloudstack.api.command';
/** Class names that 4.x uses; clients match on the suffix (cs §2.5). */
const CLASSES: Readonly<Record<string, string>> = {
  cancelHostMaintenance: 'admin.host.CancelMaintenanceCmd',
  reconnectHost: 'admin.host.ReconnectHostCmd',
  migrateVirtualMachine: 'admin.vm.MigrateVMCmd',
  migrateSystemVm: 'admin.systemvm.MigrateSystemVMCmd',
  startVirtualMachine: 'admin.vm.StartVMCmdByAdmin',
  stopVirtualMachine: 'admin.vm.StopVMCmdByAdmin',
  deployVirtualMachine: 'admin.vm.DeployVMCmdByAdmin',
};
function classOf(side: CloudStackSide, command: string): string {
  if (side.profile.isOfThe2)
    return `com.cloud.api.commands.${command === 'prepareHostForMaintenance' ? 'PrepareForMaintenanceCmd' : (CLASSES[command]?.split('.').at(-1) ?? command)}`;
  if (command === 'prepareHostForMaintenance') return `${PACKAGE}.admin.host.${side.profile.preparesBy}`;
  // Jobs of a snapshot file are given by their class already.
  const named = command.endsWith('Cmd') ? command : `user.${command[0]!.toUpperCase()}${command.slice(1)}Cmd`;
  return `${PACKAGE}.${CLASSES[command] ?? named}`;
}
