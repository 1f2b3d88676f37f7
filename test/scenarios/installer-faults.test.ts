/** Each failure of an installer that POST /faults can make: its sentence, the lane held, no later host touched, and a way out to the end. */
import type { WayOut } from '../../src/domain/ways-out';
import { openQuestions } from '../../src/domain/run';
import { armFaults } from '../../src/sim/control/faults';
import { hands } from '../../src/sim/xapi';
import { heldBy, problemsIn, rulesBroken, truthOf } from '../support/outcome';
import { smallPool } from '../support/small-pool';
import { BOB, story } from '../support/story';

interface Row {
  readonly name: string;
  /** As POSTed, on the master. */
  readonly fault: object;
  readonly code: string;
  /** In what the person reads. */
  readonly says: RegExp;
  readonly way: WayOut;
  /** Where that way leads. */
  readonly ends: 'upgraded' | 'back on the old version';
}

const prepare = (code: string) => ({ call: 'world:prepare', how: 'fail', code });
const rows: readonly Row[] = [
  {
    name: '404',
    fault: prepare('NOT_FOUND'),
    code: 'INSTALLER_REFUSED',
    says: /the server says that the files are not there/,
    way: 'again',
    ends: 'upgraded',
  },
  {
    name: 'a password is wanted',
    fault: prepare('UNAUTH_URL'),
    code: 'INSTALLER_REFUSED',
    says: /wants a user and a password/,
    way: 'by-hand',
    ends: 'upgraded',
  },
  {
    name: 'an older repository',
    fault: prepare('INVALID_VER'),
    code: 'INSTALLER_REFUSED',
    says: /the media are older than what the host runs/,
    way: 'take-back',
    ends: 'back on the old version',
  },
  {
    name: '.treeinfo is not served',
    fault: prepare('NO_TREEINFO'),
    code: 'INSTALLER_REFUSED',
    says: /hidden file \.treeinfo is not served/,
    way: 'again',
    ends: 'upgraded',
  },
  {
    name: 'no space',
    fault: { ...prepare('no-space'), nth: 0 },
    code: 'INSTALLER_NOT_PREPARED',
    says: /No space left on device/,
    way: 'by-hand',
    ends: 'upgraded',
  },
  {
    name: 'media of another version than they say',
    fault: { call: 'world:media', how: 'changed', code: '7.0.0', nth: 0 },
    code: 'INSTALLER_BROUGHT_OTHER',
    says: /came back from its installer with 7\.0\.0, not 7\.1\.2/,
    way: 'by-hand',
    ends: 'upgraded',
  },
  {
    name: 'no room for the boot loader in front of a Dell partition',
    fault: { call: 'world:installer', how: 'boot-loader' },
    code: 'INSTALLER_STANDS',
    says: /utility partition of the maker/,
    way: 'recovery',
    ends: 'upgraded',
  },
  {
    name: '72 % for more than two hours',
    fault: { call: 'world:installer', how: 'stall:7200' },
    code: 'INSTALLER_STANDS',
    says: /72 %/,
    way: 'look',
    ends: 'upgraded',
  },
  {
    name: 'the old entry boots',
    fault: { call: 'world:boot-entry', how: 'fail' },
    code: 'INSTALLER_FAILED',
    says: /Its next boot is the installer, until it is taken back/,
    way: 'again',
    ends: 'upgraded',
  },
  {
    name: 'left before its end',
    fault: { call: 'world:installer', how: 'same-version' },
    code: 'INSTALLER_FAILED',
    says: /Its next boot is its own system/,
    way: 'take-back',
    ends: 'back on the old version',
  },
];

/** Planned first: what the media say to a plan is another matter. */
async function begun(fault: object, answers: NonNullable<Parameters<typeof story>[0]>['answers']) {
  const it = story({
    pools: [smallPool],
    automatic: { url: 'http://media.example/xenserver-7.1.2', byHand: [] },
    ...(answers && { answers }),
  });
  const plan = await it.plan();
  expect(plan.verdict).toBe('go');
  armFaults(it.cloud, [{ ...fault, on: 'host-1' }]);
  return { it, id: await it.start(plan) };
}

test.each(rows)('$name: $code, and “$way” leads to its end', async ({ fault, code, says, way, ends }) => {
  let [chosen, booted] = [false, false];
  const { it, id } = await begun(fault, ({ ask }, _run, { cloud, host }) => {
    if (ask.kind === 'retry') return chosen && ask.text.startsWith('Once more') ? 'yes' : 'leave';
    if (!ask.text.includes('at its console')) return 'yes';
    // a person does there what the line says, and confirms when the host is up
    if (!booted) hands.bootIso(cloud, host('host-1'), '7.1.2');
    booted = true;
    return host('host-1').phase === 'up' ? 'yes' : 'leave';
  });
  const run = await it.play(id);
  expect(heldBy(run)).toEqual([code]);
  const question = openQuestions(run).find(({ ask }) => ask.ways);
  expect(question?.ask.ways).toContain(way);
  const problem = Object.values(run.lines).flatMap((line) => line.problem ?? [])[0]!;
  expect([problem.what, problem.why, ...problem.doThis, ...(problem.state ?? [])].join(' ')).toMatch(says);
  const later = it.host('host-2');
  expect([later.reboots, later.version, later.cs.resourceState, later.prepared]).toEqual([
    0,
    '6.5.0',
    'Enabled',
    false,
  ]);
  expect(rulesBroken(it)).toEqual([]);

  chosen = true;
  await it.operator.answer(BOB, id, { question: question!.id, says: 'yes', way });
  const after = await it.play(id);
  expect([rulesBroken(it), it.errors]).toEqual([[], []]);
  if (ends === 'upgraded') {
    expect([after.phase, heldBy(after), after.owed]).toEqual(['finished', [], []]);
    expect(truthOf(it)).toMatchObject({ versions: ['7.1.2'], cluster: 'Managed Enabled', down: [] });
  } else {
    expect(heldBy(after)).toEqual(['INSTALLER_TAKEN_BACK']);
    const { version, enabled, live, prepared, cs } = it.host('host-1');
    expect([version, enabled, live, prepared, cs.resourceState]).toEqual([
      '6.5.0',
      true,
      true,
      false,
      'Enabled',
    ]);
    expect(it.pool.cluster.managedState).toBe('Managed');
  }
});

test('a second host that is as slow as the first is not told of again: the limits are those of this pool', async () => {
  const { it, id } = await begun({ call: 'world:installer', how: 'stall:3600' }, undefined);
  armFaults(it.cloud, [{ call: 'world:installer', on: 'host-2', how: 'stall:3600' }]);
  const run = await it.play(id);
  expect([run.phase, await problemsIn(it, id)]).toEqual(['finished', []]);
  const overdue = (await it.entries(id)).flatMap((entry) =>
    entry.type === 'LineOverdue' ? [entry.line] : [],
  );
  expect(overdue.filter((line) => line.endsWith('await-host'))).toEqual([expect.stringMatching(/^host-1-/)]);
  const asked = run.questions.find(({ line }) => line.startsWith('host-2-') && line.endsWith('approve-host'));
  expect(asked?.ask.saw).toContainEqual(expect.stringMatching(/^host-1 was away for \d+ min\.$/));
  expect(Object.values(run.lines).flatMap(({ said = [] }) => said)).toContainEqual(
    expect.stringMatching(/^host-1 is away for longer than usual: each of its \d+ messages .* 72 %/),
  );
});

test.each([
  ['72 % for an hour', { call: 'world:installer', how: 'stall:3600' }],
  ['it restarts once more after it has come up', { call: 'world:boot', how: 'twice' }],
])('%s is waited out: nothing is held, nothing rebooted by us again', async (_, fault) => {
  const { it, id } = await begun(fault, undefined);
  const run = await it.play(id);
  expect([run.phase, await problemsIn(it, id), rulesBroken(it), it.errors]).toEqual(['finished', [], [], []]);
  expect(truthOf(it)).toMatchObject({ versions: ['7.1.2'], reboots: [1, 1], cluster: 'Managed Enabled' });
});
