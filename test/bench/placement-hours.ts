/** How long a run takes on paper: three streams on 10 GbE, 20 to 40 minutes an upgrade, one host after the other (planning §3). */
import { chanceOf } from '../support/random';

const STREAMS = 3;
const seconds = (mib: number): number => 5 + ((mib / 1024) * 1.1) / 0.25;

/** `least`: the first host emptied and every upgrade, no second more (planning B7). */
export function hoursOf(
  emptied: readonly (readonly number[])[],
  back: readonly (readonly number[])[],
  seed: number,
): { readonly all: number; readonly least: number } {
  const chance = chanceOf(seed);
  const upgrades = emptied.map(() => 1200 + 1200 * chance.next());
  const upgrading = upgrades.reduce((sum, one) => sum + one, 0);
  const moving = [...emptied, ...back].reduce((sum, all) => sum + makespan(all), 0);
  return { all: (moving + upgrading) / 3600, least: (makespan(emptied[0] ?? []) + upgrading) / 3600 };
}

function makespan(moves: readonly number[]): number {
  const streams = Array.from({ length: STREAMS }, () => 0);
  for (const mib of moves.toSorted((a, b) => b - a)) {
    const first = streams.indexOf(Math.min(...streams));
    streams[first]! += seconds(mib);
  }
  return Math.max(...streams);
}
