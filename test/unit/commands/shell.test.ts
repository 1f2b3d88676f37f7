/** The shell: one document on stdout, and an exit code that a script can rely on. */
import { Rejected, Refused, Unreachable, WrongKey, NotSent } from '../../../src/domain/errors';
import type { Person } from '../../../src/domain/person';
import type { Plan } from '../../../src/domain/plan';
import type { Problem } from '../../../src/domain/problem';
import { problems } from '../../../src/domain/problems';
import type { Doors } from '../../../src/cli/backend';
import { personOf } from '../../../src/cli/doors';
import { shell } from '../../../src/cli/shell';
import { problemText } from '../../../src/cli/text';
import { ConfigInvalid } from '../../../src/config';
import { makePlan } from '../../../src/engine/planner';
import { rollingUpgrade } from '../../../src/procedures/rolling-upgrade';
import { healthyPool, withHost } from '../../support/snapshots';
import { worldOf } from '../../support/world-of';
import { operatorSeen } from './operator-seen';

const blockedPool = withHost(healthyPool(), 'host-2', { live: false });

const planOf = (pool: ReturnType<typeof healthyPool>, by: Person): Promise<Plan> =>
  makePlan({ world: worldOf(pool), procedure: rollingUpgrade, target: '7.1.2', by, at: 0, owed: [] });

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly opened: number;
  readonly closed: number;
}

async function run(
  line: string,
  how: { readonly throws?: Error; readonly opening?: Error; readonly blocked?: boolean } = {},
): Promise<Ran> {
  const count = { opened: 0, closed: 0 };
  const written = { out: '', err: '' };
  const { operator } = operatorSeen();
  const refusing = how.throws;
  const doors: Doors = {
    version: '1.2.3',
    migrate: async () => {
      if (how.opening) throw how.opening;
      return ['001-plans'];
    },
    open: async () => {
      if (how.opening) throw how.opening;
      count.opened++;
      return {
        operator: refusing ? { ...operator, status: async () => Promise.reject(refusing) } : operator,
        person: (login, as) => personOf({ people: { ann: 'UANN' } }, login, as),
        makePlan: async (_pool, _wish, by) => planOf(how.blocked ? blockedPool : healthyPool(), by),
        close: async () => void count.closed++,
      };
    },
  };
  const code = await shell(
    line.split(' ').filter((word) => word !== ''),
    doors,
    {
      out: (text) => void (written.out += text),
      err: (text) => void (written.err += text),
      login: 'ann',
    },
  );
  return { code, ...written, ...count };
}

const errorIn = ({ out }: Ran): { readonly code: string; readonly what: string } =>
  (JSON.parse(out) as { readonly error: { readonly code: string; readonly what: string } }).error;

describe('exit 0: done', () => {
  test.each([
    '',
    'help',
    'help plan',
    'version',
    'version --json',
    'migrate',
    'pools',
    'status run-1',
    'obligations pool-a',
    'plan pool-a',
    'start plan-1',
  ])('xsupgrade %s', async (line) => {
    const ran = await run(line);

    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).not.toBe('');
    expect(ran.closed).toBe(ran.opened);
  });

  test.each([
    ['start plan-1', { run: 'run-1', phase: 'running' }],
    ['pause run-1', { run: 'run-1', phase: 'pausing' }],
    ['resume run-1', { run: 'run-1', phase: 'running' }],
    ['abort run-1', { run: 'run-1', phase: 'aborting' }],
    ['advance run-1', { run: 'run-1', phase: 'running', question: 'q1' }],
    ['migrate', { migrated: ['001-plans'] }],
    ['version', { version: '1.2.3' }],
  ])('%s --json is exactly one document', async (line, document) => {
    const { out } = await run(`${line} --json`);

    expect(JSON.parse(out)).toEqual(document);
    expect(out.trimEnd()).not.toContain('\n');
  });
});

describe('exit 1: refused or blocked', () => {
  test('a blocked plan still prints the whole plan', async () => {
    const ran = await run('plan pool-a --json', { blocked: true });

    const plan = JSON.parse(ran.out) as { verdict: string; sections: readonly unknown[]; snapshot: object };
    expect(ran.code).toBe(1);
    expect(plan.verdict).toBe('blocked');
    expect(plan.sections.length).toBeGreaterThan(0);
    expect(plan.snapshot).toMatchObject({ name: 'pool-a' });
  });

  test('what the operator rejects is a sentence', async () => {
    const throws = new Rejected(problems.runUnknown('run-9'));

    const plain = await run('status run-9', { throws });
    const json = await run('status run-9 --json', { throws });

    expect(plain).toMatchObject({ code: 1, out: '' });
    expect(plain.err).toMatch(/There is no run run-9\. \(RUN_UNKNOWN\)\n {2}Why: .+\n {2}Do this: /);
    expect(json).toMatchObject({ code: 1, err: '' });
    expect(errorIn(json).code).toBe('RUN_UNKNOWN');
  });

  test('what the other side refuses is refused here', async () => {
    const throws = new Refused(problems.sameVersion('host-1', '6.5.0', '7.1.2'));

    expect((await run('status run-1', { throws })).code).toBe(1);
  });

  test('--as is refused outside the simulator, and nothing is asked', async () => {
    const ran = await run('status run-1 --as UBOB --json');

    expect(ran.code).toBe(1);
    expect(errorIn(ran).code).toBe('AS_ONLY_SIMULATED');
    expect(ran.closed).toBe(1);
  });
});

describe('exit 2: usage, before anything is opened', () => {
  test.each([
    'plan',
    'plan pool-a --to',
    'upgrade pool-a',
    'pause run-1 --now',
    'status run-1 --as',
    'help nothing',
    'version 2',
  ])('xsupgrade %s', async (line) => {
    const ran = await run(`${line} --json`);

    expect(ran).toMatchObject({ code: 2, opened: 0, err: '' });
    expect(Object.keys(errorIn(ran))).toEqual(['code', 'what', 'why', 'doThis']);
  });
});

describe('exit 3: unreachable, or the configuration is invalid', () => {
  const mistake = (what: string): Problem => ({
    code: 'CONFIG_INVALID',
    what,
    why: 'Not understood.',
    doThis: ['Write it so.'],
  });

  test('every mistake of the configuration is named', async () => {
    const opening = new ConfigInvalid([
      mistake('pools.yaml: a is wrong.'),
      mistake('pools.yaml: b is wrong.'),
    ]);

    const ran = await run('status run-1 --json', { opening });

    expect(ran.code).toBe(3);
    expect(errorIn(ran).code).toBe('CONFIG_INVALID');
    expect(errorIn(ran).what).toContain('a is wrong');
    expect(errorIn(ran).what).toContain('b is wrong');
    // one mistake made on every host has one remedy
    expect(JSON.parse(ran.out)).toMatchObject({ error: { doThis: ['Write it so.'] } });
  });

  test('advice reads as it is typed in a shell, with the run it is about', () => {
    const told = problemText(
      {
        code: 'HELD',
        what: 'It stands still.',
        why: 'Nobody looked.',
        doThis: ['Press Try again, or run: xsupgrade advance RUN', 'See: /xsupgrade status run-1'],
      },
      'run-1',
    );

    expect(told).toContain('run: xsupgrade advance run-1');
    expect(told).toContain('See: xsupgrade status run-1');
    expect(told).not.toContain('/xsupgrade');
  });

  test.each([
    ['UNREACHABLE', new Unreachable('The database', 'connection refused')],
    ['UNREACHABLE', new NotSent('connection refused at 127.0.0.1:3306')],
    ['WRONG_KEY', new WrongKey('XAPI on host-1', 'tls', 'aa', 'bb')],
    ['POOL_UNREAD', new Rejected(problems.poolUnread('pool-a', 'XAPI: connection refused'))],
    ['UNEXPECTED', new TypeError('x is undefined')],
  ])('%s', async (code, throws) => {
    const ran = await run('status run-1 --json', { throws });

    expect(ran).toMatchObject({ code: 3, closed: 1 });
    expect(errorIn(ran).code).toBe(code);
  });

  test('who does not answer is named, where the connection never stood too', async () => {
    const ran = await run('status run-1 --json', {
      throws: new NotSent('XAPI on host-1: 10.0.0.1:443 did not answer in time'),
    });

    expect(errorIn(ran)).toMatchObject({
      what: 'XAPI on host-1 does not answer.',
      why: '10.0.0.1:443 did not answer in time.',
    });
  });

  test('what hands type first means help and version', async () => {
    for (const typed of ['--help', '-h']) expect(await run(typed)).toEqual(await run('help'));
    expect(await run('--version')).toEqual(await run('version'));
  });

  test('help and version need no configuration', async () => {
    const opening = new ConfigInvalid([mistake('There is no pools.yaml.')]);

    expect((await run('help', { opening })).code).toBe(0);
    expect((await run('version', { opening })).code).toBe(0);
    expect((await run('migrate', { opening })).code).toBe(3);
  });
});

describe('who it is', () => {
  test('the login mapped in pools.yaml; an unmapped one is nobody in Slack', () => {
    expect(personOf({ people: { ann: 'UANN' } }, 'ann')).toEqual({ id: 'UANN', name: 'ann' });
    expect(personOf({ people: {} }, 'root')).toEqual({ id: 'shell:root', name: 'root' });
  });

  test('with the simulator anybody may be played, by login or by Slack id', () => {
    const config = { people: { ann: 'UANN' }, simulator: { controlUrl: 'http://127.0.0.1:1' } };

    expect(personOf(config, 'root', 'ann')).toEqual({ id: 'UANN', name: 'ann' });
    expect(personOf(config, 'root', 'UBOB')).toEqual({ id: 'UBOB', name: 'UBOB' });
  });
});

describe('as a terminal shows it', () => {
  test('a plan: verdict, hosts, findings, lines, and how to start it', async () => {
    const { out } = await run('plan pool-a');

    expect(out).toMatch(
      /^✓ pool-a 6\.5\.0 → 7\.1\.2: It can be done, host by host\.\nplan pool-a-19700101-000000-[0-9a-f]{6}, digest [0-9a-f]{12}\n/,
    );
    expect(out).toMatch(/HOST {4}ROLE {4}VERSION {2}VMS +MEMORY FREE +VERDICT\nhost-1 {2}master {2}6\.5\.0/);
    expect(out).toMatch(/\n {2}before-01-approve-run +Approve the upgrade of pool-a/);
    expect(out).toMatch(/Start it with: xsupgrade start pool-a-/);
  });

  test('a status: lanes, the question and how to answer it, what is owed', async () => {
    const { out } = await run('status run-1');

    expect(out).toContain('Run run-1 of pool-a is running (plan plan-1).');
    expect(out).toMatch(/host-1 {2}waiting {2}2026-01-01 00:00 UTC {2}Drain host-1\n/);
    expect(out).toContain('host-1: 2 VMs left');
    expect(out).toContain('? q1 on host-1: Upgrade host-1?');
    expect(out).toContain('xsupgrade advance run-1 --question q1');
    expect(out).toContain('Nothing is owed to pool-a.');
  });
});
