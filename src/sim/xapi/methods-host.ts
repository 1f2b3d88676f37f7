/** Methods of host (xapi §5.3). */
import { residentsOf, type SimHost } from '../model';
import { seeDisable, seeMigration, seeOutage } from './breaches';
import { certificateOf } from './certificate-pem';
import { freeMib } from './host-facts';
import { armShutdown, restartToolstack, setInDatabase } from './machine';
import { hostAt, text, type Call, type Method } from './method';
import { assertReachable, configMethods } from './methods-pool';
import { migrate } from './migrate';
import { evacuationPlan } from './placement';
import { callPlugin, changesHost } from './patch-plugins';
import { bytes, refOf, VOID, XapiFailure, type XapiValue } from './values';

function disable(call: Call): string {
  const host = hostAt(call, 0);
  seeDisable(call.world, host, call.by, 'host.disable');
  assertReachable(call, host);
  if (call.pool.ha.on) throw new XapiFailure('HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN');
  host.disabledByUser = true;
  setInDatabase(call.world, host, { enabled: false });
  return VOID;
}

function enable(call: Call): string {
  const host = hostAt(call, 0);
  assertReachable(call, host);
  if (host.phase !== 'up') throw new XapiFailure('HOST_STILL_BOOTING');
  if (host.patching.pending.mandatory.length > 0)
    throw new XapiFailure('HOST_PENDING_MANDATORY_GUIDANCE_NOT_EMPTY', refOf(host.uuid));
  host.disabledByUser = false;
  setInDatabase(call.world, host, { enabled: true });
  return VOID;
}

async function evacuate(call: Call): Promise<string> {
  const { world } = call;
  const host = hostAt(call, 0);
  seeDisable(world, host, call.by, 'host.evacuate');
  if (call.pool.ha.on) throw new XapiFailure('HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN');
  const { moves, errors } = evacuationPlan(world, host);
  // The first error is raised before anything moves (xapi §5.3).
  for (const error of errors.values()) throw new XapiFailure(...error);
  const operation = world.uuid(call.pool, 'evacuate');
  world.machine(host).operations.set(operation, 'evacuate');
  world.cloud.changed(call.pool, 'host', host.uuid);
  try {
    // No answer for hours, the task pending: cancelling does nothing (xapi §9.1, F21).
    if (world.cloud.faults.strike('world:evacuation', host.name)) await new Promise<never>(() => undefined);
    for (const [i, [vm, to]] of moves.entries()) {
      seeMigration(world, vm, call.by, 'host.evacuate');
      await migrate(world, vm, to);
      call.report((i + 1) / moves.length);
    }
  } finally {
    world.machine(host).operations.delete(operation);
    world.cloud.changed(call.pool, 'host', host.uuid);
  }
  const left = residentsOf(host).length;
  if (left > 0)
    throw new XapiFailure(
      'INTERNAL_ERROR',
      `evacuate: ${left} VMs are still resident on ${refOf(host.uuid)}`,
    );
  return VOID;
}

function assertCanEvacuate(call: Call): string {
  const { errors } = evacuationPlan(call.world, hostAt(call, 0));
  if (errors.size > 0)
    throw new XapiFailure(
      'CANNOT_EVACUATE_HOST',
      [...errors.values()].map((error) => error.join(',')).join('|'),
    );
  return VOID;
}

function preventing(call: Call): XapiValue {
  const { errors } = evacuationPlan(call.world, hostAt(call, 0));
  return Object.fromEntries([...errors].map(([vm, error]) => [refOf(vm.uuid), error]));
}

function goAway(call: Call, what: 'host.reboot' | 'host.shutdown'): string {
  const host = hostAt(call, 0);
  seeOutage(call.world, host, call.by, what);
  assertReachable(call, host);
  if (host.enabled) throw new XapiFailure('HOST_NOT_DISABLED');
  const [[task, operation] = []] = call.world.machine(host).operations;
  if (task !== undefined && operation !== undefined)
    throw new XapiFailure('OTHER_OPERATION_IN_PROGRESS', 'host', refOf(host.uuid), operation, refOf(task));
  armShutdown(call.world, host, what === 'host.reboot' ? 'restart' : 'off');
  return VOID;
}

function restartAgent(call: Call): string {
  const host = hostAt(call, 0);
  seeOutage(call.world, host, call.by, 'host.restart_agent');
  assertReachable(call, host);
  restartToolstack(call.world, host);
  return VOID;
}

function setTags(call: Call, host: SimHost, tags: string[]): string {
  host.tags = tags;
  call.world.cloud.changed(call.pool, 'host', host.uuid);
  return VOID;
}

export const HOST_METHODS: Readonly<Record<string, Method>> = {
  'host.disable': { params: ['ref:host'], mutates: true, run: disable },
  'host.enable': { params: ['ref:host'], mutates: true, run: enable },
  'host.evacuate': { params: ['ref:host'], mutates: true, run: evacuate },
  'host.assert_can_evacuate': { params: ['ref:host'], run: assertCanEvacuate },
  'host.get_vms_which_prevent_evacuation': { params: ['ref:host'], run: preventing },
  'host.compute_free_memory': {
    params: ['ref:host'],
    run: (call) => bytes(freeMib(call.world, hostAt(call, 0))),
  },
  'host.get_servertime': {
    params: ['ref:host'],
    run: (call) => {
      const host = hostAt(call, 0);
      assertReachable(call, host);
      return new Date(call.world.cloud.time.now() + host.traits.clockSkewSeconds * 1000);
    },
  },
  'host.get_server_certificate': {
    params: ['ref:host'],
    run: (call) => {
      const host = hostAt(call, 0);
      assertReachable(call, host);
      return certificateOf(host.name, host.traits.certificateBits);
    },
  },
  'host.call_plugin': {
    params: ['ref:host', 's', 's', 'm'],
    mutates: changesHost,
    word: (call) => text(call, 2),
    run: callPlugin,
  },
  'host.reboot': { params: ['ref:host'], mutates: true, run: (call) => goAway(call, 'host.reboot') },
  'host.shutdown': { params: ['ref:host'], mutates: true, run: (call) => goAway(call, 'host.shutdown') },
  'host.restart_agent': { params: ['ref:host'], mutates: true, run: restartAgent },
  'host.add_tags': {
    params: ['ref:host', 's'],
    mutates: true,
    run: (call) => {
      const host = hostAt(call, 0);
      return setTags(call, host, [...new Set([...host.tags, text(call, 1)])]);
    },
  },
  'host.remove_tags': {
    params: ['ref:host', 's'],
    mutates: true,
    run: (call) => {
      const host = hostAt(call, 0);
      return setTags(
        call,
        host,
        host.tags.filter((tag) => tag !== text(call, 1)),
      );
    },
  },
  'host.set_tags': {
    params: ['ref:host', 'S'],
    mutates: true,
    run: (call) => {
      const wanted = call.args[1];
      const tags = Array.isArray(wanted) ? wanted.filter((tag: XapiValue) => typeof tag === 'string') : [];
      return setTags(call, hostAt(call, 0), tags);
    },
  },
  ...configMethods('host'),
};
