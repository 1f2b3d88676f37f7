/** Hosts that overlap: who waits for whom, and that no delay of anything ever makes a plan wrong. */
import type { Placement } from '../../../src/domain/plan';
import type { Snapshot } from '../../../src/domain/pool';
import { place, rebootRules, simpleRules } from '../../../src/placement';
import { generatedPool, PROFILES, type Profile } from '../../support/generated-pools';
import { breachesOf } from '../../support/placement-checker';
import { chanceOf, type Chance } from '../../support/random';

const TARGET = '7.1.2';
const poolOf = (profile: Profile, hosts: number, used: number, seed = 1): Snapshot =>
  generatedPool({ profile, hosts, used, seed });
const rulesFor = (maxDown: number, fill: 'balanced' | 'fast' = 'balanced') =>
  simpleRules(TARGET, [], { maxDown, fill });

const large = poolOf('identical', 12, 0.6);

describe('one host away at a time', () => {
  const { order, turns = [] } = place(large, rulesFor(1));

  test('the master by itself: nobody is asked about or drained before it is back', () => {
    expect(order[0]).toBe(large.master);
    expect(turns[0]).toEqual({ host: order[0], afterBack: [], afterEmpty: [], downAfterBack: [] });
    expect(turns[1]).toMatchObject({ afterBack: [order[0]] });
  });

  test('the next host is drained while this one installs, and goes down when this one is back', () => {
    const early = turns.filter(({ host, afterEmpty, downAfterBack }) => {
      const before = order[order.indexOf(host) - 1];
      return afterEmpty.join() === before && downAfterBack.join() === before;
    });
    expect(early.length).toBeGreaterThanOrEqual(order.length - 4);
  });

  test('it takes less time than one after the other, and no more bytes', () => {
    const { figures } = place(large, rulesFor(1));
    expect(figures!.movedMib).toBe(figures!.leastMib);
    expect(figures!.minutes.p50).toBeLessThan(figures!.leastMinutes! * 1.1);
  });
});

describe('several away at a time', () => {
  const { order, turns = [], maxDown, figures } = place(large, rulesFor(4));

  test('widened step by step: the master, one member alone, then waves', () => {
    const [master, first, ...others] = order;
    expect(maxDown).toBe(4);
    expect(turns[1]).toMatchObject({ host: first, afterBack: [master] });
    for (const { host, afterBack, downAfterBack } of turns.filter((turn) => others.includes(turn.host))) {
      const waits = [...afterBack, ...downAfterBack];
      // said, or said by somebody that it waits for
      expect(waits.length > 0 || order.indexOf(host) > 3).toBe(true);
    }
    expect(turns[2]!.downAfterBack.concat(turns[2]!.afterBack)).toContain(first);
  });

  test('two are drained side by side at most, and the whole takes much less time', () => {
    const one = place(large, rulesFor(1)).figures!;
    expect(figures!.minutes.p50).toBeLessThan(one.minutes.p50 * 0.7);
    expect(figures!.movedMib).toBe(one.movedMib);
  });

  test('a pool with no memory to spare goes on one after the other and says nothing of turns', () => {
    const { turns: none, answer } = place(poolOf('identical', 3, 0.6), rulesFor(3));
    expect(answer).toBe('fits');
    expect(none).toBeUndefined();
  });

  test('a reboot of some members has no master’s turn, and the first of them is alone all the same', () => {
    const some = ['host-2', 'host-3', 'host-5', 'host-7', 'host-9'];
    const made = place(large, rebootRules('6.5.0', some, [], { maxDown: 3 }));
    expect(made.answer).toBe('fits');
    const [first] = made.order;
    for (const turn of made.turns ?? [])
      if (turn.host !== first)
        expect([...turn.afterBack, ...turn.downAfterBack, ...turn.afterEmpty].length).toBeGreaterThan(0);
  });
});

const made = PROFILES.flatMap((profile) =>
  [6, 9].flatMap((hosts) =>
    [0.5, 0.65, 0.75].flatMap((used) => [0, 2].map((more) => [profile, hosts, used, more] as const)),
  ),
).map(([profile, hosts, used, more], n) => {
  const pool = poolOf(profile, hosts, used, n);
  const rules = rulesFor(1 + more + (n % 4 < 2 ? 0 : 1), n % 3 === 0 ? 'fast' : 'balanced');
  return { n, pool, rules, placement: place(pool, rules) };
});

test('whatever overlaps, the checker finds nothing', () => {
  expect(made.filter(({ placement: { turns } }) => turns).length).toBeGreaterThan(made.length / 2);
  expect(made.flatMap(({ pool, placement, rules }) => breachesOf(pool, placement, rules))).toEqual([]);
});

test('durations that nobody expected never send a VM to a host that is away or full', () => {
  const wrong = made.flatMap(({ n, pool, placement }) =>
    placement.answer === 'fits'
      ? [1, 2, 3].flatMap((day) => carriedOut(pool, placement, chanceOf(n * 10 + day)))
      : [],
  );
  expect(wrong).toEqual([]);
});

/** Event by event, as a run does it, with every move and every upgrade as long as chance has it, tenfold and more. */
function carriedOut(
  pool: Snapshot,
  { hosts, turns, order, maxDown = 1 }: Placement,
  chance: Chance,
): string[] {
  const wrong: string[] = [];
  const stage = new Map<string, 'waits' | 'drains' | 'empty' | 'down' | 'back'>(
    order.map((name) => [name, 'waits']),
  );
  const free = new Map(pool.hosts.map((host) => [host.name, host.memoryMib.free]));
  const size = new Map(pool.vms.map((vm) => [vm.name, vm.memoryMib]));
  const on = new Map(pool.vms.map((vm) => [vm.name, vm.on]));
  const waits =
    turns ??
    order.map((host, at) => ({ host, afterBack: order.slice(0, at), afterEmpty: [], downAfterBack: [] }));
  const is = (names: readonly string[], ...stages: readonly string[]): boolean =>
    names.every((name) => stages.includes(stage.get(name)!));
  const ends: { at: number; happens: () => void }[] = [];
  let now = 0;
  const later = (minutes: number, happens: () => void): void =>
    void ends.push({ at: now + minutes, happens });
  const move = (vm: string, to: string | undefined): void => {
    const from = on.get(vm);
    if (from !== undefined) free.set(from, free.get(from)! + size.get(vm)!);
    on.set(vm, to);
    if (to === undefined) return;
    free.set(to, free.get(to)! - size.get(vm)!);
    if (free.get(to)! < 0) wrong.push(`${vm} is too much for ${to}`);
  };
  for (;;) {
    for (const { host, afterBack, afterEmpty, downAfterBack } of waits) {
      const turn = hosts.find((one) => one.host === host)!;
      if (is([host], 'waits') && is(afterBack, 'back') && is(afterEmpty, 'empty', 'down', 'back')) {
        stage.set(host, 'drains');
        const all = [
          ...turn.moves.map(({ vm, to }) => [vm, to] as const),
          ...turn.stops.map(({ vm, startOn }) => [vm, startOn[0]] as const),
        ];
        for (const [vm, to] of all)
          later(chance.whole(1, 60), () => {
            if (to !== undefined && is([to], 'drains', 'empty', 'down'))
              wrong.push(`${vm} comes to ${to} while that is away`);
            move(vm, to);
          });
        later(61, () => stage.set(host, 'empty'));
      }
      const away = order.filter((name) => is([name], 'down')).length;
      if (is([host], 'empty') && away < maxDown && is(downAfterBack, 'back')) {
        stage.set(host, 'down');
        if ([...on.values()].includes(host)) wrong.push(`${host} goes down with VMs on it`);
        later(chance.whole(10, 300), () => {
          stage.set(host, 'back');
          for (const { vm, startOn } of turn.stops) if (startOn.length === 0) move(vm, host);
        });
      }
    }
    const next = ends.toSorted((a, b) => a.at - b.at)[0];
    if (!next) break;
    ends.splice(ends.indexOf(next), 1);
    now = next.at;
    next.happens();
  }
  if (!is(order, 'back')) wrong.push(`it stands still: ${[...stage].map((one) => one.join(' ')).join(', ')}`);
  return wrong;
}
