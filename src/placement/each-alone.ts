/**
 * Placements for hosts whose VMs come home before the next host begins: each turn starts from the pool as it is now,
 * not from what the turns before it have left (seed 002: "migrate any VMs back to the host").
 */
import type { Placement } from '../domain/plan';
import { masterFirst, type Snapshot } from '../domain/pool';
import type { InTurns } from './in-turns';
import { placing } from './place';
import type { Rules } from './rules';

/** In the approved order, else the master first. What does not fit in any turn is told once. */
export function* placingEachAlone(pool: Snapshot, rules: Rules): InTurns<Placement> {
  const { turns = pool.hosts.map(({ name }) => name), order } = rules;
  const listed = masterFirst(pool)
    .map(({ name }) => name)
    .filter((name) => turns.includes(name));
  const rank = (name: string): number => order?.indexOf(name) ?? -1;
  const inOrder = order ? listed.toSorted((a, b) => rank(a) - rank(b)) : listed;
  const alone: Placement[] = [];
  for (const host of inOrder) alone.push(yield* placing(pool, { ...rules, turns: [host], order: [host] }));
  const crowded = once(alone.flatMap((one) => one.crowded ?? []));
  const waysOut = once(alone.flatMap((one) => one.waysOut ?? []));
  const proof = alone.find((one) => one.proof)?.proof;
  return {
    order: inOrder,
    hosts: alone.flatMap(({ hosts }) => hosts),
    misfits: once(alone.flatMap(({ misfits }) => misfits)),
    answer: worst(alone),
    ...(crowded.length > 0 && { crowded }),
    ...(proof && { proof }),
    ...(waysOut.length > 0 && { waysOut }),
  };
}

const once = (all: readonly string[]): readonly string[] => [...new Set(all)];

const worst = (alone: readonly Placement[]): NonNullable<Placement['answer']> =>
  (['cannot', 'not-found'] as const).find((answer) => alone.some((one) => one.answer === answer)) ?? 'fits';

/**
 * What CloudStack moves when a host enters maintenance goes where it likes: that there is room was proved, the moves are
 * nobody's promise, and so hosts do not overlap. `ours`: VMs that the plan itself moves, by host.
 */
export const leftToCloudStack = (
  { figures: _figures, turns: _turns, maxDown: _maxDown, ...placement }: Placement,
  ours: (host: string, vm: string) => boolean,
): Placement => ({
  ...placement,
  hosts: placement.hosts.map((one) => ({ ...one, moves: one.moves.filter(({ vm }) => ours(one.host, vm)) })),
});
