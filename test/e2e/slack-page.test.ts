/** The page in a real browser: somebody types, somebody else approves, the thread is seen to change. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Entry } from '../../src/domain/journal';
import { stage, until, type Stage } from '../support/slack-stage';
import { ask, asked, began, done, plan, waiting } from '../unit/slack/story';

/** Set to a directory to look at what the browser saw. */
const SCREENSHOTS = process.env['SCREENSHOTS'];
const HOSTS = ['host-1', 'host-2', 'host-3'];
let browser: Browser;
let on: Stage;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
}, 60_000);
afterAll(async () => browser.close());
afterEach(async () => on.close());

async function open(person = 'UANN'): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', (error) => broken.push(error.message));
  await page.goto(`${on.at.page}#${person}`);
  await page.getByText('xsupgrade is connected').waitFor();
  return page;
}
const broken: string[] = [];

async function look(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

async function journalSays(read: () => Promise<string | undefined>): Promise<string> {
  let said: string | undefined;
  await until(() => {
    void read().then((one) => (said = one));
    return said;
  });
  return said ?? '';
}

const become = (page: Page, person: string): Promise<void> => page.locator(`[data-person=${person}]`).click();

async function type(page: Page, line: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(line);
  await page.keyboard.press('Enter');
}

const untilHost1Asks: readonly Entry[] = [
  began('before-01-disable-ha'),
  done('before-01-disable-ha', 'HA is off; its state file was on nfs-1.'),
  began('host-1-01-ask-for-host'),
  asked(
    'host-1-01-ask-for-host',
    'q1',
    ask(
      'approve',
      'Upgrade host-1 (master) now? 4 VMs move to host-2 and host-3, 1 VM is stopped for at most 40 min.',
      [
        'host-1 runs 6.5 and is Enabled and Up.',
        'host-2 has 22,528 MiB free, host-3 has 18,432 MiB.',
        'i-2-9-VM has no tools and is stopped and started again.',
      ],
    ),
  ),
];

test('a run is started and approved by two people in the browser, and the thread follows', async () => {
  on = await stage();
  await on.bot();
  const worker = on.worker('w1');
  const page = await open();
  await look(page, '1-welcome');

  // a plan, as the worker answers it
  await page.getByLabel('Message', { exact: true }).fill('/xsupgrade p');
  await page.getByText('what an upgrade would do').waitFor();
  await look(page, '2-suggestions');
  await type(page, '/xsupgrade plan pool-a');
  await page.getByText('The plan appears in this channel').waitFor();
  const made = { ...plan(HOSTS), madeAt: new Date(Date.UTC(2026, 0, 15, 12)).toISOString() };
  await on.journal.savePlan(made);
  await worker.planReply?.({ id: 'ask-1', replyTo: { channel: on.at.channel } }, { plan: made });
  await page.getByText('It can be done, host by host.').waitFor();
  await look(page, '3-plan');
  await page.getByRole('cell', { name: '✓ ready' }).first().waitFor();
  await page.getByText('2 replies').click();
  await look(page, '3-report');
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name: 'p-1.md' }).click();
  const report = await coming;
  expect(report.suggestedFilename()).toBe('p-1.md');
  expect(readFileSync(await report.path(), 'utf8')).toMatch(/^# Plan for pool-a: 6\.5 → 7\.1\.2\n/);
  await page.getByRole('button', { name: 'Close thread' }).click();

  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByText('Start this plan?').waitFor();
  await look(page, '4-confirm');
  await page.locator('[data-confirm=yes]').click();
  const run = await journalSays(async () => (await on.journal.openRuns())[0]?.id);
  await on.append(run, ...untilHost1Asks);
  await worker.publish(run);
  const thread = page.getByLabel('Replies');
  await thread.getByText('Approval needed: host-1').waitFor();
  await look(page, '5-asking');

  // whoever started it is told why they may not
  await thread.getByRole('button', { name: 'Approve', exact: true }).click();
  await page.locator('[data-confirm=yes]').click();
  await thread.getByText('Only visible to you').waitFor();
  await look(page, '6-refused');
  await become(page, 'UBOB');
  await thread.getByRole('button', { name: 'Approve', exact: true }).click();
  await page.locator('[data-confirm=yes]').click();
  const says = await journalSays(
    async () =>
      (await on.journal.read(run)).flatMap(({ entry }) =>
        entry.type === 'QuestionAnswered' ? [`${entry.by.name} says ${entry.says}`] : [],
      )[0],
  );
  await on.append(
    run,
    done('host-1-01-ask-for-host', 'Bob approved.'),
    began('host-1-02-enter-maintenance'),
    waiting('host-1-02-enter-maintenance', '2 of 4 VMs have left host-1'),
  );
  await worker.publish(run);

  await thread.getByText('✓ Approved by Bob').waitFor();
  await thread.getByText('2 of 4 VMs have left host-1 (since').waitFor();
  await look(page, '7-approved');
  expect(await thread.getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0);
  expect(says).toBe('Bob says yes');

  // a problem, and a modal that asks for a reason
  const problem = {
    code: 'EVACUATION_STALLED',
    what: 'host-1 still has 2 VMs after 20 minutes.',
    why: 'i-2-5-VM and r-4-VM have not moved: host-2 has too little memory.',
    doThis: [
      'Look at the jobs in CloudStack: queryAsyncJobResult',
      'Stop or move i-2-5-VM by hand',
      'Then press Try again, or run: xsupgrade advance run-1',
    ],
  };
  await on.append(
    run,
    { type: 'LineStopped', line: 'host-1-02-enter-maintenance', problem },
    asked(
      'host-1-02-enter-maintenance',
      'q2',
      ask('retry', 'Look again and go on with: Put host-1 into maintenance?', [problem.what, problem.why]),
    ),
  );
  await worker.publish(run);
  await thread.getByText('A person is needed: host-1').waitFor();
  await look(page, '8-held');
  await page.getByLabel('Messages').getByRole('button', { name: 'Abort', exact: true }).click();
  await page.getByText('Abort the run').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Abort', exact: true }).click();
  await page.getByText('Please complete this required field.').waitFor();
  await page.getByLabel('Why?').fill('storage alarm');
  await look(page, '9-modal');
  await page.getByRole('dialog').getByRole('button', { name: 'Abort', exact: true }).click();
  await page.getByText('Abort the run').waitFor({ state: 'detached' });
  await page.getByText('Bob may not').waitFor();

  await worker.settled();
  expect(broken).toEqual([]);
  await page.close();
}, 120_000);

test('a block that the page does not know is an error box, never silence', async () => {
  on = await stage();
  await on.bot();
  on.workspace.state.post({
    channel: on.at.channel,
    user: 'UXSUPGRADE',
    text: 'x',
    broadcast: false,
    blocks: [
      { type: 'carousel', elements: [] },
      { type: 'markdown', text: '# Title\n**bold** and <script>alert(1)</script>' },
    ],
  });
  const page = await open();

  await page.getByRole('alert').getByText('This block cannot be shown: carousel').waitFor();
  expect(await page.locator('#messages script').count()).toBe(0);
  expect(broken).toEqual([]);
  await page.close();
});
