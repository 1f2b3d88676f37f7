/** The licence of the target: read as a file, accepted by name before anything is changed, and asked about again when it is another. */
import { runCommand } from '../../commands';
import type { Run } from '../../src/domain/run';
import { filesOf } from '../../src/domain/run-files';
import type { FaultSpec } from '../../src/sim/faults';
import { pairNamed, poolOfPair } from '../../src/sim/pairs';
import { changes, heldBy, rulesBroken, told } from '../support/outcome';
import { noSecondLook } from '../support/people';
import { smallPool } from '../support/small-pool';
import { BOB, story, type Story, type StoryOptions } from '../support/story';

const PAIR = pairNamed('4.22.1-xs8.2')!;
const CHANGED: FaultSpec = { call: 'world:licence', nth: 0, how: 'changed' };
const UNREAD: FaultSpec = { call: 'world:licence', nth: 0, how: 'fail' };

const tale = (options: StoryOptions = {}): Story =>
  story({
    pools: [poolOfPair(PAIR, smallPool)],
    cloudStackVersion: PAIR.cloudStack,
    target: PAIR.to,
    automatic: { url: `http://media.example/xs-${PAIR.to}`, byHand: [] },
    ...options,
  });

const licences = (run: Run) => run.questions.filter(({ ask }) => ask.kind === 'accept-licence');
/** Our changes to pool and CloudStack when this was asked. */
const untilAsked = async (it: Story): Promise<Run> => {
  const id = await it.start(await it.plan());
  return it.play(id, { until: (run) => licences(run).length > 0 });
};

test('is asked about once, before anything is changed; who accepted it is in the journal', async () => {
  const seen: (readonly string[])[] = [];
  const it = tale({
    answers: ({ ask }, _run, asking) => {
      if (ask.kind === 'accept-licence') seen.push(changes(asking));
      return 'yes';
    },
  });
  const again = (run: Run) =>
    Object.values(run.lines).find(({ line }) => line.kind === 'accept-licence' && line.lane === 'host-1');
  const id = await it.start(await it.plan());
  const run = await it.play(id, { until: (now) => again(now)?.status === 'done' });
  expect(seen).toEqual([[]]);
  const [asked] = licences(run);
  expect(asked?.ask.saw.join(' ')).toContain(`digest ${asked?.ask.digest}`);
  const answers = (await it.entries(run.id)).flatMap((entry) =>
    entry.type === 'QuestionAnswered' && entry.question === asked?.id ? [[entry.by.name, entry.digest]] : [],
  );
  expect(answers).toEqual([['Bob', asked?.ask.digest]]);
  expect(again(run)?.saw).toBe(`accepted by Bob, digest ${asked?.ask.digest}`);
});

test('stands in the thread as a file, and a shell reads the same', async () => {
  const it = tale({ answers: ({ ask }) => (ask.kind === 'accept-licence' ? 'leave' : 'yes') });
  const run = await untilAsked(it);
  const [file] = filesOf(run);
  expect(file?.name).toBe(`licence-8.4.0-${licences(run)[0]?.ask.digest}.txt`);
  expect(file?.content).toBe('End user agreement of 8.4.0\n\n1. You may run it.\n2. It comes as it is.\n');
  const context = { operator: it.operator, person: BOB };
  expect(await runCommand(`read ${run.id}`, context)).toEqual({ about: 'text', run: run.id, ...file });
  await expect(runCommand(`read ${run.id} --question q1`, context)).rejects.toMatchObject({
    problem: { code: 'NO_TEXT' },
  });
});

test('that nobody accepts is installed nowhere: the run is held with nothing changed', async () => {
  const it = tale({
    answers: ({ ask }) => (ask.kind === 'accept-licence' ? 'no' : ask.kind === 'retry' ? 'leave' : 'yes'),
  });
  const run = await told(it);
  expect([heldBy(run), changes(it), rulesBroken(it)]).toEqual([['DECLINED'], [], []]);
});

test('that reads otherwise while people read it is another question', async () => {
  const it = tale({ answers: ({ ask }) => (ask.kind === 'accept-licence' ? 'leave' : 'yes') });
  const run = await untilAsked(it);
  it.cloud.faults.add([CHANGED]);
  const later = await it.play(run.id, { until: (now) => licences(now).length > 1 });
  const [first, second] = licences(later);
  expect(first?.withdrawn).toBeDefined();
  expect(second?.ask.digest).not.toBe(first?.ask.digest);
  expect(second?.ask.file?.content).toContain('You tell nobody.');
});

test('that reads otherwise on a later host is asked about before that host is touched', async () => {
  const touched: boolean[] = [];
  const it = tale({
    answers: ({ ask }, run, { host }) => {
      if (ask.kind === 'accept-licence' && licences(run).length > 1)
        touched.push(host('host-2').cs.resourceState !== 'Enabled');
      return 'yes';
    },
  });
  it.cloud.faults.add([{ ...CHANGED, on: 'host-2' }]);
  const run = await told(it);
  expect([run.phase, licences(run).map(({ line }) => run.lines[line]?.line.lane)]).toEqual([
    'finished',
    ['pool', 'host-2'],
  ]);
  expect(touched).toEqual([false]);
});

test('that a host cannot read blocks the plan', async () => {
  const it = tale();
  it.cloud.faults.add([{ ...UNREAD, on: 'host-2' }]);
  const { findings, verdict } = await it.plan();
  expect(verdict).toBe('blocked');
  expect(findings.filter(({ severity }) => severity === 'block').map(({ what }) => what)).toEqual([
    'host-2 cannot read the licence of 8.4.0: the server says that the files are not there.',
  ]);
});

test('that can no longer be read when the run begins holds it, with nothing changed', async () => {
  const it = tale({ answers: noSecondLook });
  const id = await it.start(await it.plan());
  it.cloud.faults.add([UNREAD]);
  expect([heldBy(await it.play(id)), changes(it)]).toEqual([['LICENCE_UNREAD'], []]);
});

test('is not asked about where the plugin is older than licences', async () => {
  const it = story({
    pools: [smallPool],
    automatic: { url: 'http://media.example/xenserver-7.1.2', byHand: [] },
  });
  const run = await told(it);
  expect([run.phase, licences(run)]).toEqual(['finished', []]);
  expect(Object.values(run.lines).find(({ line }) => line.kind === 'accept-licence')?.saw).toBe(
    'the upgrade plugin of host-1 hands out no licence',
  );
});
