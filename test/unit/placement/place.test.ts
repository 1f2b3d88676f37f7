/** Rules of the first placement, each in a sentence. */
import { place, simpleRules } from '../../../src/placement';
import { breachesOf } from '../../support/placement-checker';
import { GIB, halfWay, healthyPool, hostOf, localSr, vmOf, withHost, withVms } from '../../support/snapshots';

const rules = simpleRules('7.1.2');

describe('a healthy pool', () => {
  test('the master goes first, then the members as the snapshot lists them', () => {
    const pool = healthyPool({
      hosts: ['host-10', 'host-2', 'host-1'].map((name) => hostOf(name)),
      vms: [],
      master: 'host-2',
    });

    const { order } = place(pool, rules);

    expect(order).toEqual(['host-2', 'host-10', 'host-1']);
  });

  test('user VMs leave first, then routers, then SSVM and CPVM; what went to the next host moves again', () => {
    const { hosts, misfits } = place(healthyPool(), rules);

    expect(misfits).toEqual([]);
    expect(hosts.map(({ host, moves }) => [host, moves.map((move) => `${move.vm} to ${move.to}`)])).toEqual([
      ['host-1', ['i-2-10-VM to host-3', 'r-4-VM to host-2']],
      ['host-2', ['i-2-11-VM to host-1', 'r-4-VM to host-1', 's-1-VM to host-1']],
      ['host-3', ['i-2-10-VM to host-2', 'i-2-12-VM to host-2', 'r-5-VM to host-2', 'v-2-VM to host-2']],
    ]);
  });

  test('the destination is the first of the candidates, and all that fit are candidates', () => {
    const { hosts } = place(healthyPool(), rules);

    expect(hosts[0]?.moves[0]).toEqual({
      vm: 'i-2-10-VM',
      to: 'host-3',
      candidates: ['host-3', 'host-2'],
      memoryMib: 2 * GIB,
      why: 'no host is upgraded yet; it moves once more',
    });
  });
});

describe('where a VM may not go', () => {
  test('a half-way pool goes on with the hosts that are left, and an upgraded host gives nothing back to an old one', () => {
    const { order, hosts } = place(halfWay(healthyPool(), ['host-1', 'host-2']), rules);

    expect(order).toEqual(['host-3']);
    expect(hosts[0]?.moves.map((move) => move.vm)).toEqual(['i-2-12-VM', 'r-5-VM', 'v-2-VM']);
  });

  test.each([
    ['is not live', { live: false }],
    ['is disabled in XAPI', { enabled: false }],
    ['is in CloudStack maintenance', { resourceState: 'Maintenance' }],
    ['is not Up in CloudStack', { state: 'Disconnected' }],
  ])(
    'a host that %s takes no VM before its own turn',
    (_why, { live, enabled, ...cloudstack }: Record<string, unknown>) => {
      const seen = healthyPool();
      const host2 = seen.hosts[1]!;
      const pool = withHost(seen, 'host-2', {
        ...(live === false && { live: false }),
        ...(enabled === false && { enabled: false }),
        cloudstack: { ...host2.cloudstack!, ...cloudstack },
      });

      const first = place(pool, rules).hosts[0]!;

      expect(first.moves.flatMap((move) => move.candidates)).not.toContain('host-2');
    },
  );

  test('two routers of a redundant pair are kept apart even when the other host has more room', () => {
    const pool = withVms(healthyPool(), vmOf('i-2-20-VM', 'host-2', { memoryMib: 8 * GIB }));

    const { hosts } = place(pool, rules);

    expect(hosts[0]?.moves.find((move) => move.vm === 'r-4-VM')).toMatchObject({
      to: 'host-2',
      candidates: ['host-2'],
    });
  });

  test('in a pool of two the router is stopped and waits for its own host', () => {
    const pool = healthyPool({
      hosts: [hostOf('host-1'), hostOf('host-2')],
      vms: [
        vmOf('r-4-VM', 'host-1', { kind: 'router', cloudstack: { redundantGroup: 'net' } }),
        vmOf('r-5-VM', 'host-2', { kind: 'router', cloudstack: { redundantGroup: 'net' } }),
      ],
    });

    const { hosts, misfits } = place(pool, rules);

    expect(misfits).toEqual([]);
    expect(hosts[0]?.stops).toEqual([
      {
        vm: 'r-4-VM',
        why: 'its redundant partner runs on host-2, and both may not be on one host',
        startOn: [],
        owner: 'acme',
        downMinutes: 90,
      },
    ]);
  });
});

describe('what CloudStack keeps apart, or on certain hosts', () => {
  const apart = (name: string, on: string) => vmOf(name, on, { cloudstack: { apart: ['db'] } });

  test('VMs of an anti-affinity group never meet', () => {
    const pool = healthyPool({
      hosts: [hostOf('host-1'), hostOf('host-2'), hostOf('host-3'), hostOf('host-4')],
      vms: [apart('i-2-5-VM', 'host-1'), apart('i-2-6-VM', 'host-2'), apart('i-2-7-VM', 'host-3')],
    });
    const made = place(pool, rules);
    expect(made.answer).toBe('fits');
    expect(breachesOf(pool, made, rules)).toEqual([]);
    expect(made.hosts[0]?.moves[0]?.candidates).toEqual(['host-4']);
  });

  test('as many of them as hosts: the pool cannot be emptied, and none of them is stopped for it', () => {
    const pool = healthyPool({
      hosts: [hostOf('host-1'), hostOf('host-2')],
      vms: [apart('i-2-5-VM', 'host-1'), apart('i-2-6-VM', 'host-2')],
    });
    const { answer, hosts, misfits } = place(pool, rules);
    expect(answer).not.toBe('fits');
    expect(hosts.flatMap(({ stops }) => stops)).toEqual([]);
    expect(misfits).toEqual([
      'host-1 cannot be emptied: CloudStack keeps i-2-5-VM apart from i-2-6-VM on host-2, and no other host is left.',
      'host-2 cannot be emptied: CloudStack keeps i-2-6-VM apart from i-2-5-VM on host-1, and no other host is left.',
    ]);
  });

  test('a VM whose offering asks for a tag goes to hosts with the tag', () => {
    const tagged = (name: string) => ({
      ...hostOf(name),
      cloudstack: { ...hostOf(name).cloudstack!, hostTags: ['gpu'] },
    });
    const pool = healthyPool({
      hosts: [tagged('host-1'), hostOf('host-2'), tagged('host-3')],
      vms: [vmOf('i-2-5-VM', 'host-1', { cloudstack: { hostTags: ['gpu'] } })],
    });
    const made = place(pool, rules);
    expect(made.hosts[0]?.moves).toMatchObject([{ vm: 'i-2-5-VM', to: 'host-3', candidates: ['host-3'] }]);
    expect(breachesOf(pool, made, rules)).toEqual([]);
  });
});

describe('VMs that cannot move', () => {
  test('from the master a VM without tools starts on another host, best first', () => {
    const pool = withVms(healthyPool(), vmOf('i-2-13-VM', 'host-1', { tools: false }));

    const { hosts } = place(pool, rules);

    expect(hosts[0]?.stops).toEqual([
      {
        vm: 'i-2-13-VM',
        why: 'has no tools; 6.5.0 would try and may hang the guest, 7.1.2 refuses with VM_LACKS_FEATURE',
        startOn: ['host-2', 'host-3'],
        owner: 'acme',
        downMinutes: 90,
      },
    ]);
    // and once more where it was started: the consent states every stop
    expect(hosts[1]?.stops.map((stop) => stop.vm)).toEqual(['i-2-13-VM']);
  });

  test('from a member it starts on upgraded hosts only, because XAPI starts nothing on older ones meanwhile', () => {
    const pool = withVms(healthyPool(), vmOf('i-2-13-VM', 'host-2', { tools: false }));

    const { hosts } = place(pool, rules);

    expect(hosts[1]?.stops).toMatchObject([{ vm: 'i-2-13-VM', startOn: ['host-1'] }]);
  });

  test('with no room on upgraded hosts it is held until its own host is back, and its memory is kept there', () => {
    const pool = healthyPool({
      hosts: [
        hostOf('host-1', { memoryMib: { total: 4 * GIB, free: 0 } }),
        hostOf('host-2'),
        hostOf('host-3'),
      ],
      vms: [
        vmOf('i-2-13-VM', 'host-2', { tools: false, memoryMib: 8 * GIB }),
        vmOf('i-2-14-VM', 'host-3', { memoryMib: 26 * GIB }),
      ],
    });

    const { hosts, misfits } = place(pool, rules);

    expect(hosts[1]?.stops).toMatchObject([{ vm: 'i-2-13-VM', startOn: [] }]);
    // host-2 has 23 GiB left for the 26 GiB of host-3
    expect(misfits).toEqual([
      'host-3 cannot be emptied: i-2-14-VM needs 26624 MiB and the most room is on host-2 with 21913 MiB, 4711 MiB short.',
    ]);
  });

  test('a VM on a local disk, or with a device of its host, starts nowhere else', () => {
    const pool = withVms(
      healthyPool(),
      vmOf('i-2-13-VM', 'host-1', { disks: [localSr('host-1').uuid] }),
      vmOf('i-2-14-VM', 'host-1', { devices: ['vgpu'] }),
    );

    const { hosts } = place(pool, rules);

    expect(hosts[0]?.stops).toEqual([
      {
        vm: 'i-2-13-VM',
        why: 'needs what no other host has: host-2 lacks SR local-host-1; host-3 lacks SR local-host-1',
        startOn: [],
        owner: 'acme',
        downMinutes: 90,
      },
      {
        vm: 'i-2-14-VM',
        why: 'has vgpu of its host passed through',
        startOn: [],
        owner: 'acme',
        downMinutes: 90,
      },
    ]);
  });

  test('system VMs move without tools, and an inserted CD stops nobody: it is out before the first host', () => {
    const pool = withVms(
      healthyPool(),
      vmOf('r-4-VM', 'host-1', { kind: 'router', tools: false }),
      vmOf('i-2-13-VM', 'host-1', { cd: { sr: 'sr-iso', name: 'debian.iso', byCloudStack: true } }),
    );

    expect(place(pool, rules).hosts.flatMap((host) => host.stops)).toEqual([]);
  });
});

test('nobody takes VMs: every VM is named in a misfit', () => {
  const pool = healthyPool({ hosts: [hostOf('host-1')], vms: [vmOf('i-2-10-VM', 'host-1')] });

  expect(place(pool, rules).misfits).toEqual([
    'host-1 cannot be emptied: no other host of the same or a newer version takes i-2-10-VM.',
  ]);
});
