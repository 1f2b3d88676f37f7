/** The thread is made to match the run, whatever Slack loses, refuses or forgets; a message is never posted twice. */
import { slackWeb } from '../../src/adapters/slack-web/index';
import { NotSent, Refused, Unreachable } from '../../src/domain/errors';
import type { Entry } from '../../src/domain/journal';
import { foldRun } from '../../src/domain/fold-run';
import { thread } from '../../src/slack/view/thread';
import type { Strike } from '../../src/sim/faults';
import { SlackWorkspace } from '../../src/sim/slack/workspace';
import { stage, until, type Stage } from '../support/slack-stage';
import { answered, ask, asked, began, done, plan, waiting } from '../unit/slack/story';

const HOSTS = ['host-1', 'host-2', 'host-3'];
let on: Stage;
afterEach(async () => on.close());

/** The story of a whole run, entry by entry. */
const story: readonly Entry[] = [
  began('before-01-disable-ha'),
  done('before-01-disable-ha', 'HA is off.'),
  ...HOSTS.flatMap((host, i): readonly Entry[] => [
    began(`${host}-01-ask-for-host`),
    asked(`${host}-01-ask-for-host`, `q${i + 1}`, ask('approve', `Upgrade ${host} now?`)),
    answered(`q${i + 1}`, 'yes'),
    done(`${host}-01-ask-for-host`, 'Bob approved.'),
    began(`${host}-02-enter-maintenance`),
    waiting(`${host}-02-enter-maintenance`, '2 of 4 VMs have left'),
    done(`${host}-02-enter-maintenance`, 'in Maintenance'),
    began(`${host}-03-upgrade-host`),
    done(`${host}-03-upgrade-host`, 'runs 7.1.2'),
  ]),
  began('after-01-enable-ha'),
  done('after-01-enable-ha', 'HA is on again.'),
  { type: 'RunFinished' },
];

const shown = (): readonly {
  readonly ts: string;
  readonly text: string;
  readonly thread?: string;
  readonly broadcast: boolean;
  readonly buttons: readonly { readonly text: string }[];
}[] => on.workspace.view().channels[0]?.messages ?? [];

/** The keys that ride in the metadata of what stands in the channel. */
const keys = (): readonly string[] =>
  on.workspace.state.messages.map(
    (message) => (message.metadata as { event_payload: { key: string } }).event_payload.key,
  );

async function expectMatch(run: string): Promise<void> {
  const of = await on.journal.plan('p-1');
  if (!of) throw new Error('the plan is gone');
  const wanted = thread(foldRun(of, await on.journal.read(run)), []);
  expect([...keys()].toSorted()).toEqual(wanted.map((message) => `${run}/${message.key}`).toSorted());
  for (const message of wanted) {
    const stands = on.workspace.state.messages.find((one) => keyOf(one.metadata) === `${run}/${message.key}`);
    expect(stands?.text).toBe(message.text);
    expect(stands?.blocks.map(({ block_id: _id, ...block }) => block)).toEqual(
      JSON.parse(JSON.stringify(message.blocks)),
    );
  }
}
const keyOf = (metadata: unknown): string =>
  (metadata as { event_payload: { key: string } }).event_payload.key;

test('a run reads as one card and one thread, one reply a host, whatever was published in between', async () => {
  on = await stage();
  const worker = on.worker('w1');
  const run = await on.run(plan(HOSTS));

  for (const entry of story) {
    await on.append(run, entry);
    await worker.publish(run);
  }
  await worker.settled();

  await expectMatch(run);
  const [card, ...replies] = shown();
  expect(card?.thread).toBeUndefined();
  expect(new Set(replies.map((reply) => reply.thread))).toEqual(new Set([card?.ts]));
  expect(shown().filter((message) => message.broadcast)).toHaveLength(4);
});

test('with every third answer lost, nothing stands twice and everything stands', async () => {
  let calls = 0;
  const lose = (call: string): Strike | undefined =>
    call !== 'slack:apps.connections.open' && ++calls % 3 === 0 ? { how: 'lose-answer' } : undefined;
  on = await stage({ faults: { strike: lose } });
  const worker = on.worker('w1');
  const run = await on.run(plan(HOSTS));

  for (const entry of story) {
    await on.append(run, entry);
    await worker.publish(run);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await worker.settled();

  expect(calls).toBeGreaterThan(20);
  await expectMatch(run);
}, 120_000);

test('with every third request lost on its way, the same', async () => {
  let calls = 0;
  on = await stage({ faults: { strike: () => (++calls % 3 === 0 ? { how: 'lose-request' } : undefined) } });
  const worker = on.worker('w1');
  const run = await on.run(plan(HOSTS), ...story);

  await worker.publish(run);
  await worker.settled();

  await expectMatch(run);
}, 120_000);

test('three workers publish at once: one of them writes each message', async () => {
  on = await stage();
  const workers = ['w1', 'w2', 'w3'].map((owner) => on.worker(owner));
  const run = await on.run(plan(HOSTS));

  for (const entry of story) {
    await on.append(run, entry);
    await Promise.all(workers.map((worker) => worker.publish(run)));
  }
  await Promise.all(workers.map((worker) => worker.settled()));

  await expectMatch(run);
}, 60_000);

test('a worker that died after Slack took its post leaves nothing that is posted again', async () => {
  on = await stage();
  const run = await on.run(plan(HOSTS), ...story.slice(0, 4));
  const slack = slackWeb({ token: on.at.botToken, apiUrl: on.at.apiUrl });
  await slack.post({
    channel: on.at.channel,
    key: `${run}/card`,
    text: 'as it read when the worker died',
    blocks: [],
  });

  const worker = on.worker('w2');
  await worker.publish(run);
  await worker.settled();

  await expectMatch(run);
});

test('a worker that died while it wrote a message holds up no question, and its message is written later', async () => {
  on = await stage();
  const run = await on.run(plan(HOSTS), ...story.slice(0, 3));
  const worker = on.worker('w2');
  await worker.publish(run);
  await worker.settled();
  // the reply of host-2 is somebody else's, who will not come back; its lease lasts ten seconds
  await on.journal.claimMessage(run, 'host:host-2', 'dead', 10_000);
  for (const entry of story.slice(3, 13)) await on.append(run, entry);
  await worker.publish(run);

  await until(() => keys().includes(`${run}/question:q2`));
  expect(keys()).not.toContain(`${run}/host:host-2`);
  await worker.settled();
  await expectMatch(run);
}, 60_000);

test('a message that somebody deleted is not the end of the thread', async () => {
  on = await stage();
  const worker = on.worker('w1');
  const run = await on.run(plan(HOSTS), ...story.slice(0, 4));
  await worker.publish(run);
  await worker.settled();
  const section = on.workspace.state.messages.find(
    (message) => keyOf(message.metadata) === `${run}/host:host-1`,
  );
  if (!section) throw new Error('host-1 has no reply');
  on.workspace.state.remove(section);

  await on.append(run, ...story.slice(4, 8));
  await worker.publish(run);
  await worker.settled();

  expect(on.reported.join('\n')).toContain('cannot be edited');
  expect(keys()).toContain(`${run}/question:q1`);
});

test('at the rate Slack allows, the strict workspace never has to say "ratelimited" more than in passing', async () => {
  const limited: string[] = [];
  on = await stage({
    ownPace: true,
    onCall: ({ call, code }) => void (code === 'ratelimited' && limited.push(call)),
  });
  const worker = on.worker('w1');
  const run = await on.run(plan(HOSTS));

  for (const entry of story.slice(0, 12)) {
    await on.append(run, entry);
    await worker.publish(run);
  }
  await worker.settled();

  await expectMatch(run);
  expect(limited).toEqual([]);
}, 60_000);

test('while Slack is away nothing is lost, and nobody waits for it', async () => {
  let away = true;
  on = await stage({ faults: { strike: () => (away ? { how: 'refuse', code: '503' } : undefined) } });
  const worker = on.worker('w1');
  const run = await on.run(plan(HOSTS), ...story);

  const from = performance.now();
  await worker.publish(run);
  expect(performance.now() - from).toBeLessThan(500);
  await until(() => on.reported.length > 0);
  away = false;
  await worker.settled();

  await expectMatch(run);
}, 60_000);

test('the classes of failure: refused, not sent, perhaps sent', async () => {
  let strike: Strike | undefined;
  on = await stage({ faults: { strike: () => strike } });
  const slack = slackWeb({ token: on.at.botToken, apiUrl: on.at.apiUrl });
  const gone = new SlackWorkspace();
  const { apiUrl: nobody } = await gone.listen();
  await gone.close();
  const nowhere = slackWeb({ token: on.at.botToken, apiUrl: nobody });
  const message = { channel: on.at.channel, key: 'k', text: 'hello', blocks: [] };

  await expect(slack.post({ ...message, channel: 'C-NOWHERE' })).rejects.toBeInstanceOf(Refused);
  await expect(slack.post({ ...message, channel: 'C-NOWHERE' })).rejects.toMatchObject({
    code: 'channel_not_found',
  });
  await expect(nowhere.post(message)).rejects.toBeInstanceOf(NotSent);
  for (const how of ['lose-answer', 'truncate', 'html'] as const) {
    strike = { how };
    await expect(slack.post(message)).rejects.toBeInstanceOf(Unreachable);
  }
  strike = { how: 'refuse', code: 'ratelimited' };
  await expect(slack.post(message)).rejects.toBeInstanceOf(NotSent);
  strike = undefined;
  // it is kept to without asking again
  await expect(slack.post(message)).rejects.toBeInstanceOf(NotSent);
  await expect(slack.find({ channel: on.at.channel, key: 'k' })).resolves.toMatchObject({
    ts: expect.any(String) as string,
  });
});

test('a plan is shown where it was asked for, once, with its Start button', async () => {
  on = await stage({ faults: { strike: onlyFirst('slack:chat.postMessage', { how: 'lose-answer' }) } });
  const worker = on.worker('w1');
  const request = { id: 'ask-1', replyTo: { channel: on.at.channel } };

  await worker.planReply?.(request, { plan: plan(HOSTS) });
  await worker.planReply?.(request, { plan: plan(HOSTS) });

  expect(
    shown()
      .filter((message) => message.thread === undefined)
      .map((message) => message.buttons.map(({ text }) => text)),
  ).toEqual([['Start']]);
});

function onlyFirst(call: string, strike: Strike): (called: string) => Strike | undefined {
  let struck = false;
  return (called) => {
    if (struck || called !== call) return undefined;
    struck = true;
    return strike;
  };
}
