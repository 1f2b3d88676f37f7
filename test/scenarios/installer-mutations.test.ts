/**
 * Every promise of the installer's lines has a story that fails without it: told once as it is, and once with the promise
 * taken out of the step. The pretend cloud, or what is owed, must tell the two apart.
 */
import type { Json } from '../../src/domain/json';
import type { WayOut } from '../../src/domain/ways-out';
import type { AnyStep } from '../../src/steps/step';
import type { FaultSpec } from '../../src/sim/faults';
import { mortal } from '../support/killing';
import { heldBy, rulesBroken } from '../support/outcome';
import type { Parts } from '../support/parts';
import { smallPool } from '../support/small-pool';
import { story, type Story, type StoryOptions } from '../support/story';

type Broken = Readonly<Record<string, (was: AnyStep) => AnyStep>>;

const LOCAL = 'local-host-2';
const pool = {
  ...smallPool,
  srs: [...smallPool.srs!, { name: LOCAL, type: 'lvm', shared: false }],
  hosts: smallPool.hosts!.map((host) =>
    host.name === 'host-2' ? { ...host, pbds: [...(host.pbds ?? []), { sr: LOCAL, attached: true }] } : host,
  ),
};

interface Told {
  readonly options?: StoryOptions;
  readonly faults?: readonly FaultSpec[];
  /** In the moment when this line of host-2 is done. */
  readonly after?: readonly [kind: string, does: (it: Story) => unknown];
  readonly way?: WayOut;
}

async function played({ options = {}, faults = [], after, way }: Told, broken: Broken) {
  const it = story({
    pools: [pool],
    automatic: { url: 'http://media.example/xenserver-7.1.2', byHand: [] },
    answers: ({ ask }) => (ask.kind !== 'retry' ? 'yes' : way && ask.ways ? way : 'leave'),
    ...options,
  });
  const plan = await it.plan();
  it.cloud.faults.add(faults);
  const wrap = ({ journal, world }: Parts): Parts => ({
    world,
    journal: {
      ...journal,
      append: (run, seen, entry) => {
        if (
          after &&
          entry.type === 'LineDone' &&
          entry.line.startsWith('host-2') &&
          entry.line.endsWith(after[0])
        )
          after[1](it);
        return journal.append(run, seen, entry);
      },
    },
  });
  const run = await it.play(await it.start(plan), { workers: [it.worker(wrap, broken)] });
  return { it, run };
}

/** What a look shows, changed on its way to the decision. */
const seeing =
  (change: (seen: Record<string, Json>) => Record<string, Json>) =>
  (was: AnyStep): AnyStep => ({
    ...was,
    observe: async (...look) => change({ ...((await was.observe(...look)) as Record<string, Json>) }),
  });
const blindToMark = seeing((seen) => ({
  ...seen,
  boot: { ...(seen['boot'] as object), repartition: false },
}));
const mark = (it: Story): unknown =>
  (it.host('host-2').dom0 = { ...it.host('host-2').dom0, safe2upgrade: true });

test('the guard dropped: the plugin’s own mark is still there in the moment of the reboot, and holds the line', async () => {
  const dropped = (was: AnyStep): AnyStep => ({ ...was, decide: () => ({ do: 'done', saw: 'not looked' }) });

  expect(heldBy((await played({}, {})).run)).toEqual([]);
  const { it, run } = await played({}, { 'keep-partitions': dropped });

  expect([heldBy(run), rulesBroken(it)]).toEqual([['WOULD_REPARTITION'], []]);
});

test('looked at only once: a mark that comes back after the guard partitions the disk anew', async () => {
  const told: Told = { after: ['keep-partitions', mark] };

  const kept = await played(told, {});
  expect([heldBy(kept.run), rulesBroken(kept.it)]).toEqual([['WOULD_REPARTITION'], []]);
  const { it } = await played(told, { 'reboot-into-installer': blindToMark });

  expect(rulesBroken(it)).toEqual(['repartitioned']);
  expect(it.host('host-2').dom0.disk.layout).toBe('new');
});

test('an approval that is not looked at again: a disk that came there since is destroyed', async () => {
  const told: Told = {
    options: {
      automatic: { url: 'http://media.example/xenserver-7.1.2', byHand: [], repartition: ['host-2'] },
      hidden: { 'pool-a': { mayRepartition: ['host-2'] } },
    },
    after: [
      'prepare-installer',
      (it) => {
        const sr = it.pool.srs.find(({ name }) => name === LOCAL)!.uuid;
        it.pool.vms[0]!.disks.push({ vdi: '0d15c000-0000-4000-8000-000000000001', sr });
        mark(it);
      },
    ],
  };
  const asApproved = seeing((seen) => {
    const local = seen['local'] as { readonly srs: readonly object[] } | undefined;
    return local
      ? { ...seen, local: { ...local, srs: local.srs.map((sr) => ({ ...sr, disks: [] })) } }
      : seen;
  });

  const kept = await played(told, {});
  expect([heldBy(kept.run), rulesBroken(kept.it)]).toEqual([['WOULD_REPARTITION'], []]);
  const { it } = await played(told, { 'reboot-into-installer': asApproved });

  expect(rulesBroken(it)).toEqual(['repartitioned']);
});

test('the obligation opened after main: a worker that dies in between leaves a prepared host that nobody is owed', async () => {
  const dies = async (broken: Broken) => {
    const it = story({ pools: [pool], automatic: { url: 'http://media.example/xs-7.1.2', byHand: [] } });
    const soul = mortal((seam) => seam.startsWith('act xen prepareInstaller'), 'during');
    const worker = it.worker(soul.wrap, broken);
    const run = await it.play(await it.start(await it.plan()), { workers: [worker], until: () => soul.dead });
    it.cloud.time.advanceTo(it.cloud.time.now() + 600_000);
    return run.owed.map(({ id }) => id);
  };

  expect(await dies({})).toContain('installer-prepared:host-1');
  expect(await dies({ 'prepare-installer': (was) => ({ ...was, owes: () => [] }) })).not.toContain(
    'installer-prepared:host-1',
  );
});

test('taken back without proof: a host goes back to service and would install at its next boot', async () => {
  const told: Told = { faults: [{ call: 'world:boot-entry', on: 'host-2', how: 'fail' }], way: 'take-back' };
  const unproven = (was: AnyStep): AnyStep => ({ ...was, decide: () => ({ do: 'done', saw: 'not looked' }) });
  const inService = ({ it }: { readonly it: Story }) => {
    const { prepared, cs, enabled } = it.host('host-2');
    return { prepared, enabled, resourceState: cs.resourceState };
  };

  expect(inService(await played(told, {}))).toEqual({
    prepared: false,
    enabled: true,
    resourceState: 'Enabled',
  });
  expect(inService(await played(told, { 'take-back-installer': unproven }))).toEqual({
    prepared: true,
    enabled: true,
    resourceState: 'Enabled',
  });
});

test('believed before the plugin has surely ended: the guard is passed, and the mark comes after it', async () => {
  const told: Told = {
    faults: [{ call: 'xapi:host.call_plugin main', on: 'host-2', how: 'lose-answer' }],
  };
  const hasty = (was: AnyStep): AnyStep => ({
    ...was,
    decide: (evidence) => {
      const seen = evidence.now as { readonly boot?: { readonly installer: string } };
      return seen.boot !== undefined && seen.boot.installer !== 'none'
        ? { do: 'done', saw: 'its entry is there' }
        : was.decide(evidence);
    },
  });

  const kept = await played(told, {});
  expect([heldBy(kept.run), kept.it.host('host-2').dom0.disk.layout]).toEqual([[], 'old']);
  const { it } = await played(told, { 'prepare-installer': hasty });

  expect(it.host('host-2').dom0.disk.layout).toBe('new');
});
