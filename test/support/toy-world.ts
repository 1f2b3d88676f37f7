/**
 * A world of a few machines with switches: small enough to be killed at every call, strict enough to report every
 * offence. Time is virtual, wall time too; nothing happens in it but what is asked of it, or what it was told to do wrong.
 */
import { NotSent, Refused, Unreachable } from '../../src/domain/errors';
import type { Recorded } from '../../src/domain/journal';
import type { Clock } from '../../src/ports';
import { Timeline } from '../../src/sim/time';

/** What can go wrong with one request. `late`: it arrives a quarter of an hour after its answer was lost. */
export type ToyFault = 'refuse' | 'lose-request' | 'lose-answer' | 'not-sent' | 'late';
export type ToyVerb = 'off' | 'on' | 'boot' | 'press' | 'level';

export interface Machine {
  on: boolean;
  boots: number;
  presses: number;
  /** Away until then, epoch milliseconds of pool time. */
  awayUntil: number;
}

export type MachineLook = {
  readonly answers: boolean;
  readonly on: boolean;
  readonly boots: number;
  readonly presses: number;
};

export interface ToyRequest {
  readonly verb: ToyVerb;
  readonly on: string;
  readonly by: string;
  readonly at: number;
}

/** What one worker sees and does. Reads may be called any number of times. */
export interface ToyDoor {
  readonly worker: string;
  machine(name: string): Promise<MachineLook>;
  level(): Promise<number>;
  send(verb: ToyVerb, on: string, to?: number): Promise<void>;
}

export interface ToyWorld {
  readonly time: Timeline;
  readonly clock: Clock;
  readonly machines: ReadonlyMap<string, Machine>;
  /** One setting of the whole pool, as HA's tolerance is one. */
  level: number;
  /** Offences, one sentence each. */
  readonly breaches: readonly string[];
  readonly requests: readonly ToyRequest[];
  /** By `verb subject`, for the n-th such request from 1. */
  readonly faults: Map<string, ToyFault>;
  /** Machines (or `level`) that cannot be looked at now. */
  readonly blind: Set<string>;
  /** Seconds that a look at this machine takes; none: at once. */
  readonly slow: Map<string, number>;
  door(worker: string): ToyDoor;
  /** Pool time passes, event by event, promises in between. */
  pass(seconds: number): Promise<void>;
}

export interface ToyWish {
  readonly machines: readonly string[];
  /** Most machines that may be off at the same time. */
  readonly limit?: number;
  /** What is on disk: the world compares every request with it. */
  readonly onDisk: () => Promise<readonly Recorded[]>;
}

/** A quarter of an hour: far longer than any toy step settles. */
const LATE_SECONDS = 900;
/** How long a machine is away when it boots, and how long a press takes to show. */
const BOOT_SECONDS = 30;
const PRESS_SECONDS = 60;
/** Nothing leaves later than this after its intent (design: Acts). */
const SEND_WITHIN_MS = 10_000;

/** Lets every promise that can go on go on. */
export const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

export function toyWorld(wish: ToyWish): ToyWorld {
  const time = new Timeline(Date.parse('2026-03-01T08:00:00Z'));
  const clock: Clock = { now: () => time.now(), monotonic: () => time.now(), speed: () => 1 };
  const machines = new Map(
    wish.machines.map((name): [string, Machine] => [name, { on: true, boots: 0, presses: 0, awayUntil: 0 }]),
  );
  const breaches: string[] = [];
  const requests: ToyRequest[] = [];
  const faults = new Map<string, ToyFault>();
  const blind = new Set<string>();
  const slow = new Map<string, number>();

  const named = (name: string): Machine => {
    const machine = machines.get(name);
    if (!machine) throw new Error(`the toy world has no ${name}`);
    return machine;
  };

  /** Rule 3: the first look and the intent are on disk before anything is touched, and only their writer sends. */
  async function lawful(verb: ToyVerb, on: string, by: string): Promise<void> {
    const what = `${verb} ${on}`;
    const entries = await wish.onDisk();
    const intent = entries.findLast(({ entry }) => entry.type === 'ActIntended' && entry.act.what === what);
    if (intent?.entry.type !== 'ActIntended')
      return void breaches.push(`${what}: sent without an intent on disk`);
    const { line, n, act, worker } = intent.entry;
    if (worker !== by) breaches.push(`${what}: sent by ${by} on the intent of ${worker}`);
    if (time.now() - intent.at > SEND_WITHIN_MS) breaches.push(`${what}: sent too late after its intent`);
    const told = entries.some(
      ({ entry }) =>
        (entry.type === 'ActAnswered' ||
          entry.type === 'ActLost' ||
          entry.type === 'ActNotSent' ||
          entry.type === 'ActRefused') &&
        entry.line === line &&
        entry.subject === act.subject &&
        entry.n === n,
    );
    if (told) breaches.push(`${what}: sent twice on one intent`);
    const began = entries.find(
      ({ entry, seq }) => entry.type === 'LineBegan' && entry.line === line && seq < intent.seq,
    );
    if (began?.entry.type !== 'LineBegan' || began.entry.before === null)
      breaches.push(`${what}: sent without a before-picture on disk`);
  }

  function happen(verb: ToyVerb, on: string, to: number | undefined): void {
    if (verb === 'level') {
      it.level = to ?? 0;
      return;
    }
    const machine = named(on);
    switch (verb) {
      case 'off':
        machine.on = false;
        if ([...machines.values()].filter((one) => !one.on).length > (wish.limit ?? Infinity))
          breaches.push(`off ${on}: more than ${wish.limit} machines are off`);
        return;
      case 'on':
        machine.on = true;
        return;
      case 'press':
        time.in(PRESS_SECONDS, () => {
          machine.presses += 1;
          if (machine.presses > 1) breaches.push(`press ${on}: pressed twice`);
        });
        return;
      case 'boot':
        if (machine.on) breaches.push(`boot ${on}: booted while it was on`);
        if (machine.boots > 0 || machine.awayUntil > time.now()) breaches.push(`boot ${on}: booted twice`);
        machine.awayUntil = time.now() + BOOT_SECONDS * 1000;
        time.in(BOOT_SECONDS, () => {
          machine.boots += 1;
        });
    }
  }

  const it: ToyWorld = {
    time,
    clock,
    machines,
    level: 3,
    breaches,
    requests,
    faults,
    blind,
    slow,
    door: (worker) => ({
      worker,
      async machine(name) {
        const seconds = slow.get(name);
        if (seconds !== undefined) await time.sleep(seconds);
        if (blind.has(name)) throw new Unreachable(`XAPI on ${name}`, 'no answer');
        const { on, boots, presses, awayUntil } = named(name);
        return { answers: awayUntil <= time.now(), on, boots, presses };
      },
      async level() {
        if (blind.has('level')) throw new Unreachable('the pool', 'no answer');
        return it.level;
      },
      async send(verb, on, to) {
        const count = requests.filter((one) => one.verb === verb && one.on === on).length + 1;
        const fault = faults.get(`${verb} ${on} ${count}`) ?? faults.get(`${verb} ${on} every`);
        if (fault === 'not-sent') {
          requests.push({ verb, on, by: worker, at: time.now() });
          throw new NotSent(`${on} refused the connection.`);
        }
        await lawful(verb, on, worker);
        requests.push({ verb, on, by: worker, at: time.now() });
        if (fault === 'refuse')
          throw new Refused({
            code: 'TOY_REFUSED',
            what: `${on} says no.`,
            why: 'It was told to.',
            doThis: [`Ask ${on} nicely.`],
          });
        if (fault === 'late') time.in(LATE_SECONDS, () => happen(verb, on, to));
        else if (fault !== 'lose-request') happen(verb, on, to);
        if (fault !== undefined) throw new Unreachable(on, 'connection reset');
      },
    }),
    async pass(seconds) {
      const end = time.now() + seconds * 1000;
      await settled();
      for (let at = time.nextAt(); at !== undefined && at <= end; at = time.nextAt()) {
        time.advanceTo(at);
        await settled();
      }
      time.advanceTo(end);
      await settled();
    },
  };
  return it;
}
