/** Methods of VM, task, event and session (xapi §2.1, §6, §9). */
import type { SimVm } from '../model';
import { seeMigration, seePower } from './breaches';
import { eventsFrom } from './events';
import { hostAt, text, vmAt, type Call, type Method } from './method';
import { configMethods } from './methods-pool';
import { migrate } from './migrate';
import { assertCanBootHere, possibleHosts, srsNeeded } from './placement';
import { shutdownVm, startVm } from './power';
import { refOf, uuidOfRef, VOID, XapiFailure } from './values';

async function poolMigrate(call: Call): Promise<string> {
  const vm = vmAt(call, 0);
  const to = hostAt(call, 1);
  seeMigration(call.world, vm, call.by, 'VM.pool_migrate');
  await migrate(call.world, vm, to, call.report, call.cancellable);
  return VOID;
}

async function start(call: Call, on: boolean): Promise<string> {
  const vm = vmAt(call, 0);
  seePower(call.world, vm, call.by, on ? 'VM.start_on' : 'VM.start');
  await startVm(call.world, vm, on ? hostAt(call, 1) : undefined);
  return VOID;
}

async function shutdown(call: Call, how: 'clean' | 'hard'): Promise<string> {
  const vm = vmAt(call, 0);
  seePower(call.world, vm, call.by, `VM.${how}_shutdown`);
  await shutdownVm(call.world, vm, how);
  return VOID;
}

/** "Properly shared": flagged so, and plugged on every enabled host (xapi §6.3). */
function assertAgile(call: Call): string {
  const vm = vmAt(call, 0);
  const enabled = call.pool.hosts.filter((host) => host.enabled);
  for (const uuid of srsNeeded(vm)) {
    const sr = call.pool.srs.find((one) => one.uuid === uuid);
    const everywhere = enabled.every((host) => host.pbds.some((pbd) => pbd.sr === uuid && pbd.attached));
    if (!sr?.shared || !everywhere)
      throw new XapiFailure('HA_CONSTRAINT_VIOLATION_SR_NOT_SHARED', refOf(uuid));
  }
  assertNetworksShared(call, vm);
  return VOID;
}

function assertNetworksShared(call: Call, vm: SimVm): void {
  for (const name of vm.networks) {
    const everywhere = call.pool.hosts.every((host) => host.pifs.some((pif) => pif.network === name));
    const network = call.pool.networks.find((one) => one.name === name);
    if (!everywhere)
      throw new XapiFailure('HA_CONSTRAINT_VIOLATION_NETWORK_NOT_SHARED', refOf(network?.uuid ?? ''));
  }
  if (vm.devices.includes('vgpu')) throw new XapiFailure('VM_HAS_VGPU', refOf(vm.uuid));
}

function taskAt(call: Call): string {
  const uuid = uuidOfRef(text(call, 0));
  if (!call.world.of(call.pool).tasks.has(uuid))
    throw new XapiFailure('HANDLE_INVALID', 'task', text(call, 0));
  return uuid;
}

export const VM_METHODS: Readonly<Record<string, Method>> = {
  'VM.pool_migrate': { params: ['ref:VM', 'ref:host', 'm'], mutates: true, run: poolMigrate },
  'VM.start': { params: ['ref:VM', 'b', 'b'], mutates: true, run: (call) => start(call, false) },
  'VM.start_on': {
    params: ['ref:VM', 'ref:host', 'b', 'b'],
    mutates: true,
    run: (call) => start(call, true),
  },
  'VM.clean_shutdown': { params: ['ref:VM'], mutates: true, run: (call) => shutdown(call, 'clean') },
  'VM.hard_shutdown': { params: ['ref:VM'], mutates: true, run: (call) => shutdown(call, 'hard') },
  'VM.get_possible_hosts': {
    params: ['ref:VM'],
    run: (call) => possibleHosts(call.world, vmAt(call, 0)).map((host) => refOf(host.uuid)),
  },
  'VM.assert_can_boot_here': {
    params: ['ref:VM', 'ref:host'],
    run: (call) => {
      assertCanBootHere(call.world, vmAt(call, 0), hostAt(call, 1));
      return VOID;
    },
  },
  'VM.assert_agile': { params: ['ref:VM'], run: assertAgile },
  ...configMethods('VM'),
  'VM.add_to_blocked_operations': {
    params: ['ref:VM', 's', 's'],
    mutates: true,
    run: (call) => {
      const { uuid, traits } = vmAt(call, 0);
      const [operation, code] = [text(call, 1), text(call, 2)];
      if (operation in traits.blocked)
        throw new XapiFailure('MAP_DUPLICATE_KEY', 'VM', 'blocked_operations', uuid, operation);
      traits.blocked = { ...traits.blocked, [operation]: code };
      call.world.cloud.changed(call.pool, 'vm', uuid);
      return VOID;
    },
  },
  'VM.remove_from_blocked_operations': {
    params: ['ref:VM', 's'],
    mutates: true,
    run: (call) => {
      const { uuid, traits } = vmAt(call, 0);
      const { [text(call, 1)]: _gone, ...left } = traits.blocked;
      traits.blocked = left;
      call.world.cloud.changed(call.pool, 'vm', uuid);
      return VOID;
    },
  },
  'task.cancel': {
    params: ['ref:task'],
    mutates: true,
    async: false,
    run: (call) => {
      // Only asks: what never polls goes on (xapi §9.1).
      call.world.of(call.pool).tasks.get(taskAt(call))?.cancel?.();
      return VOID;
    },
  },
  'task.destroy': {
    params: ['ref:task'],
    mutates: true,
    async: false,
    run: (call) => {
      const uuid = taskAt(call);
      call.world.of(call.pool).tasks.delete(uuid);
      call.world.remove(call.pool, 'task', uuid);
      return VOID;
    },
  },
  'event.from': { params: ['S', 's', 'f'], async: false, run: eventsFrom },
  'session.logout': {
    params: [],
    async: false,
    run: (call) => {
      call.session.closed = true;
      call.world.of(call.pool).sessions.delete(call.sessionRef);
      return VOID;
    },
  },
};
