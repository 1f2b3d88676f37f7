/** Chance that can be told again: the same seed gives the same story. */
import type { Journal } from '../../src/ports';
import type { WorkerWish } from './toy-run';
import type { ToyDoor, ToyFault, ToyWorld } from './toy-world';

export type Chance = () => number;

/** Mulberry32: small, and good enough to shuffle who comes first. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await Promise.resolve();
}

/** A worker whose every call takes a few turns more or fewer, so that it overtakes the others now and then. */
export function hurried(next: Chance): Pick<WorkerWish, 'journal' | 'door'> {
  const dawdle = (): Promise<void> => turns(Math.floor(next() * 12));
  return {
    journal: (kept): Journal => ({
      ...kept,
      async read(run, after) {
        await dawdle();
        return kept.read(run, after);
      },
      async append(run, seen, entry) {
        await dawdle();
        return kept.append(run, seen, entry);
      },
    }),
    door: (door): ToyDoor => ({
      ...door,
      async machine(name) {
        await dawdle();
        return door.machine(name);
      },
      async level() {
        await dawdle();
        return door.level();
      },
      async send(verb, on, to) {
        await dawdle();
        return door.send(verb, on, to);
      },
    }),
  };
}

/** One in four first requests goes wrong in a way that a worker must live with alone. */
export function troubled(world: ToyWorld, next: Chance): void {
  const faults: readonly ToyFault[] = ['lose-answer', 'not-sent', 'lose-request'];
  for (const name of world.machines.keys())
    for (const verb of ['off', 'boot', 'on'] as const) {
      if (next() >= 0.25) continue;
      const fault = faults[Math.floor(next() * (verb === 'boot' ? 2 : 3))];
      if (fault) world.faults.set(`${verb} ${name} 1`, fault);
    }
}
