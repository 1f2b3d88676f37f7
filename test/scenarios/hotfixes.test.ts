/** Patching as CTX133466 has it: both solutions, on CloudStack of every era. */
import type { Hotfix } from '../../src/domain/hotfixes';
import type { PatchWish } from '../../src/domain/patch-work';
import { hotfixes } from '../../src/procedures/hotfixes';
import { defaultHidden } from '../../src/sim/default-pool';
import { pairNamed, poolOfPair } from '../../src/sim/pairs';
import { changes, truthOf } from '../support/outcome';
import { folder, type Folder } from '../support/patches';
import { story, type Story, type StoryOptions } from '../support/story';

const open: Folder[] = [];
afterAll(() => open.forEach((one) => one.remove()));

/** Two hotfixes that hang together and one that the first contains, in files of their own. */
function catalogueFor(version: string): readonly Hotfix[] {
  const files = folder(version);
  open.push(files);
  const one = (name: string, more: Partial<Hotfix> = {}): Hotfix => ({
    versions: [version],
    requires: [],
    supersedes: [],
    conflicts: [],
    guidance: 'reboot',
    ...files.artefact({ name, guidance: [more.guidance ?? 'reboot'], requires: more.requires ?? [] }),
    ...more,
  });
  return [
    one('XS65E002', { requires: ['XS65E001'], guidance: 'restart-toolstack' }),
    one('XS65E001', { supersedes: ['XS65E000'] }),
    one('XS65E000'),
  ];
}

function patching(name: string, wish: Partial<PatchWish> = {}, more: StoryOptions = {}): Story {
  const pair = pairNamed(name)!;
  return story({
    pools: [poolOfPair(pair)],
    hidden: defaultHidden,
    procedure: hotfixes,
    target: pair.from,
    facts: { hotfixes: catalogueFor(pair.from) },
    patches: { asked: 'all', ...wish },
    ...more,
  });
}

async function patched(it: Story): Promise<void> {
  const home = homes(it);
  const plan = await it.plan();
  expect(plan.findings.filter(({ severity }) => severity === 'block' || severity === 'warn')).toEqual([]);
  const run = await it.play(await it.start(plan));
  expect([it.errors, it.cloud.violations, run.phase, run.owed]).toEqual([[], [], 'finished', []]);
  expect(truthOf(it)).toMatchObject({ reboots: [1, 1, 1], down: [], cluster: 'Managed Enabled' });
  expect(it.pool.master).toBe('host-1');
  for (const host of it.pool.hosts)
    expect([host.name, host.cs.resourceState, host.cs.allocation]).toEqual([host.name, 'Enabled', 'Enabled']);
  if (plan.patching?.moveBack) expect(homes(it)).toEqual(home);
}

const ours = (it: Story): readonly string[] =>
  it.pool.hosts.map(({ hotfixes: has }) => has.filter((one) => one.startsWith('XS65E')).join());
/** Users' VMs and routers that can move, and where they run. */
const homes = (it: Story): readonly string[] =>
  it.pool.vms
    .filter(({ kind, tools }) => (kind === 'guest' || kind === 'router') && tools)
    .map(({ name, on }) => `${name} on ${on}`);

/** What is done to one member, in its order. */
const toHost2 = (it: Story): readonly string[] =>
  changes(it).filter((call) =>
    /^(updateHost|\w+HostMaintenance|\w+HostForMaintenance|pool_patch\.apply|host\.(disable|reboot)) host-2$/.test(
      call,
    ),
  );
const AT_THE_HOST = [
  'host.disable host-2',
  'pool_patch.apply host-2',
  'pool_patch.apply host-2',
  'host.reboot host-2',
];

test.each(['2.2.13-xs5.6', '4.2.0-xs6.2', '4.11.3-xs6.5'])(
  '%s, solution 1: CloudStack empties each host, hotfixes in order, one reboot, VMs home',
  async (name) => {
    const it = patching(name, { solution: 1 });
    await patched(it);
    expect(new Set(ours(it))).toEqual(new Set(['XS65E001,XS65E002']));
    expect(toHost2(it)).toEqual([
      'prepareHostForMaintenance host-2',
      ...AT_THE_HOST,
      'cancelHostMaintenance host-2',
    ]);
  },
);

test.each([
  ['2.2.14-xs5.6fp1', 'stays disabled through maintenance'],
  ['3.0.5-xs6.1', 'is enabled directly before it'],
  ['4.11.3-xs6.5', 'is enabled directly before it'],
])('%s, solution 2: users’ VMs go where the plan says, and allocation %s', async (name, allocation) => {
  const it = patching(name, { solution: 2 });
  await patched(it);
  expect(new Set(ours(it))).toEqual(new Set(['XS65E001,XS65E002']));
  const stays = allocation.startsWith('stays');
  expect(toHost2(it)).toEqual([
    'updateHost host-2',
    ...(stays ? [] : ['updateHost host-2']),
    'prepareHostForMaintenance host-2',
    ...AT_THE_HOST,
    ...(stays ? ['updateHost host-2'] : []),
    'cancelHostMaintenance host-2',
  ]);
});

test('a host that has all of it already is left alone, and what some have is not applied to them again', async () => {
  const it = patching('4.11.3-xs6.5');
  it.host('host-1').hotfixes = [...it.host('host-1').hotfixes, 'XS65E001'];
  it.host('host-3').hotfixes = [...it.host('host-3').hotfixes, 'XS65E001', 'XS65E002'];
  const plan = await it.plan();
  expect(plan.sections.flatMap(({ host }) => host ?? [])).toEqual(['host-1', 'host-2']);
  const run = await it.play(await it.start(plan));
  expect([it.errors, it.cloud.violations, run.phase, run.owed]).toEqual([[], [], 'finished', []]);
  expect(truthOf(it).reboots).toEqual([0, 1, 0]);
  expect(changes(it).filter((call) => call.startsWith('pool_patch.apply'))).toEqual([
    'pool_patch.apply host-1',
    'pool_patch.apply host-2',
    'pool_patch.apply host-2',
  ]);
});

test('with --no-move-back VMs stay where they went, and the next host begins with what is there then', async () => {
  const it = patching('4.11.3-xs6.5', { moveBack: false });
  await patched(it);
  expect(changes(it).some((call) => call.startsWith('migrateVirtualMachine'))).toBe(true);
});
