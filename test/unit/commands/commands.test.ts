/** What a person types becomes exactly one wish, or one sentence that says how to write it. */
import { commands, findCommand, runCommand, understood, type CommandContext } from '../../../commands';
import { splitLine } from '../../../commands/words';
import { Rejected } from '../../../src/domain/errors';
import type { Problem } from '../../../src/domain/problem';
import { operatorSeen, type OperatorSeen } from './operator-seen';

const ann = { id: 'UANN', name: 'Ann' };

function slack(): { readonly context: CommandContext; readonly seen: OperatorSeen } {
  const seen = operatorSeen();
  return {
    context: { operator: seen.operator, person: ann, replyTo: { channel: 'C1', ts: '1.2' } },
    seen,
  };
}

async function refused(line: string): Promise<{ readonly problem: Problem; readonly wishes: number }> {
  const { context, seen } = slack();
  const error: unknown = await runCommand(line, context).catch((thrown: unknown) => thrown);
  if (!(error instanceof Rejected)) throw new Error(`"${line}" was not refused`);
  return { problem: error.problem, wishes: seen.wishes.length };
}

describe('the table of contents', () => {
  test('has the thirteen commands of the product, in the order of help', () => {
    const names = commands.map((command) => command.name);

    expect(names).toEqual([
      'help',
      'pools',
      'plan',
      'why',
      'diff',
      'start',
      'pause',
      'resume',
      'advance',
      'read',
      'status',
      'abort',
      'obligations',
    ]);
  });

  test.each(commands.map((command) => [command.name, command] as const))(
    '%s says how it is written',
    (name, command) => {
      expect(findCommand(name)).toBe(command);
      expect(command.summary).toMatch(/^[A-Z].*\.$/);
      expect(command.usage.length).toBeGreaterThan(0);
      for (const usage of command.usage) expect(usage.split(' ')[0]).toBe(name);
    },
  );

  test('help is generated from it', async () => {
    const { context } = slack();

    const answer = await runCommand('', context);

    expect(answer).toEqual({
      about: 'help',
      commands: commands.map(({ name, usage, summary, roles }) => ({ name, usage, summary, roles })),
    });
  });
});

describe('a line becomes one wish', () => {
  test.each([
    ['pools', 'pools', []],
    [
      'plan pool-a --automatic http://media/xs-7.1.2 --by-hand host-2,host-3',
      'requestPlan',
      [
        'pool-a',
        {
          automatic: 'http://media/xs-7.1.2',
          byHand: ['host-2', 'host-3'],
          replyTo: { channel: 'C1', ts: '1.2' },
        },
      ],
    ],
    [
      'plan pool-a --automatic http://media/xs-7.1.2 --repartition host-2',
      'requestPlan',
      [
        'pool-a',
        {
          automatic: 'http://media/xs-7.1.2',
          repartition: ['host-2'],
          replyTo: { channel: 'C1', ts: '1.2' },
        },
      ],
    ],
    [
      'plan pool-a --automatic <http://media/xs-7.1.2|media/xs-7.1.2>',
      'requestPlan',
      ['pool-a', { automatic: 'http://media/xs-7.1.2', replyTo: { channel: 'C1', ts: '1.2' } }],
    ],
    [
      'plan pool-a --max-down 4',
      'requestPlan',
      ['pool-a', { maxDown: 4, replyTo: { channel: 'C1', ts: '1.2' } }],
    ],
    ['plan pool-a', 'requestPlan', ['pool-a', { replyTo: { channel: 'C1', ts: '1.2' } }]],
    [
      'plan pool-a --to 7.1.2',
      'requestPlan',
      ['pool-a', { to: '7.1.2', replyTo: { channel: 'C1', ts: '1.2' } }],
    ],
    [
      'plan --to=7.1.2 pool-a',
      'requestPlan',
      ['pool-a', { to: '7.1.2', replyTo: { channel: 'C1', ts: '1.2' } }],
    ],
    [
      'plan pool-a —to 7.1.2',
      'requestPlan',
      ['pool-a', { to: '7.1.2', replyTo: { channel: 'C1', ts: '1.2' } }],
    ],
    ['why pool-a', 'newestPlan', ['pool-a']],
    ['start plan-1', 'start', ['plan-1']],
    ['pause run-1', 'pause', ['run-1', {}]],
    [
      'pause run-1 --now --reason the switch is on fire',
      'pause',
      ['run-1', { now: true, reason: 'the switch is on fire' }],
    ],
    ['resume run-1', 'resume', ['run-1']],
    ['advance run-1', 'answer', ['run-1', { says: 'yes' }]],
    ['advance run-1 --question q3', 'answer', ['run-1', { question: 'q3', says: 'yes' }]],
    [
      'advance run-1 --no --reason “not today” --question q3',
      'answer',
      ['run-1', { question: 'q3', says: 'no', reason: 'not today' }],
    ],
    ['status pool-a', 'status', ['pool-a']],
    ['abort run-1 --reason wrong window', 'abort', ['run-1', { reason: 'wrong window' }]],
    ['obligations pool-a', 'obligations', ['pool-a']],
    ['obligations pool-a --give-back ha-off:pool-a', 'giveBack', ['pool-a', 'ha-off:pool-a']],
  ])('%s', async (line, asked, words) => {
    const { context, seen } = slack();

    await runCommand(line, context);

    expect(seen.wishes).toEqual([{ asked, by: 'UANN', words }]);
  });

  test('why shows what blocks and nothing else', async () => {
    const { context } = slack();

    expect(await runCommand('why pool-a', context)).toMatchObject({
      about: 'why',
      plan: { plan: 'plan-1', verdict: 'blocked' },
      blockers: [{ check: 'hosts-ready' }],
    });
  });

  test('diff reads both plans, the older one first', async () => {
    const { context, seen } = slack();

    const answer = await runCommand('diff plan-1 plan-2', context);

    expect(seen.wishes.map(({ asked, words }) => [asked, ...words])).toEqual([
      ['plan', 'plan-1'],
      ['plan', 'plan-2'],
    ]);
    expect(answer).toMatchObject({
      about: 'diff',
      difference: { before: { plan: 'plan-1' }, after: { plan: 'plan-2' } },
    });
  });

  test('taking over shows what is left afterwards', async () => {
    const { context, seen } = slack();

    const answer = await runCommand(
      'obligations pool-a --take-over ha-off:pool-a --reason I do it by hand',
      context,
    );

    expect(seen.wishes.map(({ asked, words }) => ({ asked, words }))).toEqual([
      { asked: 'takeOver', words: ['pool-a', 'ha-off:pool-a', 'I do it by hand'] },
      { asked: 'obligations', words: ['pool-a'] },
    ]);
    expect(answer).toMatchObject({
      about: 'obligations',
      tookOver: { id: 'ha-off:pool-a', reason: 'I do it by hand' },
    });
  });

  test.each([
    ['plan pool-a --remedy auto-start', { remedies: ['auto-start'] }],
    ['plan pool-a --remedy auto-start,capability-rows', { remedies: ['auto-start', 'capability-rows'] }],
    ['plan pool-a --reboot', { reboot: true }],
    ['plan pool-a --reboot --hosts host-1,host-2', { reboot: true, hosts: ['host-1', 'host-2'] }],
    ['plan pool-a --hotfixes all', { hotfixes: 'all' }],
    [
      'plan pool-a --hotfixes XS65E1,XS65E2,XS65E1 --solution 1',
      { hotfixes: ['XS65E1', 'XS65E2'], solution: 1 },
    ],
    ['plan pool-a --updates latest --no-move-back', { updates: 'latest', noMoveBack: true }],
    ['plan pool-a --to 7.1.2 --remedy all', { to: '7.1.2', remedies: ['all'] }],
  ])('%s wishes for these remedies', async (line, wish) => {
    const { context, seen } = slack();

    await runCommand(line, context);

    expect(seen.wishes.map(({ asked, words }) => ({ asked, words }))).toEqual([
      { asked: 'requestPlan', words: ['pool-a', expect.objectContaining(wish)] },
    ]);
  });

  test('a shell makes the plan itself and asks the worker for nothing', async () => {
    const { context, seen } = slack();
    const asked: unknown[] = [];
    const stopped = new Error('planned');
    const makePlan = async (pool: string, wish: { readonly to?: string }): Promise<never> => {
      asked.push([pool, wish]);
      throw stopped;
    };

    await expect(understood(['plan', 'pool-a', '--to', '7.1.2'])({ ...context, makePlan })).rejects.toBe(
      stopped,
    );

    expect(asked).toEqual([['pool-a', { to: '7.1.2' }]]);
    expect(seen.wishes).toEqual([]);
  });
});

describe('bad input gets one sentence and wishes nothing', () => {
  test.each([
    ['upgrade pool-a', 'UNKNOWN_COMMAND', /no command upgrade/],
    ['help me', 'UNKNOWN_COMMAND', /no command me/],
    ['pools pool-a', 'USAGE', /pool-a is one word too many/],
    ['plan', 'USAGE', /POOL is missing/],
    ['plan pool-a pool-b', 'USAGE', /pool-b is one word too many/],
    ['plan pool-a --to', 'USAGE', /--to needs a value/],
    ['plan pool-a --to latest', 'USAGE', /latest is not a version/],
    ['plan pool-a --to 7.1.2 --to 7.2.0', 'USAGE', /--to is given twice/],
    ['plan pool-a --reboot --to 7.1.2', 'USAGE', /--reboot and --to do not go together/],
    ['plan pool-a --hosts host-1', 'USAGE', /--hosts goes with --reboot/],
    ['plan pool-a --reboot --hosts host-1,', 'USAGE', /separated by one comma/],
    [
      'plan pool-a --hotfixes all --to 7.1.2',
      'USAGE',
      /--hotfixes and --to do not go together: make two plans/,
    ],
    ['plan pool-a --updates latest --reboot', 'USAGE', /--updates and --reboot do not go together/],
    ['plan pool-a --hotfixes A --updates latest', 'USAGE', /a release takes the one or the other/],
    ['plan pool-a --updates XS-1', 'USAGE', /--updates takes latest/],
    ['plan pool-a --hotfixes A,', 'USAGE', /names of hotfixes are separated by one comma/],
    ['plan pool-a --hotfixes all,A', 'USAGE', /all stands alone/],
    ['plan pool-a --hotfixes A --solution 3', 'USAGE', /--solution is 1, where CloudStack/],
    ['plan pool-a --solution 2', 'USAGE', /--solution goes with --hotfixes or --updates/],
    ['plan pool-a --no-move-back', 'USAGE', /--no-move-back goes with/],
    ['plan pool-a --remedy', 'USAGE', /--remedy needs a value/],
    ['plan pool-a --remedy auto-start,', 'USAGE', /“” is no name of a check/],
    ['plan pool-a --remedy Auto_Start', 'USAGE', /“Auto_Start” is no name of a check/],
    ['plan pool-a --force', 'USAGE', /knows no --force/],
    ['start', 'USAGE', /PLAN is missing/],
    ['why', 'USAGE', /POOL is missing/],
    ['diff plan-1', 'USAGE', /PLAN is missing/],
    ['diff plan-1 plan-1', 'USAGE', /does not differ from itself/],
    ['pause run-1 --now', 'USAGE', /--now needs --reason/],
    ['pause run-1 --now=yes --reason x', 'USAGE', /--now takes no value/],
    ['advance', 'USAGE', /RUN is missing/],
    ['advance run-1 --no', 'USAGE', /--no needs --reason/],
    ['advance run-1 --question', 'USAGE', /--question needs a value/],
    ['abort', 'USAGE', /RUN is missing/],
    ['abort run-1 --reason', 'USAGE', /--reason needs a value/],
    ['obligations', 'USAGE', /POOL is missing/],
    ['obligations pool-a --take-over x', 'USAGE', /--take-over needs --reason/],
    ['obligations pool-a --reason x', 'USAGE', /--reason goes with --take-over/],
    ['obligations pool-a --give-back x --take-over y --reason z', 'USAGE', /exclude each other/],
  ])('%s', async (line, code, what) => {
    const { problem, wishes } = await refused(line);

    expect(problem.code).toBe(code);
    expect(problem.what).toMatch(what);
    expect(problem.doThis.length).toBeGreaterThan(0);
    expect(wishes).toBe(0);
  });
});

describe('splitting a line', () => {
  test.each([
    ['a  b', ['a', 'b']],
    ['a "b c" d', ['a', 'b c', 'd']],
    ["a 'b c'", ['a', 'b c']],
    ["--reason it's broken", ['--reason', "it's", 'broken']],
    ['', []],
  ])('%s', (line, words) => {
    expect(splitLine(line)).toEqual(words);
  });
});
