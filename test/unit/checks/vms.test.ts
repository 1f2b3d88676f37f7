/** Checks of VMs: the same on both sides, movable, and with room on the other hosts. */
import { place, simpleRules } from '../../../src/placement';
import {
  GIB,
  halfWay,
  healthyPool,
  hostOf,
  localSr,
  NFS,
  vmOf,
  withHost,
  withVms,
} from '../../support/snapshots';
import { findings, owe, said } from './asking';

describe('same-machines', () => {
  test('a host on one side only blocks, whichever side it is', () => {
    const { cloudstack: _gone, ...unknown } = hostOf('host-3');
    const pool = healthyPool({ hosts: [hostOf('host-1'), hostOf('host-2'), unknown], vms: [] });

    expect(said('same-machines', pool, { onlyInCloudStack: { hosts: ['host-9'], vms: [] } })).toEqual([
      'block host-3: host-3 is in the pool pool-a and not in the CloudStack cluster cluster-a.',
      'block host-9: host-9 is in the CloudStack cluster cluster-a and not in the pool pool-a.',
    ]);
  });

  test.each([
    [
      'runs elsewhere',
      { on: 'host-2' },
      'block i-2-10-VM: XAPI and CloudStack disagree on where i-2-10-VM runs.',
    ],
    [
      'is stopped there',
      { state: 'Stopped' },
      'block i-2-10-VM: XAPI and CloudStack disagree on whether i-2-10-VM runs.',
    ],
  ])('a VM that CloudStack says %s blocks', (_how, cloudstack, what) => {
    expect(
      said('same-machines', withVms(healthyPool(), vmOf('i-2-10-VM', 'host-1', { cloudstack }))),
    ).toEqual([what]);
  });

  test('a VM on its way is not a disagreement', () => {
    const pool = withVms(healthyPool(), vmOf('i-2-10-VM', 'host-1', { cloudstack: { state: 'Migrating' } }));
    const cloudstack = { ...pool.cloudstack, openWork: { jobs: [], transitions: ['i-2-10-VM Migrating'] } };

    expect(said('same-machines', { ...pool, cloudstack })).toEqual([]);
  });

  test('a running VM that CloudStack does not know needs consent, a halted one does not matter', () => {
    const { on: _nowhere, ...halted } = vmOf('old', 'host-1', { cloudstack: null, power: 'Halted' });
    const pool = withVms(healthyPool(), vmOf('mine', 'host-1', { cloudstack: null }), halted);

    expect(said('same-machines', pool)).toEqual([
      'question mine: mine runs on host-1 and CloudStack does not know it.',
    ]);
  });

  test('a VM that only CloudStack knows blocks', () => {
    expect(
      said('same-machines', healthyPool(), { onlyInCloudStack: { hosts: [], vms: ['i-2-99-VM'] } }),
    ).toEqual([
      'block i-2-99-VM: CloudStack says that i-2-99-VM runs in this cluster; XAPI does not know it.',
    ]);
  });

  test('one name twice blocks: it may be one disk running twice', () => {
    const twin = { ...vmOf('i-2-10-VM', 'host-1'), uuid: 'uuid-other' };
    const pool = healthyPool();

    expect(said('same-machines', { ...pool, vms: [...pool.vms, twin] })).toEqual([
      'block i-2-10-VM: XAPI has 2 VMs called i-2-10-VM.',
    ]);
  });

  test('with a source unread nothing is said of what is merely not known', () => {
    const pool = { ...healthyPool(), unread: [{ source: 'CloudStack', why: 'down' }] };
    const hosts = pool.hosts.map(({ cloudstack: _unread, ...host }) => host);

    expect(said('same-machines', { ...pool, hosts })).toEqual([]);
  });
});

describe('vms-can-move', () => {
  test('a VM without tools is a question that states every stop and the longest time down', () => {
    const pool = withVms(healthyPool(), vmOf('i-2-13-VM', 'host-1', { tools: false }));

    expect(findings('vms-can-move', pool)).toMatchObject([
      {
        severity: 'question',
        on: 'i-2-13-VM',
        what: 'i-2-13-VM on host-1 has no tools; 6.5.0 would try and may hang the guest, 7.1.2 refuses with VM_LACKS_FEATURE.',
        evidence: [
          'on host-1’s turn it is stopped and started on host-2; if that is refused, down for at most 90 minutes',
          'on host-2’s turn it is stopped and started on host-1; if that is refused, down for at most 90 minutes',
          'owner: acme',
        ],
      },
    ]);
  });

  test.each([
    ['6.2.0', '7.1.2', /6\.2\.0 refuses to move it with VM_MISSING_PV_DRIVERS/],
    [
      '6.5.0',
      '7.0.0',
      /6\.5\.0 would try and may hang the guest, 7\.0\.0 refuses with VM_LACKS_FEATURE_SUSPEND/,
    ],
    ['7.0.0', '7.1.2', /7\.0\.0 refuses to move it with VM_LACKS_FEATURE_SUSPEND/],
    ['7.1.0', '7.1.2', /7\.1\.0 refuses to move it with VM_LACKS_FEATURE\b/],
  ])('the rule is that of the release: %s to %s', (version, target, words) => {
    const pool = healthyPool({
      hosts: [hostOf('host-1', { version }), hostOf('host-2', { version })],
      vms: [vmOf('i-2-13-VM', 'host-1', { tools: false })],
    });

    expect(said('vms-can-move', pool, { placement: place(pool, simpleRules(target)) }, target)[0]).toMatch(
      words,
    );
  });

  test('local disks and devices are named with what is missing where', () => {
    const pool = withVms(
      healthyPool(),
      vmOf('i-2-13-VM', 'host-2', { disks: [localSr('host-2').uuid] }),
      vmOf('i-2-14-VM', 'host-2', { devices: ['vgpu'] }),
    );

    expect(said('vms-can-move', pool)).toEqual([
      'question i-2-13-VM: i-2-13-VM on host-2 needs what no other host has: host-1 lacks SR local-host-2; host-3 lacks SR local-host-2.',
      'question i-2-14-VM: i-2-14-VM on host-2 has vgpu of its host passed through.',
    ]);
  });

  test('a VM on a host that is done already is not asked about', () => {
    const pool = halfWay(withVms(healthyPool(), vmOf('i-2-13-VM', 'host-1', { tools: false })), ['host-1']);

    expect(said('vms-can-move', pool)).toEqual([]);
  });

  test('a CD is a note with its line; those of system VMs are left alone', () => {
    const cd = { sr: 'sr-iso', name: 'debian.iso', byCloudStack: true };
    const pool = withVms(
      { ...healthyPool(), srs: [NFS, { uuid: 'sr-iso', name: 'iso', type: 'iso', shared: true }] },
      vmOf('i-2-14-VM', 'host-2', { cd }),
      vmOf('s-1-VM', 'host-2', { kind: 'ssvm', cd }),
    );

    expect(findings('vms-can-move', pool)).toMatchObject([
      {
        severity: 'note',
        on: 'i-2-14-VM',
        what: 'The CD debian.iso is in i-2-14-VM.',
        evidence: [
          'attached by CloudStack',
          'its SR iso is not attached on host-1, host-2, host-3',
          'owner: acme',
        ],
      },
    ]);
  });

  test('XAPI’s second opinion is a warning where we would move the VM, evidence where we agree, unheard while HA is on', () => {
    const evacuation = {
      'host-1': {
        'i-2-10-VM': ['OPERATION_BLOCKED', 'i-2-10-VM', 'backup'],
        'i-2-13-VM': ['VM_LACKS_FEATURE', 'i-2-13-VM'],
      },
    };
    const pool = withVms(healthyPool(), vmOf('i-2-13-VM', 'host-1', { tools: false }));
    const ha = { on: true, srs: [], tolerates: 1, configuration: {}, allowOvercommit: false };

    const off = findings('vms-can-move', pool, { evacuation });

    expect(off.map(({ severity, on }) => `${severity} ${on}`)).toEqual([
      'question i-2-13-VM',
      'warn i-2-10-VM',
    ]);
    expect(off[0]?.evidence).toContain('XAPI would not evacuate it either: it has no tools');
    expect(off[1]?.what).toBe(
      'XAPI would not evacuate i-2-10-VM from host-1: somebody blocked moving it (backup).',
    );
    expect(
      said('vms-can-move', { ...pool, ha }, { evacuation }).filter((one) => one.startsWith('warn')),
    ).toEqual([]);
  });

  test.each(['VM_HOST_INCOMPATIBLE_VERSION', 'HOST_NOT_ENOUGH_FREE_MEMORY', 'NO_HOSTS_AVAILABLE'])(
    'XAPI’s %s says nothing of the VM: half-way it would be said of every one',
    (code) => {
      const evacuation = { 'host-2': { 'i-2-11-VM': [code, 'host-3', 'i-2-11-VM'] } };

      expect(said('vms-can-move', halfWay(healthyPool(), ['host-1']), { evacuation })).toEqual([]);
    },
  );
});

describe('room-for-each-host', () => {
  test('every host in turn that the others cannot hold is named with the figures', () => {
    const pool = healthyPool({
      hosts: [hostOf('host-1'), hostOf('host-2')],
      vms: [
        vmOf('i-2-10-VM', 'host-1', { memoryMib: 20 * GIB }),
        vmOf('i-2-11-VM', 'host-2', { memoryMib: 20 * GIB }),
      ],
    });

    const seen = findings('room-for-each-host', pool);

    expect(seen.map(({ on }) => on)).toEqual(['host-1', 'host-2', 'pool-a']);
    expect(seen[0]?.evidence).toEqual([
      '9216 MiB short',
      'what runs on host-1 needs 20480 MiB (i-2-10-VM)',
      'host-2 has 11264 MiB free',
    ]);
  });

  test('enough in all but nowhere for the big one is found by the placement', () => {
    const pool = healthyPool({
      hosts: [hostOf('host-1'), hostOf('host-2'), hostOf('host-3')],
      vms: [
        vmOf('i-2-10-VM', 'host-1', { memoryMib: 20 * GIB }),
        vmOf('i-2-11-VM', 'host-2', { memoryMib: 16 * GIB }),
        vmOf('i-2-12-VM', 'host-3', { memoryMib: 16 * GIB }),
      ],
    });

    const [first] = findings('room-for-each-host', pool);

    expect(first).toMatchObject({
      severity: 'block',
      on: 'pool-a',
      what: 'The moves do not fit to the end.',
    });
    expect(first?.evidence[0]).toMatch(/^host-1 cannot be emptied: i-2-10-VM needs 20480 MiB/);
  });

  test('a host that is not ready gives no room', () => {
    const pool = withHost(withHost(healthyPool(), 'host-2', { enabled: false }), 'host-3', {
      enabled: false,
    });

    expect(said('room-for-each-host', pool)).toContain(
      'block host-1: The other hosts do not hold what runs on host-1.',
    );
  });

  test('a host that an earlier run upgraded and owes back gives room, because it is given back first', () => {
    const two = halfWay(
      healthyPool({ hosts: [hostOf('host-1'), hostOf('host-2')], vms: [vmOf('i-2-11-VM', 'host-2')] }),
      ['host-1'],
    );
    const pool = withHost(two, 'host-1', { enabled: false });

    expect(said('room-for-each-host', pool, { owed: [owe('host-disabled', 'host-1')] })).toEqual([]);
    expect(said('room-for-each-host', pool)).not.toEqual([]);
  });
});
