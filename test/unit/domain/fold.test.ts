/** The run as a fold of its journal: what each entry means, and nothing more. */
import type { Entry } from '../../../src/domain/journal';
import { foldRun } from '../../../src/domain/fold-run';
import {
  answersOn,
  currentLine,
  isDue,
  lanesOf,
  openQuestion,
  openQuestions,
  recalled,
} from '../../../src/domain/run';
import { ANN, BOB, CAT, toyPlan } from '../../support/toy-run';
import {
  answered,
  asked,
  began,
  done,
  intended,
  outcome,
  PROBLEM,
  recorded,
  refused,
  secondsIn,
  stopped,
  told,
  waiting,
} from '../../support/toy-journal';

const OFF = 'a-01-off';
const APPROVE = 'before-01-approve';

test('a journal begins with RunStarted, and speaks only of lines that the plan has', () => {
  expect(() => foldRun(toyPlan(), recorded([began(OFF)]))).toThrow('does not begin with RunStarted');
  expect(() => told([began('z-99-off')])).toThrow('which its plan does not have');
  expect(() => told([outcome('ActLost', OFF, 'a')])).toThrow('never intended');
});

test('a run that has just started has everything planned and nothing owed', () => {
  const run = told([]);
  expect(run).toMatchObject({
    id: 'run-1',
    phase: 'running',
    digest: 'digest-1',
    startedBy: ANN,
    seq: 1,
    owed: [],
    revisions: [],
  });
  expect(Object.values(run.lines).every((line) => line.status === 'planned')).toBe(true);
});

test('LineBegan keeps the first look, and patience counts from there', () => {
  const run = told([began(OFF, { on: true, level: 3 })]);
  expect(run.lines[OFF]).toMatchObject({
    status: 'begun',
    before: { on: true, level: 3 },
    begunAt: secondsIn(1),
    patienceFrom: secondsIn(1),
  });
  expect(run).toMatchObject({ at: secondsIn(1), seq: 2 });
});

describe('acts', () => {
  const acts = (...entries: readonly Entry[]) => told([began(OFF), ...entries]).lines[OFF]?.acts['a'];
  test('an intent counts as a try from the moment it is on disk', () => {
    expect(acts(intended(OFF, 'a'))).toMatchObject({
      tries: 1,
      n: 1,
      outcome: 'intended',
      intendedAt: secondsIn(2),
      seq: 3,
      worker: 'worker-1',
    });
  });
  test('answered, lost and refused tries count', () => {
    expect(acts(intended(OFF, 'a'), outcome('ActAnswered', OFF, 'a'))).toMatchObject({
      tries: 1,
      outcome: 'answered',
      receipt: { job: 'j-1' },
      settledAt: secondsIn(3),
    });
    expect(acts(intended(OFF, 'a'), outcome('ActLost', OFF, 'a'))).toMatchObject({
      tries: 1,
      outcome: 'lost',
    });
    expect(acts(intended(OFF, 'a'), refused(OFF, 'a'))).toMatchObject({
      tries: 1,
      outcome: 'refused',
      refusal: PROBLEM,
    });
  });
  test('a try that was proved not sent does not count, and numbers go on', () => {
    const twice = acts(intended(OFF, 'a'), outcome('ActNotSent', OFF, 'a'), intended(OFF, 'a', 2));
    expect(twice).toMatchObject({ tries: 1, n: 2, outcome: 'intended' });
    expect(acts(intended(OFF, 'a'), outcome('ActNotSent', OFF, 'a'))).toMatchObject({
      tries: 0,
      outcome: 'not-sent',
    });
  });
  test('a late word about an older try changes nothing of the newer one', () => {
    const late = acts(intended(OFF, 'a'), intended(OFF, 'a', 2), outcome('ActLost', OFF, 'a', 1));
    expect(late).toMatchObject({ n: 2, tries: 2, outcome: 'intended' });
  });
  test('subjects of one line are counted apart', () => {
    const run = told([began(OFF), intended(OFF, 'a'), outcome('ActLost', OFF, 'a'), intended(OFF, 'b')]);
    expect(run.lines[OFF]?.acts).toMatchObject({
      a: { tries: 1, outcome: 'lost' },
      b: { tries: 1, outcome: 'intended' },
    });
  });
  test('a new try forgets receipt and refusal of the old one', () => {
    const again = acts(intended(OFF, 'a'), refused(OFF, 'a'), intended(OFF, 'a', 2));
    expect(again).not.toHaveProperty('refusal');
    expect(again).not.toHaveProperty('settledAt');
  });
});

describe('waiting', () => {
  test('the same words keep their beginning, other words begin anew, notes pile up', () => {
    const run = told([began(OFF), waiting(OFF, 'x', { n: 1 }), waiting(OFF, 'x', { n: 2 })]);
    expect(run.lines[OFF]).toMatchObject({
      waitingFor: 'x',
      waitingSince: secondsIn(2),
      notes: [{ at: secondsIn(2), note: { n: 1 } }, { note: { n: 2 } }],
    });
    expect(told([began(OFF), waiting(OFF, 'x'), waiting(OFF, 'y')]).lines[OFF]).toMatchObject({
      waitingFor: 'y',
      waitingSince: secondsIn(3),
    });
  });
  test('overdue is told once and ended by the next answer', () => {
    const late: Entry = { type: 'LineOverdue', line: OFF, softSeconds: 60 };
    expect(told([began(OFF), late]).lines[OFF]?.overdue).toBe(true);
    expect(
      told([began(OFF), late, stopped(OFF), asked(OFF, 'q1', { kind: 'retry' }), answered('q1')]).lines[OFF]
        ?.overdue,
    ).toBe(false);
  });
});

describe('questions', () => {
  test('the first answer counts, a withdrawn question takes none', () => {
    const twice = told([
      began(APPROVE),
      asked(APPROVE, 'q1'),
      answered('q1', 'yes'),
      answered('q1', 'no', CAT),
    ]);
    expect(twice.questions[0]?.answer).toMatchObject({ says: 'yes', by: BOB, at: secondsIn(3) });
    const gone = told([
      began(APPROVE),
      asked(APPROVE, 'q1'),
      { type: 'QuestionWithdrawn', question: 'q1', why: 'changed' },
      answered('q1'),
    ]);
    expect(gone.questions[0]).toMatchObject({ withdrawn: 'changed' });
    expect(gone.questions[0]?.answer).toBeUndefined();
    expect(openQuestions(gone)).toEqual([]);
  });
  test('open questions and answers are found by line', () => {
    const run = told([began(APPROVE), asked(APPROVE, 'q1'), answered('q1', 'no'), asked(APPROVE, 'q2')]);
    expect(openQuestion(run, APPROVE)?.id).toBe('q2');
    expect(openQuestion(run, OFF)).toBeUndefined();
    expect(answersOn(run, APPROVE).map((question) => question.answer.says)).toEqual(['no']);
  });
  test('a retry lets a stopped line go on with patience anew; its subject allows one more act', () => {
    const ask = { kind: 'retry' as const, subject: 'a' };
    const run = told([began(OFF), stopped(OFF), asked(OFF, 'q1', ask), answered('q1')]);
    expect(run.lines[OFF]).toMatchObject({
      status: 'begun',
      retries: 1,
      patienceFrom: secondsIn(4),
      allowed: { a: 1 },
    });
    const plain = told([began(OFF), stopped(OFF), asked(OFF, 'q1', { kind: 'retry' }), answered('q1')]);
    expect(plain.lines[OFF]).toMatchObject({ retries: 1, allowed: {} });
  });
  test('a no leaves a stopped line stopped', () => {
    expect(
      told([began(OFF), stopped(OFF), asked(OFF, 'q1', { kind: 'retry' }), answered('q1', 'no')]).lines[OFF],
    ).toMatchObject({ status: 'stopped', retries: 0, problem: PROBLEM });
  });
  test('an accepted key is pinned for its host only, beside the other kind of key', () => {
    const tls = { hostUuid: 'uuid-a', tls: 'T2' };
    const ssh = { hostUuid: 'uuid-a', ssh: 'S2' };
    const run = told([
      began(OFF),
      asked(OFF, 'q1', { kind: 'accept-key', key: tls }),
      answered('q1'),
      asked(OFF, 'q2', { kind: 'accept-key', key: ssh }),
      answered('q2'),
      asked(OFF, 'q3', { kind: 'accept-key', key: { hostUuid: 'uuid-b', tls: 'T3' } }),
      answered('q3', 'no'),
    ]);
    expect(run.keys).toEqual({ 'uuid-a': { tls: 'T2', ssh: 'S2' } });
  });
});

test('LineStopped holds a line with its problem; LineDone ends it', () => {
  expect(told([began(OFF), stopped(OFF)]).lines[OFF]).toMatchObject({ status: 'stopped', problem: PROBLEM });
  const run = told([began(OFF), stopped(OFF), { ...done(OFF), result: { digest: 'r' } } as Entry]);
  expect(run.lines[OFF]).toMatchObject({
    status: 'done',
    saw: 'so',
    result: { digest: 'r' },
    doneAt: secondsIn(3),
  });
});

describe('phases', () => {
  const pause = (now: boolean): Entry => ({
    type: 'PauseRequested',
    by: BOB,
    now,
    ...(now && { reason: 'smoke' }),
  });
  test.each<readonly [string, readonly Entry[], string]>([
    ['a pause', [pause(false)], 'pausing'],
    ['a pause that took effect', [pause(false), { type: 'RunPaused' }], 'paused'],
    ['a pause at once', [pause(true)], 'paused'],
    ['resumed', [pause(true), { type: 'RunResumed', by: BOB }], 'running'],
    ['an abort', [{ type: 'AbortRequested', by: BOB }], 'aborting'],
    ['aborted', [{ type: 'AbortRequested', by: BOB }, { type: 'RunAborted' }], 'aborted'],
    ['finished', [{ type: 'RunFinished' }], 'finished'],
  ])('%s', (_sentence, entries, phase) => {
    expect(told(entries).phase).toBe(phase);
  });
  test('who paused and why is known until it is resumed', () => {
    expect(told([pause(true)]).pause).toEqual({ by: BOB, now: true, reason: 'smoke', at: secondsIn(1) });
    expect(told([pause(true), { type: 'RunResumed', by: BOB }])).not.toHaveProperty('pause');
  });
  test('resuming begins the patience of begun lines anew, and of no others', () => {
    const run = told([began(OFF), pause(true), { type: 'RunResumed', by: BOB }]);
    expect(run.lines[OFF]?.patienceFrom).toBe(secondsIn(3));
    expect(run.lines['b-01-off']).not.toHaveProperty('patienceFrom');
  });
});

describe('a revision', () => {
  const plan = toyPlan();
  const boot = plan.sections[1]!.lines[1]!;
  const revision = (removed: readonly string[], added: readonly (typeof boot)[]): Entry => ({
    type: 'PlanRevised',
    digest: 'digest-2',
    why: 'VM x must be stopped.',
    removed,
    added,
    placement: { order: ['a'], hosts: [], misfits: [] },
  });
  test('replaces lines within their section, has a digest of its own, and leaves what is begun', () => {
    const fresh = { ...boot, id: 'a-05-boot', after: [OFF] };
    const rest = plan.sections[1]!.lines.slice(1).map((line) => line.id);
    const run = told([began(OFF, { on: true }), revision(rest, [fresh])]);
    expect(run.digest).toBe('digest-2');
    expect(run.plan.digest).toBe('digest-1');
    expect(run.revisions).toEqual([{ at: secondsIn(2), why: 'VM x must be stopped.' }]);
    expect(run.sections[1]?.lines.map((line) => line.id)).toEqual([OFF, 'a-05-boot']);
    expect(run.lines[OFF]).toMatchObject({ status: 'begun', before: { on: true } });
    expect(run.lines['a-05-boot']?.status).toBe('planned');
    expect(run.lines[boot.id]).toBeUndefined();
  });
  test('puts lines of the pool into their own of its two sections', () => {
    const raise = plan.sections.at(-1)!.lines[0]!;
    const run = told([revision([raise.id], [{ ...raise, id: 'after-03-raise' }])]);
    expect(run.sections[0]?.lines.map((line) => line.id)).toEqual(['before-01-approve', 'before-02-lower']);
    expect(run.sections.at(-1)?.lines.map((line) => line.id)).toEqual([
      'after-02-settle-account',
      'after-03-raise',
    ]);
  });
});

test('a lane stands at its first line that is not done, and is due when all before it are', () => {
  const run = told([began(APPROVE), done(APPROVE)]);
  expect(lanesOf(run)).toEqual(['pool', 'a', 'b']);
  expect(currentLine(run, 'pool')?.line.id).toBe('before-02-lower');
  expect(currentLine(run, 'a')?.line.id).toBe(OFF);
  expect(isDue(run, currentLine(run, 'pool')!.line)).toBe(true);
  expect(isDue(run, currentLine(run, 'a')!.line)).toBe(false);
  expect(isDue(told([done(APPROVE), done('before-02-lower')]), run.lines[OFF]!.line)).toBe(true);
  expect(
    currentLine(told(['off', 'boot', 'prove', 'on'].map((kind, n) => done(`a-0${n + 1}-${kind}`))), 'a'),
  ).toBeUndefined();
});

test('what earlier lines saw is recalled by kind and lane, once they have begun', () => {
  const run = told([began(OFF, { boots: 1 }), began('b-01-off', { boots: 7 })]);
  expect(recalled(run, 'off', 'b').map((line) => line.before)).toEqual([{ boots: 7 }]);
  expect(recalled(run, 'off')).toHaveLength(2);
  expect(recalled(run, 'boot')).toEqual([]);
});

test('a click that meets a line held a moment before leaves it held in words, so that its own question follows', () => {
  const run = told([began(APPROVE), asked(APPROVE, 'q1'), stopped(APPROVE), answered('q1')]);
  expect(run.lines[APPROVE]).toMatchObject({ status: 'stopped', problem: PROBLEM });
});
