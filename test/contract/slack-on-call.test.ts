/** On-call hears of a problem once, whoever tells it, and hears when it is over; a broken pager holds up nothing. */
import { Unreachable } from '../../src/domain/errors';
import type { Page } from '../../src/ports';
import { stage, until, type Stage } from '../support/slack-stage';
import { answered, ask, asked, began, done, plan } from '../unit/slack/story';

const HOSTS = ['host-1', 'host-2', 'host-3'];
const LINE = 'host-2-02-enter-maintenance';
const STOP = [
  began(LINE),
  {
    type: 'LineStopped' as const,
    line: LINE,
    problem: {
      code: 'EVACUATION_STALLED',
      what: 'host-2 still has 2 VMs.',
      why: 'They do not move.',
      doThis: ['Look at their tasks.'],
    },
  },
  asked(LINE, 'q1', ask('retry', 'Look again?')),
];
let on: Stage;
afterEach(async () => on.close());

/** Keeps what it was sent; fails as often as it is told to. */
function pager(failures = 0): { readonly sent: Page[]; send(page: Page): Promise<void> } {
  let left = failures;
  const sent: Page[] = [];
  return {
    sent,
    async send(page) {
      if (left-- > 0) throw new Unreachable('PagerDuty', 'HTTP 500');
      sent.push(page);
    },
  };
}
const short = (pages: readonly Page[]): readonly string[] =>
  pages.map(({ action, severity, dedupKey }) => `${action} ${severity} ${dedupKey}`);
const mentions = (): readonly string[] =>
  (on.workspace.view().channels[0]?.messages ?? [])
    .filter((message) => message.text.includes('<!subteam^SONCALL>'))
    .map((message) => message.text);

test('three workers tell of one stopped line: one page, one mention in the thread, and one end', async () => {
  on = await stage();
  const told = pager();
  const workers = ['w1', 'w2', 'w3'].map((owner) => on.worker(owner, told));
  const run = await on.run(plan(HOSTS), ...STOP);

  await Promise.all(workers.map((worker) => worker.publish(run)));
  await Promise.all(workers.map((worker) => worker.settled()));
  await on.append(run, answered('q1', 'yes'), done(LINE, 'empty'));
  await Promise.all(workers.map((worker) => worker.publish(run)));
  await Promise.all(workers.map((worker) => worker.settled()));

  expect(short(told.sent)).toEqual([
    `trigger error xsu:${run}:host-2:enter-maintenance`,
    `resolve error xsu:${run}:host-2:enter-maintenance`,
  ]);
  expect(mentions()).toEqual([expect.stringContaining('host-2 still has 2 VMs.')]);
}, 60_000);

test('a pager that fails is tried again, and the thread does not wait for it', async () => {
  on = await stage();
  const told = pager(2);
  const worker = on.worker('w1', told);
  const run = await on.run(plan(HOSTS), ...STOP);

  await worker.publish(run);
  await until(() =>
    on.workspace
      .view()
      .channels[0]?.messages.some((message) => message.buttons.some(({ text }) => text === 'Try again')),
  );
  expect(told.sent).toEqual([]);
  await worker.settled();

  expect(short(told.sent)).toEqual([`trigger error xsu:${run}:host-2:enter-maintenance`]);
  expect(on.reported.join('\n')).toContain('On-call could not be told');
}, 60_000);

test('a worker that starts tells what was left untold when the last one died, also of a run that is over', async () => {
  on = await stage();
  const told = pager();
  const run = await on.run(
    plan(HOSTS),
    ...STOP,
    { type: 'AbortRequested', by: { id: 'UDAN', name: 'Dan' } },
    { type: 'RunAborted' },
  );

  const worker = on.worker('w2', told);
  await worker.catchUp(['pool-a', 'pool-b']);
  await worker.settled();

  expect(short(told.sent)).toEqual([
    `trigger error xsu:${run}:host-2:enter-maintenance`,
    `resolve error xsu:${run}:host-2:enter-maintenance`,
  ]);
  expect(on.workspace.view().channels[0]?.messages.at(-1)?.text).toMatch(/aborted by Dan|subteam/);
}, 60_000);

test('what was told stays told: a new worker with the same journal says nothing twice', async () => {
  on = await stage();
  const told = pager();
  const run = await on.run(plan(HOSTS), ...STOP);
  const first = on.worker('w1', told);
  await first.publish(run);
  await first.settled();
  await first.stop();

  const second = on.worker('w2', told);
  await second.publish(run);
  await second.settled();

  expect(told.sent).toHaveLength(1);
  expect(mentions()).toHaveLength(1);
}, 60_000);
