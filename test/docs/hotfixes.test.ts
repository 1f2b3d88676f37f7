/** docs/runbooks/hotfixes.md and the plans of patches have the same lines in the same order, both ways, on CloudStack of every era. */
import type { PatchArtefact, PatchWork } from '../../src/domain/patch-work';
import type { Plan } from '../../src/domain/plan';
import type { Snapshot } from '../../src/domain/pool';
import { hotfixes } from '../../src/procedures/hotfixes';
import { healthyPool } from '../support/snapshots';
import {
  anyPool,
  everything,
  FROM,
  HA,
  headingsOf,
  MASTER_ONLY,
  planFor,
  promisedBy,
  titles,
} from './planned';

const PAGE = 'docs/runbooks/hotfixes.md';
const lines = headingsOf(PAGE);
const said = promisedBy(PAGE);

const artefact = (name: string, change: Partial<PatchArtefact> = {}): PatchArtefact => ({
  uuid: `uuid of ${name}`,
  name,
  kind: 'hotfix',
  guidance: 'reboot',
  requires: [],
  file: `/hotfixes/${name}`,
  sha256: 'ab'.repeat(32),
  bytes: 4096,
  ...change,
});
const ALL = [artefact('XS65E001'), artefact('XS65E002'), artefact('XS65E900', { kind: 'driver-disk' })];

const workOf = (pool: Snapshot, change: Partial<PatchWork> = {}): PatchWork => {
  const artefacts = change.artefacts ?? ALL;
  const mine = { missing: artefacts.map(({ name }) => name), expect: ['reboot' as const] };
  return {
    provider: 'pool_patch',
    asked: 'all',
    artefacts,
    solution: 2,
    moveBack: true,
    hosts: Object.fromEntries(pool.hosts.map(({ name }) => [name, mine])),
    superseded: [],
    ...change,
  };
};

interface Wish {
  readonly pool?: Snapshot;
  readonly work?: Partial<PatchWork>;
}
const plan = ({ pool = everything(), work = {} }: Wish = {}): Promise<Plan> =>
  planFor({
    pool,
    plan: { procedure: hotfixes, target: FROM, remedies: [], patching: workOf(pool, work) },
  });
const on = (version: string): Snapshot => {
  const pool = everything();
  return { ...pool, cloudstack: { ...pool.cloudstack, version } };
};

const NO_STAGING = 'Only for hotfixes of the catalogue that are not staged.';
const CATALOGUE = 'Only for hotfixes of the catalogue.';
const REPOSITORIES = 'Only for updates from repositories.';
const DRIVERS = 'Only where it lacks a driver or a pack.';
const HOTFIXES = 'Only where it lacks a hotfix.';
const NO_STOPS = 'Only where a VM of HOST cannot move.';
const HOME = 'Only where VMs are to come home.';
const SINCE_3 = 'Only from CloudStack 3.0.';
const HA_ON = 'Only where HA is on.';
const WLB = 'Only where workload balancing is on.';

describe.each([1, 2] as const)('solution %i', (solution) => {
  const heading = `HOST, solution ${solution}`;

  test('a pool that has everything has every line of the runbook, in its order, and no other', async () => {
    const { sections } = await plan({ work: { solution } });

    expect(sections.map((section) => anyPool(section.title))).toEqual([
      'Before the first host',
      'HOST',
      'HOST',
      'HOST',
      'After the last host',
    ]);
    expect(titles(sections.at(0))).toEqual(said('Before the first host', REPOSITORIES));
    expect(titles(sections.at(1))).toEqual(said(heading));
    expect(titles(sections.at(2))).toEqual(said(heading, MASTER_ONLY));
    expect(titles(sections.at(-1))).toEqual(said('After the last host'));
  });

  test.each<readonly [only: readonly string[], wish: Wish]>([
    [[HA_ON], { pool: everything({ ha: { ...HA, on: false } }) }],
    [[WLB], { pool: everything({ wlb: { on: false, url: '' } }) }],
    [[NO_STOPS], { pool: everything({ vms: healthyPool().vms }) }],
    [[HOME], { work: { moveBack: false } }],
    [[NO_STAGING], { work: { artefacts: ALL.map(({ file: _file, ...rest }) => rest) } }],
    [[DRIVERS], { work: { artefacts: ALL.slice(0, 2) } }],
    [[HOTFIXES], { work: { artefacts: ALL.slice(2) } }],
  ])('%s Otherwise the plan has all lines but these', async (only, { pool, work }) => {
    const { sections } = await plan({ ...(pool && { pool }), work: { ...work, solution } });

    expect(titles(sections.at(0))).toEqual(said('Before the first host', REPOSITORIES, ...only));
    // without a VM that comes home the canary is the test, and stands on its own host
    expect(titles(sections.at(1)).map(tested)).toEqual(said(heading, ...only).map(tested));
    expect(titles(sections.at(-1))).toEqual(said('After the last host', ...only));
  });

  test('updates from repositories are one line in place of the two for hotfixes and drivers', async () => {
    const { sections } = await plan({
      work: { solution, provider: 'repository', asked: 'latest', artefacts: [] },
    });

    expect(titles(sections.at(0))).toEqual(said('Before the first host', NO_STAGING, CATALOGUE));
    const everyLine = titles(sections.at(1));
    expect(everyLine).toContain('Update HOST with everything on offer');
    expect(everyLine.filter((title) => title !== 'Update HOST with everything on offer')).toEqual(
      said(heading, HOTFIXES, DRIVERS),
    );
    expect(titles(sections.at(-1))).toEqual(said('After the last host', CATALOGUE));
  });

  test('up to 4.2.0 the master never enters maintenance: the plan empties it, in both solutions', async () => {
    const { sections } = await plan({ pool: on('4.2.0'), work: { solution } });
    const [, master, member] = sections;

    const kinds = master!.lines.map(({ kind }) => kind);
    expect(kinds).not.toContain('enter-maintenance');
    expect(kinds.filter((kind) => /allocation|drain|unmanage|apply|manage-cluster/.test(kind))).toEqual([
      'disable-host-allocation',
      'drain-host',
      'unmanage-cluster',
      'apply-hotfixes',
      'apply-hotfixes',
      'manage-cluster',
      'enable-host-allocation',
    ]);
    expect(titles(member)).toEqual(said(heading, MASTER_ONLY));
  });
});

const tested = (title: string): string => (title.startsWith('Test HOST') ? 'Test HOST' : title);

test('2.2.4 to 2.2.16: allocation stays disabled through maintenance, and maintenance is left before the host is seen Up', async () => {
  const { sections } = await plan({ pool: on('2.2.14') });
  const member = titles(sections.at(2));

  const promised = said('HOST, solution 2', MASTER_ONLY, SINCE_3);
  expect(member.toSorted()).toEqual(promised.toSorted());
  const at = (title: string): number => member.indexOf(title);
  const leaves = at('Take HOST out of maintenance in CloudStack');
  expect(leaves).toBe(at('Enable allocation on HOST, directly before it leaves maintenance') + 1);
  expect(at('Wait until CloudStack shows HOST Up')).toBe(leaves + 1);
});

test('before 2.2.4 nobody can keep VMs away, so no line touches allocation', async () => {
  const { sections } = await plan({ pool: on('2.2.3'), work: { solution: 1 } });

  expect(sections.at(2)!.lines.filter(({ kind }) => kind.includes('allocation'))).toEqual([]);
});

test('a host whose live patches need nothing has these lines, and the pool’s master is the first all the same', async () => {
  const pool = everything();
  const { hosts } = workOf(pool, { artefacts: ALL.slice(0, 2) });
  const live = { missing: ['XS65E001', 'XS65E002'], expect: [], live: true as const };
  const { sections } = await plan({
    pool,
    work: {
      provider: 'pool_update',
      artefacts: ALL.slice(0, 2),
      hosts: { ...hosts, 'host-2': live, [pool.master]: live },
    },
  });

  expect(sections.flatMap(({ host }) => host ?? [])).toEqual(['host-1', 'host-3', 'host-2']);
  expect(titles(sections.at(1))).toEqual(said('HOST, in service'));
  expect(titles(sections.at(3))).toEqual(said('HOST, in service'));
  expect(titles(sections.at(2))).toEqual(said('HOST, solution 2', MASTER_ONLY, DRIVERS));
});

test('a host that lacks nothing has no section', async () => {
  const pool = everything();
  const { 'host-2': _left, ...hosts } = workOf(pool).hosts;
  const { sections } = await plan({ pool, work: { hosts } });

  expect(sections.flatMap(({ host }) => host ?? [])).toEqual(['host-1', 'host-3']);
});

test('the approver reads what goes on in which order, what is struck out, how many reboots, and the seed’s own label', async () => {
  const pool = on('2.2.13');
  const { 'host-2': _left, ...hosts } = workOf(pool).hosts;
  const { sections } = await plan({
    pool,
    work: { hosts, solution: 1, superseded: [{ hotfix: 'XS65E000', by: 'XS65E001' }] },
  });

  const { facts } = sections.at(0)!.lines[0]!.args as { readonly facts: readonly string[] };
  expect(facts.slice(0, 4)).toEqual([
    '3 hotfixes, drivers and packs in this order: XS65E001, XS65E002, XS65E900, one reboot per host: 2 reboots.',
    'Not installed: ~XS65E000~, XS65E001 contains it.',
    'host-2 has all of it already and is left alone.',
    expect.stringMatching(/^CTX133466, CloudStack earlier than 2\.2\.14, Solution-1: CloudStack distributes/),
  ]);
});

test('the runbook names no condition that is not tried here', () => {
  const named = new Set([...lines.values()].flat().flatMap(({ only }) => only ?? []));

  expect([...named].sort()).toEqual(
    [
      NO_STAGING,
      CATALOGUE,
      REPOSITORIES,
      DRIVERS,
      HOTFIXES,
      NO_STOPS,
      HOME,
      SINCE_3,
      HA_ON,
      WLB,
      MASTER_ONLY,
    ].sort(),
  );
});
