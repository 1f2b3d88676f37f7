/** What an upgrade loses without a word: it holds the host's lane, wakes somebody once, and ends when it is back or accepted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inventoryFilesOf } from '../../src/domain/inventory-files';
import { shownPhase } from '../../src/domain/lanes';
import { openQuestions, type Question, type Run } from '../../src/domain/run';
import { pagesOf } from '../../src/notify/pages';
import { CHAP_PASSWORD } from '../../src/sim/credentials';
import { parseSnapshotFile, type PoolFile } from '../../src/sim/snapshot-file';
import { hands } from '../../src/sim/xapi';
import { ANN, BOB, story, type Story, type StoryOptions } from '../support/story';
import { endedWell, told } from '../support/outcome';
import { smallPool } from '../support/small-pool';

const FIXTURE = parseSnapshotFile(
  readFileSync(join(__dirname, '../fixtures/pools/settings-lost.json'), 'utf8'),
);
/** Two hosts with a bond, a VLAN and a tag. */
const wired: PoolFile = {
  ...smallPool,
  hosts: (smallPool.hosts ?? []).map((host) => ({
    ...host,
    tags: ['rack-1'],
    pifs: [
      ...(host.pifs ?? []),
      { device: 'eth1', network: 'backup', vlan: 100 },
      { device: 'bond0', network: 'storage', bond: { cards: ['eth2', 'eth3'], linksUp: 2 } },
    ],
  })),
};

const losing = (host: string, ...what: readonly string[]): StoryOptions => ({
  pools: [wired],
  hidden: { 'pool-a': { loses: { [host]: [...what] } } },
});

const lossOf = (run: Run): Question | undefined =>
  openQuestions(run).find(({ ask }) => ask.kind === 'accept-loss');
const lineOf = (run: Run, kind: string, lane: string) =>
  Object.values(run.lines).find(({ line }) => line.kind === kind && line.lane === lane);

async function heldBy(
  it: Story,
): Promise<{ readonly id: string; readonly run: Run; readonly question: Question }> {
  const id = await it.start(await it.plan());
  const run = await it.play(id, { until: (one) => lossOf(one) !== undefined });
  const question = lossOf(run);
  expect({ phase: shownPhase(run), question: question?.ask.kind }).toEqual({
    phase: 'held',
    question: 'accept-loss',
  });
  return { id, run, question: question! };
}

/** What on-call was told of this line, in order. */
async function pages(it: Story, id: string, lane: string): Promise<readonly string[]> {
  const run = await it.run(id);
  return pagesOf(run.plan, await it.journal.read(id))
    .filter(({ page }) => page.dedupKey === `xsu:${id}:${lane}:compare-inventory`)
    .map(({ page }) => `${page.action} ${page.severity}`);
}

test('a pool that loses nothing passes each comparison without a word, and its record holds no secret', async () => {
  const it = story({ pools: FIXTURE.pools, target: '7.1.2' });

  const run = await it.play(await it.start(await it.plan()));

  expect(run.phase).toBe('finished');
  expect(run.questions.filter(({ ask }) => ask.kind === 'accept-loss')).toEqual([]);
  for (const host of ['host-1', 'host-2', 'host-3'])
    expect(lineOf(run, 'compare-inventory', host)?.saw).toBe('everything is as it was recorded');
  const record = lineOf(run, 'record-inventory', 'pool');
  expect(record?.saw).toBe('3 hosts, 18 interfaces, 3 bonds, 9 PBDs, 5 SRs, 4 networks');
  const written = JSON.stringify(await it.entries(run.id));
  expect(written).toContain('chappassword');
  expect(written).not.toContain(CHAP_PASSWORD);
  expect(it.cloud.violations).toEqual([]);
});

test('a bond and an iSCSI name lost by one host hold its lane before CloudStack gets it back, and no later host is begun', async () => {
  const it = story({ pools: FIXTURE.pools, hidden: FIXTURE.hidden, target: '7.1.2' });

  const { id, run, question } = await heldBy(it);
  await it.play(id, { still: 600 });

  expect(question.ask.saw).toEqual([
    'host-2 no longer has the bond bond0 of eth2, eth3.',
    expect.stringMatching(/^The iSCSI name of host-2 was iqn\.\S+, now it is empty\.$/) as string,
  ]);
  expect(question.ask.problem).toMatchObject({
    code: 'INVENTORY_LOST',
    doThis: expect.arrayContaining([
      expect.stringContaining('xe bond-create') as string,
      expect.stringContaining('iscsi_iqn=iqn.') as string,
    ]) as string[],
  });
  expect(it.host('host-2').cs.resourceState).toBe('Maintenance');
  expect(lineOf(run, 'recheck-host', 'host-3')?.status).toBe('planned');
  expect(it.host('host-3').reboots).toBe(0);
  expect(await pages(it, id, 'host-2')).toEqual(['trigger error']);
});

test('what is put back ends the question by itself: nobody presses anything, and on-call may sleep again', async () => {
  const it = story(losing('host-1', 'bond:bond0', 'iqn'));
  const { id, question } = await heldBy(it);

  hands.restore(it.cloud, it.host('host-1'), 'bond:bond0');
  const half = await it.play(id, { until: (run) => lossOf(run)?.id !== question.id && !!lossOf(run) });
  expect(lossOf(half)?.ask.saw).toEqual([expect.stringContaining('The iSCSI name of host-1') as string]);
  hands.restore(it.cloud, it.host('host-1'), 'iqn');
  const run = await it.play(id);

  endedWell(it, run);
  const asked = run.questions.filter(({ ask }) => ask.kind === 'accept-loss');
  expect(asked.map(({ answer, withdrawn }) => [answer, withdrawn])).toEqual([
    [undefined, 'What was seen has changed.'],
    [undefined, 'everything is as it was recorded'],
  ]);
  expect(await pages(it, id, 'host-1')).toEqual(['trigger critical', 'resolve critical']);
});

test('an approver accepts a loss by name and with a reason, and only so; it is in the journal and not asked again', async () => {
  const it = story(losing('host-2', 'tag:rack-1'));
  const { id, question } = await heldBy(it);
  const answer = { question: question.id, says: 'yes' as const };

  await expect(it.operator.answer(BOB, id, answer)).rejects.toMatchObject({
    problem: { code: 'REASON_NEEDED' },
  });
  await expect(it.operator.answer(BOB, id, { ...answer, reason: '  ' })).rejects.toMatchObject({
    problem: { code: 'REASON_NEEDED' },
  });
  await expect(it.operator.answer(ANN, id, { ...answer, reason: 'fine' })).rejects.toMatchObject({
    problem: { code: 'SELF_APPROVAL' },
  });
  await it.operator.answer(BOB, id, { ...answer, reason: 'the rack was moved' });
  const run = await it.play(id);

  endedWell(it, run);
  expect(lineOf(run, 'compare-inventory', 'host-2')?.saw).toBe(
    'accepted by Bob (the rack was moved): host-2 no longer has the tag rack-1.',
  );
});

test('a loss that nobody accepts stays held; tried again when it is back, it passes', async () => {
  const it = story(losing('host-2', 'vlan:eth1.100'));
  const { id, question } = await heldBy(it);

  await it.operator.answer(BOB, id, { question: question.id, says: 'no', reason: 'put it back first' });
  const declined = await it.play(id, {
    until: (run) => openQuestions(run).some(({ ask }) => ask.kind === 'retry'),
  });
  expect(question.ask.saw).toEqual(['host-2 no longer has the VLAN 100 on eth1 (network backup).']);
  expect(lineOf(declined, 'compare-inventory', 'host-2')?.problem?.code).toBe('DECLINED');
  hands.restore(it.cloud, it.host('host-2'), 'vlan:eth1.100');
  const run = await it.play(id);

  endedWell(it, run);
});

test('an abort while a loss is asked about ends the run there, and the host in maintenance stays owed', async () => {
  const it = story(losing('host-2', 'iqn'));
  const { id } = await heldBy(it);

  await it.operator.abort(BOB, id, { reason: 'another day' });
  const run = await it.play(id);

  expect(run.phase).toBe('aborted');
  expect(run.owed.map(({ what }) => what)).toContain('host-in-maintenance');
});

test('what was lost before an abort is still missed by the next run, which never saw it', async () => {
  const it = story(losing('host-1', 'bond:bond0', 'tag:rack-1'));
  const { id, question } = await heldBy(it);
  await it.operator.abort(BOB, id, { reason: 'another day' });
  expect((await it.play(id)).phase).toBe('aborted');
  it.cloud.time.advanceTo(it.cloud.time.now() + 60_000);

  const next = await heldBy(it);

  expect(next.id).not.toBe(id);
  expect(next.question.ask.saw).toEqual(question.ask.saw);
  expect(it.host('host-2').reboots).toBe(0);
  for (const what of ['bond:bond0', 'tag:rack-1']) hands.restore(it.cloud, it.host('host-1'), what);
  endedWell(it, await it.play(next.id));
});

test('a pool whose settings changed while nobody looked at them before the upgrade is compared with the record, not with the plan', async () => {
  const it = story({ pools: [wired] });
  const plan = await it.plan();
  hands.lose(it.cloud, it.host('host-2'), 'tag:rack-1');

  const run = await it.play(await it.start(plan));

  endedWell(it, run);
});

test('the record stands in the thread as two files from before the first host on, and never with a secret', async () => {
  const it = story({ pools: [wired] });
  const id = await it.start(await it.plan());
  expect(inventoryFilesOf(await it.run(id))).toEqual([]);

  const run = await it.play(id, {
    until: (one) => lineOf(one, 'recheck-host', 'host-1')?.status === 'begun',
  });
  const files = inventoryFilesOf(run);

  expect(files.map(({ name }) => name)).toEqual(['inventory-pool-a.json', 'inventory-pool-a.csv']);
  for (const { content } of files) {
    expect(content).toContain('eth1');
    expect(content).not.toContain(CHAP_PASSWORD);
    expect(content).not.toMatch(/OpaqueRef/);
  }
  expect(files[1]?.content).toContain('host-2,interface,eth1.100,network,backup\r\n');
  expect(inventoryFilesOf(await it.play(id)).map(({ content }) => content)).toEqual(
    files.map(({ content }) => content),
  );
});

test('planning reads no inventory and changes nothing', async () => {
  const it = story({ pools: [wired] });

  await it.plan();

  expect(it.cloud.calls.filter((call) => call.mutates)).toEqual([]);
});

test('the upgrade of the pool of the seeds loses nothing', async () => {
  const it = story();

  endedWell(it, await told(it));
});
