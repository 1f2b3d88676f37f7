/** Entries of the toy run told one after the other, a second apart: journals made by hand. */
import type { Ask } from '../../src/domain/decision';
import type { Entry, Recorded } from '../../src/domain/journal';
import { foldRun } from '../../src/domain/fold-run';
import type { Run } from '../../src/domain/run';
import { BOB, toyPlan, toyStarted, type ToyOptions } from './toy-run';

export const START = Date.parse('2026-03-01T08:00:00Z');
export const secondsIn = (seconds: number): number => START + seconds * 1000;

export function recorded(entries: readonly Entry[], run = 'run-1', from = 0): readonly Recorded[] {
  return entries.map((entry, at) => ({ run, seq: at + 1, at: secondsIn(from + at), v: 1, entry }));
}

/** A run after RunStarted and these; the n-th of them is n seconds in. */
export function told(entries: readonly Entry[], options: ToyOptions = {}): Run {
  const plan = toyPlan(options);
  return foldRun(plan, recorded([toyStarted(plan), ...entries]));
}

export const began = (line: string, before: object = { on: true }): Entry => ({
  type: 'LineBegan',
  line,
  before: { ...before },
});
export const done = (
  line: string,
  gaveBack: Extract<Entry, { type: 'LineDone' }>['gaveBack'] = [],
): Entry => ({
  type: 'LineDone',
  line,
  saw: 'so',
  gaveBack,
});
export const intended = (
  line: string,
  subject: string,
  n = 1,
  owes: Extract<Entry, { type: 'ActIntended' }>['owes'] = [],
): Entry => ({
  type: 'ActIntended',
  line,
  act: { subject, what: `do ${subject}`, args: null },
  n,
  owes,
  worker: 'worker-1',
});
export const outcome = (
  type: 'ActAnswered' | 'ActLost' | 'ActNotSent',
  line: string,
  subject: string,
  n = 1,
): Entry =>
  type === 'ActAnswered'
    ? { type, line, subject, n, receipt: { job: 'j-1' } }
    : { type, line, subject, n, why: 'so' };
export const refused = (line: string, subject: string, n = 1): Entry => ({
  type: 'ActRefused',
  line,
  subject,
  n,
  problem: PROBLEM,
});
export const stopped = (line: string): Entry => ({ type: 'LineStopped', line, problem: PROBLEM });
export const asked = (line: string, question: string, ask: Partial<Ask> = {}): Entry => ({
  type: 'QuestionAsked',
  line,
  question,
  ask: { kind: 'approve', text: '?', saw: [], digest: 'd', notTheRequester: true, ...ask },
});
export const answered = (question: string, says: 'yes' | 'no' = 'yes', by = BOB): Entry => ({
  type: 'QuestionAnswered',
  question,
  says,
  by,
  digest: 'd',
});
export const waiting = (line: string, reason: string, note?: object): Entry => ({
  type: 'LineWaiting',
  line,
  for: reason,
  ...(note && { note: { ...note } }),
});

export const PROBLEM = { code: 'X', what: 'It is so.', why: 'Because.', doThis: ['Look.'] };
