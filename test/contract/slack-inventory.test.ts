/** The inventory in Slack: two files in the run's thread, and a loss that an approver accepts with a reason, on real sockets. */
import type { Ask } from '../../src/domain/decision';
import type { Inventory } from '../../src/domain/inventory';
import { inventoryFilesOf } from '../../src/domain/inventory-files';
import type { Plan } from '../../src/domain/plan';
import { problems } from '../../src/domain/problems';
import { stage, type Stage } from '../support/slack-stage';
import { ask, asked, began, done, plan } from '../unit/slack/story';

let on: Stage;
afterEach(async () => on.close());

const LINE = 'before-01-disable-ha';
const INVENTORY: Inventory = {
  v: 1,
  name: 'pool-a',
  uuid: 'pool-a-uuid',
  pool: { networks: [], srs: [], tags: ['=prod'], otherConfig: {} },
  hosts: [],
};
const LOST = 'host-1 no longer has the bond bond0 of eth2, eth3.';
const LOSS: Ask = {
  ...ask('accept-loss', '1 thing of host-1 is not as recorded. Go on without?', [LOST]),
  problem: problems.inventoryLost('host-1', [LOST], ['xe bond-create network-uuid=NETWORK']),
};

/** The first line of this plan records the inventory. */
function recording(): Plan {
  const made = plan(['host-1']);
  return {
    ...made,
    sections: made.sections.map((section) => ({
      ...section,
      lines: section.lines.map((line) => (line.id === LINE ? { ...line, kind: 'record-inventory' } : line)),
    })),
  };
}

async function publish(run: string): Promise<void> {
  const worker = on.worker(`w-${Math.random()}`, undefined, async (one) => inventoryFilesOf(one));
  await worker.publish(run);
  await worker.settled();
}

const messages = () => on.workspace.view().channels[0]?.messages ?? [];
const questionTs = (): string =>
  messages().find(({ buttons }) => buttons.some(({ text }) => text === 'Accept the loss'))!.ts;
const answers = async (run: string): Promise<readonly unknown[]> =>
  (await on.journal.read(run)).flatMap(({ entry }) =>
    entry.type === 'QuestionAnswered' ? [[entry.by.name, entry.says, entry.reason]] : [],
  );

async function losing(): Promise<string> {
  const run = await on.run(
    plan(['host-1']),
    began('host-1-01-ask-for-host'),
    asked('host-1-01-ask-for-host', 'q1', LOSS),
  );
  await publish(run);
  return run;
}

test('the record is in the thread as JSON and CSV once it is done, each once, and not before', async () => {
  on = await stage();
  const run = await on.run(recording(), { type: 'LineBegan', line: LINE, before: INVENTORY });
  await publish(run);
  expect(messages().flatMap(({ files }) => files)).toEqual([]);

  await on.append(run, done(LINE, 'recorded'));
  await publish(run);
  await publish(run);

  const files = on.workspace.state.messages.flatMap((message) => message.files);
  expect(files.map(({ name }) => name)).toEqual(['inventory-pool-a.json', 'inventory-pool-a.csv']);
  expect(JSON.parse(files[0]!.content.toString('utf8'))).toMatchObject(INVENTORY);
  expect(files[1]!.content.toString('utf8')).toContain("pool-a,pool,pool-a,tag,'=prod\r\n");
});

test('what is lost is shown with what to do, and accepted only with a reason', async () => {
  on = await stage();
  await on.bot();
  const run = await losing();
  const shown = messages().find(({ ts }) => ts === questionTs())!;
  expect(JSON.stringify(shown)).toMatch(/INVENTORY_LOST[\s\S]*xe bond-create/);

  const opened = await on.act('UBOB', 'click', { message: questionTs(), button: 'Accept the loss' });
  const empty = await on.act('UBOB', 'submit', { values: {} });

  expect(opened).toMatchObject({ acked: true, modal: expect.any(String) as string });
  expect(empty).toMatchObject({ error: 'missing_value' });
  expect(await answers(run)).toEqual([]);
});

test('an approver’s reason is in the journal and in the thread; a requester may not accept', async () => {
  on = await stage();
  await on.bot();
  const run = await losing();

  await on.act('UCAT', 'click', { message: questionTs(), button: 'Accept the loss' });
  const refused = await on.act('UCAT', 'submit', { values: { text: 'I say so' } });
  expect(refused.ephemeral).toContain('may not approve');

  await on.act('UBOB', 'click', { message: questionTs(), button: 'Accept the loss' });
  await on.act('UBOB', 'submit', { values: { text: 'the storage network was moved' } });
  await publish(run);

  expect(await answers(run)).toEqual([['Bob', 'yes', 'the storage network was moved']]);
  expect(JSON.stringify(messages())).toMatch(/Loss accepted by Bob[\s\S]*the storage network was moved/);
});
