/** CloudStack counts VMs by the row of the host's exact version: a host that is full takes no more, whatever memory is free. */
import { guestLimit, rowToCopy } from '../../../src/domain/guest-limits';
import type { Snapshot } from '../../../src/domain/pool';
import { place, simpleRules } from '../../../src/placement';
import { healthyPool, vmOf } from '../../support/snapshots';
import { said } from '../checks/asking';

const rules = simpleRules('7.1.2');

/** So many VMs a host; rows: version → limit. */
function crowdedPool(each: number, rows: Readonly<Record<string, number>>): Snapshot {
  const vms = ['host-1', 'host-2', 'host-3'].flatMap((host, h) =>
    Array.from({ length: each }, (_, i) => vmOf(`i-2-${100 * (h + 1) + i}-VM`, host, { memoryMib: 64 })),
  );
  const pool = healthyPool({ vms });
  const capabilities = Object.entries(rows).map(([version, maxGuests]) => ({
    version,
    maxGuests,
    storageMotion: true,
  }));
  return {
    ...pool,
    cloudstack: { ...pool.cloudstack, traits: { ...pool.cloudstack.traits, capabilities } },
  };
}

describe('the limit of a host', () => {
  test.each([
    ['its own row', { '7.1.2': 1000, default: 20 }, 1000],
    ['the default row where it has none', { '7.0.0': 500, default: 20 }, 20],
    ['50 where there is no default row either', { '7.0.0': 500 }, 50],
  ])('is that of %s', (_, rows, limit) => {
    expect(guestLimit(crowdedPool(1, rows), '7.1.2')).toBe(limit);
  });

  test('is none where the rows could not be read', () => {
    const pool = crowdedPool(1, {});
    const { capabilities: _unread, ...traits } = pool.cloudstack.traits ?? {};
    expect(guestLimit({ ...pool, cloudstack: { ...pool.cloudstack, traits } }, '7.1.2')).toBe(Infinity);
  });

  test('a new row is copied from the newest version before it', () => {
    const pool = crowdedPool(1, { '6.5.0': 500, '7.0.0': 500, '7.2.0': 500, default: 50 });
    expect([rowToCopy(pool, '7.1.2'), rowToCopy(pool, '6.2.0')]).toEqual(['7.0.0', 'default']);
  });
});

describe('100 VMs a host', () => {
  const measured = crowdedPool(100, { '6.5.0': 500, '7.0.0': 500, default: 50 });

  test('do not fit on hosts of 7.1.2 without a row: the last turn finds no place, with the numbers', () => {
    const { crowded, misfits } = place(measured, rules);
    expect(misfits).toEqual([]);
    expect(crowded).toEqual([
      'host-3 cannot be emptied: CloudStack lets no host carry 200 of its VMs (host-1 carries 50 of 50, host-2 carries 50 of 50).',
    ]);
  });

  test('no host ever carries more than its limit on the way', () => {
    const { hosts } = place(measured, rules);
    const on = new Map(measured.vms.map((vm) => [vm.name, vm.on]));
    const done = new Set<string>();
    for (const { host, moves } of hosts) {
      for (const { vm, to } of moves) {
        on.set(vm, to);
        const carried = [...on.values()].filter((one) => one === to).length;
        expect([to, carried <= (done.has(to) ? 50 : 500)]).toEqual([to, true]);
      }
      done.add(host);
    }
  });

  test('block the plan, with the statement as the remedy', () => {
    expect(said('capability-rows', measured)).toEqual([
      'block pool-a: CloudStack 4.11.3.0 has no capability row for 7.1.2: upgraded hosts take at most 50 VMs, without storage motion.',
    ]);
  });

  test('fit with the row; a row that is too low blocks as well', () => {
    const rows = { '6.5.0': 500, default: 50 };
    expect(place(crowdedPool(100, { ...rows, '7.1.2': 500 }), rules)).not.toHaveProperty('crowded');
    expect(said('capability-rows', crowdedPool(100, { ...rows, '7.1.2': 500 }))).toEqual([]);
    expect(said('capability-rows', crowdedPool(100, { ...rows, '7.1.2': 140 }))).toEqual([
      'block pool-a: CloudStack’s limit of VMs a host does not let the moves through.',
    ]);
  });
});

test('a VM that CloudStack does not know takes nobody’s place', () => {
  const pool = crowdedPool(1, { '6.5.0': 2, '7.1.2': 2 });
  const strangers = [1, 2, 3].map((n) =>
    vmOf(`stranger-${n}`, 'host-2', { memoryMib: 64, cloudstack: null }),
  );

  expect(place({ ...pool, vms: [...pool.vms, ...strangers] }, rules)).not.toHaveProperty('crowded');
});
