/** What follows a patch where a release does not show it, shows it late, or is spared it: restarts, reboots, live patches. */
import type { Hotfix } from '../../src/domain/hotfixes';
import { hotfixes } from '../../src/procedures/hotfixes';
import { artefactOf } from '../../src/sim/artefact';
import type { HiddenFile, PoolFile } from '../../src/sim/snapshot-file';
import { pairNamed, poolOfPair } from '../../src/sim/pairs';
import { changes, truthOf } from '../support/outcome';
import { folder, type Folder } from '../support/patches';
import { story, type Story, type StoryOptions } from '../support/story';

const files: Folder[] = [];
afterAll(() => files.forEach((one) => one.remove()));

/** A pool under the newest CloudStack, its hosts on this release. */
function on(version: string, brand: string, more: StoryOptions, hidden: HiddenFile = {}): Story {
  const pool = poolOfPair(pairNamed('4.22.1-xs8.2')!);
  const { platform: _platform, build: _build, ...first } = pool.hosts![0]!;
  const hosts = pool.hosts!.map(({ name }) => ({ ...first, name, version, brand, hotfixes: [] }));
  const file: PoolFile = { ...pool, hosts };
  return story({
    pools: [file],
    cloudStackVersion: pairNamed('4.22.1-xs8.2')!.cloudStack,
    hidden: { [pool.name]: hidden },
    procedure: hotfixes,
    target: version,
    patches: { asked: 'latest' },
    ...more,
  });
}

async function patched(it: Story, reboots: readonly number[]): Promise<void> {
  const plan = await it.plan();
  expect(plan.findings.filter(({ severity }) => severity === 'block').map(({ what }) => what)).toEqual([]);
  const run = await it.play(await it.start(plan));
  expect([it.errors, it.cloud.violations, run.phase, run.owed]).toEqual([[], [], 'finished', []]);
  expect(truthOf(it)).toMatchObject({ reboots, down: [], cluster: 'Managed Enabled' });
  expect(it.pool.hosts.map(({ patching }) => [...patching.wants])).toEqual([[], [], []]);
  expect(it.pool.patching.disks).toEqual([]);
}

const staged = (it: Story): readonly string[] =>
  it.pool.patching.known.filter((one) => one.staged).map(({ name }) => name);

/** Three hosts, and each the same. */
const onEach = <T>(one: T): readonly T[] => [one, one, one];
const times = (it: Story, call: string): number => changes(it).filter((one) => one.startsWith(call)).length;

const CITRIX = ['8.2.1', 'Citrix Hypervisor'] as const;

function catalogue(...specs: readonly Parameters<Folder['artefact']>[0][]): readonly Hotfix[] {
  const own = folder(CITRIX[0]);
  files.push(own);
  return specs.map((spec) => ({
    versions: [CITRIX[0]],
    requires: spec.requires ?? [],
    supersedes: [],
    conflicts: [],
    guidance: (spec.guidance?.[0] ?? 'none') as Hotfix['guidance'],
    ...own.artefact(spec),
  }));
}

const updates = (hotfixesOf: readonly Hotfix[], more: StoryOptions = {}): Story =>
  on(...CITRIX, { facts: { hotfixes: hotfixesOf }, patches: { asked: 'all' }, ...more });

test('8.2: a toolstack restart that nobody shows afterwards is done all the same, once, and no reboot', async () => {
  const it = updates(catalogue({ name: 'XS82E001', guidance: ['restart-toolstack'] }));
  await patched(it, [0, 0, 0]);
  expect(times(it, 'host.restart_agent')).toBe(3);
});

test('8.2: a live patch saves the reboot that it asks for, and leaves every host in service', async () => {
  const [live] = catalogue({ name: 'XS82E001', guidance: ['reboot'], live: 'complete' });
  const it = updates([live!]);
  const { uuid, name } = live!;
  it.pool.patching.known.push({
    ...artefactOf({ uuid, name, versions: [CITRIX[0]], guidance: ['reboot'], live: 'complete' }),
    bytes: 4096,
    staged: true,
    vdi: 'v',
  });
  await patched(it, [0, 0, 0]);
  expect(changes(it).filter((call) => /host\.disable|Maintenance|migrate/.test(call))).toEqual([]);
  // somebody else put it there
  expect(staged(it)).toEqual(['XS82E001']);
  expect(it.pool.hosts.map(({ hotfixes: has }) => has)).toEqual(onEach(['XS82E001']));
});

test('8.4: repositories are synchronised once, each host takes everything, and a reboot that only shows then is made', async () => {
  const it = on('8.4.0', 'XenServer', {}, { offers: [{ name: 'U-1', guidance: [], late: ['reboot'] }] });
  await patched(it, [1, 1, 1]);
  expect([times(it, 'pool.sync_updates'), times(it, 'host.apply_updates')]).toEqual([1, 3]);
  expect(it.pool.hosts.map(({ patching }) => [...patching.updates])).toEqual(onEach(['U-1']));
});

test('XCP-ng 8.3: what asks for a toolstack restart gets that, and no reboot', async () => {
  const it = on('8.3.0', 'XCP-ng', {}, { offers: [{ name: 'U-1', guidance: ['restart-toolstack'] }] });
  await patched(it, [0, 0, 0]);
  expect(times(it, 'host.restart_agent')).toBe(3);
});
