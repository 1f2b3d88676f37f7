/** Host commands: listing, allocation, maintenance, reconnecting (cs §3). */
import { hostByName, type SimHost } from '../../model';
import { disconnect } from '../connection';
import { unfinishedJobs } from '../jobs';
import { cancel, inTransitionAt, isPreparing, prepare, transit } from '../maintenance';
import { failed, invalid } from '../refusal';
import { agentHostRow, hostRow, migrationRow } from '../render';
import { type CloudStackSide, hostsOf, isPlaceable, type Plain, type Row, vmsOf } from '../side';
import { type AsyncCommand, type Call, type Command, list, page, success } from './command';

const listHosts = list(
  'listHosts',
  'host',
  'Lists hosts.',
  'id:host clusterid:cluster zoneid:zone podid name type state resourcestate details:list hypervisor hahost:boolean virtualmachineid:anyvm',
  (call) => {
    const { side, params } = call;
    const vm = params.vm('virtualmachineid');
    const details = params.words('details');
    const routing = hostsOf(side).map((host): { host?: SimHost; row: Row } => ({
      host,
      row: vm ? migrationRow(side, vm, host) : hostRow(side, host, details.length > 0 ? details : ['all']),
    }));
    const agents = vmsOf(side)
      .filter((one) => (one.kind === 'ssvm' || one.kind === 'cpvm') && one.cs.state === 'Running')
      .map((one): { host?: SimHost; row: Row } => ({ row: agentHostRow(side, one) }));
    const id = params.host('id');
    const cluster = params.cluster('clusterid') ?? vm?.pool;
    const rows = [...routing, ...agents]
      .filter(({ host }) => id === undefined || host === id)
      .filter(({ host }) => cluster === undefined || host?.pool === cluster)
      .map((one) => one.row)
      .filter((one) => matches(call, one, ['name', 'type', 'state', 'resourcestate', 'podid', 'hypervisor']));
    return page(call, 'host', rows);
  },
);

/** A field as filters compare it; objects and lists are never filtered by. */
export const textOf = (value: Plain | undefined): string =>
  value === undefined || value === null || typeof value === 'object' ? '' : String(value);

/** Exact filters, in any case, and `keyword` as part of the name. */
export function matches(call: Call, one: Row, names: readonly string[]): boolean {
  const keyword = call.params.text('keyword');
  if (keyword !== undefined && !textOf(one['name']).includes(keyword)) return false;
  return names.every((name) => {
    const wanted = call.params.text(name);
    return wanted === undefined || textOf(one[name]).toLowerCase() === wanted.toLowerCase();
  });
}

const updateHost: Command = {
  name: 'updateHost',
  description: 'Enables or disables a host for placement, or replaces its tags.',
  takes: 'id!:host allocationstate hosttags:list oscategoryid:uuid url annotation',
  answers: 'host',
  mutates: true,
  run: ({ side, params }) => {
    const host = params.host('id')!;
    const to = params.text('allocationstate');
    if (to !== undefined && side.profile.isOfThe2) {
      if (to !== 'Enabled' && to !== 'Disabled')
        throw invalid(`Unable to resolve ${to} to a supported state`);
      host.cs.allocation = to;
      if (to === 'Enabled') delete host.cameBackOn;
    } else if (to !== undefined) {
      if (to !== 'Enable' && to !== 'Disable')
        throw failed(
          `Failed to update host:${host.cs.dbId},Invalid allocation state:${to}, only Enable/Disable are allowed`,
        );
      const missing = transit(side, host, to);
      if (missing !== undefined) throw failed(`Failed to update host:${host.cs.dbId},${missing}`);
    }
    return { host: hostRow(side, host) };
  },
};

const prepareHostForMaintenance: AsyncCommand = {
  name: 'prepareHostForMaintenance',
  description: 'Evacuates a host and takes it out of service.',
  takes: 'id!:host',
  answers: 'host',
  mutates: true,
  begin: (call) => {
    const host = call.params.host('id')!;
    reportPreparing(call, host);
    host.cs.prepares++;
    return ofHost(host, (finish) => {
      prepare(call.side, host);
      finish({ host: hostRow(call.side, host) });
    });
  },
};

/** The never-rules of prepareHostForMaintenance, as the request arrives. */
function reportPreparing({ side, by }: Call, host: SimHost): void {
  const offend = (rule: Parameters<CloudStackSide['cloud']['offend']>[0], detail: string): void =>
    side.cloud.offend(rule, { pool: host.pool.name, host: host.name, by, detail });
  const others = host.pool.hosts.filter((other) => other !== host);
  if (!others.some(isPlaceable))
    offend('maintenance-without-other-host', `No other host of ${host.pool.cluster.name} is Up and Enabled.`);
  const preparing = others.filter(isPreparing);
  if (preparing.length > 0)
    offend(
      'two-hosts-preparing',
      preparing.map((one) => `${one.name} is ${one.cs.resourceState}`).join(', '),
    );
  if (side.profile.maintenanceMovesMaster && host.pool.master === host.name)
    offend(
      'master-role-changed',
      `Maintenance of the master ${host.name} moves its role on CloudStack ${side.profile.version}.`,
    );
  const moving = inTransitionAt(host);
  if (moving.length > 0) offend('maintenance-with-vm-in-transition', moving.join(', '));
  // A refusal that left the host in service is no first time; a job still under way is.
  const underWay = unfinishedJobs(side).some(
    (job) => job.command === 'prepareHostForMaintenance' && job.instanceId === host.cs.id,
  );
  if (underWay || isPreparing(host) || host.cs.resourceState === 'Maintenance')
    offend('maintenance-asked-twice', `${host.name} was asked before and is ${host.cs.resourceState}.`);
}

const cancelHostMaintenance: AsyncCommand = {
  name: 'cancelHostMaintenance',
  description: 'Puts a host back into service.',
  takes: 'id!:host',
  answers: 'host',
  mutates: true,
  begin: ({ side, params, by }) => {
    const host = params.host('id')!;
    const where = { pool: host.pool.name, host: host.name, by };
    const faults = [
      // 2.2 does not show it
      ...(host.cs.state === 'Up' || side.profile.isOfThe2 ? [] : [`it is ${host.cs.state} in CloudStack`]),
      ...(host.live && host.phase === 'up' ? [] : ['it is not live in XAPI']),
      ...(host.enabled ? [] : ['it is not enabled in XAPI']),
    ];
    if (faults.length > 0)
      side.cloud.offend('cancel-maintenance-too-early', {
        ...where,
        detail: `${host.name}: ${faults.join(', ')}.`,
      });
    if (host.prepared)
      side.cloud.offend('prepared-host-in-service', {
        ...where,
        detail: `${host.name} carries a prepared installer.`,
      });
    return ofHost(host, (finish) => {
      cancel(side, host);
      finish({ host: hostRow(side, host) });
    });
  },
};

const reconnectHost: AsyncCommand = {
  name: 'reconnectHost',
  description: "Disconnects a host's agent; the scan connects it again.",
  takes: 'id!:host',
  answers: 'host',
  mutates: true,
  begin: ({ side, params }) => {
    const host = params.host('id')!;
    return ofHost(host, (finish) => {
      // Disconnected already: nothing to do, and that is a success (cs §5.4).
      if (host.cs.state !== 'Disconnected') {
        if (!['Up', 'Alert', 'Rebalancing'].includes(host.cs.state))
          throw failed(
            `Unable to disconnect host because it is not in the correct state: host=${host.cs.dbId}; Status=${host.cs.state}`,
          );
        const owner = side.cloud.managementServers.find((server) => server.name === host.cs.owner);
        if (!owner?.ready)
          throw failed(
            `Unable to disconnect host because it is not connected to this server: ${host.cs.dbId}`,
          );
        disconnect(host, 'Disconnected');
      }
      finish({ host: hostRow(side, host) });
    });
  },
};

const ofHost = (
  host: SimHost,
  work: ReturnType<AsyncCommand['begin']>['work'],
): ReturnType<AsyncCommand['begin']> => ({
  instanceType: 'Host',
  instanceId: host.cs.id,
  on: host.name,
  work,
});

const findHostsForMigration: Command = {
  since: '4.2',
  ...list(
    'findHostsForMigration',
    'host',
    'Lists the hosts that a VM could be migrated to.',
    'virtualmachineid!:anyvm',
    (call) => {
      const vm = call.params.vm('virtualmachineid')!;
      if (vm.cs.state !== 'Running')
        throw invalid(`VM is not running, cannot migrate the vm with specified id`);
      const from = hostByName(vm.pool, vm.cs.on);
      // Versions are not looked at: this list is no version guard (cs §3).
      const rows = vm.pool.hosts
        .filter((host) => host !== from && isPlaceable(host))
        .map((host) => migrationRow(call.side, vm, host));
      return page(call, 'host', rows);
    },
  ),
};

const updateHostPassword: Command = {
  name: 'updateHostPassword',
  description: 'Tells CloudStack the new password of a host or of all hosts of a cluster.',
  takes: 'hostid:host clusterid:cluster username! password! update_passwd_on_host:boolean',
  answers: 'success',
  mutates: true,
  run: ({ side, params }) => {
    if (params.host('hostid') === undefined && params.cluster('clusterid') === undefined)
      throw invalid('You should provide one of cluster id or a host id.');
    return success(side);
  },
};

const listHostTags = list('listHostTags', 'hosttag', "Lists CloudStack's own host tags.", '', (call) =>
  page(call, 'hosttag', []),
);
const listHostHAResources = list(
  'listHostHAResources',
  'hostha',
  'Lists hosts under the host-HA framework.',
  'hostid:host',
  (call) => page(call, 'hostha', []),
);

export const HOST_COMMANDS: readonly Command[] = [
  listHosts,
  updateHost,
  prepareHostForMaintenance,
  cancelHostMaintenance,
  reconnectHost,
  findHostsForMigration,
  updateHostPassword,
  listHostTags,
  listHostHAResources,
];
