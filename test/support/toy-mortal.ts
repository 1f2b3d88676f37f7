/** A worker that dies at its n-th call of journal or world, before or after the call has taken effect, and never speaks again. */
import type { Journal } from '../../src/ports';
import { Dead, type WorkerWish } from './toy-run';
import type { ToyDoor } from './toy-world';

export interface Mortal {
  readonly wish: Pick<WorkerWish, 'journal' | 'door'>;
  /** Calls made so far; the seams are 1 to this. */
  calls(): number;
  /** The call it died at: `append ActIntended`, `send boot`. */
  last(): string;
}

export type Moment = 'before' | 'after';

export function mortal(dieAt = Infinity, moment: Moment = 'before'): Mortal {
  let calls = 0;
  let last = '';
  const guarded = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (calls > dieAt) throw new Dead(name);
    last = name;
    if (calls < dieAt) return call();
    if (moment === 'after') await call().catch(() => undefined);
    throw new Dead(name);
  };
  return {
    calls: () => calls,
    last: () => last,
    wish: {
      journal: (kept): Journal => ({
        ...kept,
        run: (id) => guarded('read the row', () => kept.run(id)),
        plan: (id) => guarded('read the plan', () => kept.plan(id)),
        read: (run, after) => guarded('read', () => kept.read(run, after)),
        append: (run, seen, entry) => guarded(`append ${entry.type}`, () => kept.append(run, seen, entry)),
      }),
      door: (door): ToyDoor => ({
        worker: door.worker,
        machine: (name) => guarded(`look at ${name}`, () => door.machine(name)),
        level: () => guarded('look at the level', () => door.level()),
        send: (verb, on, to) => guarded(`send ${verb} ${on}`, () => door.send(verb, on, to)),
      }),
    },
  };
}
