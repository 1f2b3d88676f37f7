/** Each check: what makes it speak, and that a healthy pool makes it silent. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checks, findingsOf, type Extra } from '../../../src/checks';
import type { Finding } from '../../../src/domain/finding';
import type { Obligation, Owed } from '../../../src/domain/obligation';
import type { Snapshot } from '../../../src/domain/pool';
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

const TARGET = '7.1.2';

const extraOf = (pool: Snapshot, change: Partial<Extra> = {}): Extra => ({
  owed: [],
  configured: { dom0: true, managementServers: true, database: true, smokeTest: true, canaryVm: 'i-2-10-VM' },
  onlyInCloudStack: { hosts: [], vms: [] },
  placement: place(pool, simpleRules(TARGET, change.owed)),
  ...change,
});

const owe = (what: Owed, on: string): Obligation => ({
  id: `${what}:${on}`,
  what,
  on,
  before: null,
  since: '2026-01-01T00:00:00.000Z',
  run: 'run-1',
  line: 'x',
  subject: on,
  n: 1,
});

/** What one check finds, as "severity on: what". */
function said(
  check: string,
  pool: Snapshot,
  change: Partial<Extra> = {},
  target = TARGET,
): readonly string[] {
  return findingsOf(pool, target, extraOf(pool, change))
    .filter((finding) => finding.check === check)
    .map(({ severity, on, what }) => `${severity} ${on}: ${what}`);
}

function findings(check: string, pool: Snapshot, change: Partial<Extra> = {}): readonly Finding[] {
  return findingsOf(pool, TARGET, extraOf(pool, change)).filter((finding) => finding.check === check);
}

const withCloudStack = (change: Partial<Snapshot['cloudstack']>): Snapshot => {
  const pool = healthyPool();
  return { ...pool, cloudstack: { ...pool.cloudstack, ...change } };
};

describe('the table of contents', () => {
  test('every file is a check of that name, and every check is in the index', () => {
    const rooms = ['check.ts', 'index.ts', 'evacuation-words.ts'];
    const files = readdirSync(join(__dirname, '../../../src/checks')).filter((file) => !rooms.includes(file));

    expect(checks.map((check) => `${check.name}.ts`).toSorted()).toEqual(files.toSorted());
  });

  test.each(checks.map((check) => [check.name, check] as const))(
    '%s says what it looks for',
    (_name, check) => {
      expect(check.summary).toMatch(/^[A-Z].*\.$/);
    },
  );

  test('a healthy pool makes every check silent', () => {
    expect(findingsOf(healthyPool(), TARGET, extraOf(healthyPool()))).toEqual([]);
  });
});

describe('sources-read', () => {
  test('a source that failed blocks with its reason', () => {
    const pool = { ...healthyPool(), unread: [{ source: 'XAPI', why: 'connection refused' }] };

    expect(findings('sources-read', pool)).toMatchObject([
      { severity: 'block', evidence: ['connection refused'] },
    ]);
  });
});

describe('era', () => {
  test.each([
    ['4.3.2.0', 'block pool-a: CloudStack 4.3.2.0 is too old for this procedure.'],
    ['2.2.14.20120101', 'block pool-a: CloudStack 2.2.14.20120101 is too old for this procedure.'],
    [
      '4.23.0.0',
      'block pool-a: CloudStack 4.23.0.0 is newer than every release this procedure was checked against.',
    ],
    ['SNAPSHOT', 'block pool-a: CloudStack says that its version is SNAPSHOT, which is no version.'],
    ['4.5.2.0', 'block pool-a: CloudStack 4.5.2.0 does not connect to XenServer 7.1.2.'],
  ])('CloudStack %s', (version, what) => {
    expect(said('era', withCloudStack({ version }))).toEqual([what]);
  });

  test('a target or a host of an unknown version is refused, never guessed', () => {
    expect(said('era', healthyPool(), {}, '7.1.9')).toEqual([
      'block pool-a: XenServer 7.1.9 is a version this procedure does not know.',
    ]);
    expect(said('era', withHost(healthyPool(), 'host-2', { version: '6.4.9' }))).toEqual([
      'block host-2: host-2 runs XenServer 6.4.9, a version this procedure does not know.',
    ]);
  });

  test('the brand counts: XCP-ng 8.3.0 is known, XenServer 8.3.0 is not', () => {
    const hosts = ['host-1', 'host-2'].map((name) => hostOf(name, { brand: 'XCP-ng', version: '8.2.1' }));
    const pool = {
      ...healthyPool({ hosts, vms: [] }),
      cloudstack: withCloudStack({ version: '4.22.1.0' }).cloudstack,
    };

    expect(said('era', pool, {}, '8.3.0')).toEqual([]);
    expect(said('era', withCloudStack({ version: '4.22.1.0' }), {}, '8.3.0')).toHaveLength(1);
  });
});

describe('target-newer', () => {
  test('nothing left to do', () => {
    expect(said('target-newer', halfWay(healthyPool(), ['host-1', 'host-2', 'host-3']))).toEqual([
      'block pool-a: Every host of pool-a runs 7.1.2 already.',
    ]);
  });

  test('no host goes backwards', () => {
    expect(said('target-newer', withHost(healthyPool(), 'host-3', { version: '7.2.0' }))).toEqual([
      'block host-3: host-3 runs 7.2.0, which is newer than 7.1.2.',
    ]);
  });
});

describe('versions-and-hotfixes', () => {
  test('half-way to this very target with the master done goes on with the rest', () => {
    expect(said('versions-and-hotfixes', halfWay(healthyPool(), ['host-1', 'host-2']))).toEqual([
      'note pool-a: pool-a is half-way: host-1, host-2 run 7.1.2 already.',
    ]);
  });

  test('a member before the master blocks', () => {
    expect(said('versions-and-hotfixes', halfWay(healthyPool(), ['host-2']))).toEqual([
      'block pool-a: host-2 runs 7.1.2 although the master host-1 does not.',
    ]);
  });

  test('half-way to another version blocks', () => {
    expect(said('versions-and-hotfixes', halfWay(healthyPool(), ['host-1'], '7.0.0'))).toEqual([
      'block pool-a: The hosts of pool-a that are left run different versions: 6.5.0, 7.0.0.',
    ]);
  });

  test('hosts of one version carry one list of hotfixes, and the one that lacks some is named', () => {
    const all = ['XS65E001', 'XS65E002'];
    const pool = healthyPool({
      hosts: [
        hostOf('host-1', { hotfixes: all }),
        hostOf('host-2', { hotfixes: all.slice(1) }),
        hostOf('host-3', { hotfixes: all }),
      ],
    });

    expect(findings('versions-and-hotfixes', pool)).toMatchObject([
      {
        severity: 'block',
        what: 'Hosts on 6.5.0 carry different hotfixes.',
        evidence: ['host-2 lacks XS65E001'],
      },
    ]);
  });

  test('one version in two builds blocks', () => {
    expect(said('versions-and-hotfixes', withHost(healthyPool(), 'host-2', { build: '90234c' }))).toEqual([
      'block pool-a: Hosts on 6.5.0 run different builds: 90233c, 90234c.',
    ]);
  });

  test('the flag without a mixed pool is worth a warning', () => {
    expect(said('versions-and-hotfixes', healthyPool({ rollingUpgradeFlag: true }))).toEqual([
      'warn pool-a: XAPI says that a rolling upgrade of pool-a is in progress although all hosts are equal.',
    ]);
  });
});

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

describe('hosts-ready', () => {
  const cs = hostOf('host-2').cloudstack!;

  test.each([
    ['not live', { live: false }, ['XAPI: not live']],
    ['disabled', { enabled: false }, ['XAPI: disabled']],
    ['Disconnected', { cloudstack: { ...cs, state: 'Disconnected' } }, ['CloudStack: Disconnected']],
    ['in Maintenance', { cloudstack: { ...cs, resourceState: 'Maintenance' } }, ['CloudStack: Maintenance']],
  ])('a host that is %s blocks', (_how, change, evidence) => {
    expect(findings('hosts-ready', withHost(healthyPool(), 'host-2', change))).toMatchObject([
      { severity: 'block', on: 'host-2', what: 'host-2 is not ready.', evidence },
    ]);
  });

  test('what an earlier run took away and owes back is ours: a note', () => {
    const pool = withHost(healthyPool(), 'host-2', {
      enabled: false,
      cloudstack: { ...cs, resourceState: 'Maintenance' },
    });
    const owed = [owe('host-disabled', 'host-2'), owe('host-in-maintenance', 'host-2')];

    expect(said('hosts-ready', pool, { owed })).toEqual([
      'note host-2: host-2 was taken away by an earlier run and is owed back.',
    ]);
    expect(said('hosts-ready', pool, { owed: [owe('host-disabled', 'host-3')] })[0]).toMatch(/^block host-2/);
  });

  test('a host that is not live blocks even where it is owed: nobody knows what became of it', () => {
    const pool = withHost(healthyPool(), 'host-2', { live: false });

    expect(said('hosts-ready', pool, { owed: [owe('host-disabled', 'host-2')] })).toEqual([
      'block host-2: host-2 is not ready.',
    ]);
  });

  test('an Unmanaged cluster blocks, unless it is owed', () => {
    const pool = withCloudStack({ managedState: 'Unmanaged' });

    expect(said('hosts-ready', pool)).toEqual(['block cluster-a: The cluster cluster-a is Unmanaged.']);
    expect(said('hosts-ready', pool, { owed: [owe('cluster-unmanaged', 'cluster-a')] })).toEqual([
      'note cluster-a: The cluster cluster-a is Unmanaged; an earlier run owes it back.',
    ]);
  });

  test('allocation that somebody else has disabled is a warning', () => {
    const pool = withCloudStack({ allocationState: 'Disabled' });

    expect(said('hosts-ready', pool)[0]).toMatch(/^warn cluster-a/);
    expect(said('hosts-ready', pool, { owed: [owe('cluster-allocation-disabled', 'cluster-a')] })[0]).toMatch(
      /^note/,
    );
  });
});

describe('management-servers', () => {
  const server = { name: 'ms-1', state: 'Up', version: '4.11.3.0' };

  test('one that is down is a question, two releases block', () => {
    const down = withCloudStack({ managementServers: [server, { ...server, name: 'ms-2', state: 'Down' }] });
    const mixed = withCloudStack({
      managementServers: [server, { ...server, name: 'ms-2', version: '4.12.0.0' }],
    });

    expect(said('management-servers', down)).toEqual(['question ms-2: The management server ms-2 is Down.']);
    expect(said('management-servers', mixed)).toEqual([
      'block pool-a: The management servers run different releases: 4.11.3.0, 4.12.0.0.',
    ]);
  });
});

describe('cloudstack-open-work', () => {
  test.each([
    ['warn', { jobs: ['deployVirtualMachine 1'] }],
    ['warn', { transitions: ['i-2-10-VM Starting'] }],
    ['block', { haWork: ['Migration of i-2-10-VM on host-1, step Scheduled'] }],
    ['block', { transfers: ['host-1 TransferRequested'] }],
  ])('%s: %j', (severity, open) => {
    const pool = withCloudStack({ openWork: { jobs: [], transitions: [], ...open } });

    expect(findings('cloudstack-open-work', pool)).toMatchObject([
      { severity, evidence: Object.values(open)[0] as readonly string[] },
    ]);
  });
});

describe('storage-plugged', () => {
  const iso = { uuid: 'sr-iso', name: 'iso', type: 'iso', shared: true };

  test('an unplugged SR blocks with the command, a CD library is a note', () => {
    const pool = withHost({ ...healthyPool(), srs: [NFS, iso] }, 'host-2', {
      pbds: [
        { sr: NFS.uuid, attached: false },
        { sr: iso.uuid, attached: false },
      ],
    });

    const seen = findings('storage-plugged', pool);

    expect(seen.map(({ severity, what }) => [severity, what])).toEqual([
      ['block', 'host-2 is not attached to nfs-primary.'],
      ['note', 'host-2 is not attached to the CD library iso.'],
    ]);
    expect(seen[0]?.advice[0]).toContain('xe pbd-list sr-uuid=sr-nfs host-uuid=uuid-host-2');
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
        evidence: ['attached by CloudStack', 'its SR iso is not attached on host-1, host-2, host-3'],
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
      'what runs on host-1 needs 20480 MiB (i-2-10-VM)',
      'host-2 has 11264 MiB free',
      '9216 MiB short',
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

describe('ha-and-wlb', () => {
  test('HA and WLB are notes with their lines', () => {
    const pool = healthyPool({
      ha: {
        on: true,
        srs: [NFS.uuid],
        tolerates: 1,
        configuration: { timeout: '60' },
        allowOvercommit: false,
      },
      wlb: { on: true, url: '10.0.0.5:8012' },
    });

    expect(findings('ha-and-wlb', pool)).toMatchObject([
      { severity: 'note', evidence: ['state file on nfs-primary', 'tolerates 1 host failure', 'timeout 60'] },
      { severity: 'note', evidence: ['server 10.0.0.5:8012'] },
    ]);
  });

  test('what an earlier run switched off is said too', () => {
    const owed = [owe('ha-off', 'pool-a'), owe('wlb-paused', 'pool-a')];

    expect(said('ha-and-wlb', healthyPool(), { owed })).toHaveLength(2);
  });
});

describe('sources-configured', () => {
  test.each([
    ['database', /op_ha_work/],
    ['dom0', /\/opt\/cloud\/bin/],
    ['managementServers', /mysqldump/],
  ] as const)('%s not configured is a question with the command to run', (source, command) => {
    const configured = { ...extraOf(healthyPool()).configured, [source]: false };

    const [question, ...more] = findings('sources-configured', healthyPool(), { configured });

    expect(more).toEqual([]);
    expect(question?.severity).toBe('question');
    expect(question?.advice[0]).toMatch(command);
  });
});

describe('smoke-test', () => {
  const full = extraOf(healthyPool()).configured;
  const { canaryVm: _none, ...noCanary } = full;

  test.each([
    ['no test VM', { ...full, smokeTest: false }, /^question pool-a: No test VM is configured/],
    ['no canary', noCanary, /^question pool-a: No canary VM is named/],
    [
      'a canary that is gone',
      { ...full, canaryVm: 'i-9-9-VM' },
      /^question i-9-9-VM: The canary VM i-9-9-VM is not in this pool/,
    ],
  ])('%s is a question', (_what, configured, words) => {
    const seen = said('smoke-test', healthyPool(), { configured });

    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(words);
  });
});
