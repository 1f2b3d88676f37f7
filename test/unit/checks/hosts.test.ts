/** Checks of hosts and of CloudStack: versions, machines, states, storage, open work. */
import { halfWay, healthyPool, hostOf, hostTraits, NFS, withHost } from '../../support/snapshots';
import type { Hotfix } from '../../../src/domain/hotfixes';
import { lookAt } from './pool-files';
import { extraOf, findings, owe, said, withCloudStack } from './asking';

describe('era', () => {
  test.each([
    ['3.0.5', 'block pool-a: CloudStack 3.0.5 does not connect to XenServer 7.1.2.'],
    ['4.3.2.0', 'block pool-a: CloudStack 4.3.2.0 does not connect to XenServer 7.1.2.'],
    ['2.2.9', 'block pool-a: CloudStack 2.2.9 is too old for this procedure.'],
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

describe('a pool that is only to be rebooted', () => {
  const REBOOT = { aim: 'reboot' as const };
  const V = '6.5.0';

  test('needs no newer version', () => {
    expect(said('target-newer', healthyPool(), {}, V)).toHaveLength(1);
    expect(said('target-newer', healthyPool(), REBOOT, V)).toEqual([]);
  });

  test('has one version: a half-way upgrade is finished first', () => {
    expect(said('versions-and-hotfixes', halfWay(healthyPool(), ['host-1']), REBOOT, '7.1.2')).toEqual([
      'block pool-a: An upgrade of pool-a is not finished: its hosts run 6.5.0 and 7.1.2.',
    ]);
  });

  test('may wait for a reboot: this one ends the wait', async () => {
    const severities = async (aim: 'upgrade' | 'reboot') =>
      (await lookAt('reboot-pending-master', '7.1.2', { aim })).findings
        .filter(({ check }) => check === 'pending-reboots')
        .map(({ severity }) => severity);
    expect(await severities('upgrade')).toEqual(['block']);
    expect(await severities('reboot')).toEqual(['note']);
  });

  test('gets back what an earlier run took away before anything is planned', () => {
    const away = withHost(healthyPool(), 'host-2', { enabled: false });
    const extra = { ...REBOOT, owed: [owe('host-disabled', 'host-2')] };
    expect(said('hosts-ready', away, extra, V)).toEqual([
      'block host-2: host-2 was taken away by an earlier run and is owed back.',
    ]);
    const unmanaged = { ...REBOOT, owed: [owe('cluster-unmanaged', 'cluster-a')] };
    expect(said('hosts-ready', withCloudStack({ managedState: 'Unmanaged' }), unmanaged, V)[0]).toMatch(
      /^block /,
    );
  });
});

describe('the catalogue of hotfixes', () => {
  const hotfix = (name: string, versions: readonly string[], more: Partial<Hotfix> = {}): Hotfix => ({
    uuid: name,
    name,
    kind: 'hotfix',
    versions,
    requires: [],
    supersedes: [],
    conflicts: [],
    guidance: 'reboot',
    ...more,
  });
  const hotfixes = [
    hotfix('A', ['6.5.0']),
    hotfix('B', ['6.5.0'], { supersedes: ['A'] }),
    hotfix('C', ['7.1.2'], { guidance: 'none' }),
  ];
  const reboot = { aim: 'reboot' as const, hotfixes };

  test('without one nothing is said', () => {
    expect(said('hotfixes-missing', healthyPool())).toEqual([]);
  });

  test('an upgrade is told what its version needs afterwards', () => {
    const [note] = findings('hotfixes-missing', healthyPool(), { hotfixes });
    expect(note).toMatchObject({
      severity: 'note',
      what: 'The catalogue has 1 hotfix for 7.1.2; an upgraded host carries none of them.',
      evidence: ['missing: C, afterwards nothing'],
      advice: ['When every host runs it, apply them in this order: C.'],
    });
  });

  test('a pool that stays on its version is warned of what it lacks, and told what not to install', () => {
    expect(said('hotfixes-missing', healthyPool(), reboot, '6.5.0')).toEqual([
      'warn pool-a: Hosts on 6.5.0 lack 1 hotfix of the catalogue.',
    ]);
    const all = ['host-1', 'host-2', 'host-3'].reduce(
      (pool, name) => withHost(pool, name, { hotfixes: ['B'] }),
      healthyPool(),
    );
    expect(said('hotfixes-missing', all, reboot, '6.5.0')).toEqual([]);
  });

  test('two that do not go together are a warning, whatever the plan is for', () => {
    const opposed = [hotfix('C', ['7.1.2']), hotfix('D', ['7.1.2'], { conflicts: ['C'] })];
    const [warning] = findings('hotfixes-missing', healthyPool(), { hotfixes: opposed });
    expect(warning?.severity).toBe('warn');
    expect(warning?.advice[0]).toBe('Decide between C and D: they cannot be on one host.');
  });
});

test.each([
  [
    '2.2.9',
    [
      'CloudStack 2.2.10 to 4.22 is known',
      expect.stringMatching(/^no cluster can be Unmanaged before 2\.2\.10/),
    ],
  ],
  [
    '2.2.3',
    [
      'CloudStack 2.2.10 to 4.22 is known',
      expect.stringMatching(/^no cluster can be Unmanaged/),
      'no host can be kept free of new VMs before 2.2.4',
    ],
  ],
])('CloudStack %s is refused with what it lacks', (version, evidence) => {
  const pool = withCloudStack({ version });
  expect(findings('era', pool)[0]).toMatchObject({ severity: 'block', evidence });
});

describe('ways in', () => {
  const withoutDom0 = ['host-1', 'host-2', 'host-3'];
  const configured = { ...extraOf(healthyPool()).configured, dom0: false, withoutDom0 };

  test('hosts without SSH are asked about together, with the command for each; a management controller that XAPI names is one', () => {
    const pool = healthyPool();
    const hosts = pool.hosts.map((host) =>
      host.name === 'host-2' ? { ...host, traits: { ...hostTraits, powerOnMode: 'IPMI' } } : host,
    );
    const [question, ...more] = findings('ways-in', { ...pool, hosts }, { configured });

    expect(more).toEqual([]);
    expect([question?.severity, question?.on]).toEqual(['question', 'pool-a']);
    expect(question?.evidence).toEqual([
      'host-1: SSH not configured, power_on_mode empty',
      'host-3: SSH not configured, power_on_mode empty',
    ]);
    expect(question?.advice[0]).toMatch(
      /^Try both now: ssh root@\S+ uptime; ipmitool .* chassis power status/,
    );
  });

  test('with SSH, or after its turn, nothing is asked', () => {
    expect(said('ways-in', healthyPool())).toEqual([]);
    const done = halfWay(healthyPool(), withoutDom0);
    expect(said('ways-in', done, { configured })).toEqual([]);
  });

  test('a host that XAPI does not reach is asked about by its name, with what SSH says', () => {
    const pool = healthyPool();
    const hosts = pool.hosts.map((host) => (host.name === 'host-3' ? { ...host, live: false } : host));
    const [question] = findings('ways-in', { ...pool, hosts });

    expect(question).toMatchObject({ severity: 'question', on: 'host-3' });
    expect(question?.evidence[1]).toMatch(/^SSH: /);
    expect(question?.advice.join(' ')).toMatch(/ssh root@.*ipmitool/s);
  });
});
