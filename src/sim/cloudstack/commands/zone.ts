/** The zone as CloudStack lists it: pods, storage, volumes, capacity, offerings, templates, people. */
import type { SimPool } from '../../model';
import {
  ADMIN,
  DOMAIN,
  NETWORK_OFFERINGS,
  OS_TYPE,
  podOf,
  offeringOf,
  SERVICE_OFFERINGS,
  TEMPLATES,
  ZONE,
} from '../catalogue';
import { compareVersions } from '../../../domain/version';
import { projectId, projectOf } from '../render';
import { type CloudStackSide, idOf, type KnownVm, type Row, vmsOf } from '../side';
import { snapshotsIn } from '../snapshots';
import { volumeState } from '../volume-state';
import { invalid } from '../refusal';
import { type Call, type Command, list, page, row } from './command';
import { matches } from './hosts';

const MIB = 1024 * 1024;

const listZones = list(
  'listZones',
  'zone',
  'Lists zones.',
  'id:zone name available:boolean networktype',
  (call) =>
    page(call, 'zone', [
      {
        id: ZONE.id,
        name: ZONE.name,
        networktype: 'Advanced',
        allocationstate: 'Enabled',
        localstorageenabled: true,
      },
    ]),
);

const listPods = list(
  'listPods',
  'pod',
  'Lists pods.',
  'id:uuid name zoneid:zone allocationstate',
  (call) => {
    const rows = call.side.cloud.pools.map((pool) => ({
      ...podOf(pool),
      zoneid: ZONE.id,
      zonename: ZONE.name,
      allocationstate: 'Enabled',
    }));
    return page(
      call,
      'pod',
      rows.filter((pod) => matches(call, pod, ['id', 'name'])),
    );
  },
);

/** ISO libraries and drives are no primary storage. */
const isPrimary = (sr: SimPool['srs'][number]): boolean => !['iso', 'udev'].includes(sr.type);

const poolType = (type: string): string =>
  ({ nfs: 'NetworkFilesystem', lvmoiscsi: 'PreSetup', lvmohba: 'PreSetup', ext: 'EXT', lvm: 'LVM' })[type] ??
  'PreSetup';

const storageRow = (pool: SimPool, sr: SimPool['srs'][number]): Row => ({
  id: sr.uuid,
  name: sr.name,
  type: poolType(sr.type),
  scope: sr.shared ? 'CLUSTER' : 'HOST',
  state: 'Up',
  zoneid: ZONE.id,
  zonename: ZONE.name,
  podid: podOf(pool).id,
  clusterid: pool.cluster.id,
  clustername: pool.cluster.name,
  hypervisor: 'XenServer',
});

const listStoragePools = list(
  'listStoragePools',
  'storagepool',
  'Lists primary storage.',
  'id:uuid name clusterid:cluster podid zoneid:zone scope ipaddress path',
  (call) => {
    const cluster = call.params.cluster('clusterid');
    const rows = call.side.cloud.pools
      .filter((pool) => cluster === undefined || pool === cluster)
      .flatMap((pool) => pool.srs.filter(isPrimary).map((sr) => storageRow(pool, sr)));
    return page(
      call,
      'storagepool',
      rows.filter((one) => matches(call, one, ['id', 'name', 'scope'])),
    );
  },
);

/** Disk 0 is the root disk. A VM that a file gives no disks has its root on the first shared storage. */
function volumesOf(side: CloudStackSide, vm: KnownVm): Row[] {
  const first = vm.pool.srs.find((sr) => sr.shared && isPrimary(sr)) ?? vm.pool.srs[0];
  const disks = vm.disks.length > 0 ? vm.disks.map((disk) => disk.sr) : first ? [first.uuid] : [];
  return disks.map((uuid, i) => {
    const sr = vm.pool.srs.find((one) => one.uuid === uuid);
    const name = i === 0 ? `ROOT-${vm.cs.dbId}` : `DATA-${vm.cs.dbId}-${i}`;
    return row({
      id: idOf('volume', vm.cs.id, String(i)),
      name,
      type: i === 0 ? 'ROOT' : 'DATADISK',
      deviceid: i,
      state: volumeState(vm.pool, name),
      storageid: uuid,
      storage: sr?.name,
      storagetype: sr?.shared === false ? 'local' : 'shared',
      virtualmachineid: vm.cs.id,
      vmname: vm.name,
      vmdisplayname: vm.cs.displayName,
      vmstate: vm.cs.state,
      zoneid: ZONE.id,
      // with the filter of this name came the fields
      ...(compareVersions(side.profile.version, '4.11') >= 0 && {
        clusterid: vm.pool.cluster.id,
        clustername: vm.pool.cluster.name,
      }),
      ...(projectOf(vm.cs.account) === undefined
        ? { account: vm.cs.account }
        : { project: projectOf(vm.cs.account) }),
    });
  });
}

/** Volumes of user VMs only: system VMs' disks are left out, as in 4.11. */
const listVolumes = list(
  'listVolumes',
  'volume',
  'Lists volumes of user VMs.',
  'id:uuid ids:list@4.9 name type virtualmachineid:vm clusterid:cluster@4.11 hostid:host podid zoneid:zone storageid account domainid:uuid projectid:uuid listall:boolean isrecursive:boolean',
  (call) => {
    const { params } = call;
    const vm = params.vm('virtualmachineid');
    const cluster = params.cluster('clusterid');
    const ofProjects = params.text('projectid') === '-1';
    const listall = params.flag('listall');
    const isAsked = (one: KnownVm): boolean =>
      ofProjects
        ? projectOf(one.cs.account) !== undefined
        : projectOf(one.cs.account) === undefined &&
          (listall || one === vm || one.cs.account === ADMIN.account);
    const compared = ['id', 'name', 'type', 'storageid'].filter((name) => params.text(name) !== undefined);
    const rows = vmsOf(call.side)
      .filter((one) => one.kind === 'guest' && isAsked(one))
      .filter((one) => vm === undefined || one === vm)
      .filter((one) => cluster === undefined || one.pool === cluster)
      .flatMap((one) => volumesOf(call.side, one));
    return page(
      call,
      'volume',
      rows.filter((one) => matches(call, one, compared)),
    );
  },
);

/** Memory (0) and CPU (1) per cluster; op_host_capacity counts Enabled hosts only (cs §4.3). */
function capacitiesOf(pool: SimPool): Row[] {
  const hosts = pool.hosts.filter((host) => host.cs.resourceState === 'Enabled');
  const total = hosts.reduce((sum, host) => sum + host.memory.total * MIB, 0);
  const vms = pool.vms.filter((vm) => vm.cs?.on !== undefined);
  const used = vms.reduce((sum, vm) => sum + (vm.memoryMib + vm.overheadMib) * MIB, 0);
  const percent = (a: number, b: number): string => (b === 0 ? '0' : ((a / b) * 100).toFixed(2));
  const where = {
    zoneid: ZONE.id,
    zonename: ZONE.name,
    podid: podOf(pool).id,
    podname: podOf(pool).name,
    clusterid: pool.cluster.id,
    clustername: pool.cluster.name,
  };
  const mhz = hosts.length * 16 * 2400;
  const usedMhz = vms.reduce((sum, vm) => sum + vm.vcpus * 1000, 0);
  return [
    {
      type: 0,
      name: 'MEMORY',
      ...where,
      capacityused: used,
      capacitytotal: total,
      percentused: percent(used, total),
    },
    {
      type: 1,
      name: 'CPU',
      ...where,
      capacityused: usedMhz,
      capacitytotal: mhz,
      percentused: percent(usedMhz, mhz),
    },
  ];
}

const listCapacity = list(
  'listCapacity',
  'capacity',
  'Lists used and total capacity.',
  'clusterid:cluster podid zoneid:zone type:integer fetchlatest:boolean sortby',
  (call) => {
    const cluster = call.params.cluster('clusterid');
    const rows = call.side.cloud.pools
      .filter((pool) => cluster === undefined || pool === cluster)
      .flatMap(capacitiesOf);
    const type = call.params.number('type');
    return page(
      call,
      'capacity',
      rows.filter((one) => type === undefined || one['type'] === type),
    );
  },
);

/** A list that is the same for everybody. */
const fixed = (
  name: string,
  key: string,
  description: string,
  takes: string,
  rows: (side: CloudStackSide, call: Call) => readonly Row[],
): Command =>
  list(name, key, description, takes, (call) =>
    page(
      call,
      key,
      rows(call.side, call).filter((one) => matches(call, one, ['id', 'name'])),
    ),
  );

/** Those of everybody, and those of the VMs that are asked for host tags. */
const offeringsIn = (side: CloudStackSide) => [
  ...SERVICE_OFFERINGS,
  ...new Map(
    vmsOf(side).flatMap(({ cs: { hostTags } }) =>
      hostTags.length === 0 ? [] : [[hostTags.join(','), offeringOf(hostTags)] as const],
    ),
  ).values(),
];

/** The number that the names of its VMs begin with: i-2-10-VM belongs to account 2 (cs §8.1). */
const accountNumber = (side: CloudStackSide, account: string): string =>
  vmsOf(side).flatMap((vm) => (vm.cs.account === account ? (/^i-(\d+)-/.exec(vm.name)?.[1] ?? []) : []))[0] ??
  '1';

const accountNames = (side: CloudStackSide): string[] => [
  ...new Set([ADMIN.account, ...vmsOf(side).map((vm) => vm.cs.account)]),
];

/** The user behind a key, secrets left out here; there is one key (cs §2.4). */
const getUser: Command = {
  name: 'getUser',
  description: 'Finds the user by the API key.',
  takes: 'userapikey!',
  answers: 'user',
  mutates: false,
  run: ({ side, params }) => {
    if (params.text('userapikey') !== ADMIN.apiKey) throw invalid('User not found');
    const { key } = side.told;
    return {
      user: {
        id: ADMIN.userId,
        username: ADMIN.user,
        account: key?.account ?? ADMIN.account,
        accountid: ADMIN.accountId,
        accounttype: (key?.rootAdmin ?? true) ? 1 : 2,
        domainid: DOMAIN.id,
        domain: DOMAIN.name,
        state: 'enabled',
        apikey: ADMIN.apiKey,
      },
    };
  },
};

export const ZONE_COMMANDS: readonly Command[] = [
  getUser,
  listZones,
  listPods,
  listStoragePools,
  listVolumes,
  listCapacity,
  fixed(
    'listServiceOfferings',
    'serviceoffering',
    'Lists service offerings.',
    'id:uuid name issystem:boolean',
    (side) =>
      offeringsIn(side).map((one) => ({
        ...('hosttags' in one && { hosttags: one.hosttags }),
        id: one.id,
        name: one.name,
        displaytext: one.name,
        cpunumber: one.cpus,
        cpuspeed: one.mhz,
        memory: one.memoryMib,
        offerha: false,
      })),
  ),
  fixed(
    'listNetworkOfferings',
    'networkoffering',
    'Lists network offerings.',
    'id:uuid name zoneid:zone state',
    () =>
      NETWORK_OFFERINGS.map((one) => ({
        id: one.id,
        name: one.name,
        displaytext: one.name,
        guestiptype: 'Isolated',
        state: 'Enabled',
        traffictype: 'GUEST',
      })),
  ),
  fixed(
    'listTemplates',
    'template',
    'Lists templates.',
    'templatefilter! id:uuid name zoneid:zone hypervisor',
    () =>
      TEMPLATES.map((one) => ({
        id: one.id,
        name: one.name,
        displaytext: one.name,
        isready: true,
        ispublic: true,
        hypervisor: 'XenServer',
        ostypeid: OS_TYPE.id,
        zoneid: ZONE.id,
        account: ADMIN.account,
      })),
  ),
  fixed(
    'listAffinityGroups',
    'affinitygroup',
    'Lists affinity groups.',
    'id:uuid name listall:boolean',
    () => [],
  ),
  fixed(
    'listSnapshots',
    'snapshot',
    'Lists volume snapshots.',
    'id:uuid name listall:boolean volumeid:uuid projectid:uuid',
    (side, call) => snapshotsIn(side, call.params.text('projectid') === '-1'),
  ),
  fixed(
    'listVMSnapshot',
    'vmSnapshot',
    'Lists VM snapshots.',
    'virtualmachineid:vm listall:boolean',
    () => [],
  ),
  fixed('listAccounts', 'account', 'Lists accounts.', 'id:uuid name domainid:uuid listall:boolean', (side) =>
    accountNames(side)
      .filter((name) => projectOf(name) === undefined)
      .map((name) => ({
        id: side.profile.isOfThe2
          ? accountNumber(side, name)
          : name === ADMIN.account
            ? ADMIN.accountId
            : idOf('account', name),
        name,
        accounttype: name === ADMIN.account ? 1 : 0,
        domainid: DOMAIN.id,
        domain: DOMAIN.name,
        state: 'enabled',
      })),
  ),
  fixed('listUsers', 'user', 'Lists users.', 'id:uuid username account domainid:uuid listall:boolean', () => [
    {
      id: ADMIN.userId,
      username: ADMIN.user,
      account: ADMIN.account,
      accounttype: 1,
      accountid: ADMIN.accountId,
      domainid: DOMAIN.id,
      domain: DOMAIN.name,
      state: 'enabled',
    },
  ]),
  fixed('listProjects', 'project', 'Lists projects.', 'id:uuid name listall:boolean', (side) =>
    accountNames(side).flatMap((account) => {
      const name = projectOf(account);
      return name === undefined
        ? []
        : [{ id: projectId(name), name, displaytext: name, state: 'Active', domainid: DOMAIN.id }];
    }),
  ),
];
