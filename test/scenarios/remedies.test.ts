/** Every remedy once, in one upgrade: chosen, approved, carried out, and what must be restored given back. */
import type { Plan } from '../../src/domain/plan';
import type { Run } from '../../src/domain/run';
import { xapiWorld } from '../../src/sim/xapi/xapi-world';
import { addsTheRow, BLOCKED, faultyPool, REMEDIED } from '../support/faulty-pool';
import { changes, endedWell, heldBy, times } from '../support/outcome';
import { ANN, BOB, story, type Story } from '../support/story';

const faulty = (options: Parameters<typeof story>[0] = {}): Story =>
  story({ pools: [faultyPool], answers: addsTheRow, ...options });

const blocks = (plan: Plan): readonly string[] =>
  plan.findings.filter((one) => one.severity === 'block').map(({ check }) => check);

const lineOf = (run: Run, kind: string) => Object.values(run.lines).find((state) => state.line.kind === kind);

test('without remedies the plan is blocked, and looking has changed nothing', async () => {
  const it = faulty();

  const plan = await it.plan();

  expect(blocks(plan)).toEqual([
    'maintenance-mode',
    'capability-rows',
    'storage-plugged',
    'vms-blocked',
    'auto-start',
  ]);
  expect(changes(it)).toEqual([]);
});

test('with all of them it goes, nothing is touched before the approval, and the pool is as it was when it ends', async () => {
  const untouched: unknown[] = [];
  const it = faulty({
    answers: (question, run, of) => {
      if (question.line.endsWith('approve-run')) untouched.push(changes(of));
      return addsTheRow(question, run, of);
    },
  });

  const plan = await it.plan('pool-a', ['all']);
  expect([plan.verdict, plan.remedies]).toEqual(['go', [...REMEDIED]]);
  const run = await it.play(await it.start(plan));

  endedWell(it, run);
  expect(untouched).toEqual([[]]);
  // given back
  expect(it.pool.autoPowerOn).toBe(true);
  expect(it.vm('i-2-10-VM').traits.blocked).toEqual(BLOCKED);
  // put right for good
  expect(it.host('host-2').traits.maintenanceMode).toBe(false);
  expect(it.host('host-2').pbds.every((pbd) => pbd.attached)).toBe(true);
  expect(xapiWorld(it.cloud).of(it.pool).messages.length).toBeLessThan(1500);
  expect(it.cloud.calls.filter((one) => one.call === 'addGuestOsMapping')).toHaveLength(7);
});

test('each line is before the first host, and what is given back comes after the last one', async () => {
  const plan = await faulty().plan('pool-a', ['all']);

  const kinds = plan.sections.map((section) => section.lines.map((line) => line.kind));
  expect(kinds[0]!.slice(0, 9)).toEqual([
    'approve-run',
    'end-maintenance-mode',
    'by-hand-seen',
    'add-guest-os-names',
    'attach-storage',
    'allow-operations',
    'stop-auto-start',
    'destroy-messages',
    'disable-ha',
  ]);
  expect(kinds.at(-1)!.filter((kind) => /block-operations|restore-auto-start/.test(kind))).toEqual([
    'block-operations',
    'restore-auto-start',
  ]);
});

test('the row is added by a person; the line ends when it is seen, although nobody clicks', async () => {
  const it = faulty({
    answers: (question, run, of) => {
      if (!question.ask.text.includes('capability row')) return 'yes';
      addsTheRow(question, run, of);
      return 'leave';
    },
  });

  const run = await it.play(await it.start(await it.plan('pool-a', ['all'])));

  endedWell(it, run);
  const question = run.questions.find(({ line }) => line.endsWith('by-hand-seen'));
  expect(question?.answer).toBeUndefined();
});

test('a click alone ends nothing: without the row no host is begun', async () => {
  const it = faulty({ answers: () => 'yes' });

  const run = await it.play(await it.start(await it.plan('pool-a', ['all'])));

  expect(lineOf(run, 'by-hand-seen')?.status).toBe('begun');
  expect(lineOf(run, 'by-hand-seen')?.waitingFor).toContain('no capability row for 7.1.2');
  expect(times(it, 'VM.remove_from_blocked_operations', 'i-2-10-VM')).toBe(0);
});

test('a remedy left out leaves its fault in the way: the others are no excuse', async () => {
  const plan = await faulty().plan(
    'pool-a',
    REMEDIED.filter((name) => name !== 'vms-blocked'),
  );

  expect([plan.verdict, blocks(plan)]).toEqual(['blocked', ['vms-blocked']]);
});

test('what comes back after its line was done is seen before the first host', async () => {
  const it = faulty({
    answers: (question, run, of) => (question.ask.kind === 'retry' ? 'leave' : addsTheRow(question, run, of)),
  });
  const plan = await it.plan('pool-a', ['all']);
  const id = await it.start(plan);
  await it.play(id, { until: (run) => lineOf(run, 'disable-ha')?.status === 'done' });
  // the backup tool blocks it again while CloudStack is backed up
  it.vm('i-2-10-VM').traits.blocked = { pool_migrate: 'BACKUP_RUNS' };

  const run = await it.play(id);

  expect(heldBy(run)).toEqual(['BLOCKED_NOW']);
  expect(times(it, 'prepareHostForMaintenance', 'host-1')).toBe(0);
});

test('aborted after the remedies, both are owed, listed in words, and given back one by one', async () => {
  const it = faulty();
  const id = await it.start(await it.plan('pool-a', ['all']));
  await it.play(id, { until: (run) => lineOf(run, 'stop-auto-start')?.status === 'done' });
  await it.operator.abort(ANN, id);
  await it.play(id);

  const owed = (await it.ask(it.operator.obligations(ANN, 'pool-a'))).map((one) => one.id);
  expect(owed).toEqual(expect.arrayContaining(['operations-allowed:i-2-10-VM', 'auto-start-off:pool-a']));
  for (const one of owed) await it.play((await it.ask(it.operator.giveBack(BOB, 'pool-a', one))).run);

  expect(await it.ask(it.operator.obligations(ANN, 'pool-a'))).toEqual([]);
  expect(it.pool.autoPowerOn).toBe(true);
  expect(it.vm('i-2-10-VM').traits.blocked).toEqual(BLOCKED);
});

test('a new plan after an abort gives back what the first one changed, although nothing is wrong any more', async () => {
  const it = faulty();
  const first = await it.start(await it.plan('pool-a', ['all']));
  await it.play(first, { until: (run) => lineOf(run, 'destroy-messages')?.status === 'done' });
  await it.operator.abort(ANN, first);
  await it.play(first);

  const plan = await it.plan();
  expect([plan.verdict, plan.remedies]).toEqual(['go', undefined]);
  const run = await it.play(await it.start(plan));

  endedWell(it, run);
  expect(it.pool.autoPowerOn).toBe(true);
  expect(it.vm('i-2-10-VM').traits.blocked).toEqual(BLOCKED);
});
