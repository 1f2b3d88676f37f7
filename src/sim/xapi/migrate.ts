/** Live migration: copies at a shared rate in pool time, shows progress, can stall or fail (xapi §6.2, §12.6). */
import type { SimHost, SimVm } from '../model';
import { assertMayMigrate } from './placement';
import { MIGRATION_MIB_PER_SECOND, SECONDS } from './timing';
import { refOf, XapiFailure } from './values';
import { masterProfile, type Move, type XapiWorld } from './world';

export interface Migration {
  readonly cancel: () => void;
}

/** Tests first (throws XapiFailure), then copies; `done` gets XAPI's error or nothing. */
export function beginMigration(
  world: XapiWorld,
  vm: SimVm,
  to: SimHost,
  report: (progress: number) => void,
  done: (error?: readonly string[]) => void,
): Migration {
  assertMayMigrate(world, vm, to);
  const from = vm.pool.hosts.find((host) => host.name === vm.on)!;
  const strike = world.cloud.faults.strike('world:migration', vm.name);
  const state = world.of(vm.pool);
  vm.operation = 'pool_migrate';
  let over = false;
  const finish = (error?: readonly string[]): void => {
    if (over) return;
    over = true;
    state.moves.delete(move);
    if (vm.operation === 'pool_migrate') delete vm.operation;
    if (!error && from !== to) {
      vm.on = to.name;
      vm.migrations++;
      const body = `VM '${vm.name}' (uuid: ${vm.uuid}) migrated from host '${from.name}' to host '${to.name}'`;
      world.message(vm.pool, 'VM_MIGRATED', 5, 'VM', vm.uuid, body);
      for (const host of [from, to]) world.cloud.changed(vm.pool, 'host', host.uuid);
    }
    world.cloud.changed(vm.pool, 'vm', vm.uuid);
    done(error);
  };
  const move: Move = {
    vm,
    from,
    to,
    remaining: vm.memoryMib,
    total: Math.max(1, vm.memoryMib),
    report,
    stalled: strike?.how === 'stall' || strike?.how === 'never',
    done: (error) => {
      const reason = strike?.how === 'fail' ? 'injected failure of the copy' : undefined;
      if (reason === undefined) finish(error);
      else finish(['VM_MIGRATE_FAILED', refOf(vm.uuid), refOf(from.uuid), refOf(to.uuid), reason]);
    },
  };
  state.moves.add(move);
  world.cloud.changed(vm.pool, 'vm', vm.uuid);
  // On 6.5 XAPI tries a guest without drivers, and the guest never acknowledges (xapi §6.2, F14).
  if (!vm.tools && vm.kind === 'guest' && masterProfile(vm.pool).withoutTools === 'tries') {
    move.stalled = true;
    world.cloud.time.in(SECONDS.suspendAcknowledgement, () =>
      finish(['VM_FAILED_SUSPEND_ACKNOWLEDGMENT', refOf(vm.uuid)]),
    );
  }
  if (!state.copying) {
    state.copying = true;
    world.cloud.time.in(1, () => copyOneSecond(world, vm.pool.uuid));
  }
  return { cancel: () => finish(['TASK_CANCELLED']) };
}

const isPowered = (host: SimHost): boolean =>
  host.phase === 'up' || host.phase === 'starting' || host.phase === 'xapi-down';

/** Each migration gets its share of the busier end's bandwidth. */
function copyOneSecond(world: XapiWorld, poolUuid: string): void {
  const state = world.pools.get(poolUuid)!;
  const { moves } = state;
  const users = new Map<SimHost, number>();
  for (const move of moves)
    for (const host of [move.from, move.to]) users.set(host, (users.get(host) ?? 0) + 1);
  for (const move of moves) {
    if (!isPowered(move.from) || !isPowered(move.to)) {
      move.done([
        'VM_MIGRATE_FAILED',
        refOf(move.vm.uuid),
        refOf(move.from.uuid),
        refOf(move.to.uuid),
        'host down',
      ]);
      continue;
    }
    if (move.remaining <= 0) continue;
    const rate = MIGRATION_MIB_PER_SECOND / Math.max(users.get(move.from)!, users.get(move.to)!);
    const floor = move.stalled ? move.total / 10 : 0;
    move.remaining = Math.max(floor, move.remaining - rate);
    move.report(Math.round((1 - move.remaining / move.total) * 0.9 * 20) / 20);
    if (move.remaining <= 0) world.cloud.time.in(SECONDS.migrationTail, () => move.done());
  }
  state.copying = moves.size > 0;
  if (state.copying) world.cloud.time.in(1, () => copyOneSecond(world, poolUuid));
}

/** Waits while another operation holds the VM, as XAPI does, for up to two hours (xapi fact 14). */
export async function whenFree(world: XapiWorld, vm: SimVm): Promise<void> {
  const until = world.cloud.time.now() + SECONDS.busyGivesUp * 1000;
  while (vm.operation !== undefined) {
    if (world.cloud.time.now() >= until)
      throw new XapiFailure('OTHER_OPERATION_IN_PROGRESS', 'VM', refOf(vm.uuid));
    await world.cloud.time.sleep(SECONDS.retryBusy);
  }
}

export async function migrate(
  world: XapiWorld,
  vm: SimVm,
  to: SimHost,
  report: (progress: number) => void = () => undefined,
  cancellable: (cancel: () => void) => void = () => undefined,
): Promise<void> {
  await whenFree(world, vm);
  const error = await new Promise<readonly string[] | undefined>((resolve) => {
    try {
      cancellable(beginMigration(world, vm, to, report, resolve).cancel);
    } catch (failure) {
      resolve(failure instanceof XapiFailure ? failure.description : ['INTERNAL_ERROR', String(failure)]);
    }
  });
  if (error) throw new XapiFailure(...error);
}
