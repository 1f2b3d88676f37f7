/** Hosts that wait for each other: nobody is held or paged for the turn of another, and no two wait for one another. */
import { currentLine, type Run } from '../../src/domain/run';
import { endedWell, heldBy, rulesBroken } from '../support/outcome';
import { noSecondLook } from '../support/people';
import { fourHosts, inTurns, overlapped, turn } from '../support/overlap';
import { story, type StoryOptions } from '../support/story';

const automatic = { url: 'http://media.example/xenserver-7.1.2', byHand: [] };
const tale = (more: StoryOptions = {}) => story({ pools: [fourHosts], automatic, ...more });

/** The three members at once after the master; one of them may be away. */
const atOnce = [
  turn('host-1'),
  ...['host-2', 'host-3', 'host-4'].map((host) => turn(host, { afterBack: ['host-1'] })),
];
const members = ['host-2', 'host-3', 'host-4'];
const waits = (run: Run, host: string): boolean =>
  currentLine(run, host)?.waitingFor?.startsWith('Still away') === true;

test('installers that take 40 minutes: whoever waits for its turn is neither held nor told of', async () => {
  const it = tale();
  it.cloud.faults.add(members.map((on) => ({ call: 'world:installer', on, how: 'stall:2400' })));
  const id = await it.start(await inTurns(it, atOnce, 1));
  const run = await it.play(id);

  endedWell(it, run, '7.1.2');
  const told = (await it.entries(id)).flatMap((entry) =>
    entry.type === 'LineStopped' || entry.type === 'LineOverdue' ? [entry.line] : [],
  );
  expect(told.filter((line) => !line.endsWith('await-host'))).toEqual([]);
});

test('both hosts that wait are enabled by somebody in CloudStack: they go one after the other all the same', async () => {
  const it = tale({ answers: noSecondLook });
  const id = await it.start(await inTurns(it, atOnce, 1));
  const waiting = (run: Run) => members.filter((host) => waits(run, host));
  await it.play(id, { until: (run) => waiting(run).length === 2 });
  for (const host of waiting(await it.run(id))) it.host(host).cs.resourceState = 'Enabled';
  const run = await it.play(id);

  expect([run.phase, heldBy(run), rulesBroken(it), it.errors]).toEqual(['finished', [], [], []]);
  expect(it.pool.hosts.map(({ version }) => version)).toEqual(['7.1.2', '7.1.2', '7.1.2', '7.1.2']);
});

test('the next host waits for its approval: this one is tested meanwhile, with a VM that lives there', async () => {
  const it = tale({
    facts: { canaryVm: 'i-2-22-VM' },
    answers: ({ ask, line }) => (ask.kind === 'retry' || line.startsWith('host-4') ? 'leave' : 'yes'),
  });
  const id = await it.start(await inTurns(it, overlapped, 1));
  const run = await it.play(id, { still: 3000 });

  expect(heldBy(run)).toEqual([]);
  expect(currentLine(run, 'host-3')).toBeUndefined();
  expect(currentLine(run, 'host-4')?.line.kind).toBe('approve-host');
});
