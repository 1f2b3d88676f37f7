/** What nobody knows is not taken for known: silent repositories, lost answers, lists that change while a host is at it. */
import type { Run } from '../../src/domain/run';
import { hotfixes } from '../../src/procedures/hotfixes';
import { artefactOf } from '../../src/sim/artefact';
import type { PoolFile } from '../../src/sim/snapshot-file';
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

const isAt = (run: Run, lane: string, kind: string, status: 'begun' | 'done'): boolean =>
  Object.values(run.lines).some(
    (state) => state.line.lane === lane && state.line.kind === kind && state.status === status,
  );
const times = (it: Story, call: string): number => changes(it).filter((one) => one.startsWith(call)).length;

function ended(it: Story, run: Run, reboots: readonly number[]): void {
  const { errors, cloud } = it;
  expect({ errors, rules: cloud.violations, held: heldBy(run), phase: run.phase, owed: run.owed }).toEqual({
    errors: [],
    rules: [],
    held: [],
    phase: 'finished',
    owed: [],
  });
  expect(truthOf(it)).toMatchObject({ reboots, down: [] });
  expect(it.pool.hosts.map(({ patching }) => [...patching.wants])).toEqual([[], []]);
}

describe('repositories that do not answer once', () => {
  test('what was sent and never answered is not sent again in another name: only a person lets it go once more', async () => {
    const it = latestOn('8.4.0', 'XenServer');
    it.cloud.faults.add([{ call: 'xapi:host.apply_updates', on: 'host-1', how: 'lose-request' }]);
    const id = await it.start(await it.plan());
    await it.play(id, { until: (run) => actsOf(run, 'host-1').some(({ outcome }) => outcome === 'lost') });
    it.cloud.faults.add([{ call: 'xapi:GET /updates', how: 'html' }]);
    const run = await it.play(id);
    ended(it, run, [1, 1]);
    expect(actsOf(run, 'host-1').map(({ n }) => n)).toEqual([2]);
    expect(
      run.questions.filter(({ ask }) => ask.text.startsWith('Once more: apply the updates')),
    ).toHaveLength(1);
  });

  test('nor in the name of another set, while the first may still be under way', async () => {
    const it = latestOn('8.4.0', 'XenServer');
    it.cloud.faults.add([{ call: 'xapi:host.apply_updates', on: 'host-1', how: 'lose-request' }]);
    const id = await it.start(await it.plan());
    await it.play(id, { until: (run) => actsOf(run, 'host-1').some(({ outcome }) => outcome === 'lost') });
    foreignSync(it);
    const run = await it.play(id);
    ended(it, run, [1, 1]);
    const [first, second] = actsOf(run, 'host-1').map(({ intendedAt }) => intendedAt);
    expect((second! - first!) / 1000).toBeGreaterThan(1800);
  });

  test('after somebody else has synchronised nothing goes out that nobody has agreed to', async () => {
    const it = latestOn('8.4.0', 'XenServer');
    const id = await it.start(await it.plan());
    await it.play(id, { until: (run) => isAt(run, 'host-2', 'disable-host', 'done') });
    foreignSync(it);
    it.cloud.faults.add([{ call: 'xapi:GET /updates', how: 'html' }]);
    const run = await it.play(id);
    ended(it, run, [1, 1]);
    const asked = run.questions.filter(
      ({ line, ask }) => line.startsWith('host-2') && /updates on offer/.test(ask.text),
    );
    expect(asked).toHaveLength(1);
    expect(actsOf(run, 'host-2').map(({ act }) => act.subject)).toEqual([
      `host-2 the updates ${'f'.repeat(12)}`,
    ]);
  });
});

const foreignSync = (it: Story): void => {
  const { patching } = it.pool;
  patching.synced = {
    ...patching.synced!,
    hash: 'f'.repeat(64),
    updates: [...patching.synced!.updates, { name: 'XS-2026-0003', guidance: [] }],
  };
};

const actsOf = (run: Run, lane: string) =>
  Object.values(run.lines)
    .filter(({ line }) => line.lane === lane && line.kind === 'apply-hotfixes')
    .flatMap(({ acts }) => Object.values(acts));

test('an update that comes on offer after the others were applied holds nobody: it is named, and left for the next plan', async () => {
  const it = latestOn('8.4.0', 'XenServer');
  const id = await it.start(await it.plan());
  await it.play(id, { until: (run) => isAt(run, 'host-1', 'reboot-after-hotfixes', 'done') });
  foreignSync(it);
  const run = await it.play(id);
  ended(it, run, [1, 1]);
  const proof = Object.values(run.lines).find(
    ({ line }) => line.lane === 'host-1' && line.kind === 'prove-hotfixes',
  );
  expect(proof?.saw).toContain('on offer since then, and not applied: XS-2026-0003');
});

test('XAPI takes no updates before what earlier ones made mandatory: the plan says so, before any host is emptied', async () => {
  const it = latestOn('8.4.0', 'XenServer');
  const blocks = async () =>
    (await it.plan()).findings
      .filter(({ severity }) => severity === 'block')
      .map(({ check, on }) => `${check} ${on}`);
  const { patching } = it.host('host-2');
  patching.pending = { ...patching.pending, mandatory: ['restart-toolstack'] };
  expect(await blocks()).toEqual(['pending-reboots host-2']);
  const { patching: held } = it.pool;
  held.synced = { hash: 'e'.repeat(64), at: it.cloud.time.now(), updates: [] };
  expect(await blocks()).toEqual([]);
});

describe('the updater of XCP-ng 8.2, which says nothing of reboots', () => {
  const ssh = [{ name: 'openssh-server', guidance: [] }];
  const withKernel = [...ssh, { name: 'kernel', guidance: [] }];
  const on = (): Story => latestOn('8.2.1', 'XCP-ng', { hidden: { 'pool-a': { offers: ssh } } });

  test('a kernel that came on offer after the first look is followed by its reboot', async () => {
    const it = on();
    const id = await it.start(await it.plan());
    await it.play(id, { until: (run) => isAt(run, 'host-1', 'apply-hotfixes', 'begun') });
    it.pool.patching.offered = withKernel;
    const run = await it.play(id);
    ended(it, run, [1, 1]);
  });

  test('one that was busy at the first look is rebooted when its list had a kernel in the end', async () => {
    const it = on();
    const id = await it.start(await it.plan());
    await it.play(id, { until: (run) => isAt(run, 'host-1', 'disable-host', 'done') });
    it.host('host-1').patching.busy = 'check_update';
    await it.play(id, { until: (run) => isAt(run, 'host-1', 'apply-hotfixes', 'begun') });
    delete it.host('host-1').patching.busy;
    it.pool.patching.offered = withKernel;
    const run = await it.play(id);
    ended(it, run, [1, 1]);
    expect(times(it, 'host.call_plugin update host-1')).toBe(1);
  });

  test('half of it was installed when it failed: what the first try brought is not forgotten by the second', async () => {
    const it = on();
    const id = await it.start(await it.plan());
    await it.play(id, { until: (run) => isAt(run, 'host-1', 'apply-hotfixes', 'begun') });
    it.pool.patching.offered = withKernel.toReversed();
    it.cloud.faults.add([{ call: 'world:patch', on: 'host-1', how: 'fail' }]);
    const run = await it.play(id);
    ended(it, run, [1, 1]);
  });
});

describe('updates that bring another version', () => {
  const shows = (it: Story, name: string): void => {
    const host = it.host(name);
    host.version = '8.2.1';
    it.cloud.changed(it.pool, 'host', host.uuid);
  };
  const on = (target = '8.2.0'): Story => latestOn('8.2.0', 'XCP-ng', { target });
  const all = (it: Story) => it.pool.hosts.map(({ version }) => version);

  test('each host leaves maintenance with the one that was proven, and the next has its turn', async () => {
    const it = on();
    const id = await it.start(await it.plan());
    for (const host of ['host-1', 'host-2']) {
      await it.play(id, { until: (run) => isAt(run, host, 'reboot-after-hotfixes', 'done') });
      shows(it, host);
    }
    ended(it, await it.play(id), [1, 1]);
    expect(all(it)).toEqual(['8.2.1', '8.2.1']);
  });

  test('a pool whose master alone has them can be planned: the rest gets them', async () => {
    const it = on('8.2.1');
    shows(it, 'host-1');
    const has = it.host('host-1').patching.updates;
    ['kernel', 'xapi-core', 'openssh-server'].forEach((name) => has.add(name));
    const { findings, sections } = await it.plan();
    expect(findings.filter(({ severity }) => severity === 'block').map(({ what }) => what)).toEqual([]);
    expect(sections.flatMap(({ host }) => host ?? [])).toEqual(['host-2']);
  });
});

describe('8.2', () => {
  const files = folder('8.2.1');
  open.push(files);

  test('a toolstack restart that only XAPI knows of is done though the catalogue says nothing of it', async () => {
    const artefact = files.artefact({ name: 'XS82E009', guidance: ['restart-toolstack'] });
    const it = story({
      pools: [poolOn('8.2.1', 'Citrix Hypervisor', '4.22.1.0')],
      procedure: hotfixes,
      target: '8.2.1',
      patches: { asked: 'all' },
      facts: { hotfixes: [catalogued(artefact, '8.2.1', ['reboot'])] },
    });
    const run = await it.play(await it.start(await it.plan()));
    ended(it, run, [0, 0]);
    expect(times(it, 'host.restart_agent')).toBe(2);
  });

  test('a live patch that is being applied is watched, whatever its pre-check would say by now', async () => {
    const artefact = files.artefact({ name: 'XS82E010', guidance: ['reboot'], live: 'complete' });
    const it = story({
      pools: [poolOn('8.2.1', 'Citrix Hypervisor', '4.22.1.0')],
      procedure: hotfixes,
      target: '8.2.1',
      patches: { asked: 'all' },
      facts: { hotfixes: [catalogued(artefact, '8.2.1', ['reboot'])] },
    });
    const itIsLive = (): void => {
      it.pool.patching.known.splice(0, 1, {
        ...artefactOf({
          uuid: artefact.uuid,
          name: artefact.name,
          versions: ['8.2.1'],
          guidance: ['reboot'],
          live: 'complete',
        }),
        bytes: 4096,
        staged: true,
        vdi: 'v',
      });
    };
    itIsLive();
    it.cloud.faults.add([{ call: 'xapi:pool_update.apply', on: 'host-1', how: 'slow:300' }]);
    const id = await it.start(await it.plan());
    await it.play(id, { until: (run) => actsOf(run, 'host-1').length > 0 });
    it.cloud.faults.add([
      {
        call: 'xapi:pool_update.precheck',
        on: 'host-1',
        how: 'refuse',
        code: 'PATCH_PRECHECK_FAILED_UNKNOWN_ERROR',
        nth: 0,
      },
    ]);
    const run = await it.play(id);
    ended(it, run, [0, 0]);
    expect(await problemsIn(it, run.id)).toEqual([]);
  });
});
