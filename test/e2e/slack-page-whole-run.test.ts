/** A whole upgrade in a real browser: planned and started by Ann, approved by Bob, to the end; everything is given back. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { breaches, type Truth } from '../../src/demo/verdict';
import type { Announcement } from '../../src/sim/serve';
import type { WorkspaceView } from '../../src/sim/slack/workspace';

/** Set to a directory to look at what the browser saw. */
const SCREENSHOTS = process.env['SCREENSHOTS'];
const ROOT = join(__dirname, '..', '..');
/** Pool seconds a second: ten hours of upgrade in about a minute. */
const SPEED = 600;
/** Wall milliseconds for each process to be there. */
const SETTING_UP = 25_000;

const children: ChildProcess[] = [];
let directory: string;
let at: Announcement | undefined;
let complaints = '';

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'xsupgrade-page-'));
  const sim = begin('sim/main', '--speed', String(SPEED), '--write-config', directory);
  let said = '';
  sim.stdout?.on('data', (text: Buffer) => (said += text.toString()));
  await until(() => said.includes('\n'), SETTING_UP);
  at = JSON.parse(said) as Announcement;
  // the bot makes the journal's tables; the worker finds them
  begin('bot', '--config', directory);
  await until(async () => (await slack()).sockets === 2, SETTING_UP);
  begin('worker', '--config', directory);
}, 60_000);

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

function begin(name: string, ...words: readonly string[]): ChildProcess {
  const child = spawn(
    process.execPath,
    ['-r', join(ROOT, 'test/support/typescript.cjs'), join(ROOT, `src/${name}.ts`), ...words],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  child.stderr?.on('data', (text: Buffer) => (complaints += text.toString()));
  children.push(child);
  return child;
}

async function until(isSo: () => boolean | Promise<boolean>, wall = 60_000): Promise<void> {
  const end = performance.now() + wall;
  while (!(await isSo())) {
    if (performance.now() > end)
      throw new Error(`It did not become so: ${String(isSo)}\n${await lastWords()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What stands in the channel and what the processes complained of, for whoever looks into a failure. */
const lastWords = async (): Promise<string> => {
  const said = at ? ((await slack()).channels[0]?.messages ?? []).map((message) => message.text) : [];
  return [...said, complaints.slice(-4000)].join('\n');
};
const running = (): Announcement => {
  if (!at) throw new Error('the simulator has not said where it is');
  return at;
};
const control = (path: string): string => `${running().control.replace(/\/$/, '')}${path}`;
const slack = async (): Promise<WorkspaceView> =>
  (await (await fetch(control('/slack'))).json()) as WorkspaceView;
const truth = async (): Promise<Truth> => (await (await fetch(control('/truth'))).json()) as Truth;

/** The person at the machine: boots the installer when the line asks for it. */
async function bootWhereAsked(booted: Set<string>): Promise<void> {
  for (const message of (await slack()).channels[0]?.messages ?? []) {
    const [, host = '', version = ''] =
      /(\S+) \([^)]*\) is empty, in maintenance and disabled\. Boot it from the (\S+) ISO/.exec(
        JSON.stringify(message.blocks).replaceAll('*', ''),
      ) ?? [];
    if (host === '' || booted.has(host)) continue;
    booted.add(host);
    await fetch(control('/world'), {
      method: 'POST',
      body: JSON.stringify([{ do: 'boot-iso', pool: 'pool-a', host, version }]),
    });
  }
}

async function look(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

let asked = 0;
/** Presses a button in the thread, and what Slack asks before it counts. */
async function press(page: Page, label: RegExp): Promise<boolean> {
  const button = page.getByLabel('Replies').getByRole('button', { name: label }).first();
  if ((await button.count()) === 0 || !(await button.isEnabled())) return false;
  await look(page, `run-2-asks-${++asked}`);
  await button.click();
  const yes = page.locator('[data-confirm=yes]');
  if (await yes.isVisible()) await yes.click();
  await button.waitFor({ state: 'detached' });
  return true;
}

test('Ann plans and starts, Bob approves each host, and the pool ends on the new version with everything given back', async () => {
  const before = await truth();
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const broken: string[] = [];
    page.on('pageerror', (error) => broken.push(error.message));
    await page.goto(`${running().slack.page}#UANN`);
    await page.getByLabel('Message', { exact: true }).fill('/xsupgrade plan pool-a');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.locator('[data-confirm=yes]').click();
    await page.getByLabel('Replies').getByText('Approval needed: pool-a').waitFor();
    await look(page, 'run-1-started');

    await page.locator('[data-person=UBOB]').click();
    const booted = new Set<string>();
    let approvals = 0;
    const over = page.getByLabel('Replies').getByText('finished in');
    await until(async () => {
      if (await press(page, /^(Approve|Confirm|Accept key)$/)) approvals++;
      await bootWhereAsked(booted);
      if ((await page.getByLabel('Replies').getByRole('button', { name: 'Try again' }).count()) > 0)
        throw new Error(`The run is held.\n${await lastWords()}`);
      return (await over.count()) > 0;
    }, 240_000);
    await look(page, 'run-3-finished');

    // the run, the three hosts, and the one that came back with other keys
    expect(approvals).toBe(5);
    expect(broken).toEqual([]);
    expect(breaches(before, await truth(), '7.1.2')).toEqual([]);
    // the last word is the last: card and replies read as they should by then
    expect(await page.getByLabel('Messages').getByText('Finished.').count()).toBe(1);
    expect(await page.locator('#replies .b-actions .button').count()).toBe(0);
  } finally {
    await browser.close();
  }
}, 300_000);
