/** Whom the pager wakes: exactly one open page per problem, raised but never doubled, resolved when it goes on. */
import type { Entry } from '../../../src/domain/journal';
import { pagesOf } from '../../../src/notify/pages';
import { answered, ask, asked, began, done, plan, record } from './story';

const THREE = ['host-1', 'host-2', 'host-3'];
const PROBLEM = {
  code: 'EVACUATION_STALLED',
  what: 'host-2 still has 2 VMs.',
  why: 'They have not moved for ten minutes.',
  doThis: ['Look at their tasks.'],
};
const maintenance = 'host-2-02-enter-maintenance';
const stopped = (line: string): Entry => ({ type: 'LineStopped', line, problem: PROBLEM });
const overdue = (line: string): Entry => ({ type: 'LineOverdue', line, softSeconds: 600 });
const unmanaged: Entry = {
  type: 'ActIntended',
  line: 'host-1-02-enter-maintenance',
  act: { subject: 'cluster-a', what: 'unmanage cluster-a', args: {} },
  n: 1,
  owes: [{ what: 'cluster-unmanaged', on: 'cluster-a', before: 'Managed' }],
  worker: 'w1',
};
const managed: Entry = {
  type: 'LineDone',
  line: 'host-1-02-enter-maintenance',
  saw: 'Managed',
  gaveBack: [{ what: 'cluster-unmanaged', on: 'cluster-a' }],
};

const told = (...entries: readonly Entry[]): readonly string[] => {
  const of = plan(THREE);
  return pagesOf(of, record(entries, of)).map(
    ({ page }) => `${page.action} ${page.severity} ${page.dedupKey}`,
  );
};

test('a stopped line wakes somebody once, and an answer that lets it go on resolves it', () => {
  expect(
    told(
      began(maintenance),
      stopped(maintenance),
      asked(maintenance, 'q1', ask('retry', 'Look again?')),
      answered('q1', 'yes'),
      done(maintenance, 'empty'),
    ),
  ).toEqual([
    'trigger error xsu:r-1:host-2:enter-maintenance',
    'resolve error xsu:r-1:host-2:enter-maintenance',
  ]);
});

test('a question about a problem wakes somebody at once, and once; what is back resolves it without an answer', () => {
  const question = asked(maintenance, 'q1', { ...ask('accept-loss', 'Go on without?'), problem: PROBLEM });
  const again = asked(maintenance, 'q2', { ...ask('accept-loss', 'Without the other?'), problem: PROBLEM });
  const withdrawn: Entry = { type: 'QuestionWithdrawn', question: 'q1', why: 'The picture changed.' };
  expect(
    told(
      began(maintenance),
      question,
      overdue(maintenance),
      withdrawn,
      again,
      done(maintenance, 'all is back'),
    ),
  ).toEqual([
    'trigger error xsu:r-1:host-2:enter-maintenance',
    'resolve error xsu:r-1:host-2:enter-maintenance',
  ]);
});

test('a late line warns, the same line stopped raises the same page, and done resolves it', () => {
  expect(
    told(
      began(maintenance),
      overdue(maintenance),
      overdue(maintenance),
      stopped(maintenance),
      done(maintenance, 'empty'),
    ),
  ).toEqual([
    'trigger warning xsu:r-1:host-2:enter-maintenance',
    'trigger error xsu:r-1:host-2:enter-maintenance',
    'resolve error xsu:r-1:host-2:enter-maintenance',
  ]);
});

test('a second stop after an answer is a second page of the same key', () => {
  expect(
    told(
      began(maintenance),
      stopped(maintenance),
      asked(maintenance, 'q1', ask('retry', 'Look again?')),
      answered('q1', 'yes'),
      stopped(maintenance),
    ),
  ).toEqual([
    'trigger error xsu:r-1:host-2:enter-maintenance',
    'resolve error xsu:r-1:host-2:enter-maintenance',
    'trigger error xsu:r-1:host-2:enter-maintenance',
  ]);
});

test('"leave it held" resolves nothing', () => {
  expect(
    told(
      began(maintenance),
      stopped(maintenance),
      asked(maintenance, 'q1', ask('retry', 'Look again?')),
      answered('q1', 'no', 'not now'),
    ),
  ).toEqual(['trigger error xsu:r-1:host-2:enter-maintenance']);
});

test('the master stopped, or anything while the cluster is Unmanaged, is critical', () => {
  expect(told(began('host-1-02-enter-maintenance'), stopped('host-1-02-enter-maintenance'))).toEqual([
    'trigger critical xsu:r-1:host-1:enter-maintenance',
  ]);
  expect(told(unmanaged, began(maintenance), stopped(maintenance))).toEqual([
    'trigger critical xsu:r-1:host-2:enter-maintenance',
  ]);
});

test('a pause while the cluster is Unmanaged is critical until it goes on; a pause elsewhere wakes nobody', () => {
  const now: Entry = {
    type: 'PauseRequested',
    by: { id: 'UANN', name: 'Ann' },
    now: true,
    reason: 'fire alarm',
  };
  const resumed: Entry = { type: 'RunResumed', by: { id: 'UANN', name: 'Ann' } };

  expect(told(unmanaged, now, resumed)).toEqual([
    'trigger critical xsu:r-1:pool:unmanaged',
    'resolve critical xsu:r-1:pool:unmanaged',
  ]);
  expect(told(unmanaged, now, managed)).toEqual([
    'trigger critical xsu:r-1:pool:unmanaged',
    'resolve critical xsu:r-1:pool:unmanaged',
  ]);
  expect(told(now, resumed)).toEqual([]);
  expect(told(unmanaged, managed, now)).toEqual([]);
});

test('when the run ends nothing stays open', () => {
  expect(told(began(maintenance), stopped(maintenance), { type: 'RunAborted' })).toEqual([
    'trigger error xsu:r-1:host-2:enter-maintenance',
    'resolve error xsu:r-1:host-2:enter-maintenance',
  ]);
});

test('an approval nobody gives warns in words about the question', () => {
  const of = plan(THREE);
  const line = 'host-2-01-ask-for-host';
  const pages = pagesOf(
    of,
    record([began(line), asked(line, 'q1', ask('approve', 'Upgrade host-2 now?')), overdue(line)], of),
  );

  expect(pages.map(({ page }) => page.summary)).toEqual([
    'pool-a: a question waits for an answer: Ask before host-2',
  ]);
});

test('every warning says what to do next, with the run and the question in it', () => {
  const of = plan(['host-1', 'host-2']);
  const line = 'host-2-01-ask-for-host';
  const steps = (...entries: readonly Entry[]): unknown =>
    pagesOf(of, record([began(line), ...entries, overdue(line)], of)).at(-1)?.page.details['doThis'];

  expect(steps(asked(line, 'q1', ask('approve', 'Upgrade host-2 now?')))).toContain(
    'xsupgrade advance r-1 --question q1',
  );
  expect(steps()).toContain('xsupgrade status r-1');
});

test('a page carries the command that goes on, with the run in it', () => {
  const of = plan(THREE);
  const problem = { ...PROBLEM, doThis: ['Then press Try again, or run: xsupgrade advance RUN'] };
  const steps = (...entries: readonly Entry[]): unknown =>
    pagesOf(of, record(entries, of)).at(-1)?.page.details['doThis'];

  expect(steps(began(maintenance), { type: 'LineStopped', line: maintenance, problem })).toBe(
    'Then press Try again, or run: xsupgrade advance r-1',
  );
  expect(
    steps(unmanaged, { type: 'PauseRequested', by: { id: 'UANN', name: 'Ann' }, now: true, reason: 'fire' }),
  ).toContain('xsupgrade resume r-1');
});
