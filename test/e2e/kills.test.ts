/** One run in Slack whose processes die at the worst moments: nothing is lost, nothing is done twice. */
import type { Truth } from '../../src/demo/verdict';
import { allText } from '../../src/demo/players';
import { openQuestions } from '../../src/domain/run';
import {
  endedWell,
  isAsked,
  isAt,
  played,
  POOL,
  started,
  TARGET,
  waitingForHands,
} from '../support/e2e-people';
import { openE2e, until, type E2eStage, type Process } from '../support/e2e-stage';

let stage: E2eStage;
let before: Truth;
let run: string;
let bot: Process;
let worker: Process;

beforeAll(async () => {
  stage = await openE2e({ speed: 200, slack: true });
  before = await stage.truth();
  [bot, worker] = await Promise.all([stage.begin('bot'), stage.begin('worker')]);
  run = await started(stage);
}, 300_000);
afterAll(() => stage.close());

/** Approvals of hosts are given in Slack, by these tests themselves. */
const byShell = {
  answers: ({ line, ask }: { line: string; ask: { kind: string } }) =>
    ask.kind === 'confirm' || ask.kind === 'accept-key' || !line.startsWith('host-'),
};

async function approvalOf(host: string): Promise<{ readonly message: string; readonly button: string }> {
  return until(`a message in Slack that asks for ${host}`, async () => {
    const messages = (await stage.slack()).channels[0]?.messages ?? [];
    return messages.flatMap((message) => {
      const button = message.buttons.find((one) => one.text === 'Approve');
      return button && allText(message).includes(`Approval needed: ${host}`)
        ? [{ message: message.ts, button: button.id }]
        : [];
    })[0];
  });
}

async function approve(as: string, host: string): Promise<void> {
  const pressed = await stage.act(as, { do: 'click', ...(await approvalOf(host)) });
  expect(pressed.acked).toBe(true);
}

test('two approvers press within 10 ms: one counts, the other is told who and when', async () => {
  const asked = await played(stage, run, { ...byShell, to: (one) => isAsked(one, 'host-1') });
  const where = await approvalOf('host-1');

  const pressed = await Promise.all(['UBOB', 'UDAN'].map((as) => stage.act(as, { do: 'click', ...where })));

  const question = openQuestions(asked).find(({ line }) => line.startsWith('host-1'))?.id;
  const answers = await until('an answer in the journal', async () => {
    const found = (await stage.entries(run)).filter(
      ({ entry }) => entry.type === 'QuestionAnswered' && entry.question === question,
    );
    return found.length > 0 && found;
  });
  expect(answers).toHaveLength(1);
  const [{ entry, at }] = answers as [(typeof answers)[number]];
  const first = entry.type === 'QuestionAnswered' ? entry.by.name : '';
  const second = first === 'Bob' ? 1 : 0;
  const when = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  expect(['Bob', 'Dan']).toContain(first);
  expect(pressed.map(({ acked }) => acked)).toEqual([true, true]);
  expect(pressed[second]?.ephemeral).toContain(
    `${first} has answered ${question} already: yes, at ${when} UTC.`,
  );
  expect(pressed[1 - second]?.ephemeral ?? '').not.toContain('already');
}, 300_000);

test('the worker is killed while the master reboots, and another one goes on', async () => {
  await played(stage, run, {
    ...byShell,
    to: (one) => waitingForHands(one).includes('host-1'),
    leave: ['host-1'],
  });
  // slow enough that a look at a silent pool ends before its master is back
  await stage.setSpeed(40);
  await stage.world({ do: 'boot-iso', host: 'host-1', version: TARGET });
  await played(stage, run, { ...byShell, to: (one) => isAt(one, 'host-1', 'await-host') });
  const away = await stage.truth();
  worker.kill('SIGKILL');
  await worker.ended;
  worker = await stage.begin('worker');

  await played(stage, run, { ...byShell, to: (one) => isAsked(one, 'host-2') });

  expect(away.pools[0]?.hosts.map(({ version }) => version)).toEqual(['6.5.0', '6.5.0', '6.5.0']);
  const host = (await stage.truth()).pools[0]?.hosts.find(({ name }) => name === 'host-1');
  expect(host).toMatchObject({ version: TARGET, reboots: 1, resourceState: 'Enabled', state: 'Up' });
}, 300_000);

test('the bot is killed with a question open: the same button works with the next one', async () => {
  const where = await approvalOf('host-2');
  bot.kill('SIGKILL');
  await bot.ended;
  const unheard = await stage.act('UBOB', { do: 'click', ...where });
  bot = await stage.begin('bot');
  await until('its sockets', async () => (await stage.slack()).sockets > 0);

  const heard = await stage.act('UBOB', { do: 'click', ...where });

  expect([unheard.acked, heard.acked]).toEqual([false, true]);
  await until('the question of host-2 to be answered', async () => !isAsked(await stage.run(run), 'host-2'));
}, 300_000);

test('bot and worker are killed at once while a member reboots, and two others go on', async () => {
  await played(stage, run, { ...byShell, to: (one) => isAt(one, 'host-2', 'await-host') });
  for (const one of [bot, worker]) one.kill('SIGKILL');
  await Promise.all([bot.ended, worker.ended]);
  [bot, worker] = await Promise.all([stage.begin('bot'), stage.begin('worker')]);

  await played(stage, run, { ...byShell, to: (one) => isAsked(one, 'host-3') });
  await approve('UBOB', 'host-3');
  const over = await played(stage, run, byShell);

  await endedWell(stage, over, before);
}, 300_000);

test('the thread tells one story: one card, one message a question, and the end', async () => {
  const messages = await until(
    'the last word in Slack',
    async () => {
      const all = (await stage.slack()).channels[0]?.messages ?? [];
      return all.some(({ text }) => text.includes('finished')) && all;
    },
    90_000,
  );
  const cards = messages.filter(({ thread }) => thread === undefined);
  expect(cards.map(({ text }) => text)).toEqual([expect.stringContaining(POOL)]);
  for (const host of ['host-1', 'host-2', 'host-3'])
    expect(messages.filter((one) => allText(one).includes(`Approval needed: ${host}`))).toHaveLength(1);
}, 300_000);
