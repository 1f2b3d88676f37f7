/** What a pool is owed: the fold of all its runs. */
import type { Entry } from '../../../src/domain/journal';
import { keysBy, owedBy } from '../../../src/domain/owed';
import { BOB, toyPlan, toyStarted } from '../../support/toy-run';
import {
  answered,
  asked,
  done,
  intended,
  outcome,
  recorded,
  refused,
  secondsIn,
} from '../../support/toy-journal';

const OFF = 'a-01-off';
const owes = (on = 'a', before: object = { on: true }) => [
  { what: 'host-disabled' as const, on, before: { ...before } },
];
const start = toyStarted(toyPlan());
const run = (entries: readonly Entry[], name = 'run-1', from = 0) =>
  recorded([start, ...entries], name, from);
const open = (...entries: readonly Entry[]) => owedBy([run(entries)]);

test('an obligation opens with the intent, before anybody knows what became of it', () => {
  expect(open(intended(OFF, 'a', 1, owes()))).toEqual([
    {
      id: 'host-disabled:a',
      what: 'host-disabled',
      on: 'a',
      before: { on: true },
      since: new Date(secondsIn(1)).toISOString(),
      run: 'run-1',
      line: OFF,
      subject: 'a',
      n: 1,
      unanswered: { run: 'run-1', line: OFF, n: 1, at: secondsIn(1) },
    },
  ]);
  for (const type of ['ActAnswered', 'ActLost'] as const)
    expect(open(intended(OFF, 'a', 1, owes()), outcome(type, OFF, 'a'))).toHaveLength(1);
});

test('what was proved not sent, or was refused, owes nothing', () => {
  expect(open(intended(OFF, 'a', 1, owes()), outcome('ActNotSent', OFF, 'a'))).toEqual([]);
  expect(open(intended(OFF, 'a', 1, owes()), refused(OFF, 'a'))).toEqual([]);
});

test('a try that was not sent does not close what an earlier lost one has opened', () => {
  const lost = [intended(OFF, 'a', 1, owes()), outcome('ActLost', OFF, 'a')];
  expect(open(...lost, intended(OFF, 'a', 2, owes()), outcome('ActNotSent', OFF, 'a', 2))).toHaveLength(1);
});

test('it is known since when the newest try is without an answer, whichever run made it', () => {
  const first = [intended(OFF, 'a', 1, owes()), outcome('ActLost', OFF, 'a')];
  const again = [intended(OFF, 'a', 2, owes()), outcome('ActAnswered', OFF, 'a', 1)];
  const since = (...entries: readonly Entry[]) => open(...entries)[0]?.unanswered?.at;
  expect(since(...first)).toBe(secondsIn(1));
  expect(since(...first, ...again)).toBe(secondsIn(3));
  expect(since(...first, ...again, outcome('ActAnswered', OFF, 'a', 2))).toBeUndefined();
  const later = run([intended(OFF, 'a', 1, owes())], 'run-2', 100);
  expect(owedBy([run(first), later])).toMatchObject([{ run: 'run-1', unanswered: { run: 'run-2' } }]);
});

test('the first before-picture stands until the thing is given back, also from a later run', () => {
  const later = run([intended(OFF, 'a', 1, owes('a', { on: false }))], 'run-2', 100);
  const first = run([intended(OFF, 'a', 1, owes())]);
  expect(owedBy([first, later])).toMatchObject([{ before: { on: true }, run: 'run-1' }]);
  const given = run([intended(OFF, 'a', 1, owes()), done('a-04-on', [{ what: 'host-disabled', on: 'a' }])]);
  expect(owedBy([given, later])).toMatchObject([{ before: { on: false }, run: 'run-2' }]);
});

test('a later run may give back what an earlier one opened; one thing given back leaves the others', () => {
  const first = run([intended(OFF, 'a', 1, [...owes(), ...owes('b')])]);
  const later = run([done('a-04-on', [{ what: 'host-disabled', on: 'b' }])], 'run-2', 100);
  expect(owedBy([first, later]).map((one) => one.on)).toEqual(['a']);
});

test('a named person may take one over', () => {
  const taken: Entry = {
    type: 'ObligationTakenOver',
    what: 'host-disabled',
    on: 'a',
    by: BOB,
    reason: 'it is scrapped',
  };
  expect(open(intended(OFF, 'a', 1, [...owes(), ...owes('b')]), taken).map((one) => one.on)).toEqual(['b']);
});

test('neither an abort nor the end of a run closes anything', () => {
  expect(open(intended(OFF, 'a', 1, owes()), { type: 'RunAborted' })).toHaveLength(1);
  expect(open(intended(OFF, 'a', 1, owes()), { type: 'RunFinished' })).toHaveLength(1);
});

test('keys accepted in any run: the newest wins, by host, and a no pins nothing', () => {
  const accept = (
    question: string,
    key: { hostUuid: string; tls?: string; ssh?: string },
    says: 'yes' | 'no' = 'yes',
  ) => [asked(OFF, question, { kind: 'accept-key', key }), answered(question, says)];
  const first = run([
    ...accept('q1', { hostUuid: 'u1', tls: 'T1', ssh: 'S1' }),
    ...accept('q2', { hostUuid: 'u2', tls: 'X' }, 'no'),
  ]);
  const second = run(
    [asked(OFF, 'q1'), answered('q1'), ...accept('q2', { hostUuid: 'u1', tls: 'T2' })],
    'run-2',
    100,
  );
  expect(keysBy([first, second])).toEqual({ u1: { tls: 'T2', ssh: 'S1' } });
});
