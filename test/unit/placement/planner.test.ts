/** What the planner promises: it fits, it costs no more than it must, and what it calls impossible is. */
import { place, rebootRules, simpleRules } from '../../../src/placement';
import type { Snapshot } from '../../../src/domain/pool';
import { generatedPool, PROFILES } from '../../support/generated-pools';
import { breachesOf } from '../../support/placement-checker';
import { provedBy } from '../../support/shortage-checker';
import { GIB, halfWay, healthyPool, hostOf, vmOf, withHost, withVms } from '../../support/snapshots';
import { fewestMib, tinyPool } from '../../support/tiny-pools';

const rules = simpleRules('7.1.2');

describe('generated pools of 8 and 16 hosts', () => {
  const pools = [8, 16].flatMap((hosts) =>
    PROFILES.flatMap((profile) =>
      [0.5, 0.7, 0.8, 0.9].flatMap((used) =>
        [1, 2].map((seed) => ({
          name: `${profile}, ${hosts} hosts, ${used}, seed ${seed}`,
          profile,
          pool: generatedPool({ profile, hosts, used, seed }),
        })),
      ),
    ),
  );
  const planned = pools.map((one) => ({ ...one, placement: place(one.pool, rules) }));

  test('every turn of every placement keeps every rule', () => {
    expect(planned.flatMap(({ pool, placement }) => breachesOf(pool, placement, rules))).toEqual([]);
  });

  test('identical hosts: no VM moves once more than it must, and memory peaks no higher', () => {
    const found = planned.flatMap(({ profile, placement: { figures } }) =>
      profile === 'identical' && figures ? [figures] : [],
    );
    expect(found.length).toBeGreaterThan(10);
    for (const { movedMib, leastMib, moves, leastMoves, peak, leastPeak } of found) {
      expect([movedMib, moves]).toEqual([leastMib, leastMoves]);
      expect(peak).toBeLessThanOrEqual(leastPeak + 0.02);
    }
  });

  test('what is called impossible is proved, and the proof adds up', () => {
    const cannot = planned.filter(({ placement }) => placement.answer === 'cannot');
    expect(cannot.length).toBeGreaterThan(5);
    expect(
      cannot
        .filter(({ pool, placement }) => !provedBy(pool, placement.proof!, rules.reserve))
        .map(({ name, placement }) => `${name}: ${placement.proof!.says}`),
    ).toEqual([]);
  });

  test('a placement that fits is never proved impossible, and every answer says which it is', () => {
    for (const { placement } of planned) {
      expect(placement.answer).toMatch(/^(fits|cannot|not-found)$/);
      expect(placement.proof !== undefined).toBe(placement.answer === 'cannot');
    }
  });
});

describe('pools so small that every way was tried beside', () => {
  test.each([0.6, 0.85])('at %d of what fits while a host is away both find the same bytes', (load) => {
    for (let seed = 0; seed < 60; seed++) {
      const pool = tinyPool(seed, load);
      const { answer, figures } = place(pool, rules);
      const fewest = fewestMib(pool);
      expect([seed, answer === 'fits' ? figures!.movedMib : undefined]).toEqual([seed, fewest]);
    }
  });

  test('at 0.95 nothing is called impossible that is possible, and nothing planned that is not', () => {
    for (let seed = 0; seed < 60; seed++) {
      const pool = tinyPool(seed, 0.95);
      const { answer } = place(pool, rules);
      expect([seed, answer]).toEqual([seed, fewestMib(pool) === undefined ? 'cannot' : 'fits']);
    }
  });
});

test('a member that is older still gives to newer ones and takes nothing from them', () => {
  const pool = withHost(
    withVms(healthyPool(), vmOf('i-2-20-VM', 'host-2', { memoryMib: 8 * GIB })),
    'host-3',
    { version: '6.2.0' },
  );
  const placement = place(pool, rules);

  expect(placement.answer).toBe('fits');
  expect(placement.hosts[0]?.moves.flatMap(({ candidates }) => candidates)).not.toContain('host-3');
  expect(breachesOf(pool, placement, rules)).toEqual([]);
});

describe('the order of hosts', () => {
  const lopsided = healthyPool({
    hosts: [
      hostOf('host-1'),
      hostOf('host-2', { memoryMib: { total: 64 * GIB, free: 0 } }),
      hostOf('host-3'),
    ],
    vms: [
      vmOf('i-2-10-VM', 'host-1', { memoryMib: 2 * GIB }),
      vmOf('i-2-11-VM', 'host-2', { memoryMib: 24 * GIB }),
      vmOf('i-2-12-VM', 'host-2', { memoryMib: 16 * GIB }),
      vmOf('i-2-13-VM', 'host-3', { memoryMib: 8 * GIB }),
    ],
  });

  test('is another than the listed one where that saves bytes', () => {
    const { order, figures } = place(lopsided, rules);

    expect(order).toEqual(['host-1', 'host-3', 'host-2']);
    expect(figures?.movedMib).toBe(figures?.leastMib);
  });

  test('is kept once it was approved, even where another would be cheaper', () => {
    const kept = simpleRules('7.1.2', [], { order: ['host-1', 'host-2', 'host-3'] });
    const placement = place(lopsided, kept);

    expect(placement.order).toEqual(['host-1', 'host-2', 'host-3']);
    expect(breachesOf(lopsided, placement, kept)).toEqual([]);
  });

  test('a host that was not there when it was approved comes last', () => {
    const kept = simpleRules('7.1.2', [], { order: ['host-1', 'host-3'] });

    expect(place(lopsided, kept).order).toEqual(['host-1', 'host-3', 'host-2']);
  });
});

describe('what is told of a placement', () => {
  test('a VM that goes to an upgraded host stays there, one from the master moves once more', () => {
    const { hosts } = place(healthyPool(), rules);

    expect(hosts[0]?.moves[0]?.why).toBe('no host is upgraded yet; it moves once more');
    expect(hosts[2]?.moves[0]?.why).toBe('upgraded: it stays there');
  });

  test('per host: the fullest other one, what is free on upgraded hosts, and minutes', () => {
    const { hosts, figures } = place(healthyPool(), rules);

    expect(hosts.map(({ host, away }) => [host, away?.coverMib])).toEqual([
      ['host-1', 0],
      ['host-2', 31 * GIB - 4 * GIB - 256 - 512],
      ['host-3', expect.any(Number)],
    ]);
    for (const { minutes } of hosts) {
      expect(minutes!.p50).toBeGreaterThan(30);
      expect(minutes!.p90).toBeGreaterThan(minutes!.p50);
    }
    expect(figures!.minutes.p50).toBeGreaterThanOrEqual(90);
    // ninety of a hundred whole runs take less than ninety of a hundred of each host, added up
    expect(figures!.minutes.p90).toBeLessThan(hosts.reduce((sum, { minutes }) => sum + minutes!.p90, 0));
  });

  test('a pool half-way has the hosts that are left, and nothing is moved that stays', () => {
    const pool = halfWay(healthyPool(), ['host-1', 'host-2']);
    const { figures, hosts } = place(pool, rules);

    expect(hosts.map(({ host }) => host)).toEqual(['host-3']);
    expect(figures).toMatchObject({ moves: 3, leastMoves: 3 });
    for (const { why } of hosts[0]!.moves) expect(why).toMatch(/upgraded: it stays there$/);
  });

  test('a reboot speaks of turns: nothing is upgraded', () => {
    const { hosts } = place(healthyPool(), rebootRules('6.5.0', ['host-1', 'host-2', 'host-3']));

    expect(hosts[0]?.moves[0]?.why).toBe('no host has had its turn yet; it moves once more');
    expect(hosts[2]?.moves[0]?.why).toBe('has had its turn: it stays there');
  });
});

describe('what does not fit', () => {
  const tight = withVms(
    healthyPool(),
    vmOf('i-2-20-VM', 'host-1', { memoryMib: 26 * GIB }),
    vmOf('i-2-21-VM', 'host-2', { memoryMib: 12 * GIB }),
    vmOf('i-2-22-VM', 'host-3', { memoryMib: 12 * GIB }),
  );

  test('says which host, which VM and how many MiB short, with ways out that work', () => {
    const { answer, proof, waysOut } = place(tight, rules);

    expect(answer).toBe('cannot');
    expect(proof).toMatchObject({ kind: 'one-vm', host: 'host-1', vms: ['i-2-20-VM'], neededMib: 26 * GIB });
    expect(proof?.says).toMatch(/^host-1 cannot be emptied: i-2-20-VM needs 26624 MiB .* MiB short\.$/);
    expect(waysOut).toEqual(['Stop i-2-20-VM (26624 MiB) until the last host is upgraded.']);
  });

  test('a smaller reserve is a way out where it is enough', () => {
    const nearly = withVms(healthyPool({ vms: [] }), vmOf('i-2-20-VM', 'host-1', { memoryMib: 30 * GIB }));

    expect(place(nearly, rules).waysOut).toContain(
      'Keep 3 % of each host’s memory free instead of 5 %: it fits then, with less room for guests that balloon back.',
    );
    expect(place(nearly, { ...rules, reserve: 0.03 }).answer).toBe('fits');
  });

  test('a host that takes no VMs is brought back first where that is enough', () => {
    const pool = withHost(tight, 'host-2', { enabled: false });
    const emptier: Snapshot = withVms(
      withHost(pool, 'host-2', { memoryMib: { total: 64 * GIB, free: 63 * GIB } }),
      vmOf('i-2-21-VM', 'host-2'),
    );

    expect(place(emptier, rules).waysOut).toContain('Bring host-2 back first, so that it takes VMs.');
  });
});

describe('CPUs', () => {
  const cpu = (features: string) => ({ vendor: 'GenuineIntel', features });
  const withCpu = (pool: Snapshot, name: string, features: string): Snapshot => {
    const host = pool.hosts.find((one) => one.name === name)!;
    return withHost(pool, name, { traits: { ...host.traits, cpu: cpu(features) } as never });
  };
  const three = ['host-1', 'host-2', 'host-3'].reduce(
    (pool, name, at) => withCpu(pool, name, at === 2 ? '0000000f-1' : '000000ff-1'),
    withVms(healthyPool({ vms: [] }), vmOf('i-2-10-VM', 'host-1'), vmOf('i-2-11-VM', 'host-2')),
  );

  test('a VM goes to a host that shows all features of its own, even when another is emptier', () => {
    expect(place(three, rules).hosts[0]?.moves).toMatchObject([{ vm: 'i-2-10-VM', to: 'host-2' }]);
  });

  test('where only lesser ones have room it goes there all the same, and it is said', () => {
    const full = withVms(three, vmOf('i-2-12-VM', 'host-2', { memoryMib: 26 * GIB }));

    expect(place(full, rules).hosts[0]?.moves).toMatchObject([
      {
        to: 'host-3',
        why: 'the only room is where the CPU shows fewer features, so XAPI may refuse the move; it moves once more',
      },
    ]);
  });
});
