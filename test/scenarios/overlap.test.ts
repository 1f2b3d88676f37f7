/** Hosts that overlap: one is emptied while another installs, or several are away at once; the rules hold all the same. */
import type { Plan } from '../../src/domain/plan';
import { currentLine, type Run } from '../../src/domain/run';
import { rollingReboot } from '../../src/procedures/rolling-reboot';
import { endedWell, changes } from '../support/outcome';
import { fourHosts, inTurns, overlapped, turn, waves } from '../support/overlap';
import { story, type Story, type StoryOptions } from '../support/story';

const four = (more: StoryOptions = {}): Story => story({ pools: [fourHosts], ...more });

/** Hosts in CloudStack maintenance, looked at after every entry: what was true together at some moment. */
function watched(it: Story) {
  const away = new Set<string>();
  const seen = new Set<string>();
  const until = (run: Run): boolean => {
    const gone = it.pool.hosts.filter((host) => host.cs.resourceState === 'Maintenance');
    away.add(gone.map(({ name }) => name).join('+'));
    const at = (host: string) => currentLine(run, host)?.line.kind ?? 'through';
    seen.add(['host-2', 'host-3', 'host-4'].map(at).join(' '));
    return false;
  };
  return { away, seen, until };
}

test('the next host is emptied while this one installs, and only one is away at any time', async () => {
  const it = four();
  const { away, seen, until } = watched(it);
  const run = await it.play(await it.start(await inTurns(it, overlapped, 1)), { until });

  endedWell(it, run, '7.1.2');
  expect([...away].toSorted()).toEqual(['', 'host-1', 'host-2', 'host-3', 'host-4']);
  expect([...seen]).toContain('through await-host drain-host');
  const looks = (await it.entries(run.id)).flatMap((entry) =>
    entry.type === 'LineDone' && entry.line.endsWith('-recheck-host') ? [entry.saw.split(';')[0]] : [],
  );
  expect(looks).toEqual([1, 2, 3, 4].map((n) => `nothing blocks host-${n}`));
});

test('a wave of two is away together; CloudStack prepares one of them at a time', async () => {
  const it = four();
  const { away, until } = watched(it);
  const run = await it.play(await it.start(await inTurns(it, waves, 2)), { until });

  endedWell(it, run, '7.1.2');
  expect([...away]).toContain('host-3+host-4');
  expect(changes(it).filter((call) => call.startsWith('host.disable')).length).toBe(4);
});

test('whatever the turns say, nothing begins before the master is back', async () => {
  const it = four();
  const all = ['host-1', 'host-2', 'host-3', 'host-4'].map((host) => turn(host));
  const plan = await inTurns(it, all, 4);
  const back = plan.sections.find(({ host }) => host === 'host-1')!.lines.at(-1)!.id;
  for (const { host, lines } of plan.sections)
    if (host !== undefined && host !== 'host-1') expect(lines[0]!.after).toContain(back);
});

test('turns that would take more hosts away than may be: the second waits until the first is back', async () => {
  const it = four();
  const { away, until } = watched(it);
  const wide = ['host-1', 'host-2', 'host-3', 'host-4'].map((host) => turn(host));
  const run = await it.play(await it.start(await inTurns(it, wide, 1)), { until });

  endedWell(it, run, '7.1.2');
  expect([...away].filter((names) => names.includes('+'))).toEqual([]);
});

test('what must be stopped on the next host is planned anew while this one is away, and the gates stay', async () => {
  const it = four();
  const { away, until } = watched(it);
  const id = await it.start(await inTurns(it, overlapped, 1));
  await it.play(id, { until: (run) => currentLine(run, 'host-2')?.line.kind === 'drain-host' });
  const tools = it.vm('i-2-21-VM');
  expect(tools.on).toBe('host-3');
  Object.assign(tools, { tools: false });
  const run = await it.play(id, { until });

  expect(run.revisions.map(({ why }) => why)).toEqual(['on host-3, i-2-21-VM must be stopped.']);
  expect([...away].filter((names) => names.includes('+'))).toEqual([]);
  expect(changes(it)).toContain('stopVirtualMachine i-2-21-VM');
  expect([run.phase, it.cloud.violations]).toEqual(['finished', []]);
});

test('how long hosts were away is remembered: the next plan of the pool is told in its own minutes', async () => {
  const it = four({ procedure: rollingReboot, target: '6.5.0' });
  const first = await it.plan();
  const run = await it.play(await it.start(first));
  const second = await it.plan();

  const minutes = (plan: Plan) => plan.placement.hosts.map((host) => host.minutes?.p50 ?? 0);
  const took = Object.values(run.lines).filter(
    ({ line }) => line.lane === 'host-2' && line.block !== undefined,
  );
  const away =
    (Math.max(...took.map(({ doneAt }) => doneAt!)) - Math.min(...took.map(({ begunAt }) => begunAt!))) /
    60_000;
  expect(minutes(first)).not.toEqual(minutes(second));
  for (const [at, one] of minutes(second).entries())
    expect(Math.abs(one - minutes(first)[at]! - (away - 7.5))).toBeLessThan(3);
});
