/** How long a run takes on paper: three streams on 10 GbE, 20 to 40 minutes an upgrade (planning §3). */
import type { Placement, Turn } from '../../src/domain/plan';
import { chanceOf } from '../support/random';

const STREAMS = 3;

/** GiB/s of one stream: of 10 GbE and of 1 GbE (planning §3). */
const NETWORKS = { '10 GbE': 0.25, '1 GbE': 0.036 } as const;
export type Network = keyof typeof NETWORKS;

const seconds = (mib: number, network: Network): number => 5 + ((mib / 1024) * 1.1) / NETWORKS[network];

/** The same for every strategy of a pool: by the name of the host. */
export function upgradesOf(hosts: readonly string[], seed: number): ReadonlyMap<string, number> {
  const chance = chanceOf(seed);
  return new Map(hosts.toSorted().map((host) => [host, 1200 + 1200 * chance.next()]));
}

export interface Hours {
  readonly all: number;
  /** The first host emptied and every upgrade, no second more (planning B7). */
  readonly least: number;
}

/** One host after the other: what others do. */
export function hoursOf(
  emptied: readonly (readonly number[])[],
  back: readonly (readonly number[])[],
  upgrades: Iterable<number>,
  network: Network = '10 GbE',
): Hours {
  const upgrading = [...upgrades].reduce((sum, one) => sum + one, 0);
  const moving = [...emptied, ...back].reduce((sum, all) => sum + makespan(all, network), 0);
  return {
    all: (moving + upgrading) / 3600,
    least: (makespan(emptied[0] ?? [], network) + upgrading) / 3600,
  };
}

/**
 * A placement as its turns say: who waits for whom, however long each upgrade really takes. Where several may be away, the
 * run counts them: a host that is empty goes when one is back.
 */
export function plannedHours(
  { hosts, turns, order, maxDown = 1 }: Placement,
  upgrades: ReadonlyMap<string, number>,
  network: Network = '10 GbE',
): Hours {
  const empty = new Map<string, number>();
  const back = new Map<string, number>();
  const latest = (names: readonly string[], when: ReadonlyMap<string, number>): number =>
    Math.max(0, ...names.map((name) => when.get(name)!));
  let upgrading = 0;
  for (const [at, { host, moves }] of hosts.entries()) {
    const previous = order.slice(Math.max(0, at - 1), at);
    const waits: Turn = turns?.[at] ?? { host, afterBack: previous, afterEmpty: [], downAfterBack: [] };
    const begin = Math.max(latest(waits.afterBack, back), latest(waits.afterEmpty, empty));
    const sizes = moves.map(({ memoryMib }) => memoryMib);
    empty.set(host, begin + makespan(sizes, network));
    const slot = [...back.values()].toSorted((a, b) => b - a)[maxDown - 1] ?? 0;
    const down = Math.max(empty.get(host)!, slot, latest(waits.downAfterBack, back));
    back.set(host, down + upgrades.get(host)!);
    upgrading += upgrades.get(host)!;
  }
  const first = hosts[0]?.moves.map(({ memoryMib }) => memoryMib) ?? [];
  return {
    all: Math.max(0, ...back.values()) / 3600,
    least: (makespan(first, network) + upgrading) / 3600,
  };
}

function makespan(moves: readonly number[], network: Network): number {
  const streams = Array.from({ length: STREAMS }, () => 0);
  for (const mib of moves.toSorted((a, b) => b - a)) {
    const first = streams.indexOf(Math.min(...streams));
    streams[first]! += seconds(mib, network);
  }
  return Math.max(...streams);
}
