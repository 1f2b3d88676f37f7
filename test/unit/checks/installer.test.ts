/** What is found of the installation media before anybody approves a plan with --automatic. */
import type { InstallerAnswers } from '../../../src/domain/installer';
import { healthyPool } from '../../support/snapshots';
import { extraOf, said } from './asking';

const url = 'http://media.example/xenserver';
const answer = (change: Partial<InstallerAnswers>): InstallerAnswers => ({
  plugin: 'present',
  version: '7.1.2',
  repartition: 'true',
  ...change,
});
const asks = (check: string, change: Partial<InstallerAnswers>, target?: string): readonly string[] =>
  said(check, healthyPool(), { installer: { url, hosts: { 'host-2': answer(change) } } }, target);

test('media of the target version that the host can read are nothing to speak of', () => {
  for (const check of ['installer-media', 'installer-partitions', 'installer-memory'])
    expect(asks(check, {})).toEqual([]);
});

test.each([
  ['NOT_FOUND', 'the server says that the files are not there'],
  ['INVALID_VER', 'the media are older than what the host runs'],
  ['UNAUTH_URL', 'the server wants a user and a password, or refuses the ones given'],
  ['REPO_SERVER_ERROR_503', 'the server failed while the host was reading (5xx)'],
  ['[Errno 28] No space left on device', 'the host says: [Errno 28] No space left on device'],
])('%s blocks in words', (refused, words) => {
  expect(asks('installer-media', { refused })).toEqual([
    `block host-2: host-2 cannot install from there: ${words}.`,
  ]);
});

test('a host without the plugin, or one that cannot be asked, blocks', () => {
  expect(asks('installer-media', { plugin: 'absent' })).toEqual([
    'block host-2: host-2 has no upgrade plugin: its installer cannot be prepared.',
  ]);
  expect(asks('installer-media', { plugin: 'unread', refused: 'connection reset' })).toEqual([
    'block host-2: host-2 could not be asked about the installer.',
  ]);
});

test('media of another version block; where the plugin cannot tell, the plan says so', () => {
  expect(asks('installer-media', { version: '7.2.0' })).toEqual([
    'block host-2: The media are of version 7.2.0, and the plan goes to 7.1.2.',
  ]);
  const { version: _none, ...silent } = answer({});
  expect(said('installer-media', healthyPool(), { installer: { url, hosts: { 'host-2': silent } } })).toEqual(
    [expect.stringMatching(/^note host-2: The plugin of host-2 cannot tell/)],
  );
});

describe('without SSH', () => {
  const unseen = (version: string, repartition: readonly string[] = []) => {
    const pool = healthyPool();
    const hosts = pool.hosts.map((host) => ({ ...host, version }));
    const configured = { ...extraOf(pool).configured, dom0: false, withoutDom0: ['host-2', 'host-3'] };
    const installer = { url, hosts: { 'host-1': answer({}), 'host-2': answer({}) }, repartition };
    return said('installer-partitions', { ...pool, hosts }, { configured, installer });
  };

  test('a host of before 7.0 is refused: nobody would keep it from new partitions', () => {
    expect(unseen('6.5.0')).toEqual([
      expect.stringMatching(/^block host-2: Without SSH to host-2 nobody keeps/),
    ]);
  });

  test('a newer one is a question; new partitions are refused on it', () => {
    expect(unseen('7.0.0')).toEqual([
      expect.stringMatching(/^question host-2: SSH to host-2 is not configured/),
    ]);
    expect(unseen('7.0.0', ['host-2'])).toEqual([
      expect.stringMatching(/^block host-2: .* partitioned anew/),
    ]);
  });
});

test('a utility partition is a warning, and blocks from 8.4 on; disks of VMs stand in nobody’s way before', () => {
  expect(asks('installer-partitions', { repartition: 'utility_part_present' })).toEqual([
    expect.stringMatching(/^warn host-2: host-2: its system disk has a utility partition/),
  ]);
  expect(asks('installer-partitions', { repartition: 'utility_part_present' }, '8.4.0')).toEqual([
    expect.stringMatching(/^block host-2/),
  ]);
  expect(asks('installer-partitions', { repartition: 'false' })).toEqual([]);
  expect(asks('installer-partitions', { repartition: 'vdi_present' }, '8.4.0')).toEqual([
    expect.stringMatching(/^block host-2/),
  ]);
});

test('more memory for dom0 is a warning with the difference', () => {
  expect(asks('installer-memory', { dom0Mib: { now: 752, target: 2048 } })).toEqual([
    'warn host-2: dom0 of host-2 takes 1296 MiB more under 7.1.2: its VMs have so much less.',
  ]);
  expect(asks('installer-memory', { dom0Mib: { now: 2048, target: 2048 } })).toEqual([]);
});

describe('the hotfix before an upgrade', () => {
  const asked = (version: string, hotfixes: readonly string[], brand = 'XenServer', byHand = false) => {
    const pool = healthyPool();
    const hosts = pool.hosts.map((host) => ({ ...host, version, brand, hotfixes }));
    const installer = { url, hosts: byHand ? {} : { 'host-2': answer({}) } };
    return said('installer-hotfix', { ...pool, hosts }, { installer }, '8.4.0');
  };

  test('from 8.2 on it is needed: RPU005 is named, and blocks', () => {
    expect(asked('8.2.1', [], 'Citrix Hypervisor')).toEqual([
      'block host-2: host-2 lacks RPU005, which its release needs before its plugin prepares an installer.',
    ]);
    expect(asked('8.2.1', ['XS82ECU1001', 'RPU005'], 'Citrix Hypervisor')).toEqual([]);
  });

  test.each([
    ['6.2.0', 'RPU001'],
    ['6.5.0', 'RPU002'],
    ['7.0.0', 'RPU003'],
    ['7.1.2', 'RPU004'],
  ])('%s has one of its own: %s, a warning', (version, name) => {
    expect(asked(version, [])).toEqual([
      `warn host-2: host-2 lacks ${name}: its upgrade plugin is the one that its release came with.`,
    ]);
    expect(asked(version, [name])).toEqual([]);
  });

  test('other releases, XCP-ng and hosts that people boot have none', () => {
    for (const version of ['7.6.0', '8.0.0', '8.4.0']) expect(asked(version, [])).toEqual([]);
    expect(asked('8.2.1', [], 'XCP-ng')).toEqual([]);
    expect(asked('8.2.1', [], 'Citrix Hypervisor', true)).toEqual([]);
  });
});

describe('the licence', () => {
  const asked = (
    licences: Readonly<Record<string, NonNullable<InstallerAnswers['licence']>>>,
    target = '8.4.0',
  ) =>
    said(
      'installer-licence',
      healthyPool(),
      {
        installer: {
          url,
          hosts: Object.fromEntries(
            Object.entries(licences).map(([host, licence]) => [host, answer({ licence })]),
          ),
        },
      },
      target,
    );

  test('that every host is given is a note; two of them are a warning', () => {
    expect(asked({ 'host-1': { digest: 'a' }, 'host-2': { digest: 'a' } })).toEqual([
      'note pool-a: The media of 8.4.0 come with a licence: an approver is asked to accept it before anything is changed.',
    ]);
    expect(asked({ 'host-1': { digest: 'a' }, 'host-2': { digest: 'b' } })).toEqual([
      'warn pool-a: The hosts are given 2 different licences of 8.4.0.',
    ]);
  });

  test('that a host cannot read blocks where it is needed, and only there', () => {
    expect(asked({ 'host-2': { refused: 'TIMEOUT' } })).toEqual([
      'block host-2: host-2 cannot read the licence of 8.4.0: TIMEOUT.',
    ]);
    expect(asked({ 'host-2': { refused: 'TIMEOUT' } }, '8.2.1')).toEqual([]);
  });
});

describe('the files of the media', () => {
  const files = (missing: readonly string[]) => ({ missing: missing.map((file) => ({ file, why: 'gone' })) });
  const { version: _none, ...silent } = answer({});

  test('that a host does not reach block; .treeinfo only where the target has one', () => {
    expect(asks('installer-files', { files: files([]) })).toEqual([]);
    expect(asks('installer-files', { files: files(['install.img', '.treeinfo']) })).toEqual([
      'block host-2: host-2 does not reach install.img at the URL of the media: gone.',
      'warn host-2: host-2 does not reach .treeinfo at the URL of the media: gone.',
    ]);
    expect(asks('installer-files', { files: files(['.treeinfo']) }, '8.4.0')).toEqual([
      'block host-2: host-2 does not reach .treeinfo at the URL of the media: gone.',
    ]);
  });

  test('where nobody could look a person does, unless the plugin has read .treeinfo', () => {
    const ask = (one: InstallerAnswers) =>
      said('installer-files', healthyPool(), { installer: { url, hosts: { 'host-2': one } } });
    const question = [
      'question host-2: Does host-2 reach the hidden file .treeinfo at the URL of the media?',
    ];
    expect(ask(silent)).toEqual(question);
    expect(ask({ ...silent, files: { unseen: 'no curl' } })).toEqual(question);
    expect(ask({ ...answer({}), files: { unseen: 'no curl' } })).toEqual([]);
  });

  test('are not spoken of where the plugin itself refuses the media', () => {
    expect(asks('installer-files', { refused: 'NOT_FOUND', files: files(['install.img']) })).toEqual([]);
  });
});

describe('what the plugin says of host and pool', () => {
  test.each([
    ['LEGACY_VGPU', /a virtual GPU of the old kind/],
    ['BIOS_BOOT', /boots by BIOS/],
    ['COROSYNC2', /corosync 2/],
    ['FCOE_IN_USE', /FCoE/],
    ['CPU_NOT_X86_64_V3', /x86-64-v3/],
    ['LINUX_BRIDGE', /Linux bridge/],
    ['SHA1_CERTIFICATE', /SHA-1/],
  ])('%s is a sentence', (word, sentence) => {
    const [one, ...more] = asks('installer-objections', { objections: { host: [word] } });
    expect([one, more]).toEqual([expect.stringMatching(sentence), []]);
    expect(one).toMatch(/^block host-2: host-2 cannot be upgraded to 7.1.2: /);
  });

  test('a word that nobody here knows is no yes', () => {
    expect(asks('installer-objections', { objections: { host: ['E_4711'] } })).toEqual([
      'block host-2: Whether host-2 can be upgraded to 7.1.2 is not known: its upgrade plugin says E_4711.',
    ]);
  });

  test('of the pool is said once, whichever hosts say it; no objection is nothing', () => {
    const objecting = answer({ objections: { host: [], pool: ['COROSYNC2'] } });
    const installer = { url, hosts: { 'host-1': objecting, 'host-2': objecting } };
    expect(said('installer-objections', healthyPool(), { installer })).toHaveLength(1);
    expect(asks('installer-objections', { objections: { host: [], pool: [] } })).toEqual([]);
    expect(asks('installer-objections', {})).toEqual([]);
  });
});
