/** Reports stand in the thread as files: each once, whoever dies or stays silent in between, and a refusal is told. */
import { slackWeb } from '../../src/adapters/slack-web/index';
import type { NamedText } from '../../src/domain/named-text';
import type { Strike } from '../../src/sim/faults';
import type { WorkspaceOptions } from '../../src/sim/slack/workspace';
import { stage, type Stage } from '../support/slack-stage';
import { began, plan } from '../unit/slack/story';

let on: Stage;
afterEach(async () => on.close());

const REPORTS: readonly NamedText[] = [
  { name: 'inventory.json', content: '{"hosts":["host-1 → 7.1.2"]}' },
  { name: 'inventory.csv', content: 'host,kind\nhost-1,PIF\n' },
];
const CALLS = [
  'slack:files.getUploadURLExternal',
  'slack:upload',
  'slack:files.completeUploadExternal',
] as const;

/** Name, text and thread of every file that people see. */
const shown = (): readonly (readonly [string, string, string | undefined])[] =>
  on.workspace.state.messages.flatMap((message) =>
    message.files.map((file) => [file.name, file.content.toString('utf8'), message.threadTs] as const),
  );
const texts = (): readonly string[] => on.workspace.state.messages.map((message) => message.text);
const cardTs = (): string | undefined =>
  on.workspace.state.messages.find((one) => one.threadTs === undefined)?.ts;

/** A run with its card, and these reports published by one worker. */
async function published(options: WorkspaceOptions = {}): Promise<string> {
  on = await stage(options);
  const worker = on.worker('w1', undefined, async () => REPORTS);
  const run = await on.run(plan(['host-1']), began('before-01-disable-ha'));
  await worker.publish(run);
  await worker.settled();
  return run;
}

const expectOnce = (): void =>
  expect(shown()).toEqual(REPORTS.map(({ name, content }) => [name, content, cardTs()]));

test('a run has its reports in its thread, and publishing again or by another worker adds none', async () => {
  const run = await published();
  const other = on.worker('w2', undefined, async () => REPORTS);

  await other.publish(run);
  await other.publish(run);
  await other.settled();

  expectOnce();
});

test('three workers at once put each report there once', async () => {
  on = await stage();
  const workers = ['w1', 'w2', 'w3'].map((owner) => on.worker(owner, undefined, async () => REPORTS));
  const run = await on.run(plan(['host-1']), began('before-01-disable-ha'));

  await Promise.all(workers.map((worker) => worker.publish(run)));
  await Promise.all(workers.map((worker) => worker.settled()));

  expectOnce();
}, 60_000);

test.each(
  CALLS.flatMap((call) => (['lose-request', 'lose-answer'] as const).map((how) => [call, how] as const)),
)(
  '%s with %s: each report stands once in the end',
  async (call, how) => {
    let left = 1;
    await published({
      faults: {
        strike: (called): Strike | undefined => (called === call && left-- > 0 ? { how } : undefined),
      },
    });

    expect(left).toBeLessThan(1);
    expectOnce();
  },
  60_000,
);

test('a worker that died after Slack took the file and before it was shown leaves it to the next one', async () => {
  on = await stage();
  const run = await on.run(plan(['host-1']), began('before-01-disable-ha'));
  const slack = slackWeb({ token: on.at.botToken, apiUrl: on.at.apiUrl });
  const { file } = await slack.upload(REPORTS[0]!);
  await on.journal.claimMessage(run, 'file:inventory.json', 'w0', 1);
  await on.journal.saveMessage(run, 'w0', {
    key: 'file:inventory.json',
    channel: on.at.channel,
    ts: file,
    hash: 'uploaded',
  });

  const worker = on.worker('w1', undefined, async () => REPORTS);
  await worker.publish(run);
  await worker.settled();

  expectOnce();
  expect(on.workspace.state.file(file)?.name).toBe('inventory.json');
});

test('a file that Slack has forgotten before it was shown is sent again', async () => {
  on = await stage();
  const run = await on.run(plan(['host-1']), began('before-01-disable-ha'));
  await on.journal.saveMessage(run, 'w0', {
    key: 'file:inventory.json',
    channel: on.at.channel,
    ts: 'F-FORGOTTEN',
    hash: 'uploaded',
  });
  await on.journal.releaseMessage(run, 'file:inventory.json', 'w0');

  const worker = on.worker('w1', undefined, async () => REPORTS);
  await worker.publish(run);
  await worker.settled();

  expectOnce();
});

test.each([
  ['without files:write', { scopes: ['chat:write', 'channels:history'] }, 'Install the app again'],
  ['where the bot was not invited', { invited: false }, 'Invite the bot into the channel'],
])('%s the reports are missed in words, once, and the thread goes on', async (_what, options, advice) => {
  const run = await published(options);
  const again = on.worker('w2', undefined, async () => REPORTS);
  await again.publish(run);
  await again.settled();

  expect(shown()).toEqual([]);
  const told = texts().filter((text) => text.includes('could not be put into this thread'));
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('inventory.json and inventory.csv');
  expect(told[0]).toContain(advice);
  expect(texts().some((text) => text.startsWith('Before the first host'))).toBe(true);
  expect(on.reported.join('\n')).toContain('cannot be put into Slack');
});

test('a plan has its whole report in its thread, for people and for programs, once', async () => {
  let lost = 1;
  on = await stage({
    faults: {
      strike: (call): Strike | undefined =>
        call === 'slack:files.completeUploadExternal' && lost-- > 0 ? { how: 'lose-answer' } : undefined,
    },
  });
  const worker = on.worker('w1');
  const request = { id: 'ask-1', replyTo: { channel: on.at.channel } };

  await worker.planReply?.(request, { plan: plan(['host-1']) });
  await worker.planReply?.(request, { plan: plan(['host-1']) });

  expect(shown().map(([name, , thread]) => [name, thread])).toEqual([
    ['p-1.md', cardTs()],
    ['p-1.json', cardTs()],
  ]);
  const [[, markdown] = [], [, json] = []] = shown();
  expect(markdown).toMatch(/^# Plan for pool-a: 6\.5 → 7\.1\.2\n/);
  expect(JSON.parse(json ?? '')).toMatchObject({ v: 1, plan: 'p-1', pool: 'pool-a', verdict: 'go' });
}, 60_000);

test('a request that a second worker carries out again reads as the plan that is kept', async () => {
  on = await stage();
  const request = { id: 'ask-1', replyTo: { channel: on.at.channel } };
  const made = plan(['host-1']);

  await on.worker('w1').planReply?.(request, { plan: made });
  await on.worker('w2').planReply?.(request, { plan: { ...made, id: 'p-2' } });

  const posted = on.workspace.state.messages.filter((one) => one.threadTs === undefined);
  expect(posted).toHaveLength(1);
  expect(JSON.stringify(posted[0]?.blocks)).toContain('/xsupgrade start p-2');
  expect(shown().map(([name]) => name)).toEqual(['p-1.md', 'p-1.json', 'p-2.md', 'p-2.json']);
});

test('a plan asked for in a channel without the bot is shown all the same', async () => {
  on = await stage({ invited: false });

  await on
    .worker('w1')
    .planReply?.({ id: 'ask-1', replyTo: { channel: on.at.channel } }, { plan: plan(['host-1']) });

  expect(texts()[0]).toContain('Plan for pool-a to 7.1.2');
  expect(texts()[1]).toContain('p-1.md and p-1.json could not be put into this thread.');
});
