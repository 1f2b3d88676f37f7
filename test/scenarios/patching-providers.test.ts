/** Every way in which a release takes patches, from plan to end: ISOs and live patches, repositories, XCP-ng's updater. */
import type { Run } from '../../src/domain/run';
import { hotfixes } from '../../src/procedures/hotfixes';
import { artefactOf } from '../../src/sim/artefact';
import type { PoolFile } from '../../src/sim/snapshot-file';
import { uuidOf } from '../../src/sim/identity';
import { changes, heldBy, problemsIn, truthOf } from '../support/outcome';
import { catalogued } from '../support/patch-story';
import { folder, type Folder } from '../support/patches';
import { smallPool } from '../support/small-pool';
import { story, type Story, type StoryOptions } from '../support/story';

const open: Folder[] = [];
afterAll(() => open.forEach((one) => one.remove()));

const poolOn = (version: string, brand: string, cloudStack: string): PoolFile => ({
  ...smallPool,
  cloudstack: { version: cloudStack },
  hosts: smallPool.hosts!.map((host) => ({ ...host, version, brand })),
});

const latestOn = (version: string, brand: string, more: StoryOptions = {}): Story =>
  story({
    pools: [poolOn(version, brand, '4.22.1.0')],
    procedure: hotfixes,
    target: version,
    patches: { asked: 'latest' },
    ...more,
  });

const OURS =
  /pool_update\.|import_raw|apply_updates|sync_updates|call_plugin|restart_agent|host\.reboot|prepareHost/;
const patching = (it: Story): readonly string[] => changes(it).filter((call) => OURS.test(call));
const isDone = (run: Run, lane: string, kind: string): boolean =>
  Object.values(run.lines).some(
    ({ line, status }) => line.lane === lane && line.kind === kind && status === 'done',
  );

async function whole(it: Story): Promise<Run> {
  const plan = await it.plan();
  expect(plan.findings.filter(({ severity }) => severity === 'block')).toEqual([]);
  return it.play(await it.start(plan));
}

function ended(it: Story, run: Run): void {
  const { errors, cloud } = it;
  expect({ errors, rules: cloud.violations, held: heldBy(run), phase: run.phase, owed: run.owed }).toEqual({
    errors: [],
    rules: [],
    held: [],
    phase: 'finished',
    owed: [],
  });
  expect(truthOf(it)).toMatchObject({ down: [], hosts: ['Up Enabled, enabled, live'] });
}

describe.each([
  ['XenServer 8', '8.4.0', 'XenServer'],
  ['XCP-ng 8.3', '8.3.0', 'XCP-ng'],
] as const)('%s, from its repositories', (_name, version, brand) => {
  test('every host gets all of it in one go, and is rebooted once', async () => {
    const it = latestOn(version, brand);
    const run = await whole(it);
    ended(it, run);
    expect(patching(it)).toEqual([
      'pool.sync_updates pool-a',
      'prepareHostForMaintenance host-1',
      'host.apply_updates host-1',
      'host.reboot host-1',
      'prepareHostForMaintenance host-2',
      'host.apply_updates host-2',
      'host.reboot host-2',
    ]);
  });
});

describe('repositories', () => {
  const on = (more: StoryOptions = {}): Story => latestOn('8.4.0', 'XenServer', more);

  test('what nobody has seen when the run was planned is shown and approved before the first host', async () => {
    const it = on();
    const run = await whole(it);
    const asked = run.questions.find(({ ask }) => ask.text.startsWith('Take the updates of pool-a'));
    expect(asked?.ask.saw.join(' ')).toContain('2 updates: XS-2026-0001, XS-2026-0002.');
    expect(asked?.ask.notTheRequester).toBe(true);
  });

  test('somebody synchronises between two hosts: what is on offer then is asked about before it is applied', async () => {
    const it = on();
    const id = await it.start(await it.plan());
    await it.play(id, { until: (run) => isDone(run, 'host-1', 'move-back') });
    const { patching: held } = it.pool;
    held.synced = {
      ...held.synced!,
      hash: 'f'.repeat(64),
      updates: [...held.synced!.updates, { name: 'XS-2026-0003', guidance: [] }],
    };
    const run = await it.play(id);
    ended(it, run);
    const asked = run.questions.filter(({ ask }) =>
      ask.text.startsWith('The updates on offer are no longer'),
    );
    expect(asked.map(({ line, ask }) => [line.startsWith('host-2'), ask.saw.join(' ')])).toEqual([
      [true, expect.stringContaining('3 updates for host-2') as string],
    ]);
    expect(it.host('host-2').patching.updates.has('XS-2026-0003')).toBe(true);
    expect(patching(it).filter((call) => call.startsWith('host.apply_updates'))).toHaveLength(2);
  });

  test('a host whose updates fail rests out of service, and no other is begun', async () => {
    const it = on({ answers: ({ ask }) => (ask.kind === 'retry' ? 'leave' : 'yes') });
    it.cloud.faults.add([{ call: 'world:patch', on: 'host-1', how: 'fail' }]);
    const run = await whole(it);
    expect(heldBy(run)).toEqual(['HOTFIX_FAILED']);
    const why = Object.values(run.lines).find(({ problem }) => problem)?.problem?.why;
    expect(why).toMatch(/host-1 .*host-1 stays in CloudStack Maintenance, in an Unmanaged cluster, disabled/);
    expect(why).not.toContain('OpaqueRef');
    expect(patching(it).filter((call) => /reboot|host-2/.test(call))).toEqual([]);
    expect(it.cloud.violations).toEqual([]);
  });

  test('updates that ask for nothing reboot nothing', async () => {
    const it = on({ hidden: { 'pool-a': { offers: [{ name: 'XS-2026-0009', guidance: [] }] } } });
    const run = await whole(it);
    ended(it, run);
    expect(truthOf(it).reboots).toEqual([0, 0]);
  });
});

test('XCP-ng 8.2: all packages that its updater has; it names no reboot, so their names do', async () => {
  const it = latestOn('8.2.1', 'XCP-ng');
  const run = await whole(it);
  ended(it, run);
  expect(patching(it)).toEqual([
    'prepareHostForMaintenance host-1',
    'host.call_plugin update host-1',
    'host.reboot host-1',
    'prepareHostForMaintenance host-2',
    'host.call_plugin update host-2',
    'host.reboot host-2',
  ]);
  expect(await problemsIn(it, run.id)).toEqual([]);
});

test('XCP-ng 8.2: a network driver that no list knows has its reboot before VMs are let back', async () => {
  const it = latestOn('8.2.1', 'XCP-ng', {
    hidden: { 'pool-a': { offers: [{ name: 'intel-ixgbe', guidance: [] }] } },
  });
  const run = await whole(it);
  ended(it, run);
  expect(patching(it).filter((call) => call.startsWith('host.reboot'))).toEqual([
    'host.reboot host-1',
    'host.reboot host-2',
  ]);
});

describe('from 7.1 on, ISOs', () => {
  const files = folder('7.1.2');
  open.push(files);
  const on = (name: string, guidance: readonly string[], more: StoryOptions = {}): Story =>
    story({
      pools: [poolOn('7.1.2', 'XenServer', '4.11.3.0')],
      procedure: hotfixes,
      target: '7.1.2',
      patches: { asked: 'all' },
      facts: { hotfixes: [catalogued(files.artefact({ name, guidance }), '7.1.2', guidance)] },
      ...more,
    });
  /** On the pool already, and what its pre-check says of the live patch. */
  function staged(it: Story, name: string, live: 'complete' | 'incomplete'): void {
    const uuid = uuidOf('artefact', name);
    const { known } = it.pool.patching;
    known.length = 0;
    known.push({
      ...artefactOf({ uuid, name, versions: ['7.1.2'], guidance: [], live }),
      bytes: 4096,
      staged: true,
      vdi: uuid,
    });
  }

  test('are uploaded as a disk, introduced, applied, followed by one reboot, and gone again', async () => {
    const it = on('XS71E001', ['reboot']);
    const run = await whole(it);
    ended(it, run);
    expect(
      patching(it).map((call) => call.replace(/^pool_update\.(pool_clean|destroy) .*/, 'cleaned')),
    ).toEqual([
      'PUT /import_raw_vdi pool-a',
      'pool_update.introduce pool-a',
      'prepareHostForMaintenance host-1',
      'pool_update.apply host-1',
      'host.reboot host-1',
      'prepareHostForMaintenance host-2',
      'pool_update.apply host-2',
      'host.reboot host-2',
      'cleaned',
      'cleaned',
    ]);
  });

  test('a live patch that is complete leaves the hosts in service: nothing is moved, nothing rebooted', async () => {
    const it = on('XS71E002', []);
    staged(it, 'XS71E002', 'complete');
    const run = await whole(it);
    ended(it, run);
    expect(patching(it).filter((call) => !/clean|destroy/.test(call))).toEqual([
      'pool_update.apply host-1',
      'pool_update.apply host-2',
    ]);
    expect(truthOf(it).reboots).toEqual([0, 0]);
  });

  test('one that is no longer complete when its turn comes is not applied to a host in service', async () => {
    const it = on('XS71E003', [], { answers: ({ ask }) => (ask.kind === 'retry' ? 'leave' : 'yes') });
    staged(it, 'XS71E003', 'complete');
    const plan = await it.plan();
    staged(it, 'XS71E003', 'incomplete');
    const run = await it.play(await it.start(plan));
    expect(heldBy(run)).toEqual(['NOT_LIVE_ANY_MORE']);
    expect(patching(it)).toEqual([]);
    expect(it.cloud.violations).toEqual([]);
  });
});
