/** What is said of a plan that applies hotfixes or updates, before anything is touched. */
import type { Extra } from '../../../src/checks';
import type { Hotfix } from '../../../src/domain/hotfixes';
import {
  hotfixesOfPool,
  patchWorkOf,
  type PatchesAsked,
  type PatchLook,
} from '../../../src/domain/patch-work';
import type { PatchProvider } from '../../../src/domain/patching';
import type { Snapshot } from '../../../src/domain/pool';
import { healthyPool } from '../../support/snapshots';
import { findings, said } from './asking';

const V = '6.5.0';
const MIB = 1024 * 1024;
const hotfix = (name: string, change: Partial<Hotfix> = {}): Hotfix => ({
  uuid: `uuid of ${name}`,
  name,
  kind: 'hotfix',
  versions: [V],
  requires: [],
  supersedes: [],
  conflicts: [],
  guidance: 'reboot',
  file: `/hotfixes/${name}.xsupdate`,
  sha256: 'ab'.repeat(32),
  bytes: 50 * MIB,
  ...change,
});

interface Asked {
  readonly pool?: Snapshot;
  readonly catalogue?: readonly Hotfix[];
  readonly asked?: PatchesAsked;
  readonly look?: Partial<PatchLook>;
}

function patching({
  pool = healthyPool(),
  catalogue = [hotfix('A'), hotfix('B', { requires: ['A'] })],
  asked = 'all',
  look = {},
}: Asked = {}): Partial<Extra> {
  const seen = { staged: [], hosts: {} };
  const provider: PatchProvider = 'pool_patch';
  const whole = { provider, seen, prechecks: {}, readiness: [], files: {}, ...look };
  const plan = hotfixesOfPool(catalogue, pool, V, asked, whole.seen);
  const work = patchWorkOf(pool, { asked }, whole, plan);
  return { aim: 'patch', hotfixes: catalogue, patching: { look: whole, plan, work } };
}

const asks = (check: string, one: Asked = {}): readonly string[] =>
  said(check, one.pool ?? healthyPool(), patching(one), V);

const APPLIED = 'note pool-a: 2 hotfixes in this order: A, B, one reboot per host: 3 reboots.';
const CHECKS = ['patch-mechanism', 'hotfixes-conflict', 'hotfix-file', 'hotfix-prechecks'];

test('of a sound catalogue only the order and the reboots are told; where nothing is to be applied nothing is said', () => {
  for (const check of CHECKS) {
    expect([check, asks(check).filter((one) => one !== APPLIED)]).toEqual([check, []]);
    expect([check, said(check, healthyPool(), { aim: 'reboot' }, V)]).toEqual([check, []]);
  }
});

test('what the plan applies is not missing any more, and the rest of the catalogue is told', () => {
  expect(asks('hotfixes-missing')).toEqual([]);
  expect(asks('hotfixes-missing', { asked: ['A'] })).toEqual([
    'warn pool-a: Hosts on 6.5.0 lack 1 hotfix of the catalogue.',
  ]);
});

describe('the way of the release', () => {
  test('updates are not asked of a release without repositories, nor single hotfixes of one that has them', () => {
    expect(asks('patch-mechanism', { asked: 'latest' })).toEqual([
      'block pool-a: Hosts on 6.5.0 take single hotfixes; they have no repositories.',
    ]);
    expect(asks('patch-mechanism', { look: { provider: 'repository' } })).toEqual([
      'block pool-a: Hosts on 6.5.0 take updates from repositories; single hotfixes are not for them.',
    ]);
  });

  test('a release without any way, or one that does not answer, blocks', () => {
    const look = { prechecks: {}, readiness: [], files: {} };
    const extra = { aim: 'patch' as const, patching: { look } };
    expect(said('patch-mechanism', healthyPool(), extra, V)).toEqual([
      'block pool-a: No way is known in which 6.5.0 takes hotfixes or updates.',
    ]);
    const unread = { ...extra, patching: { look: { ...look, unread: 'The master does not answer.' } } };
    expect(said('patch-mechanism', healthyPool(), unread, V)).toEqual([
      'block pool-a: What pool-a has of patches could not be read.',
    ]);
  });

  test('somebody else at it, and nothing left to do, block; what the pool says of its readiness is told', () => {
    const seen = { staged: [], hosts: {}, busy: 'host-2 installs updates' };
    expect(asks('patch-mechanism', { look: { seen } })).toEqual([
      'block pool-a: pool-a is busy with updates: host-2 installs updates.',
      APPLIED,
    ]);
    expect(asks('patch-mechanism', { look: { readiness: ['host-3 is offline.'] } })).toEqual([
      APPLIED,
      'note pool-a: The pool says of itself: host-3 is offline.',
    ]);
    expect(asks('patch-mechanism', { catalogue: [hotfix('A', { versions: ['7.0.0'] })] })).toEqual([
      expect.stringMatching(/^block pool-a: Nothing is left to do: every host of pool-a has what was asked/),
    ]);
  });

  test('a hotfix that some hosts have already is a note, and no difference that blocks', () => {
    const pool = healthyPool();
    const some = {
      ...pool,
      hosts: pool.hosts.map((host) => (host.name === 'host-2' ? { ...host, hotfixes: ['A'] } : host)),
    };
    expect(asks('patch-mechanism', { pool: some })).toEqual([APPLIED, 'note host-2: host-2 has A already.']);
    expect(asks('versions-and-hotfixes', { pool: some })).toEqual([]);
    // what this plan does not bring still must be equal
    expect(asks('versions-and-hotfixes', { pool: some, asked: ['B'], catalogue: [hotfix('B')] })).toEqual([
      'block pool-a: Hosts on 6.5.0 carry different hotfixes.',
    ]);
  });
});

describe('what does not go together', () => {
  test('of two that exclude each other the way without either is shown', () => {
    const catalogue = [hotfix('A'), hotfix('B', { conflicts: ['A'] }), hotfix('C')];
    const [conflict] = findings('hotfixes-conflict', healthyPool(), patching({ catalogue }));
    expect(conflict).toMatchObject({ severity: 'block', what: 'A and B cannot be on one host.' });
    expect(conflict?.advice).toEqual([
      'Without B: /xsupgrade plan pool-a --hotfixes A,C',
      'Without A: /xsupgrade plan pool-a --hotfixes B,C',
    ]);
    expect(asks('hotfixes-conflict', { catalogue, asked: ['A', 'C'] })).toEqual([]);
  });

  test('one that is applied already leaves the other out', () => {
    const pool = healthyPool();
    const applied = { ...pool, hosts: pool.hosts.map((host) => ({ ...host, hotfixes: ['A'] })) };
    const catalogue = [hotfix('A'), hotfix('B', { conflicts: ['A'] })];
    expect(asks('hotfixes-conflict', { pool: applied, catalogue })).toEqual([
      'block pool-a: B and A cannot be on one host.',
    ]);
  });

  test('a requirement that nobody can meet, and one that makes another version of the host', () => {
    expect(
      asks('hotfixes-conflict', {
        catalogue: [hotfix('B', { requires: ['A'] }), hotfix('A', { versions: ['7.0.0'] })],
      }),
    ).toEqual(['block pool-a: B requires A, which no host has and the catalogue has not for 6.5.0.']);
    expect(asks('hotfixes-conflict', { catalogue: [hotfix('CU1', { changesVersion: '6.5.1' })] })).toEqual([
      expect.stringMatching(/^block pool-a: CU1 makes hosts show 6\.5\.1: that is an upgrade/),
    ]);
  });
});

describe('files', () => {
  const bare: Hotfix = {
    uuid: 'uuid of A',
    name: 'A',
    kind: 'hotfix',
    versions: [V],
    requires: [],
    supersedes: [],
    conflicts: [],
    guidance: 'reboot',
  };

  test('what is not staged needs file, checksum and length; what a person has staged needs none', () => {
    expect(asks('hotfix-file', { catalogue: [bare] })).toEqual([
      'block A: A cannot be uploaded: the catalogue has no file, no sha256, no bytes of it.',
    ]);
    const staged = [{ uuid: bare.uuid, name: 'A', guidance: [] }];
    expect(asks('hotfix-file', { catalogue: [bare], look: { seen: { staged, hosts: {} } } })).toEqual([]);
  });

  test('a file that is not there, or another one, blocks', () => {
    expect(asks('hotfix-file', { look: { files: { A: 'there is no /hotfixes/A.xsupdate' } } })).toEqual([
      'block A: A cannot be uploaded: there is no /hotfixes/A.xsupdate.',
    ]);
  });

  test('up to 7.0 the master keeps every file and unpacks one: it needs the room', () => {
    const pool = healthyPool();
    const withFree = (root: number): Snapshot => ({
      ...pool,
      hosts: pool.hosts.map((host) => ({
        ...host,
        dom0: { freeMib: { root, log: 5000 } } as NonNullable<typeof host.dom0>,
      })),
    });
    const big = [hotfix('A', { bytes: 400 * MIB }), hotfix('B', { bytes: 400 * MIB })];
    const short = (root: number): readonly string[] =>
      asks('dom0-space', { pool: withFree(root), catalogue: big }).filter((one) => one.includes('need'));
    expect(short(1600)).toEqual(['block host-1: host-1 has 1600 MiB free on /, and its hotfixes need 1600.']);
    expect(short(1700)).toEqual([]);
    expect(short(800)).toHaveLength(3);
  });
});

describe('pre-checks', () => {
  const answer = (code: string) => ({ ok: false as const, code, says: 'It says no.' });
  const prechecks = (code: string, name = 'A') => ({
    look: { prechecks: { 'host-2': { [name]: answer(code) } } },
  });

  test('a host that would not take it blocks, with its words', () => {
    expect(asks('hotfix-prechecks', prechecks('PATCH_PRECHECK_FAILED_OUT_OF_SPACE'))).toEqual([
      'block host-2: host-2 would not take A: It says no.',
    ]);
  });

  test('what the run itself brings about is no reason: an empty host, and what comes before', () => {
    expect(asks('hotfix-prechecks', prechecks('PATCH_PRECHECK_FAILED_VM_RUNNING'))).toEqual([]);
    expect(asks('hotfix-prechecks', prechecks('PATCH_PRECHECK_FAILED_PREREQUISITE_MISSING', 'B'))).toEqual(
      [],
    );
    // A requires nothing, so nothing that comes before it will help
    expect(asks('hotfix-prechecks', prechecks('PATCH_PRECHECK_FAILED_PREREQUISITE_MISSING'))).toHaveLength(1);
  });
});

test('people read before they start what is applied in which order, what is struck out, and each host’s share', () => {
  const pool = healthyPool();
  const some = {
    ...pool,
    hosts: pool.hosts.map((host, at) => ({ ...host, hotfixes: at === 2 ? ['A', 'B'] : [] })),
  };
  const catalogue = [
    hotfix('B', { requires: ['A'], guidance: 'restart-toolstack' }),
    hotfix('A', { supersedes: ['OLD'], guidance: 'none' }),
    hotfix('OLD'),
  ];
  const [note] = findings('patch-mechanism', some, patching({ pool: some, catalogue }));
  expect(note).toMatchObject({
    severity: 'note',
    what: '2 hotfixes in this order: A, B, no reboot.',
    evidence: [
      'Not installed: ~OLD~, A contains it',
      'host-1: A, B; afterwards restart-toolstack',
      'host-2: A, B; afterwards restart-toolstack',
      'host-3: has all of it',
    ],
  });
});
