/** What a question is bound to, and whose answer counts. */
import { Rejected } from '../../../src/domain/errors';
import type { Problem } from '../../../src/domain/problem';
import type { Role } from '../../../src/domain/person';
import { folds } from '../../../src/engine/fold';
import { operate } from '../../../src/engine/operate';
import type { Operator } from '../../../src/engine/operator';
import type { Bell } from '../../../src/ports';
import { ANN, BOB, CAT, RUN, toyRun, type Toy } from '../../support/toy-run';

const leave = (): 'leave' => 'leave';
const VIC = { id: 'UVIC', name: 'Vic' };
const EVERYBODY: Readonly<Record<string, readonly Role[]>> = {
  UANN: ['viewer', 'requester', 'approver', 'operator'],
  UBOB: ['viewer', 'requester', 'approver', 'operator'],
  UCAT: ['viewer', 'requester', 'approver'],
  UVIC: ['viewer'],
};

interface Desk {
  readonly operator: Operator;
  readonly rung: readonly string[];
}

function desk(toy: Toy, selfApproval = false): Desk {
  const rung: string[] = [];
  const bell: Bell = {
    ring: async (run) => void rung.push(run),
    listen: async () => undefined,
    close: async () => undefined,
  };
  const operator = operate({
    journal: toy.journal,
    folds: folds(toy.journal),
    bell,
    clock: toy.world.clock,
    roles: {
      rolesOf: async ({ id }) =>
        id === 'UNKNOWN' ? { unknown: 'Slack does not answer' } : { roles: EVERYBODY[id] ?? [] },
    },
    pools: () => [{ name: 'pool-a', selfApproval }],
    whoMay: () => ['Ann', 'Bob', 'Cat'],
    newId: (prefix) => `${prefix}-9`,
    planGiveBack: async () => toy.plan,
    notYet: async () => undefined,
  });
  return { operator, rung };
}

async function problemOf(said: Promise<unknown>): Promise<Problem> {
  try {
    await said;
  } catch (error) {
    if (error instanceof Rejected) return error.problem;
    throw error;
  }
  throw new Error('it was not refused');
}

/** A run that stands at its approval. */
async function asking(): Promise<Toy> {
  const toy = await toyRun({ machines: ['a'] });
  await toy.play([toy.worker()], { answers: leave, still: 120 });
  expect((await toy.run()).questions).toHaveLength(1);
  return toy;
}

test('nothing is touched before the answer, and a yes lets the run go on', async () => {
  const toy = await asking();
  expect(toy.world.requests).toEqual([]);
  const { operator, rung } = desk(toy);
  await expect(operator.answer(BOB, RUN, { says: 'yes' })).resolves.toEqual({
    run: RUN,
    phase: 'running',
    question: 'q1',
  });
  expect(rung).toEqual([RUN]);
  expect((await toy.play([toy.worker()])).phase).toBe('finished');
});

test('of two answers the first counts; the second is told who answered, what, and when', async () => {
  const toy = await asking();
  const { operator } = desk(toy);
  const at = new Date(toy.world.clock.now()).toISOString();
  const both = await Promise.allSettled([
    operator.answer(BOB, RUN, { question: 'q1', says: 'yes' }),
    operator.answer(CAT, RUN, { question: 'q1', says: 'no', reason: 'not today' }),
  ]);
  const won = both.findIndex((one) => one.status === 'fulfilled');
  const lost = both[1 - won];
  expect(both.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const refused = lost?.status === 'rejected' ? (lost.reason as Rejected).problem : undefined;
  const [who, what] = won === 0 ? ['Bob', 'yes'] : ['Cat', 'no'];
  expect(refused).toMatchObject({
    code: 'ALREADY_ANSWERED',
    what: `${who} has answered q1 already: ${what}, at ${at.slice(0, 10)} ${at.slice(11, 16)} UTC.`,
  });
  expect((await toy.entries()).filter((entry) => entry.type === 'QuestionAnswered')).toHaveLength(1);
});

test('whoever made or started the run may not approve it, unless the pool allows it; confirming they may', async () => {
  const toy = await asking();
  expect((await problemOf(desk(toy).operator.answer(ANN, RUN, { says: 'yes' }))).code).toBe('SELF_APPROVAL');
  expect((await toy.run()).questions[0]?.answer).toBeUndefined();
  await desk(toy, true).operator.answer(ANN, RUN, { says: 'yes' });
  expect((await toy.run()).questions[0]?.answer?.by).toEqual(ANN);

  const held = await toyRun({ machines: ['a'], before: ['lower'] });
  held.world.faults.set('off a 1', 'refuse');
  await held.play([held.worker()], { answers: leave, still: 120 });
  await desk(held).operator.answer(ANN, RUN, { says: 'yes' });
  expect((await held.play([held.worker()])).phase).toBe('finished');
});

test('who lacks the role, or whose roles are unknown, is refused with the reason and nothing is written', async () => {
  const toy = await asking();
  const { operator, rung } = desk(toy);
  const before = await toy.journal.lastSeq(RUN);
  expect(await problemOf(operator.answer(VIC, RUN, { says: 'yes' }))).toMatchObject({
    code: 'NOT_ALLOWED',
    doThis: ['Ask one of those who have it: Ann, Bob, Cat; or an admin to change pools.yaml.'],
  });
  expect((await problemOf(operator.answer({ id: 'UNKNOWN', name: 'Una' }, RUN, { says: 'yes' }))).code).toBe(
    'ROLES_UNKNOWN',
  );
  expect((await problemOf(operator.pause(VIC, RUN))).code).toBe('NOT_ALLOWED');
  expect((await problemOf(operator.abort(CAT, RUN))).code).toBe('NOT_ALLOWED');
  expect(await toy.journal.lastSeq(RUN)).toBe(before);
  expect(rung).toEqual([]);
});

test('a question is withdrawn when the picture changes, its button is dead, and another question follows', async () => {
  const toy = await asking();
  const old = (await toy.run()).questions[0]!;
  toy.world.level = 2;
  await toy.play([toy.worker()], { answers: leave, still: 120 });
  const [first, second] = (await toy.run()).questions;
  expect(first?.withdrawn).toBe('What was seen has changed.');
  expect(second?.ask).toMatchObject({ kind: 'approve', saw: ['The level is 2.'] });
  expect(second?.ask.digest).not.toBe(old.ask.digest);
  const { operator } = desk(toy);
  expect((await problemOf(operator.answer(BOB, RUN, { question: 'q1', says: 'yes' }))).code).toBe(
    'QUESTION_GONE',
  );
  expect(
    (await problemOf(operator.answer(BOB, RUN, { question: 'q2', says: 'yes', digest: old.ask.digest })))
      .code,
  ).toBe('QUESTION_GONE');
  await operator.answer(BOB, RUN, { question: 'q2', says: 'yes', digest: second!.ask.digest });
  await toy.play([toy.worker()]);
  expect(toy.world.level).toBe(2);
});

test('a yes to a picture that has changed before the next look approves nothing: it is asked anew', async () => {
  const toy = await asking();
  await toy.answer('yes');
  toy.world.level = 1;
  const run = await toy.play([toy.worker()], { answers: leave, still: 120 });
  expect(run.questions).toMatchObject([{ answer: { says: 'yes' } }, { ask: { saw: ['The level is 1.'] } }]);
  expect(run.questions[1]?.answer).toBeUndefined();
  expect(toy.world.requests).toEqual([]);
});

test('a no holds the run with who declined and why; “try again” asks anew', async () => {
  const toy = await asking();
  const { operator } = desk(toy);
  expect((await problemOf(operator.answer(BOB, RUN, { says: 'no' }))).code).toBe('REASON_NEEDED');
  await operator.answer(BOB, RUN, { says: 'no', reason: 'a release tonight' });
  const run = await toy.play([toy.worker()], { answers: leave, still: 120 });
  expect(run.lines['before-01-approve']).toMatchObject({
    status: 'stopped',
    problem: { code: 'DECLINED', what: 'Bob declined.', why: 'Reason given: a release tonight' },
  });
  expect(toy.world.requests).toEqual([]);
  await operator.answer(BOB, RUN, { says: 'yes' });
  const again = await toy.play([toy.worker()], { answers: leave, still: 120 });
  expect(again.questions.map((question) => [question.ask.kind, question.answer?.says])).toEqual([
    ['approve', 'no'],
    ['retry', 'yes'],
    ['approve', undefined],
  ]);
});

test('the question may be left out only when exactly one is open', async () => {
  const toy = await toyRun({ machines: ['a', 'b'], before: [], atOnce: 2 });
  toy.world.faults.set('off a 1', 'refuse').set('off b 1', 'refuse');
  await toy.play([toy.worker()], { answers: leave, still: 120 });
  const { operator } = desk(toy);
  expect((await problemOf(operator.answer(BOB, RUN, { says: 'yes' }))).why).toBe('Open: q1, q2.');
  await operator.answer(BOB, RUN, { question: 'q2', says: 'yes' });
  await expect(operator.answer(BOB, RUN, { says: 'yes' })).resolves.toMatchObject({ question: 'q1' });
  expect((await problemOf(operator.answer(BOB, RUN, { says: 'yes' }))).code).toBe('NO_QUESTION');
  expect((await problemOf(operator.answer(BOB, RUN, { question: 'q7', says: 'yes' }))).code).toBe(
    'QUESTION_GONE',
  );
});

test('an ended run takes no answer, no pause and no resume; another abort is the same again', async () => {
  const toy = await toyRun({ machines: ['a'], before: [] });
  await toy.play([toy.worker()]);
  const { operator } = desk(toy);
  for (const said of [
    operator.answer(BOB, RUN, { says: 'yes' }),
    operator.pause(BOB, RUN),
    operator.resume(BOB, RUN),
  ])
    expect((await problemOf(said)).code).toBe('RUN_OVER');
  await expect(operator.abort(BOB, RUN)).resolves.toEqual({ run: RUN, phase: 'finished' });
});

test('status names who may answer: never the requester of an approval', async () => {
  const toy = await asking();
  const status = await desk(toy).operator.status(BOB, 'pool-a');
  expect(status).toMatchObject({
    run: RUN,
    phase: 'running',
    questions: [{ id: 'q1', kind: 'approve', mayAnswer: ['Bob', 'Cat'] }],
  });
  expect((await desk(toy, true).operator.status(BOB, RUN)).questions[0]?.mayAnswer).toEqual([
    'Ann',
    'Bob',
    'Cat',
  ]);
  expect((await problemOf(desk(toy).operator.status(BOB, 'run-77'))).code).toBe('RUN_UNKNOWN');
});

test('what is owed can be taken over by a named person with a reason, and only once', async () => {
  const toy = await toyRun({ machines: ['a'], before: ['lower'] });
  toy.world.faults.set('boot a 1', 'refuse');
  await toy.play([toy.worker()], { answers: leave, still: 120 });
  const { operator } = desk(toy);
  await operator.abort(BOB, RUN);
  await toy.play([toy.worker()], { answers: leave, still: 120 });
  expect((await operator.obligations(BOB, 'pool-a')).map((owed) => owed.id)).toEqual([
    'ha-off:pool',
    'host-disabled:a',
  ]);
  expect((await problemOf(operator.takeOver(BOB, 'pool-a', 'ha-off:pool', ' '))).code).toBe('REASON_NEEDED');
  await operator.takeOver(BOB, 'pool-a', 'ha-off:pool', 'HA is retired');
  expect((await operator.obligations(BOB, 'pool-a')).map((owed) => owed.id)).toEqual(['host-disabled:a']);
  expect((await problemOf(operator.takeOver(BOB, 'pool-a', 'ha-off:pool', 'again'))).code).toBe(
    'OBLIGATION_UNKNOWN',
  );
  expect((await toy.entries()).at(-1)).toMatchObject({
    type: 'ObligationTakenOver',
    by: BOB,
    reason: 'HA is retired',
  });
});
