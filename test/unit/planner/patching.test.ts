/** What a plan of patches fixes beside its lines: who moves which VMs, what comes home, and what the steps are told that XAPI hides. */
import type { PatchArtefact, PatchWork } from '../../../src/domain/patch-work';
import type { Plan } from '../../../src/domain/plan';
import { residents, type Snapshot } from '../../../src/domain/pool';
import { makePlan } from '../../../src/engine/planner';
import { hotfixes } from '../../../src/procedures/hotfixes';
import { healthyPool, vmOf } from '../../support/snapshots';
import { worldOf } from '../../support/world-of';

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

const pool = healthyPool({ vms: [...healthyPool().vms, vmOf('i-2-30-VM', 'host-2', { tools: false })] });

function workOf(change: Partial<PatchWork> = {}): PatchWork {
  const artefacts = change.artefacts ?? [artefact('A')];
  const mine = {
    missing: artefacts.map(({ name }) => name),
    expect: [...new Set(artefacts.map(({ guidance }) => guidance))],
  };
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
}

const planOf = (change: Partial<PatchWork> = {}, of: Snapshot = pool): Promise<Plan> =>
  makePlan({
    world: worldOf(of),
    procedure: hotfixes,
    target: '6.5.0',
    by: { id: 'UANN', name: 'Ann' },
    at: Date.parse('2026-01-02T10:15:00.000Z'),
    owed: [],
    patching: workOf(change),
  });

const lineOf = (plan: Plan, host: string, kind: string) =>
  plan.sections.find((section) => section.host === host)?.lines.find((line) => line.kind === kind);
const movedIn = (plan: Plan, host: string): readonly string[] =>
  (plan.placement.hosts.find((one) => one.host === host)?.moves ?? []).map(({ vm }) => vm).toSorted();
const on = (host: string, ...kinds: readonly string[]): readonly string[] =>
  residents(pool, host)
    .filter(({ kind, tools }) => kinds.includes(kind) && tools)
    .map(({ name }) => name)
    .toSorted();
const HOSTS = ['host-1', 'host-2', 'host-3'];

test('solution 1 promises no move: CloudStack distributes; what must be stopped stands all the same', async () => {
  const plan = await planOf({ solution: 1 });
  expect(HOSTS.map((host) => movedIn(plan, host))).toEqual([[], [], []]);
  expect(plan.placement.answer).toBe('fits');
  expect(plan.placement.hosts.flatMap(({ stops }) => stops.map(({ vm }) => vm))).toEqual(['i-2-30-VM']);
});

test('solution 2 promises the moves of users’ VMs, each from the host where it runs now, because they come home', async () => {
  const plan = await planOf();
  expect(HOSTS.map((host) => movedIn(plan, host))).toEqual(HOSTS.map((host) => on(host, 'guest')));
  // without coming home, what was moved away has to move on
  const away = await planOf({ moveBack: false });
  expect(HOSTS.map((host) => movedIn(away, host))).not.toEqual(HOSTS.map((host) => on(host, 'guest')));
});

test('where maintenance would move the master role, the plan moves all of the master’s VMs, in both solutions', async () => {
  const old = { ...pool, cloudstack: { ...pool.cloudstack, version: '4.2.0' } };
  for (const solution of [1, 2] as const) {
    const plan = await planOf({ solution }, old);
    expect(movedIn(plan, 'host-1')).toEqual(on('host-1', 'guest', 'router', 'ssvm', 'cpvm'));
    expect(lineOf(plan, 'host-1', 'drain-host')?.args).not.toHaveProperty('only');
  }
});

test('users’ VMs and routers come home, those that were stopped are started instead, system VMs stay', async () => {
  const plan = await planOf();
  for (const host of HOSTS) {
    const { vms = [] } = (lineOf(plan, host, 'move-back')?.args ?? {}) as {
      readonly vms?: readonly string[];
    };
    expect([host, vms.toSorted()]).toEqual([host, on(host, 'guest', 'router')]);
  }
  expect(lineOf(await planOf({ moveBack: false }), 'host-2', 'move-back')).toBeUndefined();
});

test.each<readonly [what: string, change: Partial<PatchWork>, expect: readonly string[]]>([
  ['XAPI shows what a hotfix asks for', {}, []],
  [
    'nobody shows what a pack below 7.1 asks for',
    { artefacts: [artefact('P', { kind: 'driver-disk' })] },
    ['reboot'],
  ],
  [
    'pool_update hides the toolstack',
    {
      provider: 'pool_update',
      artefacts: [artefact('T', { guidance: 'restart-toolstack' }), artefact('R')],
    },
    ['restart-toolstack'],
  ],
])('%s: the steps are told what nobody shows', async (_what, change, expected) => {
  const plan = await planOf(change);
  for (const kind of ['restart-toolstack', 'reboot-after-hotfixes'])
    expect(lineOf(plan, 'host-2', kind)?.args).toMatchObject({ expect: expected });
});

test('a hotfix that comes after a pack which it requires is applied in one line with it', async () => {
  const pack = artefact('P', { kind: 'supplemental-pack' });
  const plan = await planOf({ artefacts: [pack, artefact('H', { requires: ['P'] })] });
  const applied = plan.sections[1]!.lines.filter(({ kind }) => kind === 'apply-hotfixes');
  expect(applied.map(({ title }) => title)).toEqual(['Update host-1 with hotfixes: P, H']);
});

test('the same pool and work give the same digest; another file is another plan', async () => {
  const [one, same, other] = await Promise.all([
    planOf(),
    planOf(),
    planOf({ artefacts: [artefact('A', { sha256: 'cd'.repeat(32) })] }),
  ]);
  expect(same.digest).toBe(one.digest);
  expect(other.digest).not.toBe(one.digest);
});
