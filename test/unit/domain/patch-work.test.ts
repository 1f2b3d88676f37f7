/** Which hosts have a turn in a run of patches, what each of them gets, and what it needs afterwards (seed 002; xc §3.4, §3.5). */
import type { Hotfix } from '../../../src/domain/hotfixes';
import {
  hotfixesOfPool,
  patchWorkOf,
  withTurns,
  type PatchesAsked,
  type PatchLook,
  type PatchWish,
} from '../../../src/domain/patch-work';
import type { PatchesSeen, PatchProvider } from '../../../src/domain/patching';
import type { Snapshot } from '../../../src/domain/pool';
import { healthyPool } from '../../support/snapshots';

const hotfix = (name: string, change: Partial<Hotfix> = {}): Hotfix => ({
  uuid: `uuid of ${name}`,
  name,
  kind: 'hotfix',
  versions: ['6.5.0'],
  requires: [],
  supersedes: [],
  conflicts: [],
  guidance: 'reboot',
  ...change,
});
const CATALOGUE = [
  hotfix('B', { requires: ['A'], guidance: 'restart-toolstack' }),
  hotfix('A'),
  hotfix('OLD'),
  hotfix('NEW', { supersedes: ['OLD'], guidance: 'none' }),
];

const POOL = healthyPool();
const having = (...of: readonly (readonly [host: string, ...hotfixes: string[]])[]): Snapshot => ({
  ...POOL,
  hosts: POOL.hosts.map((host) => {
    const [, ...hotfixes] = of.find(([name]) => name === host.name) ?? [''];
    return { ...host, hotfixes };
  }),
});
const uuidOf = (name: string): string => POOL.hosts.find((host) => host.name === name)!.uuid;
const seen = (change: Partial<PatchesSeen> = {}): PatchesSeen => ({ staged: [], hosts: {}, ...change });

function work(
  pool: Snapshot,
  asked: PatchesAsked,
  look: Partial<PatchLook> & { readonly provider?: PatchProvider } = {},
  wish: Partial<PatchWish> = {},
) {
  const whole = {
    provider: 'pool_patch' as const,
    seen: seen(),
    prechecks: {},
    readiness: [],
    files: {},
    ...look,
  };
  const plan = hotfixesOfPool(CATALOGUE, pool, '6.5.0', asked, whole.seen);
  return patchWorkOf(pool, { asked, ...wish }, whole, plan);
}

test('hosts that lack nothing are left out; the others get what each of them lacks, in order', () => {
  const pool = having(['host-1', 'A', 'B', 'NEW'], ['host-2', 'A'], ['host-3']);
  const { hosts, artefacts, superseded } = work(pool, 'all');
  expect(artefacts.map(({ name }) => name)).toEqual(['A', 'B', 'NEW']);
  expect(superseded).toEqual([{ hotfix: 'OLD', by: 'NEW' }]);
  expect(hosts).toEqual({
    'host-2': { missing: ['B', 'NEW'], expect: ['restart-toolstack'] },
    'host-3': { missing: ['A', 'B', 'NEW'], expect: ['restart-toolstack', 'reboot'] },
  });
});

test('what contains a required one stands in its place, so that it counts as coming before', () => {
  const catalogue = [
    hotfix('C', { requires: ['OLD'] }),
    hotfix('OLD'),
    hotfix('NEW', { supersedes: ['OLD'] }),
  ];
  const look = { provider: 'pool_patch' as const, seen: seen(), prechecks: {}, readiness: [], files: {} };
  const plan = hotfixesOfPool(catalogue, POOL, '6.5.0', 'all');
  expect(
    patchWorkOf(POOL, { asked: 'all' }, look, plan).artefacts.map(({ name, requires }) => [name, requires]),
  ).toEqual([
    ['NEW', []],
    ['C', ['NEW']],
  ]);
});

test('a host that waits for a reboot after an earlier patch has its turn, though it lacks nothing', () => {
  const pool = having(['host-1', 'A'], ['host-2', 'A'], ['host-3', 'A']);
  const hosts = { [uuidOf('host-2')]: { applied: ['A'], pending: ['reboot' as const] } };
  expect(work(pool, ['A'], { seen: seen({ hosts }) }).hosts).toEqual({
    'host-2': { missing: [], expect: ['reboot'] },
  });
});

test('what XAPI says of a staged hotfix beats the catalogue', () => {
  const staged = [{ uuid: 'uuid of A', name: 'A', guidance: ['restart-toolstack' as const] }];
  const [first] = work(POOL, ['A'], { seen: seen({ staged }) }).artefacts;
  expect(first?.guidance).toBe('restart-toolstack');
});

describe('live patches', () => {
  const staged = [{ uuid: 'uuid of NEW', name: 'NEW', guidance: [] }];
  const answer = (live: 'complete' | 'incomplete') => ({ NEW: { ok: true as const, live } });
  const prechecks = { 'host-1': answer('complete'), 'host-2': answer('incomplete'), 'host-3': {} };

  test('a host stays in service only where its own pre-check says that nothing is left to do', () => {
    const done = work(POOL, ['NEW'], { provider: 'pool_update', seen: seen({ staged }), prechecks });
    expect(Object.keys(done.hosts).filter((name) => done.hosts[name]!.live)).toEqual(['host-1']);
    expect(withTurns(POOL, done)).toEqual(['host-2', 'host-3']);
  });

  test('the reboot that a hotfix asks for is what its live patch saves', () => {
    const wanted = [{ ...staged[0]!, guidance: ['reboot' as const] }];
    const look = { provider: 'pool_update' as const, seen: seen({ staged: wanted }), prechecks };
    const done = work(POOL, ['NEW'], look);
    expect(done.hosts['host-1']).toEqual({ missing: ['NEW'], expect: [], live: true });
    expect(done.hosts['host-2']).toEqual({ missing: ['NEW'], expect: ['reboot'] });
  });

  test('not on a host that waits for a reboot after an earlier hotfix', () => {
    const hosts = { [uuidOf('host-1')]: { applied: [], pending: ['reboot' as const] } };
    const look = { provider: 'pool_update' as const, seen: seen({ staged, hosts }), prechecks };
    expect(work(POOL, ['NEW'], look).hosts['host-1']).toEqual({ missing: ['NEW'], expect: ['reboot'] });
  });

  test('not with other guidance, not beside another hotfix, not below 7.1', () => {
    const look = { seen: seen({ staged }), prechecks };
    expect(work(POOL, ['NEW'], look).hosts['host-1']?.live).toBeUndefined();
    const both = work(POOL, ['NEW', 'A'], { ...look, provider: 'pool_update' });
    expect(both.hosts['host-1']?.live).toBeUndefined();
    const wanted = [{ ...staged[0]!, guidance: ['restart-toolstack' as const] }];
    const restarts = work(POOL, ['NEW'], {
      ...look,
      provider: 'pool_update',
      seen: seen({ staged: wanted }),
    });
    expect(restarts.hosts['host-1']).toEqual({ missing: ['NEW'], expect: ['restart-toolstack'] });
  });
});

describe('everything that the repositories have', () => {
  const available = [
    { name: 'xen-hypervisor', guidance: ['reboot' as const] },
    { name: 'xapi-core', guidance: ['restart-toolstack' as const] },
  ];

  test('hosts without updates are left out; what the plan has seen stands in it', () => {
    const hosts = Object.fromEntries(
      POOL.hosts.map(({ name, uuid }) => [
        uuid,
        { applied: [], pending: [], available: name === 'host-2' ? available : [] },
      ]),
    );
    const done = work(POOL, 'latest', {
      provider: 'repository',
      seen: seen({ hosts, updateHash: 'abc' }),
    });
    expect(done).toMatchObject({ hash: 'abc', artefacts: [], asked: 'latest' });
    expect(done.hosts).toEqual({
      'host-2': { missing: ['xen-hypervisor', 'xapi-core'], expect: ['restart-toolstack', 'reboot'] },
    });
  });

  test('before the first synchronisation nobody knows, so every host has its turn and may reboot', () => {
    const done = work(POOL, 'latest', { provider: 'repository' });
    expect(Object.values(done.hosts)).toEqual(POOL.hosts.map(() => ({ missing: [], expect: ['reboot'] })));
  });
});

test('the administrator chooses where CloudStack can, and VMs go home unless somebody says no', () => {
  const of = (version: string, wish: Partial<PatchWish> = {}) => {
    const { solution, moveBack } = work(
      { ...POOL, cloudstack: { ...POOL.cloudstack, version } },
      'all',
      {},
      wish,
    );
    return [solution, moveBack];
  };
  expect(of('2.2.3')).toEqual([1, true]);
  expect(of('2.2.4')).toEqual([2, true]);
  expect(of('4.11.3.0', { solution: 1, moveBack: false })).toEqual([1, false]);
});

test('a conflict counts with what any host has', () => {
  const catalogue = [hotfix('X', { conflicts: ['Y'] }), hotfix('Y')];
  const pool = having(['host-3', 'Y']);
  expect(hotfixesOfPool(catalogue, pool, '6.5.0', ['X']).conflicts).toEqual([{ hotfix: 'X', with: 'Y' }]);
  expect(hotfixesOfPool(catalogue, having(), '6.5.0', ['X']).conflicts).toEqual([]);
});
