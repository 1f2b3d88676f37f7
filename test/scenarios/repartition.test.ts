/** New partitions: never without a person who approved that very host, never while a VM has a disk there, looked at again before the reboot. */
import type { StoryOptions } from '../support/story';
import { heldBy, problemsIn, rulesBroken, times, told, truthOf } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { BOB, story, type Story } from '../support/story';

const LOCAL = 'local-host-2';
/** host-2 has local storage of its own on its system disk, and nothing on it. */
const pool = {
  ...smallPool,
  srs: [...smallPool.srs!, { name: LOCAL, type: 'lvm', shared: false }],
  hosts: smallPool.hosts!.map((host) =>
    host.name === 'host-2' ? { ...host, pbds: [...(host.pbds ?? []), { sr: LOCAL, attached: true }] } : host,
  ),
};
const QUESTION = /partition the disk of host-2 anew/;

const tale = (options: StoryOptions = {}, mayRepartition = ['host-2']): Story =>
  story({
    pools: [pool],
    automatic: { url: 'http://media.example/xenserver-7.1.2', byHand: [], repartition: ['host-2'] },
    hidden: { 'pool-a': { mayRepartition } },
    answers: ({ ask }) => (ask.kind === 'retry' ? 'leave' : 'yes'),
    ...options,
  });
const layoutOf = (it: Story, host: string) => it.host(host).dom0.disk.layout;

test('approved: its question says what is lost, and only that host is partitioned anew', async () => {
  const asked: (readonly string[])[] = [];
  const it = tale({
    answers: ({ ask }) => {
      if (QUESTION.test(ask.text)) asked.push(ask.saw);
      return ask.kind === 'retry' ? 'leave' : 'yes';
    },
  });
  const run = await told(it);
  expect([run.phase, heldBy(run), run.owed, rulesBroken(it), it.errors]).toEqual([
    'finished',
    [],
    [],
    [],
    [],
  ]);
  expect(asked.flat()).toContainEqual(
    expect.stringMatching(/^Destroyed: SR local-host-2 \(.+\) with no virtual disk\.$/),
  );
  expect([layoutOf(it, 'host-1'), layoutOf(it, 'host-2')]).toEqual(['old', 'new']);
  expect(truthOf(it)).toMatchObject({ versions: ['7.1.2'], reboots: [1, 1], cluster: 'Managed Enabled' });
});

test('declined: the line is held, nothing is prepared, and the partitions are as they were', async () => {
  const it = tale({
    answers: ({ ask }) => (ask.kind === 'retry' ? 'leave' : QUESTION.test(ask.text) ? 'no' : 'yes'),
  });
  const run = await told(it);
  expect([heldBy(run), times(it, 'host.call_plugin main', 'host-2'), layoutOf(it, 'host-2')]).toEqual([
    ['DECLINED'],
    0,
    'old',
  ]);
});

test('whoever made the plan does not approve it', async () => {
  const it = tale({
    answers: ({ ask }) => (QUESTION.test(ask.text) || ask.kind === 'retry' ? 'leave' : 'yes'),
  });
  const run = await told(it);
  const question = run.questions.find(({ ask }) => QUESTION.test(ask.text));
  expect(question?.ask).toMatchObject({ kind: 'approve', notTheRequester: true });
  await expect(
    it.operator.answer(run.startedBy, run.id, { question: question!.id, says: 'yes' }),
  ).rejects.toMatchObject({ problem: { code: 'SELF_APPROVAL' } });
});

/** In the moment when this line is done, a VM gets a disk on the local storage. */
async function withDiskAfter(it: Story, line: RegExp) {
  const worker = it.worker(({ journal, world }) => ({
    world,
    journal: {
      ...journal,
      append: (run, seen, entry) => {
        if (entry.type === 'LineDone' && line.test(entry.line)) {
          const sr = it.pool.srs.find(({ name }) => name === LOCAL)!.uuid;
          it.pool.vms[0]!.disks.push({ vdi: '0d15c000-0000-4000-8000-000000000001', sr });
        }
        return journal.append(run, seen, entry);
      },
    },
  }));
  return it.play(await it.start(await it.plan()), { workers: [worker] });
}

test('a disk of a VM is there: nobody is asked, the line is held and names it', async () => {
  const it = tale();
  const run = await withDiskAfter(it, /^host-2-.*-approve-host$/);
  expect(heldBy(run)).toEqual(['REPARTITION_REFUSED']);
  const { problem } = Object.values(run.lines).find(({ status }) => status === 'stopped')!;
  expect(problem?.what).toMatch(/disk .* of i-2-.*-VM is on local-host-2\.$/);
  expect(run.questions.some(({ ask }) => QUESTION.test(ask.text))).toBe(false);
  expect([times(it, 'host.call_plugin main', 'host-2'), layoutOf(it, 'host-2')]).toEqual([0, 'old']);
});

test('a disk comes there between the approval and the reboot: looked at in the moment that reboots, held', async () => {
  const it = tale();
  const run = await withDiskAfter(it, /^host-2-.*-prepare-installer$/);
  expect(heldBy(run)).toEqual(['WOULD_REPARTITION']);
  expect([it.host('host-2').reboots, layoutOf(it, 'host-2'), rulesBroken(it)]).toEqual([0, 'old', []]);
});

test('not asked for in the plan: nobody is asked, the mark is removed, the partitions stay', async () => {
  const it = tale({ automatic: { url: 'http://media.example/xenserver-7.1.2', byHand: [] } });
  const run = await told(it);
  expect([run.phase, await problemsIn(it, run.id), rulesBroken(it)]).toEqual(['finished', [], []]);
  expect(run.questions.some(({ ask }) => /anew/.test(ask.text))).toBe(false);
  expect(layoutOf(it, 'host-2')).toBe('old');
});

test('the simulator reports new partitions that nobody wanted, whatever was approved', async () => {
  const it = tale({}, []);
  const run = await told(it);
  expect([run.phase, rulesBroken(it)]).toEqual(['finished', ['repartitioned']]);
  expect(BOB.id).not.toBe(run.startedBy.id);
});
