/** Approvals: by somebody else, for exactly what was shown, and asked anew when that has changed. */
import { hands } from '../../src/sim/xapi';
import { meanwhile } from '../support/people';
import { changes, endedWell, heldBy, told } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { ANN, BOB, story } from '../support/story';

test('nothing at all is changed before somebody has approved the run', async () => {
  const it = story({ pools: [smallPool], answers: () => 'leave' });
  const run = await it.play(await it.start(await it.plan()), { still: 3600 });
  expect(run.questions).toHaveLength(1);
  expect(changes(it)).toEqual([]);
});

test('whoever made and started the plan may not approve it, and reads why', async () => {
  const it = story({ pools: [smallPool], answers: () => 'leave' });
  const id = await it.start(await it.plan());
  await it.play(id, { until: (run) => run.questions.length > 0 });
  await expect(it.operator.answer(ANN, id, { says: 'yes' })).rejects.toMatchObject({
    problem: { code: 'SELF_APPROVAL' },
  });
  await expect(it.operator.answer(BOB, id, { says: 'yes' })).resolves.toMatchObject({ question: 'q1' });
});

test('two approvers press within the same moment: one counts, the other is told who and when', async () => {
  const it = story({ pools: [smallPool], answers: () => 'leave' });
  const id = await it.start(await it.plan());
  await it.play(id, { until: (run) => run.questions.length > 0 });
  const cat = { id: 'UCAT', name: 'Cat' };
  const pressed = await Promise.allSettled(
    [BOB, cat].map((by) => it.operator.answer(by, id, { says: 'yes', question: 'q1' })),
  );
  expect(pressed.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const lost = pressed.find((one): one is PromiseRejectedResult => one.status === 'rejected')!;
  expect(lost.reason).toMatchObject({ problem: { code: 'ALREADY_ANSWERED' } });
  expect((lost.reason as Error).message).toMatch(/Bob|Cat/);
  expect((await it.entries(id)).filter((entry) => entry.type === 'QuestionAnswered')).toHaveLength(1);
});

test('a button of yesterday’s picture is refused', async () => {
  const it = story({ pools: [smallPool], answers: () => 'leave' });
  const id = await it.start(await it.plan());
  await it.play(id, { until: (run) => run.questions.length > 0 });
  await expect(it.operator.answer(BOB, id, { says: 'yes', digest: 'another' })).rejects.toMatchObject({
    problem: { code: 'QUESTION_GONE' },
  });
});

test('a no holds the run with the reason; a yes to looking again asks the same question anew', async () => {
  let asked = 0;
  const it = story({
    pools: [smallPool],
    answers: (question) =>
      question.line === 'host-1-02-approve-host' && question.ask.kind === 'approve' && ++asked === 1
        ? 'no'
        : 'yes',
  });
  const run = await told(it);
  endedWell(it, run);
  expect(asked).toBe(2);
  const stopped = (await it.entries(run.id)).find((entry) => entry.type === 'LineStopped');
  expect(stopped).toMatchObject({ line: 'host-1-02-approve-host', problem: { code: 'DECLINED' } });
  expect(JSON.stringify(stopped)).toMatch(/Bob.*not today/);
});

test('while a no stands nothing of that host is changed', async () => {
  const it = story({
    pools: [smallPool],
    answers: (question) =>
      question.ask.kind === 'retry' ? 'leave' : question.line === 'host-1-02-approve-host' ? 'no' : 'yes',
  });
  const run = await it.play(await it.start(await it.plan()), { still: 3600 });
  expect(heldBy(run)).toEqual(['DECLINED']);
  expect(changes(it).filter((call) => /host-1|VirtualMachine|SystemVm/.test(call))).toEqual([]);
});

test('a VM that moves freely may come between the approval and the first change: it is drained like the others', async () => {
  const it = story({
    pools: [smallPool],
    answers: meanwhile('host-1-02-approve-host', ({ cloud, vm, host }) =>
      hands.moveVm(cloud, vm('i-2-14-VM'), host('host-1')),
    ),
  });
  const run = await told(it);
  expect(run.phase).toBe('finished');
  expect(run.questions.filter(({ line }) => line === 'host-1-03-confirm-approval')).toEqual([]);
});

test('a VM that would have to be stopped appears after the approval: the approval no longer counts, the host is asked about again', async () => {
  const it = story({
    pools: [smallPool],
    answers: meanwhile('host-1-02-approve-host', ({ vm }) => {
      vm('i-2-10-VM').devices = ['pci'];
    }),
  });
  const run = await told(it);
  endedWell(it, run);
  const entries = await it.entries(run.id);
  const at = (type: string, text: string): number =>
    entries.findIndex((entry) => entry.type === type && JSON.stringify(entry).includes(text));
  const [revised, asked] = [at('PlanRevised', 'i-2-10-VM'), at('QuestionAsked', 'i-2-10-VM will be stopped')];
  const touched = at('ActIntended', 'host-1');
  expect([revised > 0, asked > revised, touched > asked]).toEqual([true, true, true]);
  expect(it.vm('i-2-10-VM')).toMatchObject({ power: 'Running', stops: 1, starts: 1 });
});

test('a warning or another free place alone does not ask again', async () => {
  const it = story({
    pools: [smallPool],
    answers: meanwhile('host-1-02-approve-host', ({ cloud, host }) =>
      hands.setMemory(cloud, host('host-2'), 20 * 1024),
    ),
  });
  const run = await told(it);
  endedWell(it, run);
  expect(run.questions.filter(({ line }) => line === 'host-1-03-confirm-approval')).toEqual([]);
});

test('the approval of one host says nothing about the next', async () => {
  const it = story({
    pools: [smallPool],
    answers: (question) => (question.line === 'host-2-02-approve-host' ? 'leave' : 'yes'),
  });
  const run = await it.play(await it.start(await it.plan()), { still: 7200 });
  expect(run.questions.filter((question) => !question.answer).map(({ line }) => line)).toEqual([
    'host-2-02-approve-host',
  ]);
  expect(it.pool.hosts.map((host) => host.reboots)).toEqual([1, 0]);
  expect(changes(it).filter((call) => call.includes('host-2'))).toEqual([]);
});

test('a plan older than a day is not started; it is made again', async () => {
  const it = story({ pools: [smallPool] });
  const plan = await it.plan();
  it.cloud.time.advanceTo(it.cloud.time.now() + 25 * 3_600_000);
  await expect(it.start(plan)).rejects.toMatchObject({
    problem: {
      code: 'PLAN_STALE',
      doThis: [`Make a new plan: xsupgrade plan ${plan.pool} --to ${plan.target}`],
    },
  });
});

test('a second run of one pool is refused while the first is open; starting the same plan again is the same run', async () => {
  const it = story({ pools: [smallPool], answers: () => 'leave' });
  const first = await it.plan();
  it.cloud.time.advanceTo(it.cloud.time.now() + 1000);
  const second = await it.plan();
  const id = await it.start(first);
  expect(await it.start(first)).toBe(id);
  await expect(it.start(second)).rejects.toMatchObject({ problem: { code: 'RUN_OPEN' } });
});
