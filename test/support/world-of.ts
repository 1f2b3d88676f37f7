/** A world that shows exactly one snapshot: ports that read from it. Whoever acts on it is told off. */
import { Unreachable } from '../../src/domain/errors';
import type { InstallerAnswers } from '../../src/domain/installer';
import type { HostSnapshot, Snapshot } from '../../src/domain/pool';
import { HEALTHY_ROOM } from './snapshots';
import type { Dom0Snapshot } from '../../src/domain/dom0';
import type {
  CloudStack,
  CsHost,
  Dom0,
  Dom0Seen,
  ManagementServers,
  PoolFacts,
  XenPool,
} from '../../src/ports';
import type { Inspectable } from '../../src/engine/inspect';

export interface WorldWish {
  /** Calls that fail as a dead machine does, by name: `xen.hosts`, `cloudStack.vms`, `db.haWork`. */
  readonly dead?: readonly string[];
  readonly fails?: Error;
  readonly facts?: Partial<PoolFacts>;
  /** Left out of the world: not configured. */
  readonly without?: readonly ('database' | 'dom0' | 'managementServers')[];
  /** What every host's upgrade plugin says. */
  readonly installer?: InstallerAnswers;
  readonly evacuation?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Further hosts and running VMs that only CloudStack knows. */
  readonly strangers?: { readonly hosts?: readonly string[]; readonly vms?: readonly string[] };
}

export const factsOf = (pool: Snapshot, change: Partial<PoolFacts> = {}): PoolFacts => ({
  name: pool.name,
  clusterId: pool.cloudstack.clusterId,
  zoneId: 'zone-1',
  dumpDirectory: '/var/lib/xsupgrade/dumps/',
  canaryVm: 'i-2-10-VM',
  smokeTest: { templateId: 't', serviceOfferingId: 's', networkOfferingId: 'n' },
  selfApproval: false,
  migrationsPerHost: 3,
  maxDown: 1,
  ...change,
});

export function worldOf(pool: Snapshot, wish: WorldWish = {}): Inspectable {
  const read = async <T>(call: string, value: T): Promise<T> => {
    if (wish.dead?.includes(call)) throw wish.fails ?? new Unreachable(call, 'connection reset');
    return value;
  };
  const uuidOf = (name: string): string => pool.hosts.find((host) => host.name === name)?.uuid ?? name;
  const xen: Partial<XenPool> = {
    pool: () =>
      read('xen.pool', {
        name: pool.name,
        uuid: pool.uuid,
        masterUuid: uuidOf(pool.master),
        ha: pool.ha,
        wlb: pool.wlb,
        rollingUpgradeFlag: pool.rollingUpgradeFlag,
        autoPowerOn: pool.autoPowerOn,
        operations: pool.traits?.operations ?? [],
        vswitchController: pool.traits?.vswitchController ?? '',
      }),
    hosts: () => read('xen.hosts', pool.hosts.map((host) => xenHost(pool, host)).toReversed()),
    vms: () =>
      read(
        'xen.vms',
        pool.vms.toReversed().map((vm) => ({
          name: vm.name,
          uuid: vm.uuid,
          power: vm.power,
          memoryMib: vm.memoryMib,
          vcpus: vm.vcpus,
          tools: vm.tools,
          disks: vm.disks,
          networks: vm.networks,
          devices: vm.devices,
          ...(vm.traits && { traits: vm.traits }),
          ...(vm.on !== undefined && { on: uuidOf(vm.on) }),
          ...(vm.cd && { cd: { vbd: `vbd-${vm.name}`, sr: vm.cd.sr, name: vm.cd.name } }),
        })),
      ),
    srs: () => read('xen.srs', pool.srs.toReversed()),
    condition: () =>
      read('xen.condition', {
        messages: pool.traits?.messages ?? 0,
        tasks: pool.traits?.tasks ?? [],
        clockSkewSeconds: Object.fromEntries(
          pool.hosts.flatMap((host) =>
            host.traits?.clockSkewSeconds === undefined ? [] : [[host.uuid, host.traits.clockSkewSeconds]],
          ),
        ),
      }),
    ...(wish.installer && { installer: () => read('xen.installer', wish.installer!) }),
    evacuationBlockers: (uuid) =>
      read(
        'xen.evacuationBlockers',
        wish.evacuation?.[pool.hosts.find((host) => host.uuid === uuid)!.name] ?? {},
      ),
  };
  const cloudStack: Partial<CloudStack> = {
    version: () => read('cloudStack.version', pool.cloudstack.version),
    cluster: (id) =>
      read(
        'cloudStack.cluster',
        id === pool.cloudstack.clusterId
          ? {
              id,
              name: pool.cloudstack.clusterName,
              managedState: pool.cloudstack.managedState,
              allocationState: pool.cloudstack.allocationState,
            }
          : undefined,
      ),
    hosts: () =>
      read('cloudStack.hosts', [...csHosts(pool), ...(wish.strangers?.hosts ?? []).map(strangeHost)]),
    vms: () => read('cloudStack.vms', csVms(pool, wish.strangers?.vms ?? [])),
    jobs: () =>
      read(
        'cloudStack.jobs',
        pool.cloudstack.openWork.jobs.map((text) => {
          const [command = '', id = ''] = text.split(' ');
          return { id, command, status: 0 as const };
        }),
      ),
    volumesInWork: () => read('cloudStack.volumesInWork', pool.cloudstack.openWork.volumes ?? []),
    backups: () => read('cloudStack.backups', new Map<string, string>()),
    traits: () => read('cloudStack.traits', pool.cloudstack.traits ?? {}),
    managementServers: () => read('cloudStack.managementServers', pool.cloudstack.managementServers),
  };
  const { openWork } = pool.cloudstack;
  const database = {
    haWork: () => read('db.haWork', openWork.haWork ?? []),
    hostTransfers: () => read('db.hostTransfers', openWork.transfers ?? []),
    jobs: () => read('db.jobs', openWork.jobs),
    transitions: () => read('db.transitions', openWork.transitions),
    managementServers: () => read('db.managementServers', pool.cloudstack.managementServers),
    schemaVersion: () => read('db.schemaVersion', pool.cloudstack.version),
    snapshots: () => read('db.snapshots', openWork.snapshots ?? []),
    snapshotSchedules: () => read('db.snapshotSchedules', openWork.schedules ?? []),
  };
  const has = (part: NonNullable<WorldWish['without']>[number]): boolean => !wish.without?.includes(part);
  return {
    pool: factsOf(pool, wish.facts),
    xen: onlyReads('XAPI', xen),
    cloudStack: onlyReads('CloudStack', cloudStack),
    ...(has('database') && { cloudStackDb: database }),
    ...(has('dom0') && {
      dom0: onlyReads<Dom0>('dom0', {
        configured: pool.hosts.map((host) => host.uuid),
        mediaFiles: () => read('dom0.mediaFiles', { missing: [] }),
        look: (uuid) => read('dom0.look', dom0Seen(pool.hosts.find((host) => host.uuid === uuid)?.dom0)),
      }),
    }),
    ...(has('managementServers') && {
      managementServers: onlyReads<ManagementServers>('the management servers', {
        names: pool.cloudstack.managementServers.map((server) => server.name),
        condition: () =>
          read('managementServers.condition', {
            backupRoom: pool.cloudstack.backupRoom ?? HEALTHY_ROOM,
            clockSkewSeconds: {},
          }),
      }),
    }),
  };
}

/** Anything that is not among the reads is an act, and planning never acts. */
function onlyReads<Port extends object>(name: string, reads: Partial<Port>): Port {
  return new Proxy(reads, {
    get(target, key) {
      if (Reflect.has(target, key)) return Reflect.get(target, key) as unknown;
      throw new Error(`Planning called ${String(key)} of ${name}`);
    },
  }) as Port;
}

const xenHost = (pool: Snapshot, host: HostSnapshot) => ({
  ...host,
  bootTime: Date.parse(host.bootedAt) / 1000,
  agentStartTime: Date.parse(host.bootedAt) / 1000 + 60,
  pbds: host.pbds.map((pbd) => ({
    uuid: `pbd-${host.name}-${pbd.sr}`,
    sr: pbd.sr,
    srName: pool.srs.find((sr) => sr.uuid === pbd.sr)?.name ?? pbd.sr,
    attached: pbd.attached,
  })),
  residents: pool.vms.filter((vm) => vm.on === host.name).map((vm) => vm.uuid),
});

const dom0Seen = ({ disk, ...rest }: Dom0Snapshot = {}): Dom0Seen => ({
  ...rest,
  ...(disk && { disk: { ...disk, names: [disk.device] } }),
});

const csHosts = (pool: Snapshot): readonly CsHost[] =>
  pool.hosts.flatMap((host) => (host.cloudstack ? [{ ...host.cloudstack, address: host.address }] : []));

const strangeHost = (name: string): CsHost => ({
  id: `cs-${name}`,
  name,
  address: `10.9.9.${name.length}`,
  state: 'Up',
  resourceState: 'Enabled',
  hypervisorVersion: '6.5.0',
});

function csVms(pool: Snapshot, strangers: readonly string[]) {
  const idOf = (name: string): string =>
    pool.hosts.find((host) => host.name === name)?.cloudstack?.id ?? `cs-${name}`;
  return [
    ...pool.vms.flatMap((vm) => {
      if (!vm.cloudstack) return [];
      const { on, ...cs } = vm.cloudstack;
      return [
        {
          ...cs,
          instanceName: vm.name,
          kind: vm.kind,
          ...(on !== undefined && { hostId: idOf(on) }),
          ...(vm.cd?.byCloudStack && { isoId: `iso-${vm.cd.name}` }),
        },
      ];
    }),
    ...strangers.map((name) => ({
      id: `cs-${name}`,
      instanceName: name,
      displayName: name,
      kind: 'guest' as const,
      account: 'acme',
      state: 'Running',
      haEnabled: false,
    })),
  ];
}
