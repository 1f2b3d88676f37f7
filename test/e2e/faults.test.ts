/** One run through four faults, each armed as a fault of the simulator: seen, said to people once, and over when they have looked. */
import { allText } from '../../src/demo/players';
import type { Truth } from '../../src/demo/verdict';
import { openQuestions } from '../../src/domain/run';
import { isAsked, isAt, notOf, played, started, TARGET } from '../support/e2e-people';
import { openE2e, until, type E2eStage } from '../support/e2e-stage';

let stage: E2eStage;
let before: Truth;
let run: string;

beforeAll(async () => {
  stage = await openE2e({ speed: 400, slack: true });
  before = await stage.truth();
  await stage.begin('worker');
  run = await started(stage);
}, 60_000);
afterAll(() => stage.close());

const hostOf = (truth: Truth, name: string) => truth.pools[0]!.hosts.find((host) => host.name === name)!;

/** Pages whose newest word is a trigger. */
async function openPages(): Promise<readonly Truth['pages'][number][]> {
  const newest = new Map((await stage.truth()).pages.map((page) => [page.dedupKey, page]));
  return [...newest.values()].filter(({ action }) => action === 'trigger');
}

/** The run stands still with this problem: in status, in the thread, on one page; the later hosts are as they were. */
async function held(code: string, later: readonly string[]): Promise<void> {
  const stopped = await until(
    `${code} in the journal`,
    async () => {
      const found = Object.values((await stage.run(run)).lines).find((line) => line.status === 'stopped');
      return found?.problem;
    },
    120_000,
  );
  expect(stopped.code).toBe(code);
  const status = await until('the question what to do', async () => {
    const { document } = await stage.cli('Cat', 'status', run);
    return (document['questions'] as readonly unknown[]).length > 0 && document;
  });
  expect(status).toMatchObject({ phase: 'held', problems: [{ code }], questions: [{ kind: 'retry' }] });
  await until(
    `${code} in the thread`,
    async () =>
      ((await stage.slack()).channels[0]?.messages ?? []).some((message) => {
        const text = allText(message);
        return message.thread !== undefined && text.includes(stopped.what) && text.includes(code);
      }),
    60_000,
  );
  const pages = await until('a page', async () => {
    const open = await openPages();
    return open.length > 0 && open;
  });
  expect(pages.map(({ summary }) => summary)).toEqual([expect.stringContaining(stopped.what)]);
  const now = await stage.truth();
  for (const name of later) {
    const { version, reboots, resourceState, xapiEnabled, prepared } = hostOf(before, name);
    expect(hostOf(now, name)).toMatchObject({ version, reboots, resourceState, xapiEnabled, prepared });
  }
}

/** Bob has looked and says: again. The page closes. */
async function lookedAfter(): Promise<void> {
  const [question] = openQuestions(await stage.run(run));
  const answered = await stage.cli('Bob', 'advance', run, '--question', question?.id ?? '');
  expect(answered).toMatchObject({ code: 0, document: { question: question?.id } });
  await until('the page to be resolved', async () => (await openPages()).length === 0, 60_000);
}

test('CloudStack refuses the maintenance of the master: MAINTENANCE_REFUSED', async () => {
  await stage.fault({
    call: 'cloudstack:prepareHostForMaintenance',
    on: 'host-1',
    how: 'refuse',
    code: '431',
  });
  await played(stage, run, {
    to: (one) => Object.values(one.lines).some(({ status }) => status === 'stopped'),
  });

  await held('MAINTENANCE_REFUSED', ['host-2', 'host-3']);
  await lookedAfter();
}, 300_000);

test('the master does not come back: MASTER_NOT_BACK, and nobody promotes another', async () => {
  await stage.fault(
    { call: 'world:installer', on: 'host-1', how: 'same-version' },
    { call: 'world:boot', on: 'host-1', how: 'never' },
  );
  // what cannot be taken back is asked once more, with a fresh look
  await played(stage, run, { answers: () => true, to: (one) => isAt(one, 'host-1', 'await-host') });
  await stage.setSpeed(1_500);

  await held('MASTER_NOT_BACK', ['host-2', 'host-3']);
  expect((await stage.truth()).pools[0]?.master).toBe(before.pools[0]?.master);
}, 300_000);

test('somebody switches it off and on, and it shows that the installer left the old version: SAME_VERSION', async () => {
  await stage.world({ do: 'power-off', host: 'host-1' }, { do: 'power-on', host: 'host-1' });
  await until('the master at work again', async () => {
    const { bootedAt, live } = hostOf(await stage.truth(), 'host-1');
    return bootedAt !== hostOf(before, 'host-1').bootedAt && live;
  });
  await stage.setSpeed(stage.speed);
  await lookedAfter();

  await held('SAME_VERSION', ['host-2', 'host-3']);
  await stage.world({ do: 'boot-iso', host: 'host-1', version: TARGET });
  await until(
    'the second installation',
    async () => {
      const { version, live } = hostOf(await stage.truth(), 'host-1');
      return version === TARGET && live;
    },
    60_000,
  );
  await lookedAfter();
}, 300_000);

test('a member does not get empty: EVACUATION_STALLED', async () => {
  await played(stage, run, {
    to: (one) => isAsked(one, 'host-2'),
    answers: notOf('host-2'),
  });
  await stage.fault({ call: 'world:evacuation', on: 'host-2', how: 'stall', nth: 0 });
  await played(stage, run, { to: (one) => isAt(one, 'host-2', 'enter-maintenance') });
  await stage.setSpeed(1_000);

  await held('EVACUATION_STALLED', ['host-3']);
  await stage.setSpeed(stage.speed);
  await stage.clearFaults();
  await lookedAfter();
}, 300_000);

test('after all that the pool is upgraded and nothing forbidden was done', async () => {
  const over = await played(stage, run);

  const after = await stage.truth();
  expect(over).toMatchObject({ phase: 'finished', owed: [] });
  // the person at the console booted the ISO a second time on a master that had enabled itself: not the product's deed
  expect(after.violations.filter(({ by }) => by !== 'console')).toEqual([]);
  expect(after.pools[0]?.hosts.map(({ name, version }) => [name, version])).toEqual([
    ['host-1', TARGET],
    ['host-2', TARGET],
    ['host-3', TARGET],
  ]);
  expect(['host-2', 'host-3'].map((name) => hostOf(after, name).reboots)).toEqual([1, 1]);
  await until('every page to be resolved', async () => (await openPages()).length === 0, 60_000);
  const keys = after.pages
    .filter(({ action, severity }) => action === 'trigger' && severity !== 'warning')
    .map(({ dedupKey }) => dedupKey);
  expect(new Set(keys).size).toBe(keys.length);
}, 300_000);
