/** What is done to VMs: migrate, start, stop, reboot. The checks run inside the job, as in 4.11.3 (cs §3.1). */
import { hostByName, type SimHost, type SimPool } from '../../model';
import { isPreparing } from '../maintenance';
import { isFull, usesLocalStorage } from '../placement';
import { failed, invalid, type Refusal } from '../refusal';
import { vmRow } from '../render';
import { type CloudStackSide, type KnownVm, type Row, type Token } from '../side';
import { markStopped, migrate, start, stop } from '../vm-operations';
import { type AsyncCommand, type Call, type Command } from './command';

type Order = ReturnType<AsyncCommand['begin']>;

/** A job about one VM, in that VM's queue. */
export const ofVm = (vm: KnownVm, work: Order['work']): Order => ({
  instanceType: vm.kind === 'guest' ? 'VirtualMachine' : vm.kind === 'router' ? 'DomainRouter' : 'SystemVm',
  instanceId: vm.cs.id,
  on: vm.name,
  vm,
  work,
});

export function resultOf(side: CloudStackSide, vm: KnownVm): Row {
  const { key, row } = vmRow(side, vm);
  return { [key]: row };
}

/** Refused while its host prepares, since 4.11 (cs fact 5). */
function refuseWhilePreparing(
  side: CloudStackSide,
  vm: KnownVm,
  what: 'Migrate' | 'Stop' | 'Reboot' | 'Destroy',
): void {
  if (side.profile.movesWhilePreparing) return;
  const host = hostByName(vm.pool, vm.cs.on);
  if (host && isPreparing(host))
    throw invalid(
      `${what} VM operation on the VM id: ${vm.cs.dbId} is not allowed as host is preparing for maintenance mode`,
    );
}

function checkMigration(side: CloudStackSide, vm: KnownVm, to: SimHost): void {
  if (vm.cs.state !== 'Running')
    throw invalid('VM is not Running, unable to migrate the vm with specified id');
  refuseWhilePreparing(side, vm, 'Migrate');
  if (vm.devices.length > 0) throw invalid('Live Migration of GPU enabled VM is not supported');
  if (usesLocalStorage(vm)) throw invalid('Unsupported operation, VM uses Local storage, cannot migrate');
  if (to.pool === vm.pool && to.name === vm.cs.on)
    throw invalid(
      'Cannot migrate VM, VM is already present on this host, please specify valid destination host to migrate the VM',
    );
  if (to.cs.state !== 'Up' || to.cs.resourceState !== 'Enabled')
    throw invalid(
      `Cannot migrate VM, destination host is not in correct state, has status: ${to.cs.state}, state: ${to.cs.resourceState}`,
    );
  if (to.pool !== vm.pool) throw otherCluster(vm, to);
  if (isFull(side, to))
    throw failed(
      `Destination host: ${to.name} already has max Running VMs(count includes system VMs), cannot migrate to this host`,
    );
}

function otherCluster(vm: KnownVm, to: SimHost): Error {
  return vm.kind === 'guest'
    ? failed(`Source and destination host are not in same cluster, unable to migrate to host: ${to.cs.dbId}`)
    : invalid('Cannot migrate the VM, destination host is not in the same cluster as current host of the VM');
}

function beginMigration(call: Call): Order {
  const { side, params } = call;
  const vm = params.vm('virtualmachineid')!;
  reportUnmanaged(call, vm.pool, vm.name);
  return ofVm(vm, (finish, token) => {
    const to = destination(call);
    checkMigration(side, vm, to);
    migrate(side, vm, to, token, (refusal) => finish(refusal ?? resultOf(side, vm)));
  });
}

/** The parameters as execute() reads them: inside the job. */
function destination({ params }: Call): SimHost {
  const to = params.host('hostid');
  const storage = params.text('storageid');
  if (to === undefined && storage === undefined)
    throw invalid('Either hostId or storageId must be specified');
  if (to !== undefined && storage !== undefined)
    throw invalid('Only one of hostId and storageId can be specified');
  if (to === undefined) throw invalid('VM is Running, unable to migrate it to another storage pool');
  return to;
}

function reportUnmanaged({ side, by }: Call, pool: SimPool, vm: string): void {
  if (pool.cluster.managedState === 'Managed') return;
  side.cloud.offend('cloudstack-migration-while-unmanaged', {
    pool: pool.name,
    vm,
    by,
    detail: `${vm} was to be migrated while ${pool.cluster.name} is ${pool.cluster.managedState}.`,
  });
}

const migrateVirtualMachine: Command = {
  name: 'migrateVirtualMachine',
  description: 'Migrates a running VM to another host.',
  takes: 'virtualmachineid!:anyvm hostid:host storageid:uuid',
  answers: 'virtualmachine',
  mutates: true,
  begin: beginMigration,
};

const migrateSystemVm: Command = {
  name: 'migrateSystemVm',
  description: 'Migrates a running router or system VM to another host.',
  takes: 'virtualmachineid!:anyvm hostid:host',
  answers: 'systemvm',
  mutates: true,
  begin: beginMigration,
};

const migrateVirtualMachineWithVolume: Command = {
  name: 'migrateVirtualMachineWithVolume',
  description: 'Migrates a running VM together with its volumes.',
  takes: 'virtualmachineid!:vm hostid:host migrateto:map',
  answers: 'virtualmachine',
  mutates: true,
  begin: (call) => {
    const vm = call.params.vm('virtualmachineid')!;
    reportUnmanaged(call, vm.pool, vm.name);
    return ofVm(vm, () => {
      const to = destination(call);
      checkMigration(call.side, vm, to);
      const from = hostByName(vm.pool, vm.cs.on);
      if (from && from.cs.hypervisorVersion !== to.cs.hypervisorVersion)
        throw failed(
          `The source and destination hosts are not of the same type and version. Source hypervisor type and version: XenServer ${from.cs.hypervisorVersion}, Destination hypervisor type and version: XenServer ${to.cs.hypervisorVersion}`,
        );
      // Every disk here is reachable from every host that fits: there is never a volume to move.
      throw failed(
        `Migration of the vm ${vm.name} from host ${from?.name ?? ''} to destination host ${to.name} doesn't involve migrating the volumes.`,
      );
    });
  },
};

function beginStart(call: Call): Order {
  const { side, params } = call;
  const vm = params.vm('id')!;
  return ofVm(vm, (finish, token) => {
    if (vm.cs.state === 'Running') return finish(resultOf(side, vm));
    if (vm.cs.state !== 'Stopped')
      throw failed(`Unable to start a VM due to concurrent operation: ${vm.name}`);
    const host = params.host('hostid');
    start(side, vm, host ? { host } : {}, token, (refusal) => finish(refusal ?? resultOf(side, vm)));
  });
}

function beginStop(call: Call): Order {
  const { side, params } = call;
  const vm = params.vm('id')!;
  return ofVm(vm, (finish, token) => {
    if (vm.cs.state === 'Stopped') return finish(resultOf(side, vm));
    refuseWhilePreparing(side, vm, 'Stop');
    stop(side, vm, token, (refusal) => finish(refusal ?? resultOf(side, vm)));
  });
}

function beginReboot(call: Call): Order {
  const { side, params } = call;
  const vm = params.vm('id')!;
  return ofVm(vm, (finish, token) => {
    if (vm.cs.state !== 'Running') throw invalid(`Unable to reboot VM ${vm.name}: it is ${vm.cs.state}`);
    refuseWhilePreparing(side, vm, 'Reboot');
    const host = hostByName(vm.pool, vm.cs.on);
    stop(side, vm, token, (refusal) => {
      if (refusal) return finish(refusal);
      start(side, vm, host ? { host } : {}, token, (refused) => finish(refused ?? resultOf(side, vm)));
    });
  });
}

/** Stopped by force and left to the zone's managers, which make a new one (cs §6). */
function beginDestroySystemVm(call: Call): Order {
  const { side, params } = call;
  const vm = params.vm('id')!;
  return ofVm(vm, (finish, token) =>
    stop(side, vm, token, (refusal) => finish(refusal ?? { success: true })),
  );
}

const action = (
  name: string,
  answers: string,
  takes: string,
  description: string,
  begin: AsyncCommand['begin'],
): Command => ({ name, answers, takes, description, mutates: true, begin });

export const VM_ACTIONS: readonly Command[] = [
  migrateVirtualMachine,
  migrateSystemVm,
  migrateVirtualMachineWithVolume,
  action(
    'startVirtualMachine',
    'virtualmachine',
    'id!:vm hostid:host deploymentplanner',
    'Starts a VM, on a named host or where the planner says.',
    beginStart,
  ),
  action('stopVirtualMachine', 'virtualmachine', 'id!:vm forced:boolean', 'Stops a VM.', beginStop),
  action('rebootVirtualMachine', 'virtualmachine', 'id!:vm', 'Reboots a VM.', beginReboot),
  action('startRouter', 'router', 'id!:router', 'Starts a router.', beginStart),
  action('stopRouter', 'router', 'id!:router forced:boolean', 'Stops a router.', beginStop),
  action('rebootRouter', 'router', 'id!:router', 'Reboots a router.', beginReboot),
  action('startSystemVm', 'systemvm', 'id!:systemvm', 'Starts a system VM.', beginStart),
  action('stopSystemVm', 'systemvm', 'id!:systemvm forced:boolean', 'Stops a system VM.', beginStop),
  action(
    'destroySystemVm',
    'systemvm',
    'id!:systemvm',
    'Destroys a system VM; the zone makes a new one.',
    beginDestroySystemVm,
  ),
];

/** Gone from CloudStack and from XAPI. */
export function destroy(
  side: CloudStackSide,
  vm: KnownVm,
  expunge: boolean,
  token: Token,
  done: (refusal?: Refusal) => void,
): void {
  refuseWhilePreparing(side, vm, 'Destroy');
  const remove = (): void => {
    markStopped(vm);
    vm.cs.state = 'Destroyed';
    if (!expunge) return done();
    side.networkOf.delete(vm.name);
    side.xapi.destroyVm(vm);
    const left = vm.pool.vms.indexOf(vm);
    if (left >= 0) vm.pool.vms.splice(left, 1);
    done();
  };
  if (vm.cs.state !== 'Running') return remove();
  stop(side, vm, token, (refusal) => (refusal ? done(refusal) : remove()));
}
