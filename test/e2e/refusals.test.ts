/** What cannot be done as asked: each its sentence and its exit code, and nothing is changed by it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allText } from '../../src/demo/players';
import { parse, stringify } from 'yaml';
import { isAsked, played, POOL, started } from '../support/e2e-people';
import { openE2e, until, type CliAnswer, type E2eStage, type Process } from '../support/e2e-stage';

let stage: E2eStage;
const directories: string[] = [];

beforeAll(async () => {
  stage = await openE2e({ speed: 60, slack: true });
}, 60_000);
afterAll(async () => {
  await stage.close();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Asked of the pretend cloud while `work` was done, and meant to change it. */
async function changedBy(work: () => Promise<unknown>): Promise<readonly string[]> {
  const since = (await stage.truth()).calls.at(-1)?.n ?? 0;
  await work();
  const calls = (await stage.truth()).calls.filter(({ n }) => n > since);
  return calls
    .filter(({ mutates, face }) => mutates && face !== 'slack')
    .map(({ face, call }) => `${face}:${call}`);
}

/** The configuration with something changed, in a directory and with a journal of its own. */
function otherwise(change: {
  readonly env?: (lines: string) => string;
  readonly pools?: (all: Pools) => void;
}): string {
  const directory = mkdtempSync(join(tmpdir(), 'xsupgrade-e2e-other-'));
  directories.push(directory);
  for (const file of ['pools.yaml', '.env']) cpSync(join(stage.dir, file), join(directory, file));
  const [env, pools] = [join(directory, '.env'), join(directory, 'pools.yaml')];
  if (change.env) writeFileSync(env, change.env(readFileSync(env, 'utf8')));
  if (change.pools) {
    const all = parse(readFileSync(pools, 'utf8')) as Pools;
    change.pools(all);
    writeFileSync(pools, stringify(all));
  }
  return directory;
}
interface Pools {
  people?: Record<string, string>;
  pools: Record<string, { hosts: { address: string; fingerprint: string }[] }>;
}

const errorOf = ({ document }: CliAnswer) =>
  document['error'] as {
    readonly code: string;
    readonly what: string;
    readonly why: string;
    readonly doThis: readonly string[];
  };

test('a plan is made without one call that changes anything', async () => {
  let plan: CliAnswer | undefined;
  const changed = await changedBy(async () => (plan = await stage.cli('Ann', 'plan', POOL)));

  expect(changed).toEqual([]);
  expect(plan).toMatchObject({ code: 0, document: { v: 1, pool: POOL, verdict: 'go' } });
}, 60_000);

test('a blocked plan is printed whole, ends with 1, and cannot be started', async () => {
  let plan: CliAnswer | undefined;
  let refused: CliAnswer | undefined;
  const changed = await changedBy(async () => {
    plan = await stage.cli('Ann', 'plan', POOL, '--to', '6.2.0');
    refused = await stage.cli('Ann', 'start', String(plan.document['plan']));
  });

  expect(plan).toMatchObject({ code: 1, document: { verdict: 'blocked', target: '6.2.0' } });
  expect(plan?.document['sections']).toHaveLength(5);
  expect(refused).toMatchObject({ code: 1, document: { error: { code: 'PLAN_BLOCKED' } } });
  expect(changed).toEqual([]);
}, 60_000);

const refusals: readonly (readonly [string, string | undefined, readonly string[], number, string])[] = [
  ['an unknown pool', 'Ann', ['plan', 'pool-z'], 1, 'POOL_UNKNOWN'],
  ['an unknown plan', 'Ann', ['start', 'pool-a-nothing'], 1, 'PLAN_UNKNOWN'],
  ['an unknown run', 'Ann', ['status', 'run-nothing'], 1, 'RUN_UNKNOWN'],
  ['a viewer who wants a plan', 'Cat', ['plan', POOL], 1, 'NOT_ALLOWED'],
  ['an approver who wants to abort', 'Bob', ['abort', POOL], 1, 'NO_RUN'],
  ['an unknown command', 'Ann', ['upgrade', POOL], 2, 'UNKNOWN_COMMAND'],
  ['a word too many', 'Ann', ['plan', POOL, 'now'], 2, 'USAGE'],
  ['an option without its value', 'Ann', ['plan', POOL, '--to'], 2, 'USAGE'],
];

test.each(refusals)(
  '%s: said in one document with its exit code, and nothing is changed',
  async (_what, as, words, code, problem) => {
    let answer: CliAnswer | undefined;
    const changed = await changedBy(async () => (answer = await stage.cli(as, ...words)));

    expect(answer?.code).toBe(code);
    const error = errorOf(answer!);
    expect(Object.keys(answer!.document)).toEqual(['error']);
    expect(Object.keys(error)).toEqual(['code', 'what', 'why', 'doThis']);
    expect(error.code).toBe(problem);
    expect([error.what, error.why].every((text) => text.length > 0)).toBe(true);
    expect(error.doThis.length).toBeGreaterThan(0);
    expect(changed).toEqual([]);
  },
  60_000,
);

test('what can be done ends with 0', async () => {
  const answers = await Promise.all([
    stage.cli('Cat', 'pools'),
    stage.cli('Cat', 'obligations', POOL),
    stage.cli(undefined, 'help'),
  ]);

  expect(answers.map(({ code }) => code)).toEqual([0, 0, 0]);
}, 60_000);

test('a wrong password of XAPI: unreachable, with the pool and what to check, and never the password', async () => {
  const directory = otherwise({
    env: (lines) => lines.replace(/^XAPI_PASSWORD=.*$/m, 'XAPI_PASSWORD=not-the-one'),
  });
  let answer: CliAnswer | undefined;
  const changed = await changedBy(async () => (answer = await stage.cliIn(directory, 'Ann', 'plan', POOL)));

  expect(answer?.code).toBe(3);
  expect(errorOf(answer!)).toMatchObject({ code: 'POOL_UNREAD' });
  expect(JSON.stringify(answer)).toContain(POOL);
  expect(JSON.stringify(answer)).not.toContain('not-the-one');
  expect(changed).toEqual([]);
}, 60_000);

test('a configuration that is not understood: every mistake at once, and 3', async () => {
  const directory = otherwise({
    pools: ({ pools }) => {
      const [first, second] = pools[POOL]?.hosts ?? [];
      if (first) first.fingerprint = 'blue';
      if (second) second.address = 'host-2';
    },
  });
  const answer = await stage.cliIn(directory, 'Ann', 'pools');

  expect(answer.code).toBe(3);
  expect(errorOf(answer)).toMatchObject({ code: 'CONFIG_INVALID' });
  for (const key of ['hosts[0].fingerprint', 'hosts[1].address'])
    expect(JSON.stringify(answer.document)).toContain(key);
}, 60_000);

test('acting as somebody else is refused where the configuration is not the simulator’s', async () => {
  const directory = otherwise({
    env: (lines) => lines.replace(/^(XSUPGRADE_CONTROL_URL|SLACK_\w+)=.*$/gm, ''),
  });
  let answer: CliAnswer | undefined;
  const changed = await changedBy(async () => (answer = await stage.cliIn(directory, 'Ann', 'plan', POOL)));

  expect(answer).toMatchObject({
    code: 1,
    document: { error: { code: 'AS_ONLY_SIMULATED', what: '--as Ann is refused.' } },
  });
  expect(changed).toEqual([]);
}, 60_000);

test('a login that is mapped to nobody may read and nothing else', async () => {
  const directory = otherwise({ pools: (all) => delete all.people });
  let plan: CliAnswer | undefined;
  const changed = await changedBy(async () => (plan = await stage.cliIn(directory, undefined, 'plan', POOL)));
  const read = await Promise.all(
    [['pools'], ['obligations', POOL]].map((words) => stage.cliIn(directory, undefined, ...words)),
  );

  expect(plan).toMatchObject({ code: 1, document: { error: { code: 'NOT_ALLOWED' } } });
  expect(read.map(({ code }) => code)).toEqual([0, 0]);
  expect(read[0]?.document).toMatchObject({ pools: [{ pool: POOL, roles: ['viewer'] }] });
  expect(changed).toEqual([]);
}, 60_000);

describe('in Slack, with an approval open', () => {
  let worker: Process;
  let run: string;
  let where: { readonly message: string; readonly button: string };

  beforeAll(async () => {
    [, worker] = await Promise.all([stage.begin('bot'), stage.begin('worker')]);
    run = await started(stage);
    await played(stage, run, { answers: () => false, to: (one) => isAsked(one, 'pool') });
    where = await until(
      'its message',
      async () =>
        ((await stage.slack()).channels[0]?.messages ?? []).flatMap((message) => {
          const button = message.buttons.find(({ text }) => text === 'Approve');
          return button && allText(message).includes('Approval needed')
            ? [{ message: message.ts, button: button.id }]
            : [];
        })[0],
    );
  }, 150_000);

  // it would begin what Bob approves
  afterAll(async () => {
    worker.kill('SIGKILL');
    await worker.ended;
  });

  const answersIn = async () =>
    (await stage.entries(run)).flatMap(({ entry }) =>
      entry.type === 'QuestionAnswered' ? [entry.by.name] : [],
    );

  test.each([
    ['somebody who may only look', 'UCAT', 'Cat may not approve on pool-a.'],
    ['whoever made and started the run', 'UANN', 'Ann made or started this run and may not approve it.'],
  ])(
    '%s presses Approve: told why not, and nothing is recorded',
    async (_who, person, says) => {
      const pressed = await stage.act(person, { do: 'click', ...where });

      expect(pressed.acked).toBe(true);
      expect(pressed.ephemeral).toContain(says);
      expect(await answersIn()).toEqual([]);
    },
    60_000,
  );

  test('a button that has been pressed and is gone: told who decided and when, and nothing more is recorded', async () => {
    const first = await stage.act('UBOB', { do: 'click', ...where });
    await until('the button to go', async () =>
      ((await stage.slack()).channels[0]?.messages ?? []).some(
        ({ ts, buttons }) => ts === where.message && !buttons.some(({ text }) => text === 'Approve'),
      ),
    );

    const stale = await stage.act('UDAN', { do: 'click', ...where });

    expect([first.acked, stale.acked]).toEqual([true, true]);
    expect(stale.ephemeral).toMatch(/Bob has answered q1 already: yes, at \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(await answersIn()).toEqual(['Bob']);
  }, 60_000);
});

test('another certificate than the pinned one: nothing is sent to it, both fingerprints are shown', async () => {
  const pinned = stage.at.pools[0]?.hosts.find(({ name }) => name === 'host-1')?.xapi.fingerprint ?? '';
  await stage.world({ do: 'rotate-keys', host: 'host-1' });
  const directory = otherwise({});
  let answer: CliAnswer | undefined;
  const changed = await changedBy(async () => (answer = await stage.cliIn(directory, 'Ann', 'plan', POOL)));

  expect(answer?.code).toBe(3);
  const { code, what, why } = errorOf(answer!);
  expect(code).toBe('WRONG_KEY');
  expect(what).toContain('host-1');
  expect(why).toContain(pinned);
  expect(changed.filter((call) => call.startsWith('xapi:'))).toEqual([]);
}, 60_000);
