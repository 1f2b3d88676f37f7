/** Comparing with the record: which record, what was accepted, and what a question about a loss is bound to. */
import type { Inventory } from '../../../src/domain/inventory';
import type { Entry } from '../../../src/domain/journal';
import type { Run } from '../../../src/domain/run';
import { inventoryThatCounts } from '../../../src/engine/inventory-that-counts';
import type { World } from '../../../src/ports';
import { compareInventory } from '../../../src/steps/compare-inventory';
import { recordInventory } from '../../../src/steps/record-inventory';
import { decide, evidenceFor, says, type EvidenceWish } from '../../support/evidence';
import { halfWay, healthyPool } from '../../support/snapshots';
import { done, intended, outcome, recorded } from '../../support/toy-journal';
import { toyPlan, toyStarted } from '../../support/toy-run';

const ARGS = { host: 'host-2', uuid: 'uuid-host-2', id: 'cs-host-2', master: false };
const GONE = { what: 'host-2 no longer has the tag rack-1.', doThis: 'xe host-param-add' };
const NETWORK = { what: 'pool-a no longer has the network backup.', doThis: 'xe network-create' };

const inventory = (...tags: readonly string[]): Inventory => ({
  v: 1,
  name: 'pool-a',
  uuid: 'uuid-pool-a',
  pool: { networks: [], srs: [], tags: [], otherConfig: {} },
  hosts: [
    {
      name: 'host-2',
      uuid: 'uuid-host-2',
      interfaces: [],
      bonds: [],
      storage: [],
      multipathing: false,
      iqn: '',
      edition: 'free',
      powerOn: { mode: '', config: {} },
      tags,
      otherConfig: {},
    },
  ],
});

/** What the step sees of `now`, in a run that recorded `own`, after one that recorded `earlier`. */
async function seen(
  wish: { readonly own?: Inventory; readonly earlier?: Inventory; readonly done?: readonly string[] },
  now: Inventory,
): Promise<readonly string[]> {
  const { run } = evidenceFor('compare-inventory', {
    args: ARGS,
    now: { losses: [] },
    ...(wish.own && { earlier: { 'record-inventory': { before: wish.own, lane: 'pool' } } }),
    ...(wish.earlier && { recorded: { inventory: wish.earlier, accepted: [] } }),
  });
  const snapshot = halfWay(healthyPool(), wish.done ?? []);
  const asked: Run = { ...run, plan: { ...run.plan, snapshot } };
  const world = { xen: { inventory: async () => now } } as unknown as World;
  const line = asked.lines['host-2-09-compare-inventory']!;
  const { losses } = (await compareInventory.step.observe(world, ARGS, { line, run: asked, at: 0 })) as {
    losses: readonly { what: string }[];
  };
  return losses.map(({ what }) => what);
}

test('a host is compared with what this run recorded', async () => {
  expect(await seen({ own: inventory('rack-1') }, inventory('rack-1', 'new'))).toEqual([]);
  expect(await seen({ own: inventory('rack-1') }, inventory())).toEqual([GONE.what]);
});

test('another management interface in dom0 is a loss; where dom0 does not tell, that is said and nothing holds', async () => {
  const seenOf = async (look?: object) => {
    const { run } = evidenceFor('compare-inventory', {
      args: ARGS,
      now: { losses: [] },
      earlier: { 'record-inventory': { before: inventory(), lane: 'pool' } },
    });
    const dom0 = look && { configured: ['uuid-host-2'], look: async () => look };
    const world = { xen: { inventory: async () => inventory() }, dom0 } as unknown as World;
    const line = run.lines['host-2-09-compare-inventory']!;
    const args = { ...ARGS, bridge: 'xenbr0' };
    return compareInventory.step.observe(world, args, { line, run, at: 0 });
  };
  const unread = [{ what: 'management interface', why: 'no answer' }];

  expect(await seenOf({ managementInterface: 'xenbr0' })).toEqual({ losses: [] });
  expect(await seenOf({ managementInterface: 'xenbr1' })).toMatchObject({
    losses: [{ what: 'dom0 of host-2 names xenbr1 as its management interface, before it was xenbr0.' }],
  });
  expect(await seenOf({ managementInterface: '' })).toMatchObject({
    losses: [{ what: 'dom0 of host-2 names no management interface, before it was xenbr0.' }],
  });
  expect(await seenOf({ unread })).toEqual({ losses: [], unseen: 'no answer' });
  expect(await seenOf()).toEqual({ losses: [], unseen: 'SSH is not configured any more' });
  expect(says(compareInventory, { args: ARGS, now: { losses: [], unseen: 'no answer' } })).toBe(
    'done: everything is as it was recorded; the management interface that dom0 names was not compared (no answer)',
  );
});

test('a host that an earlier run has upgraded is compared with what that run recorded; any other is not', async () => {
  const wish = { own: inventory(), earlier: inventory('rack-1') };
  expect(await seen({ ...wish, done: ['host-2'] }, inventory())).toEqual([GONE.what]);
  expect(await seen({ ...wish, done: ['host-1'] }, inventory())).toEqual([]);
});

test('without a record, and without the host, nothing passes as it is', async () => {
  expect(await seen({}, inventory())).toEqual(['Nothing was recorded of host-2 before the first host.']);
  expect(await seen({ own: inventory() }, { ...inventory(), hosts: [] })).toEqual([
    'The pool no longer lists host-2.',
  ]);
});

test('what was accepted at another host or in an earlier run is not asked about again; what is more is', () => {
  const wish: EvidenceWish = { args: ARGS, now: { losses: [NETWORK] } };
  const before = { 'compare-inventory': { lane: 'host-1', result: { accepted: [NETWORK.what] } } };
  const earlier = { recorded: { inventory: inventory(), accepted: [NETWORK.what] } };

  expect(says(compareInventory, wish)).toMatch(/^ask accept-loss: 1 thing of host-2/);
  for (const known of [{ earlier: before }, earlier]) {
    expect(says(compareInventory, { ...wish, ...known })).toBe(
      `done: as recorded, apart from what was accepted before: ${NETWORK.what}`,
    );
    const more = decide(compareInventory, { ...wish, ...known, now: { losses: [NETWORK, GONE] } });
    expect(more).toMatchObject({ do: 'ask', ask: { saw: [GONE.what], notTheRequester: true } });
  }
});

test('an answer holds for the losses that it saw and no others', () => {
  const wish: EvidenceWish = { args: ARGS, now: { losses: [GONE] } };
  const decision = decide(compareInventory, wish);
  if (decision.do !== 'ask') throw new Error(decision.do);
  expect(decision.ask.problem?.code).toBe('INVENTORY_LOST');
  const answers = [{ says: 'yes' as const, digest: decision.ask.digest, kind: 'accept-loss' as const }];

  expect(decide(compareInventory, { ...wish, answers })).toMatchObject({
    do: 'done',
    result: { accepted: [GONE.what] },
  });
  expect(says(compareInventory, { ...wish, answers, now: { losses: [GONE, NETWORK] } })).toMatch(
    /^ask accept-loss: 2 things/,
  );
  expect(says(compareInventory, { ...wish, answers, now: { losses: [] } })).toBe(
    'done: everything is as it was recorded',
  );
});

test('the record is the first look, whatever a later one sees', () => {
  expect(says(recordInventory, { args: { pool: 'pool-a' }, before: inventory(), now: { hosts: [] } })).toBe(
    'done: 1 host, 0 interfaces, 0 bonds, 0 PBDs, 0 SRs, 0 networks',
  );
});

describe('the record of an earlier run', () => {
  const line = (id: string, kind: string) => ({ ...toyPlan().sections[0]!.lines[0]!, id, kind });
  const plan = (target = '7.1.2', procedure = 'rolling-upgrade') => {
    const [first, ...rest] = toyPlan().sections;
    const lines = [
      line('before-08-record-inventory', 'record-inventory'),
      line('host-1-10-upgrade-by-hand', 'upgrade-by-hand'),
      line('host-1-12-reboot-into-installer', 'reboot-into-installer'),
      line('host-1-19-compare-inventory', 'compare-inventory'),
    ];
    return { ...toyPlan(), target, procedure, sections: [{ ...first!, lines }, ...rest] };
  };
  const RECORDED = (what: Inventory): Entry => ({
    type: 'LineBegan',
    line: 'before-08-record-inventory',
    before: what,
  });
  const AWAY: Entry = { type: 'LineDone', line: 'host-1-10-upgrade-by-hand', saw: '', gaveBack: [] };
  const ACCEPTED: Entry = {
    type: 'LineDone',
    line: 'host-1-19-compare-inventory',
    saw: '',
    result: { accepted: [GONE.what] },
    gaveBack: [],
  };
  const run = (of: ReturnType<typeof plan>, ...entries: readonly Entry[]) => ({
    plan: of,
    entries: recorded([toyStarted(toyPlan()), ...entries]),
  });

  test('is the oldest since the last upgrade that ended well, with everything accepted since', () => {
    const first = run(plan(), RECORDED(inventory('rack-1')), AWAY, { type: 'RunAborted' });
    const second = run(plan(), RECORDED(inventory()), ACCEPTED, { type: 'RunAborted' });

    expect(inventoryThatCounts([first, second], '7.1.2')).toEqual({
      inventory: inventory('rack-1'),
      accepted: [GONE.what],
    });
  });

  const REBOOT = 'host-1-12-reboot-into-installer';
  const LOST = [intended(REBOOT, 'host-1'), outcome('ActLost', REBOOT, 'host-1')];
  const UNSENT = [intended(REBOOT, 'host-1'), outcome('ActNotSent', REBOOT, 'host-1')];
  test.each([
    ['in flight', LOST.slice(0, 1)],
    ['of which no answer came', LOST],
    ['seen to be over', [done(REBOOT)]],
    [
      'lost, and not sent a second time',
      [...LOST, intended(REBOOT, 'host-1', 2), outcome('ActNotSent', REBOOT, 'host-1', 2)],
    ],
  ] as const)('counts from a reboot into the installer %s', (_sentence, entries) => {
    const one = run(plan(), RECORDED(inventory('rack-1')), ...entries, { type: 'RunAborted' });
    expect(inventoryThatCounts([one], '7.1.2')?.inventory).toEqual(inventory('rack-1'));
  });

  test.each([
    ['whose reboot into the installer was not sent', run(plan(), RECORDED(inventory()), ...UNSENT)],
    ['to another version', run(plan('8.0.0'), RECORDED(inventory()), AWAY)],
    ['of another procedure', run(plan('7.1.2', 'give-back'), RECORDED(inventory()), AWAY)],
    ['that finished', run(plan(), RECORDED(inventory()), AWAY, { type: 'RunFinished' })],
    ['that upgraded no host', run(plan(), RECORDED(inventory()), { type: 'RunAborted' })],
    ['that recorded none', run(plan(), AWAY)],
  ])('does not count from a run %s', (_sentence, one) => {
    expect(inventoryThatCounts([one], '7.1.2')).toBeUndefined();
  });
});
