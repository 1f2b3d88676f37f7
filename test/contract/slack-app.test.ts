/** The real Bolt app on real sockets: every command and every press is acknowledged in time, recorded once and answered. */
import type { Plan } from '../../src/domain/plan';
import type { Operator } from '../../src/engine/operator';
import { stage, until, type Stage } from '../support/slack-stage';
import { ask, asked, began, plan } from '../unit/slack/story';

const HOSTS = ['host-1', 'host-2', 'host-3'];
let on: Stage;
afterEach(async () => on.close());

/** A run that asks whether host-1 may be upgraded, shown in Slack. */
async function asking(): Promise<{ readonly run: string; readonly question: string }> {
  const run = await on.run(
    plan(HOSTS),
    began('host-1-01-ask-for-host'),
    asked('host-1-01-ask-for-host', 'q1', ask('approve', 'Upgrade host-1 now?')),
  );
  await publish(run);
  return { run, question: messageWith('Approve').ts };
}

async function publish(run: string): Promise<void> {
  const worker = on.worker(`w-${Math.random()}`);
  await worker.publish(run);
  await worker.settled();
}

const messages = (): ReturnType<Stage['workspace']['view']>['channels'][number]['messages'] =>
  on.workspace.view().channels[0]?.messages ?? [];

function messageWith(button: string): ReturnType<typeof messages>[number] {
  const found = messages().find((message) => message.buttons.some(({ text }) => text === button));
  if (!found) throw new Error(`no message has a button ${button}`);
  return found;
}

const answers = async (run: string): Promise<readonly unknown[]> =>
  (await on.journal.read(run)).flatMap(({ entry }) =>
    entry.type === 'QuestionAnswered' ? [{ by: entry.by, says: entry.says, reason: entry.reason }] : [],
  );

test('a command is acknowledged at once and answered to whoever typed it, and to nobody else', async () => {
  on = await stage();
  await on.bot();

  const acted = await on.act('UCAT', 'command', { text: '/xsupgrade pools' });

  expect(acted).toMatchObject({ acked: true, ephemeral: expect.stringContaining('pool-a') as string });
  expect(acted.ms).toBeLessThan(1_000);
  expect(on.workspace.view().ephemerals.map(({ to }) => to)).toEqual(['UCAT']);
  expect(messages()).toEqual([]);
});

test('a command nobody knows and a pool nobody knows get their sentence', async () => {
  on = await stage();
  await on.bot();

  expect((await on.act('UANN', 'command', { text: '/xsupgrade frobnicate' })).ephemeral).toContain(
    'frobnicate',
  );
  expect((await on.act('UANN', 'command', { text: '/xsupgrade plan pool-x' })).ephemeral).toContain('pool-x');
});

test('what a person types arrives as they typed it', async () => {
  on = await stage();
  await on.bot();

  const acted = await on.act('UANN', 'command', { text: '/xsupgrade status a&b<c' });

  expect(on.workspace.view().ephemerals[0]?.text).toContain('a&amp;b&lt;c');
  expect(acted.ephemeral).not.toContain('&amp;amp;');
});

test('a remedy is asked for by whoever presses, with their authority: a new plan is made in the channel of the old one', async () => {
  on = await stage();
  await on.bot();
  const made = plan(HOSTS);
  const finding = {
    check: 'auto-start',
    on: 'pool-a',
    what: 'VMs start by themselves.',
    evidence: [],
    advice: [],
  };
  const offering: Plan = {
    ...made,
    findings: [{ ...finding, severity: 'block', remedy: { kind: 'by-hand', args: {} } }],
  };
  await on.journal.savePlan(offering);
  await on.worker('w1').planReply?.({ id: 'ask-0', replyTo: { channel: on.at.channel } }, { plan: offering });
  const { ts } = messageWith('Plan with remedy: auto-start');

  const viewer = await on.act('UCAT', 'click', { message: ts, button: 'Plan with remedy: auto-start' });
  const before = await on.journal.openRequests();
  const operator = await on.act('UANN', 'click', { message: ts, button: 'Plan with remedy: auto-start' });

  expect(viewer.ephemeral).toContain('Cat may not plan on pool-a');
  expect(before).toEqual([]);
  expect(operator.ephemeral).toContain('Looking at pool-a');
  expect(
    (await on.journal.openRequests()).map(({ pool, by, args, replyTo }) => ({ pool, by, args, replyTo })),
  ).toEqual([
    {
      pool: 'pool-a',
      by: { id: 'UANN', name: 'Ann' },
      args: { to: '7.1.2', remedies: ['auto-start'] },
      replyTo: { channel: on.at.channel },
    },
  ]);
});

test('another person approves: it is recorded under their name, and the buttons go', async () => {
  on = await stage();
  await on.bot();
  const { run, question } = await asking();

  const acted = await on.act('UBOB', 'click', { message: question, button: 'Approve' });
  await publish(run);

  expect(acted).toMatchObject({ acked: true, ephemeral: expect.stringContaining('q1') as string });
  expect(await answers(run)).toEqual([{ by: { id: 'UBOB', name: 'Bob' }, says: 'yes', reason: undefined }]);
  const shown = messages().find((message) => message.ts === question);
  expect(shown?.buttons).toEqual([]);
  expect(JSON.stringify(shown?.blocks)).toContain('✓ *Approved by Bob*');
});

test('whoever started the run, or has no role for it, reads why they may not approve; the button stays', async () => {
  on = await stage();
  await on.bot();
  const { run, question } = await asking();

  const own = await on.act('UANN', 'click', { message: question, button: 'Approve' });
  const viewer = await on.act('UCAT', 'click', { message: question, button: 'Approve' });

  expect(own.ephemeral).toMatch(/Ann/);
  expect(viewer.ephemeral).toMatch(/Cat/);
  expect(await answers(run)).toEqual([]);
  expect(messageWith('Approve').ts).toBe(question);
});

test('of two approvers who press together one counts, the other is told who was first', async () => {
  on = await stage();
  await on.bot();
  const { run, question } = await asking();

  const acted = await Promise.all(
    ['UBOB', 'UDAN'].map((as) => on.act(as, 'click', { message: question, button: 'Approve' })),
  );

  const recorded = await answers(run);
  expect(recorded).toHaveLength(1);
  const first = JSON.stringify(recorded).includes('Bob') ? 'Bob' : 'Dan';
  const told = acted.map(({ ephemeral }) => ephemeral ?? '').filter((text) => text.includes('✗'));
  expect(told).toHaveLength(1);
  expect(told[0]).toContain(first);
});

test('a stale screen may still press: the person is told who decided, nothing changes', async () => {
  on = await stage();
  await on.bot();
  const { run, question } = await asking();
  await on.act('UBOB', 'click', { message: question, button: 'Approve' });
  await publish(run);

  const stale = await on.act('UDAN', 'click', { message: question, button: 'Decline' });
  const submitted =
    stale.modal === undefined
      ? stale
      : await on.act('UDAN', 'submit', { message: stale.modal, values: { text: 'too late' } });

  expect(submitted.ephemeral).toContain('Bob');
  expect(await answers(run)).toHaveLength(1);
});

test('to decline, a reason is asked for in a modal, and it is in the journal', async () => {
  on = await stage();
  await on.bot();
  const { run, question } = await asking();

  const opened = await on.act('UBOB', 'click', { message: question, button: 'Decline' });
  const empty = await on.act('UBOB', 'submit', { values: {} });
  const given = await on.act('UBOB', 'submit', { values: { text: 'the backup is still running' } });

  expect(opened).toMatchObject({ acked: true, modal: expect.any(String) as string });
  expect(empty).toMatchObject({ error: 'missing_value' });
  expect(given).toMatchObject({ acked: true, ephemeral: expect.stringContaining('no to q1') as string });
  expect(await answers(run)).toEqual([
    { by: { id: 'UBOB', name: 'Bob' }, says: 'no', reason: 'the backup is still running' },
  ]);
  expect(on.workspace.view().modals).toEqual([]);
});

test('pause, resume and abort from the card are recorded with who pressed', async () => {
  on = await stage();
  await on.bot();
  const { run } = await asking();
  const card = messageWith('Pause').ts;

  await on.act('UANN', 'click', { message: card, button: 'Pause' });
  await publish(run);
  await on.act('UANN', 'click', { message: card, button: 'Resume' });
  await publish(run);
  await on.act('UDAN', 'click', { message: card, button: 'Abort' });
  await on.act('UDAN', 'submit', { values: { text: 'storage alarm' } });

  const said = (await on.journal.read(run)).flatMap(({ entry }) =>
    entry.type === 'PauseRequested' || entry.type === 'RunResumed' || entry.type === 'AbortRequested'
      ? [`${entry.type} ${entry.by.name}`]
      : [],
  );
  expect(said).toEqual(['PauseRequested Ann', 'RunResumed Ann', 'AbortRequested Dan']);
});

test('when the journal does not answer, the person reads "not recorded, press again", and hears of it when it was after all', async () => {
  on = await stage();
  let letGo: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const stuck: Operator = {
    ...on.operator,
    answer: async (...words) => {
      await slow;
      return on.operator.answer(...words);
    },
  };
  await on.bot(stuck);
  const { run, question } = await asking();

  const acted = await on.act('UBOB', 'click', { message: question, button: 'Approve' });
  expect(acted.acked).toBe(true);
  expect(acted.ephemeral).toContain('Not recorded: press again.');
  expect(messageWith('Approve').ts).toBe(question);
  expect(await answers(run)).toEqual([]);

  letGo();
  await until(() => on.workspace.view().ephemerals.some(({ text }) => text.includes('yes to q1')));
});

test('a press that fails is told and can be repeated', async () => {
  on = await stage();
  let broken = true;
  await on.bot({
    ...on.operator,
    answer: async (...words) =>
      broken ? Promise.reject(new Error('database is locked')) : on.operator.answer(...words),
  });
  const { run, question } = await asking();

  const first = await on.act('UBOB', 'click', { message: question, button: 'Approve' });
  broken = false;
  const second = await on.act('UBOB', 'click', { message: question, button: 'Approve' });

  expect(first.ephemeral).toContain('Not recorded: press again.');
  expect(second.ephemeral).toContain('yes to q1');
  expect(await answers(run)).toHaveLength(1);
});

test('in a thread, where slash commands do not work, a mention does the same', async () => {
  on = await stage();
  await on.bot();

  const acted = await on.act('UCAT', 'command', { text: '@xsupgrade pools' });

  expect(acted).toMatchObject({ acked: true, ephemeral: expect.stringContaining('pool-a') as string });
});

test('65 commands, one every 100 ms, are all answered while a socket is recycled', async () => {
  on = await stage();
  await on.bot();

  const acted: Promise<{ readonly acked: boolean }>[] = [];
  for (let n = 0; n < 65; n++) {
    if (n === 10) on.workspace.recycleSocket();
    acted.push(on.act('UCAT', 'command', { text: '/xsupgrade pools' }));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }

  expect((await Promise.all(acted)).filter(({ acked }) => acked)).toHaveLength(65);
}, 30_000);

test('a token revoked while a socket reconnects leaves the process alive and the other socket at work', async () => {
  let revoked = false;
  on = await stage({
    faults: {
      strike: (call) =>
        revoked && call === 'slack:apps.connections.open'
          ? { how: 'refuse', code: 'invalid_auth' }
          : undefined,
    },
  });
  const app = await on.bot();
  revoked = true;
  on.workspace.recycleSocket();

  await until(() => on.logged.some(({ level, text }) => level === 'error' && text.includes('invalid_auth')));
  const acted = await on.act('UCAT', 'command', { text: '/xsupgrade pools' });

  expect(acted.acked).toBe(true);
  expect(app.sockets().filter(({ connected }) => connected)).toHaveLength(1);
}, 30_000);
