/** Takes the snapshot: XAPI, CloudStack and its database side by side, lists in one order whoever is asked. */
import { SOURCES, type Extra } from '../checks/index';
import { byName, compareNames, sortedNames } from '../domain/order';
import type { HaSnapshot, HostSnapshot, Snapshot, VmKind, VmSnapshot } from '../domain/pool';
import type { Dom0Snapshot } from '../domain/dom0';
import type { CsHost, CsVm, World, XenCondition, XenHostSeen, XenPoolSeen, XenVmSeen } from '../ports';
import { sources, type Sources } from './read-sources';
import { nextTurn } from './turn';
import { readCloudStack } from './snapshot-cloudstack';
import { readDom0 } from './snapshot-dom0';

/** What looking needs of the world; it reads and never acts. */
export type Readable = Pick<
  World,
  'pool' | 'xen' | 'patching' | 'cloudStack' | 'cloudStackDb' | 'dom0' | 'managementServers'
>;

/** What need not be asked each time; everything is unless said otherwise. */
export interface Wants {
  readonly dom0: (host: XenHostSeen) => boolean;
  /** Where the backup goes, and the servers' clocks. */
  readonly servers: boolean;
}

const EVERYTHING: Wants = { dom0: () => true, servers: true };

export interface Looked {
  readonly snapshot: Snapshot;
  readonly beside: Pick<Extra, 'onlyInCloudStack' | 'evacuation'>;
  /** Why sources are in `snapshot.unread`, as thrown. */
  readonly failures: Sources['failures'];
}

/** `at`: pool time, epoch milliseconds. */
export const takeSnapshot = async (world: Readable, at: number): Promise<Snapshot> =>
  (await look(world, at)).snapshot;

/**
 * Reads everything at once; a source that fails goes to `unread` and the rest is kept. Hosts are joined by address,
 * else by name (host.private_ip_address is XAPI's host.address; cs §8.1), VMs by CloudStack's instance name.
 */
export async function look(world: Readable, at: number, wants: Wants = EVERYTHING): Promise<Looked> {
  const from = sources();
  const xapi = <T>(call: () => Promise<T>, instead: T): Promise<T> => from.read(SOURCES.xapi, call, instead);
  const [seen, xenHosts, xenVms, srs, condition, cloud] = await Promise.all([
    xapi(() => world.xen.pool(), undefined),
    xapi(() => world.xen.hosts(), []),
    xapi(() => world.xen.vms(), []),
    xapi(() => world.xen.srs(), []),
    xapi(() => world.xen.condition(), undefined),
    readCloudStack(world, from, wants.servers),
  ]);
  const [evacuation, dom0] = await Promise.all([
    seen && !seen.ha.on ? evacuationAnswers(world, xenHosts, from) : undefined,
    readDom0(world.dom0, xenHosts.filter(wants.dom0)),
  ]);
  if (seen && xenHosts.length > 0 && !xenHosts.some((host) => host.uuid === seen.masterUuid))
    from.missing(SOURCES.xapi, 'The pool names a master that is not among its hosts.');
  await nextTurn();
  const csHostOf = (host: XenHostSeen): CsHost | undefined =>
    cloud.hosts.find((one) => one.address === host.address) ??
    cloud.hosts.find((one) => one.name === host.name);
  const hosts = xenHosts
    .map((host) => hostSnapshot(host, csHostOf(host), condition, dom0.get(host.uuid)))
    .toSorted(byName);
  const hostNames = new Map(xenHosts.map((host) => [host.uuid, host.name]));
  const csHostNames = new Map(cloud.hosts.map((host) => [host.id, host.name]));
  for (const host of xenHosts) {
    const known = csHostOf(host);
    if (known) csHostNames.set(known.id, host.name);
  }
  const csVms = new Map(cloud.vms.map((vm) => [vm.instanceName, vm]));
  const vms = xenVms.map((vm) => vmSnapshot(vm, csVms.get(vm.name), hostNames, csHostNames, cloud.backups));
  const joined = new Set(hosts.flatMap((host) => (host.cloudstack ? [host.cloudstack.id] : [])));
  const inXapi = new Set(xenVms.map((vm) => vm.name));
  return {
    snapshot: {
      v: 1,
      takenAt: new Date(at).toISOString(),
      name: world.pool.name,
      ...poolSnapshot(seen, hostNames),
      ...(seen && condition && { traits: poolTraits(seen, condition) }),
      cloudstack: {
        version: cloud.version,
        clusterId: world.pool.clusterId,
        ...cloud.cluster,
        managementServers: cloud.managementServers,
        openWork: cloud.openWork,
        ...(cloud.backupRoom && { backupRoom: cloud.backupRoom }),
        ...(cloud.traits && { traits: cloud.traits }),
      },
      hosts,
      vms: vms.toSorted((a, b) => byName(a, b) || compareNames(a.uuid, b.uuid)),
      srs: srs
        .map(({ uuid, name, type, shared }) => ({ uuid, name, type, shared }))
        .toSorted((a, b) => byName(a, b) || compareNames(a.uuid, b.uuid)),
      unread: [...from.unread],
    },
    beside: {
      onlyInCloudStack: {
        hosts: sortedNames(cloud.hosts.filter((host) => !joined.has(host.id)).map((host) => host.name)),
        // a stopped VM has no record in XAPI: CloudStack destroys it there
        vms: sortedNames(
          cloud.vms
            .filter((vm) => vm.state === 'Running' && !inXapi.has(vm.instanceName))
            .map((vm) => vm.instanceName),
        ),
      },
      ...(evacuation && { evacuation }),
    },
    failures: from.failures,
  };
}

const NO_HA: HaSnapshot = { on: false, srs: [], tolerates: 0, configuration: {}, allowOvercommit: false };

type PoolPart = Pick<Snapshot, 'uuid' | 'master' | 'ha' | 'wlb' | 'rollingUpgradeFlag' | 'autoPowerOn'>;

function poolSnapshot(seen: XenPoolSeen | undefined, hostNames: ReadonlyMap<string, string>): PoolPart {
  if (!seen)
    return {
      uuid: '',
      master: '',
      ha: NO_HA,
      wlb: { on: false, url: '' },
      rollingUpgradeFlag: false,
      autoPowerOn: false,
    };
  const { uuid, ha, wlb, rollingUpgradeFlag, autoPowerOn } = seen;
  return {
    uuid,
    master: hostNames.get(seen.masterUuid) ?? '',
    ha: { ...ha, srs: ha.srs.toSorted(compareNames) },
    wlb: { on: wlb.on, url: wlb.url },
    rollingUpgradeFlag,
    autoPowerOn,
  };
}

const poolTraits = (
  { operations = [], vswitchController = '', healthCheck, repositories }: XenPoolSeen,
  { tasks, messages }: XenCondition,
): NonNullable<Snapshot['traits']> => ({
  operations: sortedNames(operations),
  tasks: sortedNames(tasks),
  messages,
  vswitchController,
  ...(healthCheck && { healthCheck }),
  ...(repositories && { repositories }),
});

function hostSnapshot(
  host: XenHostSeen,
  cs: CsHost | undefined,
  condition: XenCondition | undefined,
  dom0: Dom0Snapshot | undefined,
): HostSnapshot {
  const clockSkewSeconds = condition?.clockSkewSeconds[host.uuid];
  const { name, uuid, address, version, build, platform, brand, enabled, live } = host;
  return {
    name,
    uuid,
    address,
    version,
    build,
    platform,
    brand,
    hotfixes: sortedNames(host.hotfixes),
    enabled,
    live,
    // 1970 when other_config has no boot_time
    bootedAt: new Date(host.bootTime * 1000).toISOString(),
    memoryMib: { total: host.memoryMib.total, free: host.memoryMib.free },
    tags: sortedNames(host.tags),
    pbds: host.pbds
      .map(({ sr, attached, paths }) => ({ sr, attached, ...(paths && { paths }) }))
      .toSorted((a, b) => compareNames(a.sr, b.sr)),
    pifs: host.pifs
      .map(({ device, network, attached, management, vlan, bond }) => ({
        device,
        network,
        attached,
        management,
        ...(vlan !== undefined && { vlan }),
        ...(bond && { bond }),
      }))
      .toSorted((a, b) => compareNames(a.device, b.device) || compareNames(a.network, b.network)),
    ...(host.traits && {
      traits: {
        ...host.traits,
        ...(clockSkewSeconds !== undefined && { clockSkewSeconds }),
        ...condition?.hosts?.[host.uuid],
      },
    }),
    ...(dom0 && { dom0 }),
    ...(cs && {
      cloudstack: {
        id: cs.id,
        name: cs.name,
        state: cs.state,
        resourceState: cs.resourceState,
        hypervisorVersion: cs.hypervisorVersion,
        ...(cs.hostTags && { hostTags: cs.hostTags }),
      },
    }),
  };
}

function vmSnapshot(
  vm: XenVmSeen,
  cs: CsVm | undefined,
  hostNames: ReadonlyMap<string, string>,
  csHostNames: ReadonlyMap<string, string>,
  backups: ReadonlyMap<string, string>,
): VmSnapshot {
  const { name, uuid, power, memoryMib, vcpus, tools } = vm;
  const on = vm.on === undefined ? undefined : hostNames.get(vm.on);
  const backedUpAt = cs && backups.get(cs.id);
  const csOn = cs?.hostId === undefined ? undefined : csHostNames.get(cs.hostId);
  return {
    name,
    uuid,
    kind: cs?.kind ?? kindByName(name),
    power,
    ...(on !== undefined && { on }),
    memoryMib,
    vcpus,
    tools,
    ...(vm.cd && { cd: { sr: vm.cd.sr, name: vm.cd.name, byCloudStack: cs?.isoId !== undefined } }),
    disks: vm.disks.toSorted(compareNames),
    networks: vm.networks.toSorted(compareNames),
    devices: vm.devices.toSorted(compareNames),
    ...(vm.traits && { traits: vmTraits(vm.traits, hostNames) }),
    ...(cs && {
      cloudstack: {
        id: cs.id,
        displayName: cs.displayName,
        account: cs.account,
        ...(cs.domain !== undefined && { domain: cs.domain }),
        state: cs.state,
        ...(csOn !== undefined && { on: csOn }),
        haEnabled: cs.haEnabled,
        ...(cs.redundantGroup !== undefined && { redundantGroup: cs.redundantGroup }),
        ...(cs.hostTags && { hostTags: cs.hostTags }),
        ...(cs.apart && { apart: cs.apart }),
        ...(backedUpAt !== undefined && { backedUpAt }),
      },
    }),
  };
}

function vmTraits(
  { affinity, ...rest }: NonNullable<XenVmSeen['traits']>,
  hostNames: ReadonlyMap<string, string>,
): NonNullable<VmSnapshot['traits']> {
  const host = affinity === undefined ? undefined : hostNames.get(affinity);
  return { ...rest, ...(host !== undefined && { affinity: host }) };
}

/** CloudStack's instance names say what a VM is even where CloudStack has lost it (cs §8.1). */
function kindByName(name: string): VmKind {
  if (/^r-\d+-/.test(name)) return 'router';
  if (/^s-\d+-/.test(name)) return 'ssvm';
  return /^v-\d+-/.test(name) ? 'cpvm' : 'guest';
}

/** XAPI's second opinion; not asked while HA is on, because then it answers for HA (xapi §10.1). */
async function evacuationAnswers(
  world: Readable,
  hosts: readonly XenHostSeen[],
  from: Sources,
): Promise<NonNullable<Extra['evacuation']>> {
  const answers = await Promise.all(
    hosts
      .filter((host) => host.live)
      .map(async (host) => {
        const blockers = await from.read(SOURCES.xapi, () => world.xen.evacuationBlockers(host.uuid), {});
        return [host.name, blockers] as const;
      }),
  );
  return Object.fromEntries(answers.toSorted(([a], [b]) => compareNames(a, b)));
}
