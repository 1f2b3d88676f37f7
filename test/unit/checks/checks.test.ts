/** The table of contents of the checks, and the rule that a healthy pool makes all of them silent. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checks, findingsOf } from '../../../src/checks';
import type { Dom0Snapshot } from '../../../src/domain/dom0';
import type { Snapshot } from '../../../src/domain/pool';
import { halfWay, healthyPool, NFS } from '../../support/snapshots';
import { extraOf, findings, owe, said, TARGET } from './asking';

const changed = (pool: Snapshot, name: string, dom0: Dom0Snapshot): Snapshot => ({
  ...pool,
  hosts: pool.hosts.map((host) => (host.name === name ? { ...host, dom0 } : host)),
});

describe('the table of contents', () => {
  test('every file is a check of that name, and every check is in the index', () => {
    const rooms = ['check.ts', 'index.ts', 'evacuation-words.ts', 'host-by-host.ts'];
    const files = readdirSync(join(__dirname, '../../../src/checks')).filter((file) => !rooms.includes(file));

    expect(checks.map((check) => `${check.name}.ts`).toSorted()).toEqual(files.toSorted());
  });

  test.each(checks.map((check) => [check.name, check] as const))(
    '%s says what it looks for',
    (_name, check) => {
      expect(check.summary).toMatch(/^[A-Z].*\.$/);
      expect(check.source).toMatch(/\b(cs|xapi|xc|pl) |seed/);
    },
  );

  test('a healthy pool makes every check silent, apart from what no API can answer', () => {
    const asked = findingsOf(healthyPool(), TARGET, extraOf(healthyPool()));

    expect(asked.map(({ severity, check }) => `${severity} ${check}`)).toEqual([
      'question hardware',
      'question vm-backups',
    ]);
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

test('a part of dom0 that could not be read blocks, one finding for the host, whatever was asked of it', () => {
  const unread = [
    { what: 'customisations', why: '/etc/fstab does not mount /' },
    { what: 'system disk', why: 'no answer within the deadline' },
  ];
  const pool = changed(healthyPool(), 'host-2', { unread });

  expect(findings('sources-read', pool)).toMatchObject([
    {
      severity: 'block',
      on: 'host-2',
      what: 'Cannot tell of host-2: customisations, system disk.',
      evidence: ['customisations: /etc/fstab does not mount /', 'system disk: no answer within the deadline'],
    },
  ]);
});

describe('sources-configured', () => {
  test('hosts without SSH are asked about together, one question for each group of facts', () => {
    const configured = { ...extraOf(healthyPool()).configured, withoutDom0: ['host-1', 'host-3'] };

    const questions = findings('sources-configured', healthyPool(), { configured });

    expect(questions.map(({ severity, on }) => `${severity} ${on}`)).toEqual(
      Array.from({ length: 4 }, () => 'question pool-a'),
    );
    for (const { evidence, advice } of questions) {
      expect(evidence).toEqual(['not looked at: host-1, host-3']);
      expect(advice[0]).toMatch(/^Run on each of them: \S/);
    }
  });

  test('a host on the target is asked nothing about its dom0', () => {
    const half = halfWay(healthyPool(), ['host-1']);
    const configured = { ...extraOf(half).configured, withoutDom0: ['host-1'] };

    expect(findings('sources-configured', half, { configured })).toEqual([]);
  });

  test.each([
    ['dom0', /\/opt\/cloud\/bin/],
    ['managementServers', /mysqldump/],
  ] as const)('%s not configured is a question with the command to run', (source, command) => {
    const configured = { ...extraOf(healthyPool()).configured, [source]: false };

    const [question, ...more] = findings('sources-configured', healthyPool(), { configured });

    expect(more).toEqual([]);
    expect(question?.severity).toBe('question');
    expect(question?.advice[0]).toMatch(command);
  });

  test('the database not configured is a question for each group of facts that only it has, with the statements to run', () => {
    const configured = { ...extraOf(healthyPool()).configured, database: false };
    const ofPool = (version: string, aim?: 'reboot') => {
      const pool = healthyPool();
      const old = { ...pool, cloudstack: { ...pool.cloudstack, version } };
      return findings('sources-configured', old, { configured, ...(aim && { aim }) }).map(
        ({ advice }) => advice[0],
      );
    };

    expect(ofPool('4.11.3.0')).toEqual([
      expect.stringMatching(/op_ha_work.*op_host_transfer/),
      expect.stringMatching(/async_job.*vm_instance/),
      expect.stringMatching(/snapshots.*snapshot_policy.*c\.uuid = 'cluster-a'/),
    ]);
    expect(ofPool('2.2.14').slice(2)).toEqual([
      expect.stringMatching(/c\.id = cluster-a/),
      expect.stringMatching(/guest_os_hypervisor.*hypervisor_capabilities/),
    ]);
    expect(ofPool('2.2.14', 'reboot')).toHaveLength(3);
  });

  test('an older CloudStack is named with its own paths and services', () => {
    const pool = healthyPool();
    const old = { ...pool, cloudstack: { ...pool.cloudstack, version: '4.0.2' } };
    const configured = { ...extraOf(old).configured, dom0: false, managementServers: false };
    const advice = findings('sources-configured', old, { configured }).map((one) => one.advice[0]);

    expect(advice[0]).toContain('cat /opt/xensource/bin/heartbeat');
    expect(advice[1]).toContain('service cloud-usage stop; service cloud-management stop; mysqldump');
  });

  test('the capability row of an older CloudStack names only the columns that it has', () => {
    const pool = healthyPool();
    const traits = { ...pool.cloudstack.traits!, capabilities: [] };
    const old = { ...pool, cloudstack: { ...pool.cloudstack, version: '4.0.2', traits } };
    const [finding] = findings('capability-rows', old);

    expect(finding?.advice[0]).toContain(
      '(hypervisor_type, hypervisor_version, max_guests_limit, security_group_enabled)',
    );
    expect(finding?.advice[0]).not.toMatch(/uuid|storage_motion|vm_snapshot/i);
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
