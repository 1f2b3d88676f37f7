/** Placements broken in one way each, every one broken for certain: what a checker that is worth anything must find. */
import type { HostPlacement, Placement, PlannedMove, Turn } from '../../src/domain/plan';
import type { Snapshot } from '../../src/domain/pool';
import type { Chance } from './random';

type Break = (pool: Snapshot, placement: Placement, chance: Chance) => Placement | undefined;

const withTurn = (placement: Placement, turn: HostPlacement): Placement => ({
  ...placement,
  hosts: placement.hosts.map((one) => (one.host === turn.host ? turn : one)),
});

const withMove = (placement: Placement, turn: HostPlacement, move: PlannedMove): Placement =>
  withTurn(placement, { ...turn, moves: turn.moves.map((one) => (one.vm === move.vm ? move : one)) });

const inOrder = (placement: Placement, order: readonly string[]): Placement => ({
  ...placement,
  order,
  hosts: order.flatMap((name) => placement.hosts.filter(({ host }) => host === name)),
});

const sentTo = (move: PlannedMove, to: string): PlannedMove => ({
  ...move,
  to,
  candidates: [to, ...move.candidates.filter((one) => one !== to)],
});

/** A turn with at least one move, and one of its moves. */
function someMove({ hosts }: Placement, chance: Chance): readonly [HostPlacement, PlannedMove] | undefined {
  const busy = hosts.filter(({ moves }) => moves.length > 0);
  if (busy.length === 0) return undefined;
  const turn = chance.oneOf(busy);
  return [turn, chance.oneOf(turn.moves)];
}

/** Undefined where this placement has nothing that could be broken so. */
export const BREAKS: Readonly<Record<string, Break>> = {
  'a member before the master': (pool, placement, chance) => {
    const [master, ...members] = placement.order;
    if (master !== pool.master || members.length === 0) return undefined;
    const at = chance.whole(1, members.length);
    return inOrder(placement, [...members.slice(0, at), master, ...members.slice(at)]);
  },
  'two turns in the other order': (_pool, placement, chance) => {
    const { order, hosts } = placement;
    // what the first of them gives to the second must then be where it is not
    const pairs = order.flatMap((_host, at) => {
      const next = order[at + 1];
      const passed = hosts[at]?.moves.some(({ to }) => to === next) ?? false;
      return at > 0 && next !== undefined && passed ? [at] : [];
    });
    if (pairs.length === 0) return undefined;
    const at = chance.oneOf(pairs);
    return inOrder(placement, [...order.slice(0, at), order[at + 1]!, order[at]!, ...order.slice(at + 2)]);
  },
  'a host without a turn': (_pool, placement, chance) => {
    if (placement.order.length === 0) return undefined;
    const gone = chance.oneOf(placement.order);
    return inOrder(
      placement,
      placement.order.filter((name) => name !== gone),
    );
  },
  'a VM forgotten': (_pool, placement, chance) => {
    const some = someMove(placement, chance);
    if (!some) return undefined;
    const [turn, gone] = some;
    return withTurn(placement, { ...turn, moves: turn.moves.filter((move) => move !== gone) });
  },
  'a VM moved twice in one turn': (_pool, placement, chance) => {
    const some = someMove(placement, chance);
    if (!some) return undefined;
    const [turn, move] = some;
    return withTurn(placement, { ...turn, moves: [...turn.moves, move] });
  },
  'a VM of another host': (pool, placement, chance) => {
    const some = someMove(placement, chance);
    const halted = pool.vms.find((vm) => vm.on === undefined);
    if (!some) return undefined;
    const [turn, move] = some;
    const stranger = halted?.name ?? 'i-9-9-VM';
    return withTurn(placement, { ...turn, moves: [...turn.moves, { ...move, vm: stranger }] });
  },
  'a VM that stays': (_pool, placement, chance) => {
    const some = someMove(placement, chance);
    return some && withMove(placement, some[0], sentTo(some[1], some[0].host));
  },
  'a host that does not exist': (_pool, placement, chance) => {
    const some = someMove(placement, chance);
    return some && withMove(placement, some[0], sentTo(some[1], 'host-999'));
  },
  'more than a host holds': (pool, placement, chance) => {
    const turns = placement.hosts.flatMap((turn) => {
      const sum = turn.moves.reduce((all, move) => all + move.memoryMib, 0);
      // whatever leaves a host meanwhile, it has no more than all of its memory
      const small = pool.hosts.filter((host) => host.name !== turn.host && host.memoryMib.total * 0.95 < sum);
      return small.map((host) => [turn, host.name] as const);
    });
    if (turns.length === 0) return undefined;
    const [turn, to] = chance.oneOf(turns);
    return withTurn(placement, { ...turn, moves: turn.moves.map((move) => sentTo(move, to)) });
  },
  'a size told wrong': (_pool, placement, chance) => {
    const some = someMove(placement, chance);
    return some && withMove(placement, some[0], { ...some[1], memoryMib: some[1].memoryMib - 1 });
  },
  'back to an older host': (pool, placement, chance) => {
    // a host of the oldest version never follows one of a newer version that has not had its turn
    const versionOf = (name: string): string => pool.hosts.find((host) => host.name === name)?.version ?? '';
    const pairs = placement.hosts.flatMap((turn, at) =>
      placement.order
        .slice(at + 1)
        .filter((later) => turn.moves.length > 0 && older(versionOf(later), versionOf(turn.host)))
        .map((later) => [turn, later] as const),
    );
    if (pairs.length === 0) return undefined;
    const [turn, to] = chance.oneOf(pairs);
    return withMove(placement, turn, sentTo(chance.oneOf(turn.moves), to));
  },
  'a start on a host that is not upgraded': (_pool, placement, chance) => {
    const turns = placement.hosts.flatMap((turn, at) => {
      const later = placement.order.slice(at + 1);
      return at > 0 && turn.stops.length > 0 && later.length > 0 ? [[turn, later] as const] : [];
    });
    if (turns.length === 0) return undefined;
    const [turn, later] = chance.oneOf(turns);
    const to = chance.oneOf(later);
    return withTurn(placement, {
      ...turn,
      stops: turn.stops.map((stop) => ({ ...stop, startOn: [to, ...stop.startOn] })),
    });
  },
  'both routers of a pair on one host': (pool, placement, chance) => {
    const all = placement.hosts.flatMap((turn) =>
      turn.moves.flatMap((move) => {
        const vm = pool.vms.find(({ name }) => name === move.vm);
        const group = vm?.cloudstack?.redundantGroup;
        const partner = pool.vms.find(
          (other) =>
            group !== undefined && other.name !== move.vm && other.cloudstack?.redundantGroup === group,
        );
        // only where the partner has stayed at home up to now
        const before = placement.hosts.slice(0, placement.hosts.indexOf(turn) + 1);
        const moved = before.some(({ moves, stops }) =>
          [...moves, ...stops].some((one) => one.vm === partner?.name),
        );
        return partner?.on !== undefined && partner.on !== turn.host && !moved
          ? [[turn, move, partner.on] as const]
          : [];
      }),
    );
    if (all.length === 0) return undefined;
    const [turn, move, to] = chance.oneOf(all);
    return withMove(placement, turn, sentTo(move, to));
  },
  'an SR that the other host does not see': (pool, placement, chance) => {
    const all = placement.hosts.flatMap((turn) =>
      turn.moves.flatMap((move) => {
        const disks = pool.vms.find(({ name }) => name === move.vm)?.disks ?? [];
        const blind = pool.hosts.filter(
          (host) => host.name !== turn.host && disks.some((sr) => !host.pbds.some((pbd) => pbd.sr === sr)),
        );
        return blind.map((host) => [turn, move, host.name] as const);
      }),
    );
    if (all.length === 0) return undefined;
    const [turn, move, to] = chance.oneOf(all);
    return withMove(placement, turn, sentTo(move, to));
  },
  'a VM without tools moved': (_pool, placement, chance) => {
    const turns = placement.hosts.filter((turn) => turn.stops.some((stop) => stop.startOn.length > 0));
    if (turns.length === 0) return undefined;
    const turn = chance.oneOf(turns);
    const stop = chance.oneOf(turn.stops.filter((one) => one.startOn.length > 0));
    const moved = { vm: stop.vm, to: stop.startOn[0]!, candidates: stop.startOn, memoryMib: 1 };
    return withTurn(placement, {
      ...turn,
      moves: [...turn.moves, moved],
      stops: turn.stops.filter((one) => one !== stop),
    });
  },
  'a VM stopped that could move': (_pool, placement, chance) => {
    const some = someMove(placement, chance);
    if (!some) return undefined;
    const [turn, move] = some;
    const { vm, candidates } = move;
    return withTurn(placement, {
      ...turn,
      moves: turn.moves.filter((one) => one !== move),
      stops: [...turn.stops, { vm, why: 'somebody said so', startOn: candidates, downMinutes: 90 }],
    });
  },
  'a VM sent to a host that may be away': (_pool, placement, chance) => {
    // drained as soon as the one before it is empty, so that one is still to be installed
    const early = (placement.turns ?? []).filter(({ afterEmpty }) => afterEmpty.length > 0);
    const turns = early.flatMap(({ host, afterEmpty }) => {
      const turn = placement.hosts.find((one) => one.host === host);
      return turn && turn.moves.length > 0 ? [[turn, afterEmpty.at(-1)!] as const] : [];
    });
    if (turns.length === 0) return undefined;
    const [turn, to] = chance.oneOf(turns);
    return withMove(placement, turn, sentTo(chance.oneOf(turn.moves), to));
  },
  'drained beside the host before it': (_pool, placement, chance) =>
    waitsLess(placement, chance, ({ afterEmpty }) => afterEmpty.length > 0, { afterEmpty: [] }),
  'away beside the host before it': (_pool, placement, chance) =>
    waitsLess(placement, chance, ({ downAfterBack }) => downAfterBack.length > 0, { downAfterBack: [] }),
  'begun while the master is away': (pool, placement, chance) =>
    waitsLess(
      placement,
      chance,
      ({ afterBack }) => placement.order[0] === pool.master && afterBack.includes(pool.master),
      { afterBack: [] },
    ),
};

/** One of the turns of which that is true, with fewer waits. */
function waitsLess(
  placement: Placement,
  chance: Chance,
  which: (turn: Turn) => boolean,
  less: Partial<Turn>,
): Placement | undefined {
  const { turns = [] } = placement;
  const some = turns.filter(which);
  if (some.length === 0) return undefined;
  const one = chance.oneOf(some);
  return { ...placement, turns: turns.map((turn) => (turn === one ? { ...turn, ...less } : turn)) };
}

function older(a: string, b: string): boolean {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [one, other] = [left[at] ?? -1, right[at] ?? -1];
    if (one !== other) return one < other;
  }
  return false;
}
