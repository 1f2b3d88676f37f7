/** What VMs there are: user VMs, routers, system VMs. Projects are listed apart until 4.13 (cs §3). */
import { ADMIN, podOf } from '../catalogue';
import { projectId, projectOf, routerRow, systemVmRow, userVmRow } from '../render';
import { type KnownVm, vmsOf } from '../side';
import { type Call, type Command, list, page } from './command';

/** Without listall the caller sees only what its own account has; projectid=-1 is "all projects" and nothing else. */
function visible({ params, side }: Call): (vm: KnownVm) => boolean {
  const asked = side.profile.isOfThe2 ? undefined : params.text('projectid');
  const everything = side.profile.projectAll && params.flag('listall');
  const account = params.text('account');
  const all = params.flag('listall') || params.text('id') !== undefined;
  return (vm) => {
    const project = projectOf(vm.cs.account);
    if (asked === '-1') return project !== undefined || everything;
    if (asked !== undefined) return project !== undefined && projectId(project) === asked;
    if (project !== undefined) return false;
    if (account !== undefined) return vm.cs.account === account;
    return all || vm.cs.account === ADMIN.account;
  };
}

/** Parameters are read once for a request: a zone has thousands of VMs, and each host is asked for its own. */
function wanted({ params }: Call): (vm: KnownVm, shownName: string) => boolean {
  const host = params.host('hostid');
  const cluster = params.cluster('clusterid');
  const keyword = params.text('keyword');
  const ids = params.words('ids');
  const id = params.text('id');
  const named = params.vm('id');
  const name = params.text('name');
  const state = params.text('state');
  const podid = params.text('podid');
  const isoid = params.text('isoid');
  return (vm, shownName) =>
    // A VM that does not run is on no host, in no cluster.
    (host === undefined || (host.pool === vm.pool && vm.cs.on === host.name)) &&
    (cluster === undefined || (cluster === vm.pool && vm.cs.on !== undefined)) &&
    (id === undefined || named === vm) &&
    (ids.length === 0 || ids.includes(vm.cs.id)) &&
    (name === undefined || name === shownName) &&
    (keyword === undefined || shownName.includes(keyword)) &&
    (state === undefined || state === vm.cs.state) &&
    (podid === undefined || podid === podOf(vm.pool).id) &&
    (isoid === undefined || isoid === vm.cs.isoId);
}

const listVirtualMachines = list(
  'listVirtualMachines',
  'virtualmachine',
  'Lists user VMs.',
  'id:vm ids:list@4.4 name state hostid:host zoneid:zone podid account domainid:uuid projectid:uuid listall:boolean isrecursive:boolean details:list isoid:uuid networkid:uuid templateid:uuid serviceofferingid:uuid storageid:uuid affinitygroupid:uuid hypervisor',
  (call) => {
    const isVisible = visible(call);
    const isWanted = wanted(call);
    const vms = vmsOf(call.side)
      .filter((vm) => vm.kind === 'guest' && isVisible(vm) && isWanted(vm, vm.cs.displayName))
      .sort((a, b) => a.cs.dbId - b.cs.dbId);
    return page(
      call,
      'virtualmachine',
      vms.map((vm) => userVmRow(call.side, vm)),
    );
  },
);

const listRouters = list(
  'listRouters',
  'router',
  'Lists virtual routers.',
  'id:router name state hostid:host clusterid:cluster@4.5 zoneid:zone podid account domainid:uuid projectid:uuid listall:boolean isrecursive:boolean networkid:uuid vpcid:uuid forvpc:boolean version',
  (call) => {
    const isVisible = visible(call);
    const isWanted = wanted(call);
    const vms = vmsOf(call.side).filter(
      (vm) => vm.kind === 'router' && isVisible(vm) && isWanted(vm, vm.name),
    );
    return page(
      call,
      'router',
      vms.map((vm) => routerRow(call.side, vm)),
    );
  },
);

const listSystemVms = list(
  'listSystemVms',
  'systemvm',
  'Lists secondary storage and console proxy VMs.',
  'id:systemvm name state hostid:host zoneid:zone podid systemvmtype storageid:uuid',
  (call) => {
    const kind = call.params.text('systemvmtype');
    const isWanted = wanted(call);
    const vms = vmsOf(call.side)
      .filter((vm) => vm.kind === 'ssvm' || vm.kind === 'cpvm')
      .filter((vm) => isWanted(vm, vm.name))
      .map((vm) => systemVmRow(call.side, vm))
      .filter((shown) => kind === undefined || shown['systemvmtype'] === kind);
    return page(call, 'systemvm', vms);
  },
);

export const VM_LISTS: readonly Command[] = [listVirtualMachines, listRouters, listSystemVms];
